"""Pages lead somewhere: links resolve, the index names every page, pictures are those of the definitions."""

import re
from pathlib import Path

import pytest

from programmes.drawing import overview
from programmes.library import find_programme
from programmes.reader import read_programme

ROOT = Path(__file__).parents[2]
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")))


def headings(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_of_the_code_that_a_page_names_is_there(page: Path) -> None:
    names = set(re.findall(r"`([\w./]+(?:\.py|\.yaml|/))`", page.read_text(encoding="utf-8")))
    ours = {name for name in names if "/" not in name or (ROOT / name.partition("/")[0]).is_dir()}
    assert [name for name in sorted(ours) if not any(ROOT.glob(name)) and not any(ROOT.glob(f"[a-z]*/**/{name}"))] == []


def test_the_index_names_every_page_and_every_decision() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []


def test_every_decision_says_why_what_and_what_follows() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name


def test_the_picture_in_the_readme_is_that_of_the_definition() -> None:
    programme = read_programme(find_programme("nis-share")).programme
    assert f"```mermaid\n{overview(programme).strip()}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")
