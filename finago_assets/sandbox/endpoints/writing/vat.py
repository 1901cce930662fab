"""Taking the VAT out of a posted amount, as the accounting system does by the tax code of a line.

Owns the arithmetic: usual codes include their VAT, reverse charge adds it both ways, a part deductible leaves a cost.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.money import converted, rounded, share
from finago_assets.sandbox.books.taxes import TAXES, VAT_ACCOUNTS, Tax

if TYPE_CHECKING:
    from finago_assets.sandbox.books.vouchers import Posting


def with_vat(line: Posting, given: int | None = None) -> list[Posting]:
    """Return a line without its VAT, and the lines that hold it. `given` is the VAT, if it was said, in cents."""
    tax = TAXES[line.tax or 0]
    if line.account in VAT_ACCOUNTS:
        return [line]
    if tax.is_reverse and tax.output is not None:
        return _split_reverse_charge(line, tax, tax.output, given)
    return [line] if tax.account is None else _included(line, tax, tax.account, given)


def _split_reverse_charge(line: Posting, tax: Tax, output: int, given: int | None) -> list[Posting]:
    vat = share(line.stated, tax.rate) if given is None else given
    cost = None if tax.deductible is None else tax.number
    return [
        line,
        _part(line, output, -vat, tax.number),
        _part(line, tax.deductible or line.account, vat, cost),
    ]


def _included(line: Posting, tax: Tax, account: int, given: int | None) -> list[Posting]:
    """Return base, VAT and, where only a part may be deducted, the rest, which is a cost. They add up to the line."""
    full = max(one.rate for one in TAXES.values() if one.standard == tax.standard)
    base = rounded(Decimal(line.stated) * 100 / (100 + full))
    vat = line.stated - base if full == tax.rate else share(base, tax.rate)
    if given is not None:
        base, vat = (line.stated - given if full == tax.rate else base), given
    held, rest = _part(line, account, vat, tax.number), _part(line, line.account, line.stated - base - vat, None)
    parts = [held, rest] if rest.stated else [held]
    left = line.amount - sum(part.amount for part in parts)
    return [replace(line, amount=left, foreign=None if line.foreign is None else base), *parts]


def _part(line: Posting, account: int, cents: int, vat: int | None) -> Posting:
    amount = cents if line.foreign is None else converted(cents, line.rate)
    return replace(
        line, account=account, amount=amount, tax=None, vat=vat, foreign=None if line.foreign is None else cents
    )
