"""A body that has just arrived in a file: is it JSON, one record or many, and how does an error body call itself.

Owns belief in a whole body. The cutting of records is payloads.py's, the limits on a body are `core/http/body.py`'s.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import Malformed, TooLarge, Truncated
from finago_assets.core.http.body import BYTE_ORDER_MARK, INFLATED_LIMIT, check_values
from finago_assets.core.http.damage import JSON_SPACE
from finago_assets.core.http.fault import Fault
from finago_assets.core.request.payloads import payloads_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EDGE: Final = 4096
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_FIELD: Final = re.compile(r"[A-Za-z0-9_./\[\]-]{1,100}")
_MOST_ERRORS: Final = 20


def count_records(file: Path) -> tuple[bool, int]:
    """Read a file once, in bounded memory; tell whether it is an array, and how many records it holds.

    Raises a fault for what is not strictly JSON. Nothing at all is no array of no records.
    """
    first, last = _edges(file)
    if not first:
        return False, 0
    many = first == b"["
    if not many and file.stat().st_size > INFLATED_LIMIT:
        raise Fault(TooLarge, f"the body is one value larger than {INFLATED_LIMIT} bytes")
    fault: Fault
    try:
        return many, _count_values(file, many=many)
    except TooLarge:
        fault = Fault(TooLarge, "a record of the answer is too large to be one")
    except Malformed:
        closed = {b"[": b"]", b"{": b"}"}.get(first, last) == last
        fault = Fault(Malformed, "the answer is not JSON", again=True)
        if not closed:
            fault = Fault(Truncated, "the JSON ends early", again=True)
    raise fault


def _count_values(file: Path, *, many: bool) -> int:
    records = 0
    for payloads in payloads_in(file, many=many):
        check_values(payloads)
        records += len(payloads)
    return records


def _edges(file: Path) -> tuple[bytes, bytes]:
    """Return the first and the last byte that are no space and no byte order mark; empty when there are none."""
    with file.open("rb") as body:
        first = b""
        while not first and (text := body.read(_EDGE)):
            first = text.lstrip(JSON_SPACE + BYTE_ORDER_MARK)[:1]
        end = body.seek(0, 2)
        while end > 0:
            start = max(0, end - _EDGE)
            body.seek(start)
            if text := body.read(end - start).rstrip(JSON_SPACE):
                return first, text[-1:]
            end = start
    return first, b""


class _Payload(msgspec.Struct):
    errors: list[dict[str, object]] = []
    validation: list[dict[str, object]] = msgspec.field(name="validationErrors", default_factory=list)


class _Error(msgspec.Struct):
    name: str = ""
    payload: _Payload | None = None


class _Refusal(msgspec.Struct):
    error: _Error


def error_names(body: bytes) -> tuple[str, ...]:
    """The names an error body gives its reasons: its own, and of each part the kind and the field; no texts, no values.

    Empty for a body of another shape.
    """
    try:
        error = msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    names = [_match_or_empty(error.name, _WORD), *_parts(error.payload or _Payload())]
    return tuple(name for name in names if name)[:_MOST_ERRORS]


def _parts(payload: _Payload) -> Iterator[str]:
    for part in payload.errors:
        yield _match_or_empty(part.get("type"), _WORD)
    for part in payload.validation:
        rule, field = _match_or_empty(part.get("keyword"), _WORD), _match_or_empty(part.get("path"), _FIELD)
        yield f"{rule} {field}".strip()


def _match_or_empty(value: object, pattern: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
