"""A file of JSON -> its records, each in the bytes it was sent in, or smaller arrays of them; a piece at a time.

Owns the cutting of one array, or one object, that is too large for memory. What a record means is columns.py's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from finago_assets.core.errors import Malformed, TooLarge
from finago_assets.core.http.body import BYTE_ORDER_MARK
from finago_assets.core.http.damage import JSON_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

READ_PIECE: Final = 256 * 1024
GROUP_ROWS: Final = 10_000
_ARRAY_PIECE: Final = 1024 * 1024  # as Python objects they take ten times as much
RECORD_LIMIT: Final = 64 * 1024 * 1024
_TRIES: Final = 8
_QUOTE_BYTE: Final = ord('"')
_BEFORE: Final = JSON_SPACE + BYTE_ORDER_MARK  # no JSON begins with a byte of that mark
_COMMA: Final = re.compile(rb",")
# records of one endpoint begin with the same key, objects nested in them with another
_FIRST_KEY: Final = re.compile(rb'[ \t\r\n]*{[ \t\r\n]*("(?:[^"\\]|\\.)*")')
# texts whole, also one that the end cuts off, so that only what is no text is left to count
_RAW_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[][{},]', re.DOTALL)
_DEEPER: Final = b"[{"
_RAW_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ONE: Final = msgspec.json.Decoder(msgspec.Raw)


def payloads_in(file: Path, *, many: bool, piece: int = READ_PIECE, limit: int = RECORD_LIMIT) -> Iterator[list[bytes]]:
    """Yield the records of a file in order, a few hundred at a time: an array's items, or without `many` the one value.

    Raises Malformed when the file is not what `many` says, TooLarge for a record beyond `limit` bytes, OSError.
    """
    with file.open("rb") as body:
        if many:
            for _, records in _read_items(body, piece, limit):
                yield list(map(bytes, records))
        else:
            yield [_read_single(body.read())]


class WrittenPage(NamedTuple):
    """Where the records of a page lie in a file, without what stands around them, and how many they are."""

    start: int
    end: int
    records: int


def arrays_in(file: Path, *, many: bool, most: int, pages: Sequence[WrittenPage] = ()) -> Iterator[bytes]:
    """Yield the same records as JSON arrays, at most `most` records in each. Raises what `payloads_in` raises.

    With `pages`, which have to be all of the file, nobody looks for the commas between records.
    """
    with file.open("rb") as body:
        if not many:
            yield b"[%b]" % _read_single(body.read())
            return
        if pages and max(page.records for page in pages) <= most:
            yield from (_read_pages(body, some) for some in _grouped(pages, most))
            return
        for text, records in _read_items(body, _ARRAY_PIECE, RECORD_LIMIT):
            if len(records) <= most:
                yield text
            else:
                starts = range(0, len(records), most)
                yield from (b"[%b]" % b",".join(records[start : start + most]) for start in starts)


def _grouped(pages: Sequence[WrittenPage], most: int) -> Iterator[WrittenPage]:
    """Take pages that follow one another together, as long as they are few bytes and at most so many records."""
    first, *others = pages
    for page in others:
        together = WrittenPage(first.start, page.end, first.records + page.records)
        if together.records > most or together.end - together.start > 2 * _ARRAY_PIECE:
            yield first
            together = page
        first = together
    yield first


def _read_pages(body: BinaryIO, place: WrittenPage) -> bytes:
    body.seek(place.start)
    return b"[%b]" % body.read(place.end - place.start)


def _read_single(text: bytes) -> bytes:
    text = text.lstrip(_BEFORE).rstrip(JSON_SPACE)
    try:
        _ONE.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise _malformed() from None
    return text


def _read_items(body: BinaryIO, piece: int, limit: int) -> Iterator[tuple[bytes, list[msgspec.Raw]]]:
    text = _opened(body, piece)
    wanted = piece
    while more := body.read(wanted):
        text += more
        cut, whole, records = _cut(text)
        if not records and len(text) > limit:
            raise TooLarge(f"A record of the answer is larger than {limit} bytes, which is no row of a table.")
        # a record longer than the piece: look at twice as much before the next try
        wanted = piece if records else max(piece, len(text))
        if records:
            yield whole, records
            text = text[cut:]
    whole = b"[%b" % text
    if records := _last(whole):
        yield whole, records


def _opened(body: BinaryIO, piece: int) -> bytes:
    text = b""
    while not text and (more := body.read(piece)):
        text = more.lstrip(_BEFORE)
    if not text.startswith(b"["):
        raise _malformed()
    return text[1:]


def _cut(text: bytes) -> tuple[int, bytes, list[msgspec.Raw]]:
    """Return where the next record begins, and as one array the records that are whole before it.

    A cut inside a record does not parse, so the last few likely commas are just tried. Where that finds nothing, as in
    records full of objects like themselves, the brackets are counted.
    """
    key = _FIRST_KEY.match(text)
    comma = _COMMA if key is None else _between_objects(key[1])
    commas = [found.end() for found in comma.finditer(text, max(0, len(text) - READ_PIECE))]
    for end in commas[: -_TRIES - 1 : -1]:
        whole = b"[%b]" % text[: end - 1]
        if records := _parsed(whole):
            return end, whole, records
    end = _last_comma(text)
    if end:
        whole = b"[%b]" % text[: end - 1]
        return end, whole, _parsed(whole) or _refuse()
    return 0, b"", []


@lru_cache(maxsize=16)
def _between_objects(first_key: bytes) -> re.Pattern[bytes]:
    space = rb"[ \t\r\n]*"
    return re.compile(rb"}%b,(?=%b{%b%b)" % (space, space, space, re.escape(first_key)))


def _last_comma(text: bytes) -> int:
    """Return the end of the last comma that stands between records, 0 for none."""
    depth = end = 0
    for token in _RAW_TOKEN.finditer(text):
        mark = token[0]
        if mark in _DEEPER:
            depth += 1
        elif mark == b",":
            end = end if depth else token.end()
        elif mark[0] != _QUOTE_BYTE:
            depth -= 1
    return end


def _refuse() -> list[msgspec.Raw]:
    raise _malformed()


def _parsed(text: bytes) -> list[msgspec.Raw]:
    try:
        return _RAW_ARRAY.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return []


def _last(text: bytes) -> list[msgspec.Raw]:
    try:
        return _RAW_ARRAY.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise _malformed() from None


def _malformed() -> Malformed:
    return Malformed("The answer on disk is not the JSON it was when it arrived. Send the request again.")
