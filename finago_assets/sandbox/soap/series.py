"""The numbers of vouchers as the SOAP services see them: by series and fiscal year, where REST counts by itself.

Owns which series a type has. The numbers that are taken are the ledger's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.sandbox.books.ledger import Ledger
    from finago_assets.sandbox.books.vouchers import VoucherType


def series_of(kind: VoucherType) -> int:
    """Return the series of a type: a number unlike the type's own and unlike its id."""
    return 300 + 7 * (kind.id - 5000)


def last_number(ledger: Ledger, kind: VoucherType, first: date, last: date) -> int:
    """Return the highest number of a type that is taken in a fiscal year, 0 when none is."""
    return max(ledger.numbers(kind.id, year).last for year in _calendar_years(first, last))


def is_taken(ledger: Ledger, kind: VoucherType, first: date, last: date, number: int) -> bool:
    """Tell whether a number of a type is taken in a fiscal year."""
    return any(ledger.numbers(kind.id, year).holds(number) for year in _calendar_years(first, last))


def reserve(ledger: Ledger, kind: VoucherType, day: date, number: int) -> None:
    """Take a number, so that nobody else is given it."""
    ledger.numbers(kind.id, day.year).take(number)


def release(ledger: Ledger, kind: VoucherType, day: date, number: int) -> None:
    """Give a number back."""
    ledger.numbers(kind.id, day.year).release(number)


def _calendar_years(first: date, last: date) -> Iterator[int]:
    yield from range(first.year, last.year + 1)
