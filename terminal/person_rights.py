"""Granting and revoking rights: operator, programme manager, auditor, and the offices that programmes know."""

from typing import TYPE_CHECKING

from domain.identity import nearest
from domain.organisation.stream import GrantRight, RevokeRight
from domain.programme import OFFICES
from terminal.acting import actor, ask_organisation, prepare, say
from terminal.outcome import NotFound
from terminal.reading import person_meant, reading, rollout_named

if TYPE_CHECKING:
    from eventlog.log import EventLog


def grant(person: str, right: str, rollout: str | None, acting_as: str | None, *, as_json: bool) -> None:
    who = actor(acting_as)
    with reading() as log:
        meant = person_meant(log, person)
        _check(log, right, rollout)
    answer = ask_organisation(prepare(GrantRight, who, person=meant, right=right, scope=rollout or "*"))
    say(answer, f"{meant} has the right {right} {_where(rollout)}.", as_json=as_json)


def revoke(person: str, right: str, rollout: str | None, acting_as: str | None, *, as_json: bool) -> None:
    who = actor(acting_as)
    with reading() as log:
        meant = person_meant(log, person)
        _check(log, right, rollout)
        scopes = {row["scope"] for row in log.rows("rights", person=meant, right=right)}
    answer = ask_organisation(prepare(RevokeRight, who, person=meant, right=right, scope=rollout or "*"))
    say(answer, f"{meant} no longer has the right {right} {_where(rollout)}.", as_json=as_json)
    left = sorted(scopes - {rollout or "*"})
    if left and not as_json:
        places = ", ".join("all rollouts" if scope == "*" else scope for scope in left)
        print(f"{meant} still has it in {places}.")


def _where(rollout: str | None) -> str:
    return f"in {rollout}" if rollout else "in all rollouts"


def _check(log: "EventLog", right: str, rollout: str | None) -> None:
    """Raises NotFound with the nearest: a misspelt right would be kept, and would open nothing."""
    if rollout is not None:
        rollout_named(log, rollout)
    known = rights_known(log)
    if right not in known:
        close = nearest(right, known)
        hint = f"; did you mean '{close}'?" if close else f"; there are {', '.join(known)}."
        raise NotFound(f"There is no right '{right}'{hint}")


def rights_known(log: "EventLog") -> tuple[str, ...]:
    """The rights of every installation, and the offices of the programmes that are in use or shipped."""
    from activities.streams import Streams
    from programmes.library import library
    from programmes.reader import read_document

    roles: dict[str, str] = {}
    for path in library().values():
        document, _ = read_document(path)
        content = document.content
        for name, role in (content.get("roles", {}) if isinstance(content, dict) else {}).items():  # type: ignore[union-attr]
            roles[name] = str(role.get("kind")) if isinstance(role, dict) else ""
    with log.snapshot() as snapshot:
        for row in snapshot.rows("programmes_used"):
            programme = Streams().definition(snapshot, row["digest"])
            roles |= {name: role.kind for name, role in programme.roles.items()}
    return tuple(dict.fromkeys([*OFFICES, *(name for name, kind in roles.items() if kind == "office")]))
