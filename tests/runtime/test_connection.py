"""A client finds its server by the environment, else by the note of the embedded one, and says so when it can't."""

import time
from pathlib import Path

import pytest

from runtime.connection import TemporalUnavailable, connect, names_a_server
from runtime.embedded import EmbeddedServer
from runtime.ports import free_port
from runtime.settings import Settings, WrongSetting


async def test_without_any_server_the_sentence_names_the_way_out(settings_here: Settings) -> None:
    with pytest.raises(TemporalUnavailable, match=r"kaskad up.*TEMPORAL_ADDRESS"):
        await connect(settings_here)


async def test_a_server_that_is_away_is_given_up_soon(settings_here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    started = time.monotonic()
    with pytest.raises(TemporalUnavailable, match="can't be reached"):
        await connect(settings_here)
    assert time.monotonic() - started < 6


@pytest.mark.server
async def test_the_embedded_server_is_found_by_its_note(temporal_server: EmbeddedServer) -> None:
    client = await connect(Settings(home=temporal_server.folder.home))
    assert client.service_client.config.target_host == temporal_server.address


@pytest.mark.server
async def test_a_profile_names_a_server(
    temporal_server: EmbeddedServer, settings_here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text(f'[profile.default]\naddress = "{temporal_server.address}"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profile))
    assert names_a_server()
    client = await connect(settings_here)
    assert client.service_client.config.target_host == temporal_server.address


async def test_a_broken_profile_is_bad_input(
    settings_here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text("no toml")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profile))
    with pytest.raises(WrongSetting, match="can't be read"):
        await connect(settings_here)


@pytest.mark.filterwarnings("ignore:Target host as URL")
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TEMPORAL_ADDRESS", "http://no address", "is not the address of a Temporal server"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/no/certificate", "can't be read"),
    ],
)
async def test_what_is_named_wrongly_is_bad_input(
    settings_here: Settings, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:7233")
    monkeypatch.setenv(variable, value)
    with pytest.raises(WrongSetting, match=sentence):
        await connect(settings_here)


def test_no_server_is_named_where_nothing_is_set(tmp_path: Path) -> None:
    assert not names_a_server({"HOME": str(tmp_path)})
    assert names_a_server({"HOME": str(tmp_path), "TEMPORAL_ADDRESS": "temporal:7233"})
