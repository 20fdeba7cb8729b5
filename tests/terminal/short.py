"""A short rollout on the running stack: two schools, their people, and everything asked of them at once."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from tests.terminal.calling import Calls, Ended

DEFINITION = Path(__file__).with_name("short.yaml")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Short:
    """The rollout, and who is who in it: each person has one part at every school."""

    kaskad: Calls
    id: str
    first: str
    second: str
    lead: str
    teachers: tuple[str, str]
    mentor: str
    reviewer: str
    trainers: tuple[str, str]

    def __call__(self, *arguments: object, code: int | None = 0, by: str | None = None, **more: str) -> Ended:
        """A command in a person's name, or the operator's."""
        named = ("--as", by) if by else ()
        return self.kaskad(*arguments, *named, code=code, **more)

    @property
    def host(self) -> str:
        return f"{self.id}/trainers"

    def events(self, kind: str) -> list[dict[str, object]]:
        """What the log has of a kind, as `audit log` shows it."""
        found: list[dict[str, object]] = self("audit", "log", "--rollout", self.id, "--kind", kind, "--json").json
        return found


def start_short(kaskad: Calls, folder: Path) -> Short:
    """Start it; its schools have names that no other rollout's have."""
    rollout = f"short-{next(_numbers)}"
    people = [_person(kaskad, f"{rollout} {name}") for name in ("lead", "one", "two", "mentor", "reviewer", "t1", "t2")]
    lead, one, two, mentor, reviewer, *trainers = people
    schools = (f"{rollout}-a", f"{rollout}-b")
    roster = folder / f"{rollout}.csv"
    roster.write_text(
        "school,tier,name_kk,name_ru,name_en,region,language,seat:lead,seat:teacher-1,seat:teacher-2\n"
        + "".join(f"{each},school,{each},{each},{each},north,kk,{lead},{one},{two}\n" for each in schools)
    )
    kaskad("rollout", "start", DEFINITION, "--cohort", "a", "--schools", roster, "--id", rollout)
    kaskad("school", "assign", *(f"{rollout}/{each}" for each in schools), "--mentor", mentor, "--reviewer", reviewer)
    for number, trainer in enumerate(trainers, start=1):
        kaskad("school", "seat", f"{rollout}/trainers", f"trainer-{number}", "--person", trainer)
    return Short(kaskad, rollout, *schools, lead, (one, two), mentor, reviewer, (trainers[0], trainers[1]))


def _person(kaskad: Calls, name: str) -> str:
    found = kaskad("person", "add", "--name", name, "--lang", "en", "--json").json
    return str(found["person"] if isinstance(found, dict) else found[0]["person"])
