"""Small journals to post: two lines a voucher, and whatever a test says of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from finago_assets.core.posting.journal import (
    Account,
    Bundle,
    Entry,
    FiscalYear,
    Journal,
    Lists,
    TaxCode,
    TransactionType,
    Voucher,
)

ORGANIZATION: Final = "4711"
DAY: Final = dt.date(2024, 5, 31)
YEAR: Final = FiscalYear(dt.date(2024, 1, 1), dt.date(2025, 1, 1))
LISTS: Final = Lists(
    organization_id=ORGANIZATION,
    base_currency="NOK",
    accounts={number: Account(number, f"Account {number}") for number in (1920, 2740, 4000, 6300, 6800)},
    tax_codes={
        "0": TaxCode("0", "1", "No VAT", Decimal(0)),
        "1": TaxCode("1", "5", "Input VAT, 25 %", Decimal(25), 2740),
        "5": TaxCode("5", "8", "Input VAT, 12 %", Decimal(12), 2740),
    },
    types={number: TransactionType(number, f"Type {number}", series=number // 5 + 1) for number in (5, 9, 12)},
    fiscal_years=(YEAR,),
)


def entry(account: int, amount: str, **said: Any) -> Entry:
    return Entry(**{"row": 1, "account_number": account, "date": DAY, "amount": Decimal(amount), **said})


def voucher(name: str = "V1", amount: str = "100", *, kind: int = 9, **said: Any) -> Voucher:
    return Voucher(name, kind, (entry(6300, amount, **said), entry(1920, f"-{amount}")))


def bundle(*vouchers: Voucher, name: str | None = None) -> Bundle:
    held = vouchers or (voucher(),)
    return Bundle(name or held[0].name, held)


def journal(*bundles: Bundle, source: str = "accruals.csv") -> Journal:
    return Journal(source, bundles or (bundle(),))
