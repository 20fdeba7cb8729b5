"""The canonical form and the Merkle tree, by property and against other people's code."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from eventlog.canonical import LARGEST_INTEGER, canonical, require_canonical
from eventlog.errors import NotCanonical
from eventlog.merkle import EMPTY_ROOT, Frontier, leaf_hash
from tests.eventlog.roots import root_by_definition

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
KEYS = st.text(st.characters(max_codepoint=0xD7FF, exclude_characters="\0"), max_size=10)
NUMBERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785(value: object) -> None:
    encoded = bytes(canonical(value))
    assert encoded == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert json.loads(encoded) == value
    require_canonical(encoded)


@given(VALUES, st.sampled_from([1.5, 1e300, float("nan"), 2**53, -(2**53), 10**40, "\0", "a\0b", "\ud800", b"x"]))
def test_what_has_no_canonical_form_is_refused_wherever_it_stands(value: object, wrong: object) -> None:
    for whole in (wrong, [value, wrong], {"a": value, "b": {"c": [wrong]}}):
        if isinstance(wrong, bytes):
            continue
        with pytest.raises(NotCanonical):
            canonical(whole)


@pytest.mark.parametrize(
    "written",
    [b'{"b":1,"a":2}', b"[1, 2]", b'"\\u0041"', b'{"a":1,"a":1}', b"1.0", b"1e2", b"-0", b"", b"{", b'"\xff"', b"01"],
)
def test_json_in_another_form_is_refused(written: bytes) -> None:
    with pytest.raises(NotCanonical):
        require_canonical(written)


def test_keys_beyond_the_basic_plane_are_refused_since_their_order_is_disputed() -> None:
    with pytest.raises(NotCanonical):
        canonical({"😀": 1})
    assert bytes(canonical({"a": "😀"})) == '{"a":"😀"}'.encode()


@given(st.integers(-(10**40), 10**40))
def test_an_integer_is_taken_or_refused_by_its_size(number: int) -> None:
    if abs(number) <= LARGEST_INTEGER:
        assert bytes(canonical([number])) == rfc8785.dumps([number])
    else:
        with pytest.raises(NotCanonical):
            canonical([number])


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_frontier_gives_the_root_of_rfc_9162_at_every_size(entries: list[bytes]) -> None:
    frontier, leaves = Frontier(), []
    assert frontier.root() == EMPTY_ROOT == root_by_definition([])
    for entry in entries:
        leaves.append(leaf_hash(entry))
        frontier.append(leaves[-1])
        assert frontier.root() == root_by_definition(leaves)
        assert frontier.size == len(leaves)


@given(st.lists(st.binary(min_size=1, max_size=4), max_size=40), st.integers(0, 40))
def test_a_frontier_goes_on_from_its_bytes(entries: list[bytes], at: int) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    frontier = Frontier()
    for leaf in leaves[:at]:
        frontier.append(leaf)
    again = Frontier.from_bytes(frontier.size, frontier.to_bytes())
    for leaf in leaves[at:]:
        again.append(leaf)
    assert again.root() == root_by_definition(leaves)


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="2 hashes"):
        Frontier(3, [b"x" * 32])


def test_the_hashes_are_those_of_the_test_vectors() -> None:
    # RFC 6962's reference tree: the empty leaf, and the empty tree.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    vector = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    assert root_by_definition([leaf_hash(bytes.fromhex(one)) for one in vector]).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )
