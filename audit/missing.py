"""What keeps a gate shut: the conditions that do not hold, each with what is the case instead."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from domain.gate import AllOf, Among, AnyOf, AtLeast, DateIs, FactIs, Facts, Gate, Reading, evaluate, sentence


def missing_for(gate: Gate, facts: Facts, participant: str, at: datetime, time_zone: str) -> Iterator[str]:
    """Nothing when the gate is open."""
    verdict = evaluate(gate, facts, participant, at, time_zone)
    if verdict.open:
        return
    match gate:
        case AllOf(all=inner):
            for each in inner:
                yield from missing_for(each, facts, participant, at, time_zone)
        case AnyOf(any=inner):
            words = [*_of_each(inner, facts, participant, at, time_zone)]
            yield "one of these is needed: " + "; or ".join(words)
        case AtLeast(at_least=wanted, of=inner):
            held = sum(evaluate(each, facts, participant, at, time_zone).open for each in inner)
            words = [*_of_each(inner, facts, participant, at, time_zone)]
            yield f"{wanted - held} more of these are needed: " + "; ".join(words)
        case FactIs() | Among():
            yield f"{sentence(gate)}: {_instead(participant, verdict.readings)}"
        case DateIs():
            yield f"{sentence(gate)}: the log has come to {at.date()}"
        case _:
            assert_never(gate)


def _of_each(inner: tuple[Gate, ...], facts: Facts, participant: str, at: datetime, time_zone: str) -> Iterator[str]:
    for each in inner:
        if words := " and ".join(missing_for(each, facts, participant, at, time_zone)):
            yield words


def _instead(participant: str, readings: tuple[Reading, ...]) -> str:
    if not readings:
        return "there is nobody it could be read from"
    return "it is " + ", ".join(plain(each) + ("" if each.of == participant else f" at {each.of}") for each in readings)


def plain(reading: Reading) -> str:
    if reading.value is None:
        return "not recorded"
    if isinstance(reading.value, bool):
        return "true" if reading.value else "false"
    return str(reading.value)
