"""What a part of the binder is made of: tables whose columns say what they hold, and rows that lead to other rows.

Owns the shape alone. A workbook and a page each make of it what they can; figures stay Decimal until then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class BinderKind(StrEnum):
    """What a column holds. A number names something, a count tells how many."""

    MONEY = "money"
    COUNT = "count"
    NUMBER = "number"
    RATE = "rate"
    DAY = "day"
    MOMENT = "moment"
    TEXT = "text"


class RowLevel(StrEnum):
    """How a row stands among the others."""

    LINE = "line"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class BinderColumn:
    """`leads`: the cells of the column lead where the row leads. `wide`: a long text, which may take several lines."""

    name: str
    title: str
    kind: BinderKind = BinderKind.TEXT
    leads: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class BinderRow:
    """`target`: the anchor of the rows that the row's figures are made of. `anchor`: what others find this row by."""

    cells: tuple[Any, ...]
    level: RowLevel = RowLevel.LINE
    target: str | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class BinderTable:
    """One table. `said`: sentences above it. `nothing`: what is said where it has no rows.

    `is_optional`: without rows it takes no sheet of its own.
    """

    name: str
    title: str
    columns: Sequence[BinderColumn]
    rows: Sequence[BinderRow]
    said: str = ""
    nothing: str = "Nothing."
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_optional: bool = False

    def place(self, column: str) -> int:
        """Return where a column stands. Raises StopIteration for one that is not there."""
        return next(at for at, one in enumerate(self.columns) if one.name == column)

    def records(self) -> list[dict[str, Any]]:
        """Return the lines, without subtotals, by the names of the columns."""
        names = [one.name for one in self.columns]
        return [dict(zip(names, row.cells, strict=True)) for row in self.rows if row.level is RowLevel.LINE]


def exact_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; the sum of what is partly unknown is unknown."""
    total = Decimal("0.00")
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def count_of(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def lines_anchor(account: int | None) -> str:
    """Return the anchor of an account's lines in the journal."""
    return f"lines-{account}"


def items_anchor(ledger: str, party: str | None) -> str:
    """Return the anchor of a party's open items."""
    return f"items-{ledger}-{party or 'none'}"
