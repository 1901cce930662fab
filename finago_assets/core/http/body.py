"""From wire bytes to records: bounded inflation, then one JSON array split into its objects without parsing them.

Owns every limit on a body. A byte order mark is passed over. msgspec's own skipping refuses NaN, bad numbers, bad
escapes, lone surrogates, trailing text and trailing commas; the checks here add what it lets through: bad UTF-8, deep
nesting, items that are no objects.
"""

from __future__ import annotations

import re
import zlib
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import Malformed, TooLarge, Truncated
from finago_assets.core.http.fault import Fault

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
_first_byte = itemgetter(0)


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
    if body.startswith(BYTE_ORDER_MARK):
        del body[: len(BYTE_ORDER_MARK)]
    records = [bytes(_parsed_object(body))] if single else list(map(bytes, _parsed_array(body)))
    _check_text(body)
    _check_depth(body, records)
    if set(map(_first_byte, records)) - {ord("{")}:
        odd = next(place for place, record in enumerate(records, start=1) if record[0] != ord("{"))
        raise Fault(Malformed, f"record {odd} of the answer is not an object")
    return records


def check_values(values: Sequence[bytes]) -> None:
    """Hold values that msgspec has skipped over against the rules it does not know. Raises a fault."""
    body = bytearray(b",".join(values))
    _check_text(body)
    _check_depth(body, values)


def _parsed_array(body: bytearray) -> list[msgspec.Raw]:
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


def _parsed_object(body: bytearray) -> msgspec.Raw:
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


def _check_text(body: bytearray) -> None:
    if body.isascii():
        return
    try:
        body.decode()
    except UnicodeDecodeError:
        pass
    else:
        return
    raise Fault(Malformed, "the answer is not UTF-8", again=True)


def _check_depth(body: bytearray, records: Sequence[bytes]) -> None:
    """Peel the brackets layer by layer, innermost pairs first.

    A lone bracket in a text spoils that, so what does not peel is looked at again, record by record and without texts.
    """
    if not _is_deeper(_brackets(body), DEPTH_LIMIT):
        return
    suspects = [record for record in records if record.count(b"[") + record.count(b"{") >= DEPTH_LIMIT]
    if any(_is_deeper(_brackets(STRING.sub(b"", record)), DEPTH_LIMIT - 1) for record in suspects):
        raise _nested()


def _brackets(text: bytes | bytearray) -> bytes | bytearray:
    return text.translate(ONE_KIND, NOT_A_BRACKET)


def _is_deeper(brackets: bytes | bytearray, limit: int) -> bool:
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)
