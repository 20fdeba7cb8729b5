"""An id that begins with its moment is found beside its neighbours; every other one by its hash."""

from hashlib import sha256
from time import time_ns
from uuid import UUID

import pytest

from eventlog.command_ids import key_of, new_command_id

SEVENTH = "01a22354a27e7802ad5acf1ce0c93afc"


def test_an_id_is_a_version_7_uuid_of_this_moment() -> None:
    before = time_ns() // 1_000_000
    kind, _, digits = new_command_id("CompleteTask").partition(":")
    number = UUID(digits)
    assert (kind, number.version, number.variant) == ("CompleteTask", 7, "specified in RFC 4122")
    assert before <= number.int >> 80 <= time_ns() // 1_000_000


def test_no_two_ids_are_the_same() -> None:
    assert len({key_of(new_command_id("CompleteTask")) for _ in range(10_000)}) == 10_000


def test_keys_stand_in_the_order_of_the_moments() -> None:
    moments = [f"{moment:012x}" for moment in (0, 1, 0x01A22354A27E, 0x01A22354A27F, 0xFFFFFFFFFFFF)]
    keys = [key_of(f"CompleteTask:{moment}{SEVENTH[12:]}") for moment in moments]
    assert keys == sorted(keys)


def test_ids_that_share_their_uuid_do_not_share_their_key() -> None:
    first, second = key_of(f"a:{SEVENTH}"), key_of(f"b:{SEVENTH}")
    assert first != second
    assert first[:6] == second[:6] == bytes.fromhex(SEVENTH[:12])


@pytest.mark.parametrize(
    "command_id",
    [
        "once",
        "participant:r/x@3>1",
        f"a:{SEVENTH[:12]}4{SEVENTH[13:]}",  # another version
        f"a:{'мұғалім123456'[:12]}7{SEVENTH[13:]}",
        "",
    ],
)
def test_an_id_without_a_moment_is_known_by_its_hash(command_id: str) -> None:
    assert key_of(command_id) == sha256(command_id.encode()).digest()[:16]
