"""School lists: every bad row is told, and none is taken while one is bad."""

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from domain.programme import Programme
from programmes.library import EXAMPLES, find_programme
from programmes.reader import read_programme
from programmes.roster import RosterProblem, RosterProblems, read_roster

HEADER = "school,tier,name_kk,name_ru,name_en,region,language"
SEMEY = "nis-semey,intellectual-school,Семей НЗМ,НИШ Семей,NIS Semey,Abai,both"


@pytest.fixture(scope="module")
def programme() -> Programme:
    return read_programme(find_programme("nis-share")).programme


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "schools.csv"


def problems_of(path: Path, programme: Programme) -> tuple[RosterProblem, ...]:
    with pytest.raises(RosterProblems) as refused:
        read_roster(path, programme)
    return refused.value.problems


def workbook(path: Path, rows: Sequence[Sequence[object]]) -> Workbook:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return book


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lists_of_every_office_program_are_read(sheet: Path, programme: Programme, delimiter: str, mark: bytes) -> None:
    sheet.write_bytes(mark + f"{HEADER}\r\n{SEMEY}\r\n\r\n".replace(",", delimiter).encode())
    (place,) = read_roster(sheet, programme)
    assert (place.school, place.names.kk, place.parent) == ("nis-semey", "Семей НЗМ", None)


@pytest.mark.parametrize(("line", "delimiter"), [("sep=;\r\n", ";"), ("\ufeffSEP=,\n", ","), ("sep=\t\n", "\t")])
def test_the_line_that_names_the_delimiter_is_no_row(
    sheet: Path, programme: Programme, line: str, delimiter: str
) -> None:
    bad = SEMEY.replace("nis-semey", "Nis Semey")
    sheet.write_text(line + f"{HEADER}\n{SEMEY}\n".replace(",", delimiter))
    assert [place.school for place in read_roster(sheet, programme)] == ["nis-semey"]
    sheet.write_text(line + f"{HEADER}\n{bad}\n".replace(",", delimiter))
    assert [problem.row for problem in problems_of(sheet, programme)] == [2]


def test_columns_may_stand_in_any_order_and_in_capitals(sheet: Path, programme: Programme) -> None:
    sheet.write_text(
        "Language,Region,NAME_EN,name_ru,name_kk,tier,School\nboth,Abai,NIS,НИШ,НЗМ,intellectual-school,nis-semey\n"
    )
    assert read_roster(sheet, programme)[0].names.en == "NIS"


def test_persons_are_put_in_their_seats(sheet: Path, programme: Programme) -> None:
    sheet.write_text(f"{HEADER},seat:principal,Seat: teacher-1\n{SEMEY},p-7k2m9x4q,\n")
    assert read_roster(sheet, programme)[0].persons == {"principal": "p-7k2m9x4q"}


def test_persons_are_named_by_their_addresses_too(sheet: Path, programme: Programme) -> None:
    known = {"head@semey.example": "p-7k2m9x4q"}
    sheet.write_text(f"{HEADER},seat:principal\n{SEMEY},head@semey.example\n")
    (place,) = read_roster(sheet, programme, known.get)
    assert place.persons == {"principal": "p-7k2m9x4q"}
    (problem,) = problems_of(sheet, programme)
    assert problem.message == "nobody is registered as 'head@semey.example'"


def test_right_to_left_marks_and_kazakh_letters_stay(sheet: Path, programme: Programme) -> None:
    name = "Әбіш \u200fмектебі"
    sheet.write_text(f"{HEADER}\n{SEMEY.replace('Семей НЗМ', name)}\n")
    assert read_roster(sheet, programme)[0].names.kk == name


def test_misspelt_missing_and_doubled_columns_are_told_together(sheet: Path, programme: Programme) -> None:
    sheet.write_text("school,teir,name_kk,name_ru,name_ru,name_en,seat:princpal,colour\nx\n")
    told = {(problem.column, problem.message, problem.right) for problem in problems_of(sheet, programme)}
    assert ("teir", "is no known column", "did you mean 'tier'?") in told
    assert ("name_ru", "stands 2 times", "keep one of them") in told
    assert ("seat:princpal", "is no known column", "did you mean 'seat:principal'?") in told
    assert ("colour", "is no known column", "name it as one of those that are missing, or remove it") in told
    assert {column for column, message, _ in told if message == "is missing"} == {"tier", "region", "language"}


def test_a_title_above_the_table_is_one_fault(sheet: Path, programme: Programme) -> None:
    sheet.write_text(f"Мектептер тізімі,,\n\n{HEADER}\n{SEMEY}\n")
    assert [str(each) for each in problems_of(sheet, programme)] == [
        "row 1: names no column; row 3 names them; remove rows 1 to 2"
    ]


