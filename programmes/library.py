"""The programmes that are shipped: one YAML file each, named after its programme."""

from pathlib import Path

from domain.identity import nearest

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER / "examples"


class UnknownProgramme(LookupError):
    """Neither a shipped programme nor a file."""

    def __init__(self, name: str, close: str | None) -> None:
        self.name = name
        self.nearest = close
        hint = f"; did you mean '{close}'?" if close else f"; there are: {', '.join(library())}."
        super().__init__(f"There is no programme '{name}'{hint}")


def library() -> dict[str, Path]:
    """Programme -> its file, in the order of names."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def find_programme(name: str) -> Path:
    """The file of a shipped programme, or the one that is named, be it there or not; raises UnknownProgramme."""
    shipped = library()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    # A file that is meant is told to be missing as a file, not as an unknown programme.
    if path.suffix or "/" in name:
        return path
    raise UnknownProgramme(name, nearest(name, shipped))
