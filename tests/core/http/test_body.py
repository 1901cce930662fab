"""Bodies: kept byte for byte, or refused by type."""

from __future__ import annotations

import gzip
import zlib

import pytest

from finago_assets.core.errors import FinagoError, Malformed, TooLarge, Truncated
from finago_assets.core.http.body import DEPTH_LIMIT, inflated, split_records
from finago_assets.core.http.fault import Fault

KEPT = [
    b"{}",
    b'{"amount": 1.10}',
    b'{"n":12345678901234567890123.4500, "e": 1E400, "z": -0.0}',
    b'{"a":1,"a":2}',
    b'{"s":"\\u00e6 \\ud83d\\ude00 \\\\ud800 \\/"}',
    '{"navn":"Blåbær & sønn"}'.encode(),
    b'{ "spaced" : [ 1 , 2 ] ,\n "x":null}',
    b'{"n":' + b"9" * 5000 + b"}",
    b'{"smile":":-] and }{"}',
]
REFUSED: list[tuple[bytes, type[FinagoError], bool]] = [
    (b'[{"a":NaN}]', Malformed, True),
    (b'[{"a":-Infinity}]', Malformed, True),
    (b'[{"a":01}]', Malformed, True),
    (b'[{"a":1},]', Malformed, True),
    (b'[{"a":1}] x', Malformed, True),
    (b'[{"a":1}][]', Malformed, True),
    (b'[{"a":"\\ud800"}, {"b":"0123456789"}]', Malformed, True),
    (b'[{"a":"\\udc00"}]', Malformed, True),
    (b'[{"a":"\xff"}]', Malformed, True),
    (b'[{"a":"\xed\xa0\x80"}]', Malformed, True),
    (b'[{"a":"\x00"}]', Malformed, True),
    (b"<html></html>", Malformed, True),
    (b'[{"a":1},{"b"', Truncated, True),
    (b'[{"a":1}', Truncated, True),
    (b"", Truncated, True),
    (b"   ", Truncated, True),
    (b'{"error":{}}', Malformed, False),
    (b"null", Malformed, False),
    (b'"text"', Malformed, False),
    (b'[{"a":1}, 2]', Malformed, False),
    (b"[[]]", Malformed, False),
    (b"[null]", Malformed, False),
]


def test_records_keep_their_bytes() -> None:
    body = b" [" + b" ,\n".join(KEPT) + b"]\n"
    assert split_records(bytearray(body)) == KEPT


def test_a_byte_order_mark_is_passed_over() -> None:
    assert split_records(bytearray(b"\xef\xbb\xbf" + b'[{"a":1}]')) == [b'{"a":1}']
    assert split_records(bytearray(b"\xef\xbb\xbf" + b'{"a":1}'), single=True) == [b'{"a":1}']
    assert split_records(bytearray(b"\xef\xbb\xbf[]")) == []


@pytest.mark.parametrize(("body", "kind", "again"), REFUSED)
def test_a_body_that_is_no_array_of_objects_is_refused(body: bytes, kind: type[FinagoError], again: bool) -> None:  # noqa: FBT001 - a table's column
    with pytest.raises(Fault) as caught:
        split_records(bytearray(body))
    assert (caught.value.kind, caught.value.again) == (kind, again)


def test_an_empty_array_is_no_records() -> None:
    assert split_records(bytearray(b" [ ] ")) == []


def test_a_single_object_is_one_record_without_the_space_around_it() -> None:
    assert split_records(bytearray(b' \n{"id": 1} '), single=True) == [b'{"id": 1}']
    for body in (b"[]", b'[{"id":1}]', b"1", b"", b'{"id":1} {}'):
        with pytest.raises(Fault):
            split_records(bytearray(body), single=True)


def nested(depth: int, inside: bytes = b"") -> bytearray:
    """An array of one record, `depth` deep in all."""
    return bytearray(b'[{"a":' + b"[" * (depth - 2) + inside + b"]" * (depth - 2) + b"}]")


@pytest.mark.parametrize("inside", [b"", b'"]]]"', b'"a","[{"'])
def test_nesting_is_refused_one_level_beyond_the_limit(inside: bytes) -> None:
    assert len(split_records(nested(DEPTH_LIMIT, inside))) == 1
    for depth in (DEPTH_LIMIT + 1, 500, 100_000):
        with pytest.raises(Fault) as caught:
            split_records(nested(depth, inside))
        assert (caught.value.kind, caught.value.again) == (TooLarge, False)


def test_many_shallow_brackets_are_no_nesting() -> None:
    assert len(split_records(bytearray(b'[{"a":' + b'[[{"x":[]}]' + b',[{"x":["}"]}]' * 500 + b"]}]"))) == 1


def in_pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_gzip_is_undone_whatever_the_chunks(size: int) -> None:
    plain = b'[{"id": 1}]' * 300
    assert b"".join(inflated(in_pieces(gzip.compress(plain), size), "gzip")) == plain
    assert b"".join(inflated(in_pieces(plain, size), "")) == plain
    assert b"".join(inflated(in_pieces(plain, size), " Identity ")) == plain


@pytest.mark.parametrize(
    ("chunks", "encoding", "kind"),
    [
        ([gzip.compress(b"[]" * 99)[:-9]], "gzip", Truncated),
        ([], "gzip", Truncated),
        ([gzip.compress(b"[]") + b"more"], "gzip", Malformed),
        ([gzip.compress(b"[]"), gzip.compress(b"[]")], "gzip", Malformed),
        ([b"[]"], "gzip", Malformed),
        ([zlib.compress(b"[]")], "deflate", Malformed),
        ([b"[]"], "br", Malformed),
        ([gzip.compress(gzip.compress(b"[]"))], "gzip, gzip", Malformed),
    ],
)
def test_a_damaged_or_unasked_encoding_is_refused(chunks: list[bytes], encoding: str, kind: type[FinagoError]) -> None:
    with pytest.raises(Fault) as caught:
        list(inflated(chunks, encoding))
    assert caught.value.kind is kind


def test_inflation_stops_at_its_limit() -> None:
    bomb = gzip.compress(bytes(50 * 1024 * 1024), 9)
    got: list[int] = []
    with pytest.raises(Fault) as caught:
        got.extend(len(piece) for piece in inflated([bomb], "gzip", 1024 * 1024))
    assert caught.value.kind is TooLarge
    assert sum(got) <= 1024 * 1024