def test_a_cover_before_the_sheet_of_the_schools_is_one_fault(tmp_path: Path, programme: Programme) -> None:
    workbook = Workbook()
    cover = workbook.active
    assert cover is not None
    cover["A1"] = "Мектептер"
    schools = workbook.create_sheet("2026")
    for row in (HEADER, SEMEY):
        schools.append(row.split(","))
    workbook.save(tmp_path / "schools.xlsx")
    assert [str(each) for each in problems_of(tmp_path / "schools.xlsx", programme)] == [
        "row 1: names no column; the sheet '2026' has them; make '2026' the first sheet"
    ]


def test_an_id_in_cyrillic_is_told_once_and_gets_a_whole_example(sheet: Path, programme: Programme) -> None:
    row = SEMEY.replace("nis-semey", "Школа 1")
    sheet.write_text(f"{HEADER}\n{row}\n{row}\n")
    assert [(each.row, each.message, each.right[-11:]) for each in problems_of(sheet, programme)] == [
        (2, "'Школа 1' is no id", "'nis-semey'"),
        (3, "'Школа 1' is no id", "'nis-semey'"),
    ]


def test_a_cyrillic_letter_that_looks_latin_is_pointed_out(sheet: Path, programme: Programme) -> None:
    sheet.write_text(
        f"{HEADER}\n{SEMEY.replace('nis-semey', 'nis-sемеy')}\n{SEMEY.replace('nis-semey', 'nis-sеmey')}\n"
    )
    plain, alike = problems_of(sheet, programme)
    assert "Latin" not in plain.right, "м is no m"
    assert alike.right == "'nis-semey' in Latin letters: 'е' in it is Cyrillic"


def test_every_bad_cell_of_every_row_is_told(sheet: Path, programme: Programme) -> None:
    rows = [
        f"{HEADER},parent,seat:principal,seat:trainer-1,seat:teacher-1",
        SEMEY + ",,p-7k2m9x4q,,",
        SEMEY + ",,,,",
        "NIS Oskemen,intelectual-school,Өскемен,,NIS,Abai,kz,,,,",
        "nis-atyrau,intellectual-school,А,А,A,,both,,Asel,p-7k2m9x4q,",
        "hub-1,rural-hub-school,А,А,A,Abai,kk,hub-2,p-7k2m9x4q,,p-7k2m9x4q",
        "hub-2,rural-hub-school,А\x07,А," + "A" * 201 + ",Abai,kk,trainers,,,,surplus",
        "trainers,trainers,А,А,A,Abai,both,nis-semey,,,",
    ]
    sheet.write_text("\n".join(rows))
    told = {(problem.row, problem.column): problem for problem in problems_of(sheet, programme)}
    assert set(told) == {
        (3, "school"), (4, "school"), (4, "tier"), (4, "name_ru"), (4, "language"), (5, "region"),
        (5, "seat:principal"), (5, "seat:trainer-1"), (6, "parent"), (6, "seat:teacher-1"), (7, ""),
        (7, "name_kk"), (7, "name_en"), (7, "parent"), (8, "parent"),
    }  # fmt: skip
    assert told[4, "school"].right.endswith("such as 'nis-oskemen'")
    assert told[4, "tier"].right == "did you mean 'intellectual-school'?"
    assert told[4, "language"].right == "did you mean 'kk'?"
    assert told[3, "school"].message == "'nis-semey' stands on row 2 already"
    assert told[6, "parent"].right == "a parent is of the tier intellectual-school"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b",,\nschool\n", "names its columns on row 2"),
        (HEADER.encode(), "names columns, but no school"),
        ((HEADER + "\n" + SEMEY).encode("utf-16"), "is written in UTF-16"),
        ((HEADER + "\n" + "школа," * 40).encode("cp1251"), "looks like Windows-1251, which has no Kazakh letters"),
        (b"PK\x03\x04 no workbook", "is no workbook that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old .xls workbook"),
        ((HEADER + "\n" + '"open').encode(), "is no CSV: unexpected end of data; close each quote"),
        ((HEADER + "\n" + (SEMEY + "\n") * 5001).encode(), "has 5,001 rows; at most 5,000 are read at once"),
        (b"x" * (5 * 1024 * 1024 + 1), "at most 5,242,880 are read"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(
    sheet: Path, programme: Programme, content: bytes, sentence: str
) -> None:
    sheet.write_bytes(content)
    assert any(sentence in str(problem) for problem in problems_of(sheet, programme))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, programme: Programme) -> None:
    assert "cannot be read" in problems_of(tmp_path / "none.csv", programme)[0].message


def test_numbers_in_a_workbook_are_read_as_they_look(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    workbook(path, [HEADER.split(","), [37, "astana-school", "№ 37", "№ 37", 37.0, "Astana", "both"]])
    (place,) = read_roster(path, programme)
    assert (place.school, place.names.en) == ("37", "37")


def test_formulas_and_merged_cells_are_told_with_their_cells(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(",")])
    assert book.active is not None
    book.active["E2"] = '="NIS " & "Semey"'
    book.active.merge_cells("F2:F3")
    book.save(path)
    told = {(problem.row, problem.column): problem.message for problem in problems_of(path, programme)}
    assert told[2, "E"] == "holds a formula"
    assert told[2, "F2:F3"] == "is a merged cell"


