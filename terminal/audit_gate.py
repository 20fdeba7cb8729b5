"""`kaskad audit explain`: why a gate opened, in sentences."""

from typing import TYPE_CHECKING

from terminal.audit_opened import Plain, archive
from terminal.outcome import BadInput
from terminal.tables import print_json

if TYPE_CHECKING:
    from audit.archive import Archive
    from audit.explaining import Explanation, Ground


def print_explanation(
    gate: str, other: str | None, school: str | None, rollout: str | None, log: str | None, *, as_json: bool
) -> None:
    from audit.explaining import explain, find_gate

    with archive(log) as found:
        stream, word = _meant(found, gate, other, school, rollout)
        explanation = explain(found, stream, find_gate(found, stream, word))
        if as_json:
            print_json(explanation)
            return
        for line in _sentences(explanation, Plain(found.time_zone(stream))):
            print(line)


def _meant(found: "Archive", gate: str, other: str | None, school: str | None, rollout: str | None) -> tuple[str, str]:
    """The participant's stream and the word for the gate; beside each other they may stand in either order."""
    from audit.subject import NotInLog, find_school

    if (school is None) == (other is None):
        raise BadInput("Say whose gate, once: kaskad audit explain GATE --school SCHOOL.")
    if school is not None:
        return find_school(found, school, rollout), gate
    assert other is not None
    try:
        return find_school(found, other, rollout), gate
    except NotInLog:
        if gate == "certify" or ":" in gate:
            raise
        return find_school(found, gate, rollout), other


def _sentences(explanation: "Explanation", plain: Plain) -> list[str]:
    school = explanation.participant
    lines = []
    if explanation.open:
        lines.append(
            f"The gate {explanation.gate} of {school} opened on {plain(explanation.opened_at)} "
            f"({plain.time_zone}), by event {explanation.position}."
        )
        because = f", after {explanation.because}" if explanation.because else ""
        lines.append(f"It was brought about by {explanation.who}{because}.")
    else:
        lines.append(f"The gate {explanation.gate} of {school} is shut.")
    lines += [f"Rule: {explanation.rule}.", _when(explanation)]
    lines += [f"  {_ground(each, school, plain)}" for each in explanation.grounds]
    if not explanation.grounds:
        lines.append("  none: the rule reads the date alone")
    if explanation.missing:
        lines += ["What is missing:", *(f"  {each}" for each in explanation.missing)]
    elif not explanation.open:
        lines.append("Its rule holds; it is not looked at, though:")
    return [*lines, *explanation.remarks]


def _when(explanation: "Explanation") -> str:
    """Facts of its own it reads as the very command left them, those of others as they stood before."""
    if explanation.open and any(each.of != explanation.participant for each in explanation.grounds):
        return f"Facts as it read them, those of others as they stood at position {explanation.read_at}:"
    return "Facts as it read them:" if explanation.open else f"Facts, as they stand at position {explanation.read_at}:"


def _ground(ground: "Ground", school: str, plain: Plain) -> str:
    whose = "" if ground.of == school else f"of {ground.of}: "
    value = "true" if ground.value is True else "false" if ground.value is False else ground.value
    words = f"{whose}{ground.fact} is {'not recorded' if ground.value is None else value}"
    if ground.position is None:
        return words
    words += f", since event {ground.position} of {plain(ground.happened_at)}: {ground.sentence}; by {ground.who}"
    if ground.because:
        words += f", after {ground.because}"
    if plain(ground.happened_at) != plain(ground.recorded_at):
        words += f"; recorded {plain(ground.recorded_at)}"
    if ground.corrected_by:
        words += f"; corrected by event {', '.join(str(each) for each in ground.corrected_by)}"
    return words
