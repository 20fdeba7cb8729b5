"""What simulated people submit is a real file of the type that it says."""

from pathlib import Path

from activities.media_types import inspect_file
from rehearsal.pages import page


def test_a_page_is_a_pdf_to_the_evidence_store(tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(page(("nis-semey", "action-research/1-plan/submit-1")))
    assert inspect_file(file, largest=10_000).media_type == "application/pdf"


def test_the_same_lines_are_the_same_bytes_and_others_are_not() -> None:
    assert page(("one",)) == page(("one",))
    assert page(("one",)) != page(("two",))


def test_brackets_and_letters_that_the_typeface_lacks_do_not_break_the_page() -> None:
    made = page((r"Ұлы (дала) \ school",))
    assert made.endswith(b"%%EOF\n")
    assert rb"\(????\) \\ school" in made


def test_the_places_in_its_table_are_those_of_its_objects() -> None:
    made = page(("one", "two"))
    table = made[made.index(b"xref") :].splitlines()[3:8]
    for number, line in enumerate(table, 1):
        assert made[int(line[:10]) :].startswith(b"%d 0 obj" % number)
