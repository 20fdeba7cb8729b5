"""Makes the opaque ids under which the event log knows persons."""

import secrets

# Without i, l, o and u: ids are read out over the telephone.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 8


def new_person_id() -> str:
    return "p-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
