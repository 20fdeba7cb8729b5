"""Refusals: why a command was not accepted. Nothing is recorded by one."""

from collections.abc import Mapping
from typing import ClassVar


class Refused(Exception):
    """A command that is not accepted, with a code, its parameters, and the sentence that a school reads."""

    def __init__(self, code: str, sentence: str, params: Mapping[str, str]) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.params = dict(params)


class Reason:
    """One kind of refusal: its code, and beside it its English sentence with named gaps."""

    registered: ClassVar[dict[str, "Reason"]] = {}

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        Reason.registered[code] = self

    def __call__(self, **params: object) -> Refused:
        words = {name: str(value) for name, value in params.items()}
        # A hint that asks ends the sentence by itself.
        return Refused(self.code, self.sentence.format(**words).replace("?.", "?"), words)


NO_RIGHT = Reason("no_right", "{actor} has no right to do this: it takes the right {right}.")
