"""The ids of commands, and the keys under which the log finds them again."""

import secrets
from collections.abc import Callable
from hashlib import sha256
from time import time_ns

_KEY = 16
#: Hexadecimal digits of a UUID; the first twelve of version 7 are milliseconds since 1970.
_UUID, _MOMENT = 32, 12
#: The bits of version 7 that say neither moment nor version nor variant.
_RANDOM = 0xFFF << 64 | (1 << 62) - 1


def new_command_id(kind: str, randbits: Callable[[int], int] = secrets.randbits) -> str:
    """An id that nobody has used: the kind of command and a UUID of version 7 (RFC 9562).

    Those begin with their moment. So what is recorded one after the other stands side by side in the log's index, and a
    group of appends writes one page of it instead of a page each.
    """
    moment = time_ns() // 1_000_000
    number = moment << 80 | 7 << 76 | 2 << 62 | randbits(80) & _RANDOM
    return f"{kind}:{number:032x}"


def key_of(command_id: str) -> bytes:
    """Sixteen bytes: the moment in the id, if there is one, and then of the SHA-256 of the whole id what has room."""
    return (_moment_in(command_id) + sha256(command_id.encode()).digest())[:_KEY]


def _moment_in(command_id: str) -> bytes:
    digits = command_id[-_UUID:]
    if len(digits) == _UUID and digits[_MOMENT] == "7":
        try:
            return bytes.fromhex(digits[:_MOMENT])
        except ValueError:
            pass
    return b""
