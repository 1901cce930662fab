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
# the buyer computes the VAT of these, so that an amount never has it in it; 91 and 92 are gold and emission quotas
_REVERSE_CHARGE: Final = frozenset(str(number) for number in (*range(81, 90), 91, 92))


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


def is_reverse_charge(code: TaxCode) -> bool:
    """Tell whether the buyer computes the VAT, on one account as owed and on another as deducted."""
    return code.number in _REVERSE_CHARGE


def may_be_partial(code: TaxCode) -> bool:
    """Tell whether a rate may be a share of another code's, as 16.25 % is where 65 % of 25 % are deducted.

    Of an amount with VAT in it, such a rate does not tell how much that is: it has the whole VAT in it.
    """
    return code.rate != code.rate.to_integral_value()


def vat_of(code: TaxCode, amount: Decimal, *, included: bool) -> Decimal:
    """Return the VAT of an amount; `included` where ordinary codes have it in the amount."""
    whole = 100 + code.rate if included and not is_reverse_charge(code) else Decimal(100)
    return round_cents(amount * code.rate / whole)


def tax_bases(entries: Iterable[Entry], lists: Lists) -> dict[str, Decimal]:
    """Return by tax code what its VAT is of: lines with a code of some rate that are not on its VAT account."""
    bases: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        code, amount = taxed_amount(entry, lists)
        if code is not None:
            bases[code.number] += amount
    return dict(bases)


def taxed_amount(entry: Entry, lists: Lists) -> tuple[TaxCode | None, Decimal]:
    """Return the tax code of an entry and what its VAT is of; None and 0 for an entry that no VAT comes of."""
    code, amount = lists.tax_codes.get(entry.tax_number or ""), base_amount(entry, lists.base_currency)
    if code is None or amount is None or code.rate <= 0 or entry.account_number == code.account_number:
        return None, Decimal()
    return code, amount
