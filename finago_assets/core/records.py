"""Reads a record's key and day out of its bytes, and nothing else: records are never turned into dicts.

Owns the two small decoders that a catalogue row implies. Splitting a body into records belongs to `core/http`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from finago_assets.core.errors import Malformed, OutsideWindow
from finago_assets.core.http.damage import legible
from finago_assets.core.http.packed import PackedRecords
from finago_assets.core.windows import oslo_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import Self

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.windows import Window

_MISSING: Final = None


class MadeRecord(bytes):
    """A record as JSON that was made of something else, and what it was made of: the text of its raw column `xml`."""

    made_of: bytes

    def __new__(cls, record: bytes, made_of: bytes) -> Self:
        made = super().__new__(cls, record)
        made.made_of = made_of
        return made


@dataclass(frozen=True, slots=True)
class PageKeys:
    """One page read: for each record its key as text (None when it has none) and its day (None when not asked for)."""

    keys: list[str | None]
    days: list[date]


class RecordReader:
    """Decodes just the fields that a catalogue row names, many records in one pass."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._paths = [field.split(".") for field in endpoint.key]
        fields = [*self._paths]
        if endpoint.window is not None:
            fields.append([endpoint.window.day_field])
        decoder = msgspec.json.Decoder(_shape("Record", fields))
        self._decode, self._decode_page = decoder.decode, decoder.decode_lines

    def keys(self, records: Sequence[bytes]) -> list[str | None]:
        """Return each record's key as text, parts joined by `|`."""
        return self._keys(self._rows(records))

    def read(self, records: Sequence[bytes]) -> PageKeys:
        """Return keys and days. Raises Malformed when a record has no usable day."""
        rows = self._rows(records)
        return PageKeys(self._keys(rows), self._days(rows))

    def _rows(self, records: Sequence[bytes]) -> list[Any]:
        try:
            rows: list[Any]
            if isinstance(records, PackedRecords):
                # objects need no line break between them
                rows = self._decode_page(records.text)
            else:
                rows = list(map(self._decode, records))
        except msgspec.MsgspecError:
            rows = [self._row(record, place) for place, record in enumerate(records, start=1)]
        return rows

    def _row(self, record: bytes, place: int) -> Any:  # noqa: ANN401  a struct made at run time
        """Decode a record that may be damaged; `place` is where it stands on its page, from 1."""
        for text in (record, legible(record)):
            try:
                return self._decode(text or b"")
            except msgspec.MsgspecError:
                continue
        raise Malformed(
            f"{self._endpoint.request}: record {place} of a page is no JSON object, or its {self._fields} has another "
            "type than a text or a whole number. Nothing of this request was landed."
        )

    def _keys(self, rows: list[Any]) -> list[str | None]:
        if len(self._paths) > 1:
            return ["|".join(str(_read_path(row, path)) for path in self._paths) for row in rows]
        read = partial(_read_path, path=self._paths[0]) if len(self._paths[0]) > 1 else attrgetter(self._paths[0][0])
        values = list(map(read, rows))
        if set(map(type, values)) <= {str}:
            return values
        return [None if value is None else str(value) for value in values]

    def _days(self, rows: list[Any]) -> list[date]:
        window = self._endpoint.window
        field = "" if window is None else window.day_field
        texts = [None] * len(rows) if window is None else list(map(attrgetter(field), rows))
        # a page holds few days, each of them many times
        day_of = oslo_day if window is None or window.day_of is None else window.day_of
        told = {text: day for text in set(texts) if (day := _parse_day(text, day_of)) is not None}
        try:
            return list(map(told.__getitem__, texts))
        except KeyError:
            place = next(place for place, text in enumerate(texts) if text not in told)
        (key,) = self._keys(rows[place : place + 1])
        raise Malformed(
            f"{self._endpoint.request}: record {place + 1} of a page ({self._fields} {key}) has no readable "
            f"`{field}`. Correct it where it was entered. Nothing of this request was landed."
        )

    @property
    def _fields(self) -> str:
        return ", ".join(self._endpoint.key)


def inside(endpoint: Endpoint, window: Window, reading: PageKeys, surplus: date | None) -> list[int] | None:
    """Return the positions to keep, None when all are inside `window`. Rows on `surplus` are dropped, any other raises.

    Raises OutsideWindow: the server ignored the filter, as it silently does with parameters it does not know.
    """
    outside = {day for day in set(reading.days) if day not in window}
    if not outside:
        return None
    stray = outside - {surplus}
    if stray:
        raise OutsideWindow(
            f"{endpoint.request} was asked for {window} and answered rows dated {min(stray)}; the filter was ignored. "
            "Nothing of this request was landed."
        )
    return [position for position, day in enumerate(reading.days) if day not in outside]


def _read_path(row: Any, path: list[str]) -> object:  # noqa: ANN401  a struct made at run time
    for name in path:
        row = getattr(row, name, None)
    return row


@lru_cache(maxsize=8192)
def _parse_day(value: object, day_of: Callable[[str], date]) -> date | None:
    try:
        return day_of(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _shape(name: str, paths: list[list[str]]) -> type[msgspec.Struct]:
    heads: dict[str, list[list[str]]] = {}
    for path in paths:
        heads.setdefault(path[0], []).extend([path[1:]] if path[1:] else [])
    fields: list[tuple[str, Any, Any]] = [
        (head, (_shape(head.title(), rest) if rest else int | str) | None, _MISSING) for head, rest in heads.items()
    ]
    return msgspec.defstruct(name, fields, gc=False)
