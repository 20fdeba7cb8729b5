"""Settings come from the environment, follow the data folder, and refuse what they can't use."""

from pathlib import Path

import pytest

from runtime.reference import settings_reference
from runtime.settings import VARIABLES, Settings, WrongSetting


def test_every_place_follows_the_data_folder(tmp_path: Path) -> None:
    read = Settings.from_environment({"KASKAD_HOME": str(tmp_path)})
    assert read.home == tmp_path
    assert read.log == str(tmp_path / "log" / "events.db")
    assert {Path(place).parents[1] for place in (read.log, read.registry, read.keys)} == {tmp_path}


def test_a_database_url_is_left_as_it_is(tmp_path: Path) -> None:
    read = Settings.from_environment({"KASKAD_HOME": str(tmp_path), "KASKAD_LOG": "postgresql://log/kaskad"})
    assert read.log == "postgresql://log/kaskad"


def test_a_relative_path_means_the_same_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"KASKAD_HOME": "data"}).home == tmp_path / "data"


def test_an_empty_variable_is_no_setting(tmp_path: Path) -> None:
    read = Settings.from_environment({"KASKAD_HOME": str(tmp_path), "KASKAD_TEMPORAL_PORT": "", "KASKAD_LANG": ""})
    assert read.temporal_port is None
    assert read.language == "en"


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(WrongSetting) as refused:
        Settings.from_environment({"KASKAD_LANG": "de", "KASKAD_TEMPORAL_PORT": "70000", "KASKAD_EVIDNCE": "x"})
    sentence = str(refused.value)
    assert "KASKAD_LANG" in sentence
    assert "KASKAD_TEMPORAL_PORT" in sentence
    assert "did you mean KASKAD_EVIDENCE?" in sentence


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    read = Settings.from_environment({"KASKAD_HOME": str(tmp_path), "KASKAD_MASTER_KEY": "very-secret"})
    assert "very-secret" not in repr(read)


def test_every_setting_is_described() -> None:
    for variable, field in VARIABLES.items():
        description = Settings.model_fields[field].description
        assert description, variable
        assert description.endswith("."), variable


def test_the_reference_is_that_of_the_code() -> None:
    page = Path(__file__).parents[2] / "deploy" / "settings.md"
    assert page.read_text() == settings_reference(), "write it anew: python -m runtime.reference > deploy/settings.md"
