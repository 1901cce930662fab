"""What a scenario is: what happens, told as acts, and what follows, told as figures that any reader may check.

Owns the shapes. Amounts are øre, debit positive as in the ledger; days are dates; months and terms are their first day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.ids import kid, kid_mod11
from finago_assets.sandbox.books.orders import Order, OrderInvoice, OrderLine, Status
from finago_assets.sandbox.books.sales import invoice_postings
from finago_assets.sandbox.books.vouchers import ONE, InvoiceRef, Posting, VoucherType

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.parties import Party


class MatchedBy(StrEnum):
    """What makes lines one open item."""

    INVOICE_NUMBER = "invoice_number"
    KID = "kid"
    LINE = "line"
    OPENING = "opening"


class Bucket(StrEnum):
    """Age by due date; what belongs to no invoice is not aged."""

    NOT_DUE = "not_due"
    DAYS_1_30 = "days_1_30"
    DAYS_31_60 = "days_31_60"
    DAYS_61_90 = "days_61_90"
    DAYS_OVER_90 = "days_over_90"
    UNALLOCATED = "unallocated"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherEntry:
    """A voucher as somebody types it in; `typed` is when, if that is later than its day. Bank lines reach the bank."""

    day: date
    kind: VoucherType
    postings: tuple[Posting, ...]
    period: date | None = None
    typed: date | None = None
    reference: tuple[str, str] = ("text", "")

    @property
    def happens(self) -> date:
        """The day that it is typed in."""
        return self.typed or self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sales order of one line that is invoiced at once. `net` in øre or cents of `currency`; a credit is negative."""

    day: date
    order_id: int
    number: int
    party: Party
    net: int
    due: date
    tax: int = 3
    account: int = 3000
    rate: Decimal = ONE
    status: Status = Status.INVOICE
    payment_method: int | None = None
    period: date | None = None
    mod11: bool = False

    @property
    def happens(self) -> date:
        """The day of the invoice."""
        return self.day

    @property
    def kid(self) -> str:
        """The payment reference on the invoice."""
        return (kid_mod11 if self.mod11 else kid)(self.party.id, self.number)

    @property
    def ref(self) -> InvoiceRef:
        """What lines of the invoice carry."""
        return InvoiceRef(str(self.number), self.due, self.kid)

    @property
    def postings(self) -> tuple[Posting, ...]:
        """The voucher of the invoice."""
        return tuple(invoice_postings(self.order(), self.status, self.ref))

    def order(self) -> Order:
        """Return the order before it is an invoice."""
        line = OrderLine(self.order_id * 10 + 1, "Som avtalt", ONE, self.net, Decimal(0), self.tax, self.account)
        return Order(
            id=self.order_id,
            status=self.status,
            day=self.day,
            customer=self.party,
            currency=self.party.currency,
            rate=self.rate,
            lines=[line],
            terms=("NumberOfDays", (self.due - self.day).days),
            modified=self.day,
            payment_method=self.payment_method,
        )

    def invoice(self, voucher_id: str) -> OrderInvoice:
        """Return what the order gains."""
        return OrderInvoice(self.number, self.day, self.due, self.kid, voucher_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDue:
    """Somebody gives the customer of an invoice more time: order and ledger line are overwritten."""

    day: date
    number: int
    to: date

    @property
    def happens(self) -> date:
        """The day of the change."""
        return self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class BankOnly:
    """Money on the bank account that nobody has posted yet."""

    day: date
    amount: int
    reference: tuple[str, str]

    @property
    def happens(self) -> date:
        """The day of the bank."""
        return self.day


Act = VoucherEntry | Sale | MoveDue | BankOnly


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """An item as of a day, on the due date known at the end. `open` may be zero: then it is gone, or shown as zero."""

    as_of: date
    account: int
    party: int | None
    invoice: str | None
    due: date
    original: int
    open: int
    matched_by: MatchedBy = MatchedBy.INVOICE_NUMBER
    currency: str = "NOK"
    open_currency: int | None = None

    @property
    def ledger(self) -> str:
        """`receivable` or `payable`, by the account alone."""
        return "receivable" if self.account // 100 == 15 else "payable"

    @property
    def bucket(self) -> Bucket:
        """The age as of the day."""
        days = (self.as_of - self.due).days
        owed = self.open > 0 if self.ledger == "receivable" else self.open < 0
        if self.matched_by in (MatchedBy.LINE, MatchedBy.OPENING) or not owed:
            return Bucket.UNALLOCATED
        if days <= 0:
            return Bucket.NOT_DUE
        return (Bucket.DAYS_1_30, Bucket.DAYS_31_60, Bucket.DAYS_61_90, Bucket.DAYS_OVER_90)[min((days - 1) // 30, 3)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    """What a VAT term owes to a scenario: base without VAT and VAT. `late`: created after the term's settlement."""

    term: date
    tax: int
    direction: str
    base: int
    amount: int
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice at the end of the books: amounts in its own currency, `open` in the base currency."""

    number: int
    status: str
    net: int
    tax: int
    open: int
    currency: str = "NOK"


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionTotal:
    """A month's change on an account by a dimension; `value` is None for lines that lack it."""

    month: date
    account: int
    kind: int
    value: str | None
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMatch:
    """A bank transaction that asks for an open item; amounts agree."""

    day: date
    amount: int
    number: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that happens to a company. Its name is the comment on every one of its ledger lines."""

    name: str
    story: str
    acts: tuple[Act, ...]
    items: tuple[OpenItem, ...] = ()
    vat: tuple[Vat, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    dimensions: tuple[DimensionTotal, ...] = ()
    matches: tuple[BankMatch, ...] = ()

    @property
    def last(self) -> date:
        """The day it is over."""
        return max(act.happens for act in self.acts)

    @property
    def vouchers(self) -> list[VoucherEntry | Sale]:
        """The acts that post."""
        return [act for act in self.acts if isinstance(act, VoucherEntry | Sale)]

    @property
    def changes(self) -> dict[tuple[int, date], int]:
        """Øre by account and month of the posting date."""
        found: Counter[tuple[int, date]] = Counter()
        for act in self.vouchers:
            for posting in act.postings:
                found[posting.account, act.day.replace(day=1)] += posting.amount
        return dict(found)

    def aged(self, as_of: date) -> dict[tuple[str, int | None, Bucket], int]:
        """Return øre by ledger, party and bucket as of one of the days that items are given for."""
        found: Counter[tuple[str, int | None, Bucket]] = Counter()
        for item in self.items:
            if item.as_of == as_of:
                found[item.ledger, item.party, item.bucket] += item.open
        return dict(found)
