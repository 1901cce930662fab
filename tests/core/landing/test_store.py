"""What both stores promise: the same tests run over parquet files and over DuckDB tables."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.core.errors import Malformed, NotLanded, OutsideWindow, SettingInvalid
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.store import LandingOutcome
from finago_assets.core.windows import ONE_DAY, Window
from tests.core.landing.samples import (
    FIRST,
    JANUARY,
    KINDS,
    LINES,
    ORDER_LINES,
    ORGANIZATION,
    SECOND,
    THIRD,
    THREE_DAYS,
    MakeStore,
    Store,
    facts,
    files_below,
    land,
    partition,
    payloads,
    temporaries,
)

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from finago_assets.core.landing.store import Landed

ODD = [
    b'{"amount":1.10,"a":1E400,"a":-0.0}',
    b' { "text" : "\\u00e6\\/\xc3\xa6 \\ud83d\\ude00 \xf0\x9f\x98\x80" }\n',
    b'{"n":12345678901234567890123.4500}',
    b"{}",
]


def test_records_come_back_byte_for_byte_in_the_order_they_came(store: Store) -> None:
    land(store, THREE_DAYS, {FIRST: ODD, THIRD: ODD[::-1]})
    assert payloads(store, FIRST) == ODD
    assert payloads(store, THIRD) == ODD[::-1]


def test_a_hundred_thousand_odd_numbers_keep_every_byte(store: Store) -> None:
    source = random.Random(17)
    records = [b'{"amount":%b}' % _number(source) for _ in range(100_000)]
    land(store, THREE_DAYS, {SECOND: records})
    equal = sum(a == b for a, b in zip(payloads(store, SECOND), records, strict=True))
    print(f"T17, raw half: {equal:,} of {len(records):,} numbers byte for byte equal")
    assert equal == len(records)


def _number(source: random.Random) -> bytes:
    digits = "".join(source.choices("0123456789", k=source.randint(1, 28)))
    whole = digits[: source.randint(1, len(digits))]
    text = source.choice(("", "-")) + (whole.lstrip("0") or "0")
    text += f".{digits[len(whole) :]}" if len(whole) < len(digits) else ""
    text += source.choice(("", "", "0" * source.randint(0, 3) if "." in text else "", f"e{source.randint(-400, 400)}"))
    return text.encode()


def test_pages_of_several_days_are_sorted_into_their_days(store: Store) -> None:
    with store.spool(LINES, ORGANIZATION, THREE_DAYS.days) as spool:
        spool.add(1, [b"1", b"2", b"3"], [SECOND, FIRST, SECOND], ["1", "2", "3"])
        spool.add(2, [b"4", b"5"], [FIRST, SECOND], ["4", "1"])
        landed = {fact.partition.date: fact.manifest for fact in spool.publish(facts(THREE_DAYS))}
    assert payloads(store, FIRST) == [b"2", b"4"]
    assert payloads(store, SECOND) == [b"1", b"3", b"5"]
    assert (landed[SECOND].rows, landed[SECOND].distinct_ids) == (3, 2)


def test_more_than_the_buffer_holds_comes_back_in_order_whatever_the_order_of_days(store: Store) -> None:
    source, days = random.Random(5), JANUARY.days[:8]
    came: dict[dt.date, list[bytes]] = {day: [] for day in days}
    with store.spool(LINES, ORGANIZATION, days) as spool:
        for page in range(40):
            records = [b'"%06d%b"' % (page * 1000 + n, b"x" * 400) for n in range(1000)]
            drawn = source.choices(days, k=1000)
            spool.add(page, records, drawn, None)
            for day, record in zip(drawn, records, strict=True):
                came[day].append(record)
        landed = list(spool.publish(facts(JANUARY)))
    assert [fact.manifest.rows for fact in landed] == [len(came[day]) for day in days]
    assert all(store.verify(fact.partition) == fact.manifest for fact in landed)
    assert payloads(store, THIRD) == came[THIRD]
    seen: list[bytes] = []
    store.verify(partition(THIRD), seen.extend)
    assert seen == came[THIRD]


def test_a_day_without_records_lands_as_zero_rows(store: Store) -> None:
    landed = land(store, THREE_DAYS, {SECOND: ODD})
    assert [(fact.partition.date, fact.manifest.rows) for fact in landed] == [(FIRST, 0), (SECOND, 4), (THIRD, 0)]
    assert payloads(store, FIRST) == []
    assert store.verify(partition(FIRST)).rows == 0


def test_the_manifest_is_that_of_the_day_and_its_chain(store: Store) -> None:
    (_, landed, _) = land(store, THREE_DAYS, {SECOND: ODD})
    manifest = store.manifest(partition(SECOND))
    assert manifest == landed.manifest
    assert manifest is not None
    assert manifest.digest == hashlib.sha256(b"\x1e".join(ODD)).hexdigest()
    assert manifest.payload_bytes == sum(map(len, ODD))
    assert manifest.window == THREE_DAYS
    assert (manifest.pages, manifest.requests, manifest.retries, manifest.waited_seconds) == (2, 3, 1, 0.5)
    assert (manifest.trace_ids, manifest.run, manifest.outcome) == (("one", "two"), "run", LandingOutcome.LANDED)


def test_records_without_a_key_are_not_counted_as_keys(store: Store) -> None:
    with store.spool(LINES, ORGANIZATION, [FIRST]) as spool:
        spool.add(1, [b"1", b"2", b"3"], FIRST, ["a", None, None])
        (landed,) = spool.publish(facts(THREE_DAYS))
    assert (landed.manifest.rows, landed.manifest.distinct_ids) == (3, 1)


def test_a_child_keeps_its_parents_key(store: Store) -> None:
    with store.spool(ORDER_LINES, ORGANIZATION, [FIRST]) as spool:
        spool.add(1, [b"1", b"2"], FIRST, ["1", "2"], "order 1")
        spool.add(2, [b"3"], FIRST, ["1"], "order 2")
        (landed,) = spool.publish(facts(THREE_DAYS))
    assert list(store.records(landed.partition)) == [("order 1", b"1"), ("order 1", b"2"), ("order 2", b"3")]
    assert landed.manifest.distinct_ids == 3
    joined = b"order 1\x1f1\x1eorder 1\x1f2\x1eorder 2\x1f3"
    assert landed.manifest.digest == hashlib.sha256(joined).hexdigest()
    assert store.verify(landed.partition) == landed.manifest


def test_a_child_without_its_parents_key_is_a_mistake(store: Store) -> None:
    with store.spool(ORDER_LINES, ORGANIZATION, [FIRST]) as spool, pytest.raises(ValueError, match="parent's key"):
        spool.add(1, [b"1"], FIRST, ["1"])
    with store.spool(LINES, ORGANIZATION, [FIRST]) as spool, pytest.raises(ValueError, match="parent's key"):
        spool.add(1, [b"1"], FIRST, ["1"], "order 1")


def test_nothing_is_visible_before_publish_and_nothing_stays_without_it(store: Store, tmp_path: Path) -> None:
    with store.spool(LINES, ORGANIZATION, [FIRST]) as spool:
        for page in range(20):
            spool.add(page, [b"x" * 1000] * 1000, FIRST, None)
        assert temporaries(tmp_path)  # far more than a buffer: some of it is on the disk
        assert store.manifest(partition(FIRST)) is None
        assert store.landed(LINES.name, ORGANIZATION) == {}
    assert temporaries(tmp_path) == []
    assert store.manifest(partition(FIRST)) is None


def test_days_already_yielded_stand_when_the_reader_stops(store: Store, tmp_path: Path) -> None:
    with store.spool(LINES, ORGANIZATION, THREE_DAYS.days) as spool:
        spool.add(1, [b"1"], FIRST, None)
        assert next(iter(spool.publish(facts(THREE_DAYS)))).partition == partition(FIRST)
    assert list(store.landed(LINES.name, ORGANIZATION)) == [FIRST]
    assert temporaries(tmp_path) == []


def test_days_of_a_spool_land_one_by_one_each_once_and_the_others_not_at_all(store: Store, tmp_path: Path) -> None:
    with store.spool(LINES, ORGANIZATION, THREE_DAYS.days) as spool:
        spool.add(1, [b"1"], SECOND, None)
        (landed,) = spool.publish(facts(THREE_DAYS), [SECOND])
        assert landed.manifest.rows == 1
        spool.add(2, [b"2"], THIRD, None)
        (landed,) = spool.publish(facts(THREE_DAYS, "other"), [THIRD])
        assert (landed.manifest.rows, landed.manifest.run) == (1, "other")
        for day in (SECOND, JANUARY.days[9]):
            with pytest.raises(KeyError):
                list(spool.publish(facts(THREE_DAYS), [day]))
    assert list(store.landed(LINES.name, ORGANIZATION)) == [SECOND, THIRD]
    assert temporaries(tmp_path) == []


def test_landing_again_replaces_the_whole_partition(store: Store) -> None:
    land(store, THREE_DAYS, {FIRST: ODD, SECOND: ODD}, run="old")
    land(store, THREE_DAYS, {FIRST: [b"new"]}, run="new")
    assert payloads(store, FIRST) == [b"new"]
    assert payloads(store, SECOND) == []
    assert {fact.manifest.run for fact in store.landed(LINES.name, ORGANIZATION).values()} == {"new"}


def test_a_reader_gets_one_attempt_even_if_the_partition_is_landed_again_meanwhile(store: Store) -> None:
    old = [b"old %d" % n for n in range(5000)]
    land(store, THREE_DAYS, {FIRST: old})
    reading = store.records(partition(FIRST))
    seen = [next(reading)[1]]
    land(store, THREE_DAYS, {FIRST: [b"new"]})  # the reader holds no lock that would stop this
    seen += [payload for _, payload in reading]
    assert seen == old
    assert payloads(store, FIRST) == [b"new"]


def test_a_row_of_a_day_that_was_not_asked_for_is_refused(store: Store) -> None:
    with store.spool(LINES, ORGANIZATION, [FIRST]) as spool, pytest.raises(OutsideWindow, match=str(SECOND)):
        spool.add(1, [b"1"], SECOND, ["1"])


def test_bytes_that_are_not_utf8_are_refused_and_the_old_partition_stands(store: Store, tmp_path: Path) -> None:
    land(store, THREE_DAYS, {FIRST: ODD})
    with pytest.raises(Malformed, match="UTF-8"):
        land(store, THREE_DAYS, {FIRST: [b'"\xff"']})
    assert payloads(store, FIRST) == ODD
    assert temporaries(tmp_path) == []


def test_what_has_not_landed_is_said_to_be_missing(store: Store) -> None:
    assert store.manifest(partition(FIRST)) is None
    assert store.newest(LINES.name, ORGANIZATION) is None
    with pytest.raises(NotLanded, match="materialize finago/transactionlines"):
        list(store.records(partition(FIRST)))
    with pytest.raises(NotLanded):
        store.verify(partition(FIRST))
    land(store, THREE_DAYS, {})
    with pytest.raises(NotLanded):
        store.verify(partition(JANUARY.days[9]))


def test_the_newest_day_is_found(store: Store) -> None:
    land(store, THREE_DAYS, {})
    assert store.newest(LINES.name, ORGANIZATION) == partition(THIRD)
    assert store.newest(LINES.name, ORGANIZATION, before=THIRD) == partition(SECOND)
    assert store.newest(LINES.name, ORGANIZATION, before=FIRST) is None
    assert list(store.landed(LINES.name, ORGANIZATION)) == list(THREE_DAYS.days)
    assert store.landed(LINES.name, "somebody-else") == {}


def test_a_placeholder_is_there_and_counts_for_nothing(store: Store) -> None:
    store.placeholder(LINES, ORGANIZATION, FIRST)
    manifest = store.verify(partition(FIRST))
    assert (manifest.outcome, manifest.rows) == (LandingOutcome.PLACEHOLDER, 0)
    assert payloads(store, FIRST) == []
    assert store.landed(LINES.name, ORGANIZATION) == {}
    assert store.newest(LINES.name, ORGANIZATION) is None


def test_a_placeholder_never_hides_or_follows_what_landed(store: Store) -> None:
    land(store, THREE_DAYS, {FIRST: ODD})
    store.placeholder(LINES, ORGANIZATION, FIRST)
    store.placeholder(LINES, ORGANIZATION, JANUARY.days[9])
    assert payloads(store, FIRST) == ODD
    assert store.manifest(partition(JANUARY.days[9])) is None


def test_an_answer_takes_the_place_of_a_placeholder(store: Store) -> None:
    store.placeholder(ORDER_LINES, ORGANIZATION, FIRST)
    with store.spool(ORDER_LINES, ORGANIZATION, [FIRST]) as spool:
        spool.add(1, [b"1"], FIRST, ["1"], "order 1")
        (landed,) = spool.publish(facts(THREE_DAYS))
    assert store.newest(ORDER_LINES.name, ORGANIZATION) == landed.partition


def test_what_nobody_landed_can_be_read_and_counts_for_no_organization(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        store.make_readable([LINES, ORDER_LINES])
    assert store.organizations() == []
    assert store.held(LINES.name, ORGANIZATION) == 0
    data = tmp_path / "data"
    with closing(duckdb.connect()) as connection:
        if isinstance(store, ParquetStore):
            place = (
                f"read_parquet('{data}/raw/finago/{{}}/organization=*/date=*/data.parquet', hive_partitioning = true)"
            )
        else:
            connection.execute(f"attach '{data}/raw.duckdb' as raw (read_only)")
            assert connection.execute("from raw.finago.manifests").fetchall() == []
            place = "raw.finago.{}"
        for endpoint, parents in ((LINES, set()), (ORDER_LINES, {"salesorder_id"})):
            found = connection.execute(f"from {place.format(endpoint.name)}")
            columns = {column[0] for column in found.description}
            assert columns == {"organization", "date", "ordinal", "page", "payload"} | parents
            assert found.fetchall() == []
    land(store, THREE_DAYS, {FIRST: ODD})
    assert store.organizations() == [ORGANIZATION]
    assert payloads(store, FIRST) == ODD


def test_every_organization_with_a_partition_is_known(store: Store) -> None:
    assert store.organizations() == []
    for organization, endpoint in (("b", LINES), ("a", ORDER_LINES), ("b", ORDER_LINES)):
        store.placeholder(endpoint, organization, FIRST)
    assert store.organizations() == ["a", "b"]


def test_organizations_that_differ_in_case_only_are_refused(store: Store) -> None:
    with store.spool(LINES, "Acme", [FIRST]) as spool:
        list(spool.publish(facts(THREE_DAYS)))
    with pytest.raises(SettingInvalid, match="FINAGO_ORGANIZATION_ID"):
        store.spool(LINES, "acme", [FIRST])
    with pytest.raises(SettingInvalid, match="FINAGO_ORGANIZATION_ID"):
        store.placeholder(LINES, "ACME", FIRST)


def test_nobody_else_may_read_anything(store: Store, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        land(store, THREE_DAYS, {FIRST: ODD})
        store.placeholder(ORDER_LINES, ORGANIZATION, FIRST)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    below = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    modes = {path.relative_to(tmp_path): stat.S_IMODE(path.stat().st_mode) for path in below}
    assert len(modes) > 2
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


def test_both_stores_land_the_same(tmp_path: Path) -> None:
    landed = {
        kind: [fact.manifest for fact in land(make_store(tmp_path / kind), THREE_DAYS, {FIRST: ODD})]
        for kind, make_store in KINDS.items()
    }
    assert landed["parquet"] == landed["duckdb"]


def test_threads_share_a_store_each_with_its_own_chain(store: Store) -> None:
    days = JANUARY.days[:4]

    def chain(day: dt.date) -> list[Landed]:
        return land(store, Window(day, day + ONE_DAY), {day: [b'"%d"' % n for n in range(day.day * 1000)]})

    with ThreadPoolExecutor(4) as pool:
        landed = [fact for facts in pool.map(chain, days) for fact in facts]
    assert [fact.manifest.rows for fact in landed] == [1000, 2000, 3000, 4000]
    assert [store.verify(partition(day)).rows for day in days] == [1000, 2000, 3000, 4000]


def test_a_chain_without_days_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        store.spool(LINES, ORGANIZATION, [])


def test_opening_a_store_touches_nothing(tmp_path: Path, make_store: MakeStore) -> None:
    store = make_store(tmp_path / "data")
    assert (store.manifest(partition(FIRST)), store.landed(LINES.name, ORGANIZATION), store.sweep()) == (None, {}, 0)
    assert files_below(tmp_path) == []


def test_old_lists_are_forgotten_and_the_newest_stays_however_old_it_is(store: Store) -> None:
    land(store, THREE_DAYS, {FIRST: [b'{"n":1}'], SECOND: [b'{"n":2}'], THIRD: [b'{"n":3}']})
    assert store.held(LINES.name, ORGANIZATION) == 3
    assert store.forget(LINES.name, ORGANIZATION, SECOND) == 1
    assert list(store.landed(LINES.name, ORGANIZATION)) == [SECOND, THIRD]
    assert store.forget(LINES.name, ORGANIZATION, THIRD + 1000 * ONE_DAY) == 1
    assert list(store.landed(LINES.name, ORGANIZATION)) == [THIRD]
    assert payloads(store, THIRD) == [b'{"n":3}']
    assert store.held(LINES.name, ORGANIZATION) == 1


def test_nothing_is_forgotten_where_nothing_has_landed(store: Store) -> None:
    store.placeholder(LINES, ORGANIZATION, FIRST)
    assert store.forget(LINES.name, ORGANIZATION, THIRD) == 0
    assert store.held(LINES.name, ORGANIZATION) == 1
    assert store.forget("accounts", ORGANIZATION, THIRD) == 0
