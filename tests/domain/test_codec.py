"""Events come back from the log as they went in, whatever they say and however long ago they were written."""

import json
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import codec
from domain.codec import EVENT_BY_KIND, UnknownEvent, decode, encode
from domain.event import Event
from domain.organisation import stream as organisation
from domain.participant import stream as participant
from domain.rollout import stream as rollout
from tests.domain.any_events import any_event

SAMPLES = Path(__file__).parents[1] / "samples" / "events"
KINDS = sorted(EVENT_BY_KIND)


@pytest.mark.parametrize("kind", KINDS)
def test_every_shape_that_an_event_ever_had_has_a_sample(kind: str) -> None:
    """To change a shape, raise its schema number, add an upcaster and a sample, and keep the old sample for ever."""
    for schema in range(1, EVENT_BY_KIND[kind].schema + 1):
        assert (SAMPLES / f"{kind}.{schema}.json").is_file(), f"{kind} has no sample of its schema {schema}"


def test_every_sample_is_of_a_kind_that_there_is() -> None:
    assert {path.name.partition(".")[0] for path in SAMPLES.iterdir()} == set(KINDS)


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.stem)
def test_a_sample_reads_as_an_event_and_writes_as_the_same_bytes(path: Path) -> None:
    kind, schema, _ = path.name.split(".")
    data = path.read_bytes().rstrip(b"\n")
    event = decode(kind, int(schema), data)
    assert event.kind() == kind
    assert decode(kind, event.schema, encode(event)) == event
    if int(schema) == event.schema:
        assert encode(event) == data


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.stem)
def test_a_sample_says_something_in_every_field(path: Path) -> None:
    kind = EVENT_BY_KIND[path.name.partition(".")[0]]
    if int(path.name.split(".")[1]) == kind.schema:
        assert set(json.loads(path.read_bytes())) == {"kind", *kind.__struct_fields__}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(data=st.data())
def test_whatever_an_event_says_comes_back(kind: str, data: st.DataObject) -> None:
    event = data.draw(any_event(EVENT_BY_KIND[kind]))
    assert decode(kind, event.schema, encode(event)) == event


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.stem)
def test_what_is_written_is_canonical_json(path: Path) -> None:
    data = path.read_bytes().rstrip(b"\n")
    assert rfc8785.dumps(json.loads(data)) == data


def test_an_event_of_a_newer_version_says_so() -> None:
    for kind, schema in (("SchoolTwinned", 1), ("Certified", 2)):
        with pytest.raises(UnknownEvent, match="newer"):
            decode(kind, schema, b"{}")


def test_no_two_kinds_of_event_share_a_name() -> None:
    streams = (*participant.EVENTS, *rollout.EVENTS, *organisation.EVENTS)
    assert len({event.kind() for event in streams}) == len(set(streams))


def test_an_old_shape_is_read_by_way_of_every_shape_that_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Renamed(Event, frozen=True, tag="Renamed"):
        schema: ClassVar[int] = 3
        school: str
        language: str

    monkeypatch.setitem(codec.EVENT_BY_KIND, "Renamed", Renamed)
    monkeypatch.setitem(codec._DECODERS, "Renamed", msgspec.json.Decoder(Renamed))
    monkeypatch.setitem(codec.UPCASTERS, ("Renamed", 1), lambda raw: {**raw, "school": raw["name"]})
    monkeypatch.setitem(codec.UPCASTERS, ("Renamed", 2), lambda raw: {**raw, "language": "kk"})
    assert decode("Renamed", 1, b'{"kind":"Renamed","name":"one"}') == Renamed("one", "kk")
    assert decode("Renamed", 3, b'{"kind":"Renamed","school":"one","language":"ru"}') == Renamed("one", "ru")
