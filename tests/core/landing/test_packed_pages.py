"""A page in one piece lands as its records one by one do: the same rows, digest, pages and keys."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.http.body import pack_records
from finago_assets.core.records import RecordReader
from tests.core.landing.samples import FIRST, LINES, ORGANIZATION, SECOND, THIRD, THREE_DAYS, facts, partition, payloads

if TYPE_CHECKING:
    import datetime as dt

    from finago_assets.core.http.packed import PackedRecords
    from tests.core.landing.samples import Store

IN_ORDER = {1: [FIRST] * 300, 2: [FIRST] * 7 + [SECOND] * 250 + [THIRD] * 3, 3: [THIRD] * 199, 4: [THIRD] * 500}
MIXED = {number: days[::-1] if number % 2 else [*days[1::2], *days[::2]] for number, days in IN_ORDER.items()}


def record(number: int, day: dt.date) -> bytes:
    return f'{{"id":"{number // 2}", "date":"{day}","comment":"Blåbær {"x" * (number % 50)} 🫐"}}'.encode()


def page(number: int, days: list[dt.date]) -> PackedRecords:
    records = [record(1_000 * number + place, day) for place, day in enumerate(days)]
    return pack_records(bytearray(b"[ " + b" ,\n".join(records) + b" ]"))


@pytest.mark.parametrize("pages", [IN_ORDER, MIXED])
def test_what_lands_is_what_came_whatever_part_of_a_page_belongs_to_a_day(
    store: Store, pages: dict[int, list[dt.date]]
) -> None:
    expected: dict[dt.date, list[bytes]] = {FIRST: [], SECOND: [], THIRD: []}
    reader = RecordReader(LINES)
    with store.spool(LINES, ORGANIZATION, THREE_DAYS.days) as spool:
        for number, days in pages.items():
            records = page(number, days)
            reading, singly = reader.read(records), reader.read(list(records))
            assert (reading.keys, reading.days) == (singly.keys, singly.days)
            spool.add(number, records, reading.days, reading.keys)
            for day, record_of_day in zip(days, records, strict=True):
                expected[day].append(record_of_day)
        landed = list(spool.publish(facts(THREE_DAYS)))
    for found in landed:
        day, manifest = found.partition.date, found.manifest
        assert payloads(store, day) == expected[day]
        assert manifest.digest == hashlib.sha256(b"\x1e".join(expected[day])).hexdigest()
        assert manifest.payload_bytes == sum(map(len, expected[day]))
        assert manifest.rows == len(expected[day])
        assert manifest.distinct_ids == len(set(reader.keys(expected[day])))
        assert store.verify(partition(day)) == manifest
