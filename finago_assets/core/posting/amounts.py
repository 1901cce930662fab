"""What an entry is worth in the organization's own currency, and the VAT that belongs to it.

Owns both computations, so that the rules and the preview cannot differ. Whether a figure may be is the rules'.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.core.posting.journal import Entry, Lists, TaxCode

_CENT: Final = Decimal("0.01")
# the buyer computes the VAT of these, so that an amount never has it in it
_REVERSE_CHARGE: Final = frozenset(str(number) for number in range(81, 90))


def round_cents(amount: Decimal) -> Decimal:
    """Round to two decimals, half away from zero."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def is_foreign(entry: Entry, base_currency: str) -> bool:
    """Tell whether an entry is in another currency than the organization's own."""
    return entry.currency_code not in (None, base_currency)


def base_amount(entry: Entry, base_currency: str) -> Decimal | None:
    """Return an entry's amount in the organization's currency; None where its rate is missing or none."""
    if not is_foreign(entry, base_currency):
        return entry.amount
    if entry.currency_rate is None or entry.currency_rate <= 0:
        return None
    return round_cents(entry.amount * entry.currency_rate / (entry.rate_per or 1))


def is_vat_included(code: TaxCode, *, included: bool) -> bool:
    """Tell whether an amount with a code has its VAT in it; `included` is how it is with ordinary codes."""
    return included and code.number not in _REVERSE_CHARGE


def vat_of(code: TaxCode, amount: Decimal, *, included: bool) -> Decimal:
    """Return the VAT of an amount; `included` where ordinary codes have it in the amount."""
    whole = 100 + code.rate if is_vat_included(code, included=included) else Decimal(100)
    return round_cents(amount * code.rate / whole)


def tax_bases(entries: Iterable[Entry], lists: Lists) -> dict[str, Decimal]:
    """Return by tax code what its VAT is of: lines with a code of some rate that are not on its VAT account."""
    bases: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        code = lists.tax_codes.get(entry.tax_number or "")
        amount = base_amount(entry, lists.base_currency)
        if code is not None and code.rate > 0 and amount is not None and entry.account_number != code.account_number:
            bases[code.number] += amount
    return dict(bases)
