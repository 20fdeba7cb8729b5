"""The catalogues of words and sentences that stand beside the code, as YAML."""

from functools import cache
from pathlib import Path
from typing import Any


@cache
def read_catalogue(path: Path) -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded
