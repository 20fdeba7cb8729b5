"""Lists of schools and of people, written for one test."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.terminal.calling import Calls

HEADER = "school,tier,name_kk,name_ru,name_en,region,language,parent"


def school_row(school: str, tier: str = "intellectual-school", parent: str = "", language: str = "both") -> str:
    return f'{school},{tier},"Мектеп, {school}",Школа {school},School {school},Abai,{language},{parent}'


def school_list(folder: Path, rows: Iterable[str], header: str = HEADER) -> Path:
    path = folder / "schools.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def schools(folder: Path, number: int = 3) -> Path:
    """So many Intellectual Schools, school-1 and on."""
    return school_list(folder, (school_row(f"school-{each}") for each in range(1, number + 1)))


def started(kaskad: Calls, rollout: str, folder: Path, number: int = 3) -> str:
    """A running rollout with so many schools of the first tier."""
    kaskad("rollout", "start", "nis-share", "--cohort", "2024", "--id", rollout, "--schools", schools(folder, number))
    return rollout


def person(kaskad: Calls, name: str, email: str | None = None) -> str:
    """A registered person; the id."""
    more = ("--email", email) if email else ()
    return str(kaskad("person", "add", "--name", name, *more, "--json").json["person"])


def options(name: str = "Жаңа мектеп", **more: str) -> list[str]:
    """What is said of one school by options."""
    given: Mapping[str, str] = {
        "name-kk": name, "name-ru": "Новая школа", "name-en": "New school", "region": "Abai", "language": "kk", **more,
    }  # fmt: skip
    return [part for option, value in given.items() for part in (f"--{option}", value)]
