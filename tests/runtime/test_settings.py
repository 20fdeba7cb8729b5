"""Settings come from the environment, follow the data folder, and refuse what they can't use."""

import base64
from pathlib import Path

import pytest

from runtime.reference import settings_reference
from runtime.settings import VARIABLES, Settings, WrongSetting
from runtime.versions import Version, make_current

KEY = base64.b64encode(bytes(range(32))).decode()


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
    read = Settings.from_environment({"KASKAD_HOME": str(tmp_path), "KASKAD_MASTER_KEY": KEY})
    assert KEY not in repr(read)


def test_every_setting_is_described() -> None:
    for variable, field in VARIABLES.items():
        description = Settings.model_fields[field].description
        assert description, variable
        assert description.endswith("."), variable


def test_the_reference_is_that_of_the_code() -> None:
    page = Path(__file__).parents[2] / "deploy" / "settings.md"
    assert page.read_text() == settings_reference(), "write it anew: python -m runtime.reference > deploy/settings.md"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("KASKAD_HOME", __file__, "is a file; a folder is needed"),
        ("KASKAD_HOME", f"{__file__}/below", "is a file; a folder is needed"),
        ("KASKAD_HOME", "/srv/kas\tkad", r"U\+0009, which can't be seen"),
        ("KASKAD_MAILBOX", __file__, "is a file; a folder is needed"),
        ("KASKAD_LOG", "/", "/ is a folder; the path of a file is needed"),
        ("KASKAD_LOG", "mysql://db/kaskad", "SQLite or PostgreSQL, is needed; not one of mysql"),
        ("KASKAD_LOG", "sqlite://", "the path of a file is needed, as in sqlite:///"),
        ("KASKAD_REGISTRY", "postgresql://db:port/x", "the port of this URL is not a number"),
        ("KASKAD_KEYS", "mysql://db/kaskad", "SQLite or PostgreSQL, is needed"),
        ("KASKAD_EVIDENCE", "shelf://evidence", "fsspec knows no store of the kind shelf"),
        ("KASKAD_EVIDENCE", __file__, "is a file; a folder is needed"),
        ("KASKAD_MASTER_KEY", "very-secret", "32 bytes in base64 are needed"),
        ("KASKAD_TASK_QUEUE", " ", "begins or ends with a space"),
        ("KASKAD_METRICS_ADDRESS", "9464", "an address with a port is needed"),
        ("KASKAD_METRICS_ADDRESS", "127.0.0.1:99999", "an address with a port is needed"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_one_sentence(
    variable: str, value: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongSetting, match=rf"environment:\n  {variable}: .*{sentence}[^\n]*$") as refused:
        Settings.from_environment({"KASKAD_HOME": str(tmp_path), variable: value})
    assert "very-secret" not in str(refused.value)


def test_the_log_the_registry_and_its_keys_are_three_places(tmp_path: Path) -> None:
    for variable, other in (("KASKAD_LOG", "people/registry.db"), ("KASKAD_REGISTRY", "keys/keys.db")):
        with pytest.raises(WrongSetting, match="three different places"):
            Settings.from_environment({"KASKAD_HOME": str(tmp_path), variable: str(tmp_path / other)})


def test_a_store_that_fsspec_knows_is_taken(tmp_path: Path) -> None:
    read = Settings.from_environment({"KASKAD_HOME": str(tmp_path), "KASKAD_EVIDENCE": "s3://bucket/evidence"})
    assert read.evidence == "s3://bucket/evidence"


def test_the_way_to_make_a_version_current_is_on_the_page_as_in_the_log() -> None:
    command = make_current(Version("kaskad", "BUILD_ID"))
    assert command in (Path(__file__).parents[2] / "deploy" / "README.md").read_text()
