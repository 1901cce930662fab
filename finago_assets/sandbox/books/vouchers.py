"""Vouchers before they are lines: what is posted, where, and on whose account.

Owns the shapes and the rule that a voucher sums to zero. `ledger` turns them into records.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, TypedDict, Unpack

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.money import converted

if TYPE_CHECKING:
    from datetime import date

ONE = Decimal(1)


class VoucherType(Enum):
    """Transaction types as (id, number, name); negative numbers are the system's own."""

    OPENING = (5001, -4, "Inngående balanse")
    INVOICE = (5002, -1, "Utgående faktura")
    CREDIT_NOTE = (5003, -2, "Kreditnota")
    PURCHASE = (5004, 2, "Inngående faktura")
    RECEIPT = (5005, 3, "Innbetaling")
    PAYMENT = (5006, 4, "Utbetaling")
    PAYROLL = (5007, 5, "Lønnsbilag")
    VAT = (5008, -8, "Mva-oppgjør")
    TILL = (5009, 7, "Kasseoppgjør")
    MANUAL = (5010, 9, "Diverse bilag")
    CLOSING = (5011, -12, "Årsavslutning")

    @property
    def id(self) -> int:
        """What lines carry."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class InvoiceRef:
    """The invoice that a line belongs to: a string number, even where orders have an integer; or a KID alone."""

    number: str | None
    due: date | None = None
    kid: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a voucher. `amount` in øre of the base currency, debit positive; `tax` is a tax number.

    `foreign` is the amount in cents of `currency`, exact: what it comes to at `rate` is `amount`. `vat` is the tax
    number whose VAT a line on a VAT account holds; the API shows it only in a mode.
    """

    account: int
    amount: int
    tax: int | None = None
    customer: int | None = None
    invoice: InvoiceRef | None = None
    currency: str = "LOCAL"
    rate: Decimal = ONE
    dimensions: tuple[tuple[int, str], ...] = ()
    comment: str | None = None
    foreign: int | None = None
    vat: int | None = None
    day: date | None = None  # where a line is not of its voucher's day
    period: date | None = None

    @property
    def stated(self) -> int:
        """The amount in the line's own currency."""
        return self.amount if self.foreign is None else self.foreign


def abroad(account: int, cents: int, currency: str, rate: Decimal, **more: Unpack[Details]) -> Posting:
    """Return a posting of `cents` of a currency; NOK is the base currency and stays LOCAL."""
    if currency == "NOK":
        return Posting(account, cents, **more)
    return Posting(account, converted(cents, rate), currency=currency, rate=rate, foreign=cents, **more)


class Details(TypedDict, total=False):
    """What a posting may have besides its account and amount."""

    tax: int | None
    customer: int | None
    invoice: InvoiceRef | None
    dimensions: tuple[tuple[int, str], ...]
    comment: str | None
    vat: int | None
    day: date | None
    period: date | None


@dataclass(frozen=True, slots=True)
class BooksVoucher:
    """Postings of one day. Raises ValueError unless they sum to zero and every account exists."""

    type: VoucherType
    day: date
    postings: tuple[Posting, ...]
    period: date | None = None
    document: int | None = None
    entered: int = 0  # days between the posting date and the moment somebody typed it in
    at: str | None = None  # that moment, where it is known to the second
    number: int | None = None  # where whoever posts it brings one

    def __post_init__(self) -> None:
        if sum(p.amount for p in self.postings) != 0:
            raise ValueError(f"A {self.type.name} voucher of {self.day} does not sum to zero.")
        if unknown := [p.account for p in self.postings if p.account not in ACCOUNTS]:
            raise ValueError(f"A {self.type.name} voucher of {self.day} names unknown accounts {unknown}.")
