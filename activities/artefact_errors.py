"""What can be wrong with a file that somebody submits, and with the store that is to keep it."""

SENTENCES = {
    "file-missing": "There is no file {path}.",
    "file-directory": "{path} is a folder; evidence is submitted file by file.",
    "file-unreadable": "{path} can't be read: {cause}.",
    "file-empty": "{path} is empty.",
    "file-too-large": "{path} is too large: at most {limit:,} bytes are taken, and it has {size:,}.",
    "file-exists": "{path} exists already and is not overwritten.",
    "file-unwritable": "{path} can't be written: {cause}.",
    "type-unknown": "{path} is of a type that is not taken; these are: {taken}.",
    "type-mismatch": "{path} does not contain what its ending {extension} says: it looks like {found}.",
    "hash-malformed": "{sha256!r} is not a SHA-256 hash of 64 lower-case hexadecimal digits.",
    "artefact-missing": "The evidence {sha256} is not in the store.",
    "artefact-damaged": "The stored bytes of the evidence {sha256} are no longer the ones that were submitted.",
}


class ArtefactProblem(ValueError):
    """A file or a hash that can't be taken: nothing was stored."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(SENTENCES[code].format(**params))


class ArtefactStoreUnavailable(Exception):
    """The store can't be used now: away, without permission, or on a full disk."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
