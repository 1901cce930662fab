"""Records in one piece are the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.core.http.body import pack_records

if TYPE_CHECKING:
    from finago_assets.core.http.packed import PackedRecords

BODY = b'[ {"id":1} , {"id":"\xc3\xa5"},\n{"id":3,"x":[{"id":4},{"id":5}]}]'
RECORDS = [b'{"id":1}', b'{"id":"\xc3\xa5"}', b'{"id":3,"x":[{"id":4},{"id":5}]}']


@pytest.fixture
def packed() -> PackedRecords:
    return pack_records(bytearray(BODY))


def test_each_record_is_there_as_it_was_sent_however_it_is_asked_for(packed: PackedRecords) -> None:
    assert list(packed) == RECORDS
    assert [packed[place] for place in (0, 1, -1)] == RECORDS
    assert [len(packed), bool(packed), bool(packed[:0])] == [3, True, False]
    assert {type(one) for one in packed} == {bytes}


def test_a_part_is_cut_where_its_records_begin_and_end(packed: PackedRecords) -> None:
    part = packed[1:]
    assert list(part) == RECORDS[1:]
    assert part.text == b"".join(RECORDS[1:])
    assert [part.text[start:end] for start, end in zip(part.ends, part.ends[1:], strict=False)] == RECORDS[1:]
    assert part.joined(b"\x1e") == b"\x1e".join(RECORDS[1:])


def test_a_body_that_changes_afterwards_changes_no_record() -> None:
    body = bytearray(BODY)
    packed = pack_records(body)
    body[:] = b"x" * len(body)
    body.clear()
    assert list(packed) == RECORDS
