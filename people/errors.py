"""What can be wrong with what somebody asks of the registry, and with the registry itself."""

SENTENCES = {
    "names-empty": "A person needs a name with at least one letter.",
    "text-too-long": "The {field} may have at most {limit} characters; this one has {length}.",
    "text-forbidden": "The {field} contains the character {character}, which can't be kept; please type it without.",
    "text-not-unicode": "The {field} is not readable text; please enter it as UTF-8.",
    "email-malformed": "The e-mail address must look like name@place.kz, without spaces.",
    "phone-malformed": "The phone number must contain at least one digit.",
    "language-unknown": "The language {language!r} is not one of kk, ru and en.",
    "person-id-malformed": "{person!r} is not a person's id; it looks like p-4f7k2m9x.",
    "person-unknown": "There is no person {person}.",
    "person-erased": "The data of person {person} has been erased.",
    "person-known": "Person {person} is already registered with other data; change it instead.",
    "email-known": "This e-mail address already belongs to person {person}; 'kaskad person change' changes their data.",
    "namesake": (
        "Of this name there is {persons} already, and nothing tells whether it is the same person: an e-mail address "
        "or a phone number of their own tells them apart."
    ),
    "backup-exists": "{path} exists already; a backup goes to a new or empty folder.",
    "backup-missing": "There is no backup of the registry at {path}.",
    "backup-damaged": "{path} can't be read as a backup of the registry.",
}


class PersonProblem(ValueError):
    """A caller's mistake: nothing was changed."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(SENTENCES[code].format(**params))


class RegistryUnavailable(Exception):
    """A store that can't be used now: away, locked for too long, on a full disk, or its keys locked."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class BackupUnwritable(RegistryUnavailable):
    """The stores are there, but the backup of them can't be written."""


class RegistryTooNew(RegistryUnavailable):
    """A store written by a newer version of the product."""
