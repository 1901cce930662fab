"""Batches of children that are kept while their partition is not whole: who takes them up, and who does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.errors import NoSpace
from tests.core.landing.faulty import FaultyFiles
from tests.core.landing.samples import (
    FIRST,
    ORDER_LINES,
    ORGANIZATION,
    SECOND,
    THREE_DAYS,
    MakeStore,
    Store,
    facts,
    temporaries,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.parts import PartitionParts

KEYS = [f"order {number}" for number in range(1, 10)]


def parts_of(
    store: Store,
    *,
    day: dt.date | None = FIRST,
    run: str = "run",
    endpoint: Endpoint = ORDER_LINES,
    organization: str = ORGANIZATION,
) -> PartitionParts:
    return store.parts(endpoint, organization, day, run)


def keep(parts: PartitionParts, number: int, count: int, run: str = "run") -> None:
    """Keep a batch in which every second order has two lines."""
    keys = KEYS[number - 1 : number - 1 + count]
    answers = [(key, [b"%b a" % key.encode(), b"b"] if key[-1] in "13579" else []) for key in keys]
    parts.keep(number, answers, facts(THREE_DAYS, run))


def covered(parts: PartitionParts, keys: list[str] = KEYS) -> tuple[list[tuple[int, int]], list[str]]:
    """Which batches are taken up, and which parents are left."""
    kept, left = parts.taken_up(iter(keys))
    return [(part.number, part.count) for part in kept], list(left)


def test_batches_come_back_in_order_with_what_they_hold_and_cost(store: Store) -> None:
    parts = parts_of(store)
    for number in (4, 1, 7):
        keep(parts, number, 3)
    kept, left = parts.taken_up(iter([*KEYS, "order 10"]))
    assert list(left) == ["order 10"]
    assert [answer for part in kept for answer in part.answers()] == [
        (number, f"order {number}", [b"order %d a" % number, b"b"]) for number in (1, 3, 5, 7, 9)
    ]
    assert [(part.manifest.rows, part.manifest.requests, part.manifest.trace_ids) for part in kept] == [
        (4, 3, ("one", "two")),
        (2, 3, ("one", "two")),
        (4, 3, ("one", "two")),
    ]


def test_more_batches_than_ten_come_back_in_order(store: Store) -> None:
    keys = [f"{number}" for number in range(12)]
    parts = parts_of(store)
    for number, key in enumerate(keys, start=1):
        parts.keep(number, [(key, [b"{}"])], facts(THREE_DAYS))
    assert covered(parts, keys) == ([(number, 1) for number in range(1, 13)], [])


def test_a_batch_that_does_not_follow_on_the_one_before_is_removed(store: Store) -> None:
    parts = parts_of(store)
    keep(parts, 1, 2)
    keep(parts, 5, 2)
    assert covered(parts) == ([(1, 2)], KEYS[2:])
    keep(parts, 3, 2)
    assert covered(parts) == ([(1, 2), (3, 2)], KEYS[4:])


def test_a_gap_is_noticed_even_where_all_parents_have_the_same_key(store: Store) -> None:
    parts = parts_of(store)
    for number in (1, 3):
        parts.keep(number, [("order", [b"{}"])], facts(THREE_DAYS))
    assert covered(parts, ["order"] * 3) == ([(1, 1)], ["order"] * 2)


@pytest.mark.parametrize(
    "keys",
    [
        ["order 2", "order 1", *KEYS[2:]],
        ["order 0", *KEYS],
        KEYS[1:],
        ["order 1"],
        [],
        ["order 1order 2", "", "order 3"],
    ],
)
def test_other_parents_or_another_order_are_asked_about_again_all_of_them(store: Store, keys: list[str]) -> None:
    parts = parts_of(store)
    keep(parts, 1, 2)
    assert covered(parts, keys) == ([], keys)


def test_what_another_run_kept_is_not_taken_up_and_goes(store: Store, tmp_path: Path) -> None:
    keep(parts_of(store, run="one"), 1, 2, "one")
    assert covered(parts_of(store, run="two")) == ([], KEYS)
    assert list(tmp_path.rglob("*.part")) == []


def test_each_partition_has_batches_of_its_own(store: Store) -> None:
    others = [
        parts_of(store, day=SECOND),
        parts_of(store, day=None),
        parts_of(store, organization=f"{ORGANIZATION}1"),
        parts_of(store, endpoint=ENDPOINTS["salesorder_attachments"]),
    ]
    for other in others:
        keep(other, 1, 2)
    own = parts_of(store)
    keep(own, 1, 3)
    assert covered(own) == ([(1, 3)], KEYS[3:])
    own.discard()
    assert covered(own) == ([], KEYS)
    assert [covered(other)[0] for other in others] == [[(1, 2)]] * 4


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-9],
    "empty": lambda _: b"",
    "another byte": lambda data: data[:99] + bytes([data[99] ^ 1]) + data[100:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_batch_is_not_taken_up(store: Store, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    parts = parts_of(store)
    keep(parts, 1, 2)
    (path,) = tmp_path.rglob("*.part")
    path.write_bytes(damage(path.read_bytes()))
    assert covered(parts) == ([], KEYS)
    assert not path.exists()


def test_nothing_is_made_by_looking(make_store: MakeStore, tmp_path: Path) -> None:
    parts = parts_of(make_store(tmp_path / "data"))
    parts.discard()
    assert covered(parts) == ([], KEYS)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_while_a_batch_is_kept_is_no_space_and_leaves_those_before(
    make_store: MakeStore, tmp_path: Path
) -> None:
    keep(parts_of(make_store(tmp_path)), 1, 2)
    for at in range(20):
        files = FaultyFiles(at)
        parts = parts_of(make_store(tmp_path, files=files))
        try:
            keep(parts, 3, 2)
        except NoSpace:
            assert temporaries(tmp_path) == []
            assert covered(parts)[0][0] == (1, 2)
        if files.failed is None:
            break
    assert 3 < at < 20
    assert covered(parts) == ([(1, 2), (3, 2)], KEYS[4:])
