"""How an amount is spelled for people, on every screen, page and line of output alike. Owns that spelling alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from decimal import Decimal

UNKNOWN_AMOUNT: Final = "unknown"


def spell_amount(amount: Decimal | int | None, currency: str | None = None) -> str:
    """Return an amount to two decimals with thousands set apart, 1,234.50, and its currency where one is given."""
    if amount is None:
        return UNKNOWN_AMOUNT
    return f"{amount:,.2f}" + (f" {currency}" if currency else "")