def test_an_error_in_a_cell_is_no_name(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(",")])
    assert book.active is not None
    book.active["E2"] = "#REF!"
    book.active["E2"].data_type = "e"
    book.save(path)
    assert RosterProblem(2, "E", "holds the error #REF!", "write it anew") in problems_of(path, programme)


def test_a_sheet_without_cells_stands_before_no_other(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(",")])
    book.create_sheet("Cover", 0)
    book.create_sheet("Notes")["A1"] = "Called on Monday"
    book.save(path)
    assert [place.school for place in read_roster(path, programme)] == ["nis-semey"]


def test_no_sheet_of_schools_is_left_out_without_a_word(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(",")])
    book.create_sheet("Second branch").append(HEADER.split(","))
    book.save(path)
    (problem,) = problems_of(path, programme)
    assert str(problem) == (
        "the file: has the same columns on the sheets 'Sheet' and 'Second branch'; put all rows on one sheet"
    )


def test_a_hidden_sheet_is_not_the_list(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(",")])
    hidden = book.create_sheet("Lists of choice", 0)
    hidden.append(["kk", "ru"])
    hidden.sheet_state = "hidden"
    book.save(path)
    assert [place.school for place in read_roster(path, programme)] == ["nis-semey"]
    hidden.delete_rows(1)
    hidden.append(HEADER.split(","))
    book.save(path)
    (problem,) = problems_of(path, programme)
    assert problem.right == "put all rows on one sheet; 'Lists of choice' is hidden"


def test_a_row_that_a_filter_hides_is_not_taken_without_a_word(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(","), SEMEY.replace("nis-semey", "nis-abay").split(",")])
    assert book.active is not None
    for number in (3, 4):
        book.active.row_dimensions[number].hidden = True
    book.save(path)
    assert [str(each) for each in problems_of(path, programme)] == ["row 3: is hidden; show it, or remove it"]


def test_a_workbook_that_openpyxl_stumbles_over_is_refused(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "schools.xlsx"
    book = workbook(path, [HEADER.split(","), SEMEY.split(",")])
    book.create_chartsheet("Chart", 0)
    book.save(path)
    (problem,) = problems_of(path, programme)
    assert problem.message == "is no workbook that can be read"


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, programme: Programme) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (41 * 1024 * 1024))
    assert "unpacks to" in problems_of(path, programme)[0].message


def test_the_shipped_examples_hold_no_person() -> None:
    for path in EXAMPLES.glob("*.csv"):
        assert "seat:" not in path.read_text(encoding="utf-8")


def test_a_misspelt_parent_is_told_with_its_row_where_the_schools_are_known(sheet: Path, programme: Programme) -> None:
    hub = "hub-1,rural-hub-school,А,А,A,Abai,kk"
    sheet.write_text(f"{HEADER},parent\n{SEMEY},trainers\n{hub},nis-semei\n")
    assert read_roster(sheet, programme), "only the rollout can tell"
    with pytest.raises(RosterProblems) as refused:
        read_roster(sheet, programme, others={"trainers"})
    (problem,) = refused.value.problems
    assert str(problem) == "row 3, column parent: there is no school 'nis-semei'; did you mean 'nis-semey'?"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("list.xlsx", b"%PDF-1.4\n%...", "is no workbook, although its name ends in .xlsx"),
        ("list.xlsx", b"school,tier\n", "is no workbook, although its name ends in .xlsx"),
        ("list.pdf", b"%PDF-1.4\n%...", "is a PDF and no table"),
        ("list.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is neither a workbook nor a text"),
    ],
)
def test_what_is_no_table_is_told_so(
    tmp_path: Path, programme: Programme, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (problem,) = problems_of(tmp_path / name, programme)
    assert (problem.row, problem.message) == (0, message)


def test_a_cell_that_excel_turned_into_a_date_is_no_id(tmp_path: Path, programme: Programme) -> None:
    cells = SEMEY.split(",")
    workbook(tmp_path / "list.xlsx", [HEADER.split(","), [date(2026, 5, 12), *cells[1:]]])
    (problem,) = problems_of(tmp_path / "list.xlsx", programme)
    assert (problem.row, problem.column, problem.message) == (2, "A", "was turned into a date by Excel")


def test_an_id_that_is_too_long_is_told_how_long_it_may_be(sheet: Path, programme: Programme) -> None:
    sheet.write_text(f"{HEADER}\n{SEMEY.replace('nis-semey', 'n' * 87)}\n")
    (problem,) = problems_of(sheet, programme)
    assert (problem.message, problem.right) == ("has 87 characters", "at most 63")
