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
JSON_SPACE: Final = b" \t\r\n"
# whole texts, so that brackets and commas within them do not count
_JSON_MARK: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_DAMAGED_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b|,(?=\s*[}\]])', re.DOTALL)
# in the group what JSON knows, a whole pair or an escape that is no half of one; then half a pair and all the rest
_ESCAPES: Final = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|\\[\"\\/bfnrt])"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\x[0-9a-f]{2}|\\.|[\x00-\x1f]",
    re.DOTALL,
)
_STRICT: Final = msgspec.json.Decoder(msgspec.Raw)


def kept(body: bytes, *, single: bool) -> tuple[list[bytes], int | None]:
    """Cut a body that is not strictly JSON into its records; the ordinal, from 1, of the first that cannot be kept.

    Without one the records are all there are, each as it was sent, and at least one of them is damaged.
    """
    records: list[bytes] = []
    for item in [body.strip(JSON_SPACE)] if single else _cut_items(body):
        if item is None or legible(item) is None:
            return records, len(records) + 1
        records.append(item.decode(errors="backslashreplace").encode())
    return records, None


def is_damaged(record: bytes) -> bool:
    """Tell whether a record is not strictly JSON, or no object."""
    try:
        _STRICT.decode(record)
    except (msgspec.DecodeError, RecursionError):
        return True
    return not record.startswith(b"{")


def legible(record: bytes) -> bytes | None:
    """Give a record as JSON that can be read, damaged characters replaced by U+FFFD; None where that is not enough."""
    text = _DAMAGED_TEXT.sub(_mended, record.decode(errors="backslashreplace")).encode()
    return None if is_damaged(text) else text


def _cut_items(body: bytes) -> Iterator[bytes | None]:
    """Yield what stands between the commas of one array; None at the end of a body that is no array, or is cut off."""
    text = body.strip(JSON_SPACE)
    depth = start = 0
    for token in _JSON_MARK.finditer(text):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            start = start or token.end()
        elif mark in b"]}":
            depth -= 1
        if depth == 0 and mark == b"]" and token.end() == len(text) and text.startswith(b"["):
            if item := text[start : token.start()].strip(JSON_SPACE):
                yield item
            return
        if depth == 1 and mark == b",":
            yield text[start : token.start()].strip(JSON_SPACE)
            start = token.end()
    yield None


def _mended(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith('"'):
        return _ESCAPES.sub(lambda escape: escape[1] or UNREADABLE, text)
    return "" if text == "," else "null"
