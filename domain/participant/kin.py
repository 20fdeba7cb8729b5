"""Kin: the participants whose facts the gates of another one read."""

from collections.abc import Callable, Iterable

from domain.participant.state import Participant


def kin_of(state: Participant, relation: str, peers: Callable[[], Iterable[str]]) -> list[str]:
    """Those that stand in the relation; `peers` tells all that have the same parent, and is asked where they count."""
    match relation:
        case "parent":
            return [] if state.parent is None else [state.parent]
        case "children":
            return [child for child, each in state.children.items() if each.ended != "withdrawn"]
        case "peers":
            return [each for each in peers() if each != state.id]
        case _:
            return []
