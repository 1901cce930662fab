"""From wire bytes to records: bounded inflation, then one JSON array split into its objects without parsing them.

Owns every limit on a body. A byte order mark is passed over. msgspec's own skipping refuses NaN, bad numbers, bad
escapes, lone surrogates, trailing text and trailing commas; the checks here add what it lets through: bad UTF-8, deep
nesting, items that are no objects.
"""

from __future__ import annotations

import re
import sys
import zlib
from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import Malformed, TooLarge, Truncated
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.packed import PackedRecords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MEBIBYTE: Final = 1024 * 1024
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
WIRE_LIMIT: Final = 32 * MEBIBYTE
INFLATED_LIMIT: Final = 64 * MEBIBYTE
DEPTH_LIMIT: Final = 64
INFLATED_PIECE: Final = MEBIBYTE
GZIP: Final = 16 + zlib.MAX_WBITS
NOT_A_BRACKET: Final = bytes(set(range(256)) - set(b"{}[]"))
ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)

_RECORD_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT: Final = msgspec.json.Decoder(msgspec.Raw)


def inflated(chunks: Iterable[bytes], encoding: str, limit: int = INFLATED_LIMIT) -> Iterator[bytes]:
    """Yield the chunks without their content encoding. Raises a fault for damage and beyond the limit."""
    plain = _pieces(chunks, encoding.strip().lower())
    total = 0
    for piece in plain:
        total += len(piece)
        if total > limit:
            raise Fault(TooLarge, f"the body is larger than {limit} bytes")
        yield piece


def _pieces(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in {"", "identity"}:
        return iter(chunks)
    if encoding in {"gzip", "x-gzip"}:
        return _gunzipped(chunks)
    raise Fault(Malformed, "the body has a content encoding that was not asked for")


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(GZIP)
    for chunk in chunks:
        waiting = chunk
        while waiting:
            yield _inflate(inflater, waiting)
            waiting = inflater.unconsumed_tail
        if inflater.unused_data:
            raise Fault(Malformed, "bytes follow the end of the gzip stream", again=True)
    if not inflater.eof:
        raise Fault(Truncated, "the gzip stream ends early", again=True)


def _inflate(inflater: zlib._Decompress, waiting: bytes) -> bytes:
    try:
        return inflater.decompress(waiting, INFLATED_PIECE)
    except zlib.error:
        pass
    raise Fault(Malformed, "the gzip stream is damaged", again=True)


def split_records(body: bytearray, *, single: bool = False) -> list[bytes]:
    """Give the records of one body, each as it was sent: an array's objects, or the one object when `single`."""
    return list(pack_records(body, single=single))


def pack_records(body: bytearray, *, single: bool = False) -> PackedRecords:
    """Give the same records, in one piece."""
    if body.startswith(BYTE_ORDER_MARK):
        del body[: len(BYTE_ORDER_MARK)]
    # the records are views of these bytes
    text = bytes(body)
    records = PackedRecords([_parsed_object(text)] if single else _parsed_array(text))
    _check_text(records.text)
    # the brackets of the array itself are not in it
    _check_depth(records.text, records, DEPTH_LIMIT if single else DEPTH_LIMIT - 1)
    starts = records.ends[:-1]
    if set(map(records.text.__getitem__, starts)) - {ord("{")}:
        odd = next(place for place, start in enumerate(starts, start=1) if records.text[start] != ord("{"))
        raise Fault(Malformed, f"record {odd} of the answer is not an object")
    return records


def check_values(values: Sequence[bytes]) -> None:
    """Hold values that msgspec has skipped over against the rules it does not know. Raises a fault."""
    body = b",".join(values)
    _check_text(body)
    _check_depth(body, values, DEPTH_LIMIT)


def _parsed_array(body: bytes) -> list[msgspec.Raw]:
    fault: Fault
    try:
        return _RECORD_ARRAY.decode(body)
    except msgspec.ValidationError:
        fault = Fault(Malformed, "the answer is JSON but not an array")
    except msgspec.DecodeError as error:
        fault = _damaged(error, closed=body.rstrip().endswith(b"]"))
    except RecursionError:
        fault = _nested()
    raise fault


def _parsed_object(body: bytes) -> msgspec.Raw:
    fault: Fault
    try:
        return _OBJECT.decode(body.strip())
    except msgspec.DecodeError as error:
        fault = _damaged(error, closed=body.rstrip().endswith(b"}"))
    except RecursionError:
        fault = _nested()
    raise fault


def _damaged(error: msgspec.DecodeError, *, closed: bool) -> Fault:
    # half an emoji at the end of a text is called truncated, too
    if "truncated" in str(error) and not closed:
        return Fault(Truncated, "the JSON ends early", again=True)
    return Fault(Malformed, "the answer is not JSON", again=True)


def _nested() -> Fault:
    return Fault(TooLarge, f"the answer is nested deeper than {DEPTH_LIMIT}")


def _check_text(body: bytes) -> None:
    # Arrow takes a fifth of the time, where it is loaded; loading it takes as long as a hundred megabytes
    if body.isascii() or ("pyarrow.parquet" in sys.modules and _is_utf8(body)):
        return
    try:
        body.decode()
    except UnicodeDecodeError:
        pass
    else:
        return
    raise Fault(Malformed, "the answer is not UTF-8", again=True)


def _is_utf8(body: bytes) -> bool:
    """Tell whether bytes are UTF-8, without making a text of them."""
    import pyarrow as pa  # noqa: PLC0415

    ends = array("i", [0, len(body)])
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(ends), pa.py_buffer(body)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _check_depth(text: bytes, records: Sequence[bytes], limit: int) -> None:
    """Peel the brackets layer by layer, innermost pairs first.

    A lone bracket in a text spoils that, so what does not peel is looked at again, record by record and without texts.
    """
    if not _is_deeper(_brackets(text), limit):
        return
    suspects = [record for record in records if record.count(b"[") + record.count(b"{") >= DEPTH_LIMIT]
    if any(_is_deeper(_brackets(STRING.sub(b"", record)), DEPTH_LIMIT - 1) for record in suspects):
        raise _nested()


def _brackets(text: bytes) -> bytes:
    # without a table, leaving bytes out takes half the time; few are left for the second look
    return text.translate(None, NOT_A_BRACKET).translate(ONE_KIND)


def _is_deeper(brackets: bytes, limit: int) -> bool:
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)
