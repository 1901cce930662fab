r"""Records whose text was damaged on the way: half an emoji, a raw control character, bytes that are no UTF-8.

Owns telling such a record from a body that cannot be read at all, and a legible copy for those who need its key or day.
What is kept is what was sent; only bytes that are no text are spelled out, as `\xe9`, which no JSON holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE: Final = "\ufffd"
_SPACE: Final = b" \t\r\n"
# whole texts, so that brackets and commas within them do not count
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b|,(?=\s*[}\]])', re.DOTALL)
_ESCAPES: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"  # half of one
    r"|\\u[0-9a-fA-F]{4}|\\[\"\\/bfnrt]"  # others that JSON knows
    r"|\\x[0-9a-f]{2}|\\.|[\x00-\x1f]",  # what it does not
    re.DOTALL,
)
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_KNOWN: Final = re.compile(r"\\u[0-9a-fA-F]{4}.*|\\[\"\\/bfnrt]", re.DOTALL)
_STRICT: Final = msgspec.json.Decoder(msgspec.Raw)


def kept(body: bytes, *, single: bool) -> tuple[list[bytes], int | None]:
    """Cut a body that is not strictly JSON into its records; the ordinal, from 1, of the first that cannot be kept.

    Without one the records are all there are, each as it was sent, and at least one of them is damaged.
    """
    records: list[bytes] = []
    for item in [body.strip(_SPACE)] if single else _items(body):
        record = None if item is None else _kept(item)
        if record is None:
            return records, len(records) + 1
        records.append(record)
    return records, None


def is_damaged(record: bytes) -> bool:
    """Tell whether a record that landed is not strictly JSON."""
    return not _is_object(record)


def legible(record: bytes) -> bytes | None:
    """Give a record as JSON that can be read, damaged characters replaced by U+FFFD; None where that is not enough."""
    text = _TEXT.sub(_mended, record.decode(errors="backslashreplace")).encode()
    return text if _is_object(text) else None


def _kept(item: bytes) -> bytes | None:
    if legible(item) is None:
        return None
    return item.decode(errors="backslashreplace").encode()


def _is_object(text: bytes) -> bool:
    try:
        _STRICT.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return text.startswith(b"{")


def _items(body: bytes) -> Iterator[bytes | None]:
    """Yield what stands between the commas of one array; None at the end of a body that is no array, or is cut off."""
    text = body.strip(_SPACE)
    depth = start = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            start = start or token.end()
        elif mark in b"]}":
            depth -= 1
        if depth == 0 and mark == b"]" and token.end() == len(text) and text.startswith(b"["):
            if item := text[start : token.start()].strip(_SPACE):
                yield item
            return
        if depth == 1 and mark == b",":
            yield text[start : token.start()].strip(_SPACE)
            start = token.end()
    yield None


def _mended(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith('"'):
        return _ESCAPES.sub(_mended_escape, text)
    return "" if text == "," else "null"


def _mended_escape(found: re.Match[str]) -> str:
    escape = found[0]
    if _HALF.fullmatch(escape) or not _KNOWN.fullmatch(escape):
        return UNREADABLE
    return escape
