"""A cell of a journal as what its column holds: strictly, so that nothing is guessed and no digit lost on the way.

Owns what each kind of column takes from text and from a typed source. Where a cell stands is read.py's to say.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from finago_assets.core.posting.columns import CellKind
from finago_assets.core.posting.numbers import CellRefused, read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finago_assets.core.posting.columns import JournalColumn

_NONE_WORDS: Final = frozenset({"nan", "null", "none", "nat", "<na>", "n/a", "#n/a", "\\n"})
_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:.*")
_TYPE: Final = re.compile(r"[1-9][0-9]{0,8}")
_CENTS: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FormulaError:
    """Stands for a cell whose formula has no result."""

    text: str

    def __str__(self) -> str:
        return self.text


def read_cell(column: JournalColumn, value: object, mark: str | None) -> object:
    """Return what a cell holds, None where it is empty. `mark` is the table's decimal mark. Raises CellRefused."""
    if isinstance(value, FormulaError):
        raise CellRefused("formula-error", f"The cell holds {value.text}.")
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _plain(column, value)
    return None if value is None else _CELL_READERS[column.holds](column, value, mark)


def _plain(column: JournalColumn, text: str) -> str | None:
    if column.name == "comment":
        return text.strip() or None
    if text != text.strip():
        raise CellRefused("stray-blank")
    if text.lower() in _NONE_WORDS:
        raise CellRefused("not-a-value")
    return text


def _read_text_cell(column: JournalColumn, value: object, _: str | None) -> str:
    match value:
        case str():
            return value
        case bool():
            raise CellRefused("bool-as-number", f"{column.name} holds true or false.")
        case UUID():
            return str(value)
        case float():
            raise CellRefused("float-value")
        case int() | Decimal() if column.holds is CellKind.REFERENCE:
            raise CellRefused("id-as-number")
        case int() | Decimal():
            return str(_whole(value))
        case _:
            raise CellRefused("wrong-kind", f"{column.name} is text, and this is a {type(value).__name__}.")


def _read_whole(column: JournalColumn, value: object, _: str | None) -> int:
    number = _whole(value)
    if not column.low <= number <= column.high:
        raise CellRefused("out-of-range", f"{column.name} is from {column.low:,} to {column.high:,}.")
    return number


def _whole(value: object) -> int:
    match value:
        case bool():
            raise CellRefused("bool-as-number")
        case int():
            return value
        case float():
            raise CellRefused("float-value")
        case Decimal():
            if not value.is_finite() or value != value.to_integral_value():
                raise CellRefused("not-whole")
            return int(value)
        case str() if _WHOLE_NUMBER.fullmatch(value):
            if len(value.lstrip("-")) > 1 and value.lstrip("-").startswith("0"):
                raise CellRefused("leading-zero")
            return int(value)
        case str():
            # says which of the ways not to be a number this is
            read_number(value, ".")
            raise CellRefused("not-whole")
        case _:
            raise CellRefused("wrong-kind", f"It is a whole number, and this is a {type(value).__name__}.")


def _read_rate(_: JournalColumn, value: object, mark: str | None) -> Decimal:
    number = _decimal(value, mark)
    exponent = number.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -10:
        raise CellRefused("too-many-decimals", "A rate has at most ten decimals.")
    if abs(number) >= 10**12:
        raise CellRefused("out-of-range", "A rate is below 1,000,000,000,000.")
    return number


def _read_amount(_: JournalColumn, value: object, mark: str | None) -> Decimal:
    number = _decimal(value, mark)
    if abs(number) >= 10**16:
        raise CellRefused("out-of-range", "An amount has at most 16 digits before its decimals.")
    rounded = number.quantize(_CENTS)
    if rounded != number:
        raise CellRefused("too-many-decimals")
    # a zero has no sign
    return rounded or abs(rounded)


def _decimal(value: object, mark: str | None) -> Decimal:
    match value:
        case bool():
            raise CellRefused("bool-as-number")
        case int():
            return Decimal(value)
        case float():
            raise CellRefused("float-value")
        case Decimal():
            if not value.is_finite():
                raise CellRefused("not-a-number")
            return value
        case str():
            return read_number(value, mark)
        case _:
            raise CellRefused("wrong-kind", f"It is a number, and this is a {type(value).__name__}.")


def _read_day(_: JournalColumn, value: object, __: str | None) -> dt.date:
    match value:
        case dt.datetime():
            return _day_of(value)
        case dt.date():
            return value
        case str() if _DAY.fullmatch(value) or _MOMENT.fullmatch(value):
            try:
                return _day_of(dt.datetime.fromisoformat(value))
            except ValueError:
                raise CellRefused("not-a-day", "There is no such day.") from None
        case _:
            raise CellRefused("not-a-day")


def _day_of(moment: dt.datetime) -> dt.date:
    if moment.tzinfo is not None:
        raise CellRefused("day-with-zone")
    if moment.time() != dt.time():
        raise CellRefused("day-with-time")
    return moment.date()


def _read_dimensions(_: JournalColumn, value: object, __: str | None) -> tuple[tuple[int, str], ...]:
    match value:
        case str():
            parts = [part.partition("=") for part in value.split("|")]
            if not all(mark for _, mark, _ in parts):
                raise CellRefused("malformed-list")
            pairs = [(kind, member) for kind, _, member in parts]
        case dict():
            pairs = [(str(kind), str(member)) for kind, member in value.items()]
        case list() if all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):
            pairs = [(str(kind), str(member)) for kind, member in value]
        case _:
            raise CellRefused("malformed-list")
    _check_pairs(pairs)
    return tuple(sorted((int(kind), member) for kind, member in pairs))


def _check_pairs(pairs: list[tuple[str, str]]) -> None:
    for kind, member in pairs:
        if not _TYPE.fullmatch(kind) or not member or member != member.strip():
            raise CellRefused("malformed-list")
    if len({kind for kind, _ in pairs}) < len(pairs):
        raise CellRefused("malformed-list", "A dimension is there twice.")


def _read_ids(_: JournalColumn, value: object, __: str | None) -> tuple[str, ...]:
    match value:
        case str():
            ids = value.split("|")
        case UUID():
            ids = [str(value)]
        case list() if all(isinstance(item, (str, UUID)) for item in value):
            ids = [str(item) for item in value]
        case _:
            raise CellRefused("malformed-list")
    if any(not item or item != item.strip() for item in ids):
        raise CellRefused("malformed-list", "An id is empty or has blanks around it.")
    return tuple(sorted(ids))


_CELL_READERS: Final[Mapping[CellKind, Callable[[JournalColumn, object, str | None], object]]] = {
    CellKind.TEXT: _read_text_cell,
    CellKind.CODE: _read_text_cell,
    CellKind.REFERENCE: _read_text_cell,
    CellKind.WHOLE: _read_whole,
    CellKind.AMOUNT: _read_amount,
    CellKind.RATE: _read_rate,
    CellKind.DAY: _read_day,
    CellKind.PAIRS: _read_dimensions,
    CellKind.IDS: _read_ids,
}
