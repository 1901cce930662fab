"""The ledger of a sandbox read back from its own bytes, as a stranger would: in øre of the base currency.

Owns reading; what the figures should be stands in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from finago_assets.sandbox.books.money import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.sandbox.books.company import Books


class Line(msgspec.Struct, rename="camel"):
    """A line as served."""

    id: str
    transaction: dict[str, Any]
    account: dict[str, Any]
    transaction_type: dict[str, int]
    amount: Decimal
    date: str
    currency: dict[str, Any]
    created_at: str
    modified_at: str
    period_date: str | None = None
    tax: dict[str, Any] | None = None
    invoice: dict[str, str] | None = None
    customer: dict[str, int] | None = None
    comment: str | None = None
    dimensions: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class Reader:
    """How amounts are to be understood: as they are, or in the line's own currency."""

    foreign_amounts: bool = False
    per_hundred: tuple[str, ...] = ()

    def ore(self, line: Line) -> int:
        """The amount in øre of the base currency."""
        code, factor = line.currency["code"], Decimal(1)
        if self.foreign_amounts and code != "LOCAL":
            factor = Decimal(str(line.currency["rate"]))
            factor = factor / 100 if code in self.per_hundred else factor
        return rounded(line.amount * factor * 100)


def read(books: Books) -> list[Line]:
    """Return every line in posting order."""
    return list(_read(books))


def _read(books: Books) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Line)
    for day in sorted(books.ledger.days):
        for line in books.ledger.days[day]:
            yield decoder.decode(line)


def month(line: Line) -> date:
    """The first day of the posting month."""
    return date.fromisoformat(line.date).replace(day=1)
