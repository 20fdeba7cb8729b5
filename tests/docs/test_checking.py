"""docs/checking.md says what is so: its few lines of Python come to the same mark as the log."""

import re
import subprocess
import sys
from pathlib import Path

from eventlog.log import open_log
from eventlog.record import Record
from tests.eventlog.appends import append, event
from tests.terminal.calling import Calls

PAGE = (Path(__file__).parents[2] / "docs" / "checking.md").read_text(encoding="utf-8")


def test_the_lines_of_the_page_recompute_the_mark_from_an_export(tmp_path: Path) -> None:
    (script,) = re.findall(r"^```python recompute\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    log, export = tmp_path / "log.db", tmp_path / "log.jsonl"
    with open_log(log) as written:
        for number in range(11):
            says = event(number, school="Өскемен қаласы, «№ 7» мектеп\t\u202b😀")
            written.append(append(f"rollout:r{number % 3}", number // 3, events=(says,)))
        head = written.head()
    Calls(tmp_path / "var", "p-0000000a")("audit", "export", export, "--log", log)
    ran = subprocess.run(
        [sys.executable, "-I", "-c", script, export], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == f"{head.size}:{head.root}\n"


def test_every_field_of_a_record_is_explained() -> None:
    assert [name for name in Record.__struct_fields__ if f"`{name}`" not in PAGE] == []
