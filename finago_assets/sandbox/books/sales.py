"""Sales: orders come in, most become invoices, most invoices are paid, some late, some in part, some never.

Owns the vouchers of invoices, credit notes and receipts. Totals of an order come from the order itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import RECEIVABLE, ROUNDING
from finago_assets.sandbox.books.calendar import SUNDAY, banking_day, draw_days, euro
from finago_assets.sandbox.books.ids import kid
from finago_assets.sandbox.books.money import converted, share
from finago_assets.sandbox.books.order_book import OrderBook
from finago_assets.sandbox.books.orders import Order, OrderInvoice, Status
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vouchers import Details, InvoiceRef, Posting, VoucherType, abroad

if TYPE_CHECKING:
    from collections import Counter
    from random import Random

    from finago_assets.sandbox.books.journal import BooksJournal
    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.books.products import Product

FIRST_INVOICE: Final = 10_001
CARD: Final = 1575
# What becomes of an order, dealt in turn first so that the smallest books have each, then by chance.
OUTCOMES: Final = (
    Status.INVOICE,
    Status.INVOICE,
    Status.CONFIRMED,
    Status.INVOICE,
    Status.ADVANCE_INVOICE,
    Status.INVOICE,
    Status.DRAFT,
    Status.INVOICE,
    Status.INACTIVE,
    Status.INVOICE,
    Status.WEB,
    Status.INVOICE,
    Status.PROPOSAL,
)
ODDS: Final = (72, 6, 4, 4, 4, 5, 5)
CHANCES: Final = (
    Status.INVOICE,
    Status.CONFIRMED,
    Status.ADVANCE_INVOICE,
    Status.DRAFT,
    Status.INACTIVE,
    Status.WEB,
    Status.PROPOSAL,
)


@dataclass(slots=True)
class Sales:
    """The sales department: takes orders day by day and sends invoices."""

    journal: BooksJournal
    customers: list[Party]
    assortment: list[Product]
    dice: Random = field(init=False)
    book: OrderBook = field(init=False)
    arrivals: Counter[date] = field(init=False)
    invoices: int = 0

    def __post_init__(self) -> None:
        plan = self.journal.plan
        self.dice = plan.dice("sales")
        self.book = OrderBook(self.dice, self.customers, [p for p in self.assortment if p.active])
        self.arrivals = draw_days(plan, "orders", plan.volume.orders, lambda day: day.weekday() != SUNDAY, self.dice)

    def day(self, day: date) -> None:
        """Take the orders of a day."""
        for _ in range(self.arrivals[day]):
            order = self.book.take(day)
            outcome = self._outcome(order)
            if outcome in (Status.INVOICE, Status.ADVANCE_INVOICE):
                order.status = Status.CONFIRMED
                invoiced = banking_day(day + timedelta(days=self.dice.choice((0, 0, 1, 2, 5, 10))))
                self.journal.later(invoiced, partial(self._send, order, outcome))
            else:
                order.status = outcome
                order.modified = min(day + timedelta(days=self.dice.randrange(3)), self.journal.plan.last)

    def _outcome(self, order: Order) -> Status:
        place = self.book.taken - 1
        if order.net < 0:
            return Status.INVOICE
        return OUTCOMES[place] if place < len(OUTCOMES) else self.dice.choices(CHANCES, ODDS)[0]

    def _send(self, order: Order, status: Status, day: date) -> None:
        self._expect_payment(order, self.invoice(order, status, day))

    def invoice(
        self, order: Order, status: Status, day: date, *, due: date | None = None, reference: str | None = None
    ) -> OrderInvoice:
        """Make an order an invoice of `day`: number, due date, KID and the voucher in the ledger."""
        number = FIRST_INVOICE + self.invoices
        self.invoices += 1
        due, reference = due or order.due(day), reference or kid(order.customer.id, number)
        kind = VoucherType.INVOICE if order.net >= 0 else VoucherType.CREDIT_NOTE
        ref = InvoiceRef(str(number), due, reference)
        voucher = self.journal.post(kind, day, *invoice_postings(order, status, ref))
        order.invoice = OrderInvoice(number, day, due, reference, voucher)
        order.status, order.modified = status, day
        return order.invoice

    def _expect_payment(self, order: Order, invoice: OrderInvoice) -> None:
        if order.payment_method is not None:
            self.settle(order, invoice)
            return
        luck, due = self.dice.randrange(100), invoice.due
        if luck < 82 or order.currency != "NOK" or order.net < 0:
            paid = due + timedelta(days=self.dice.randrange(-6, 13))
            self._receive(order, invoice, paid, 100)
        elif luck < 90:
            self._receive(order, invoice, due + timedelta(days=self.dice.randrange(4)), self.dice.choice((40, 50, 75)))
        elif luck < 95:
            self._receive(order, invoice, due + timedelta(days=self.dice.randrange(35, 95)), 100)

    def _receive(self, order: Order, invoice: OrderInvoice, day: date, percent: int) -> None:
        paid = banking_day(max(day, invoice.day))
        self.journal.later(paid, partial(self._receipt, order, invoice, percent))

    def settle(self, order: Order, invoice: OrderInvoice, account: int = CARD) -> None:
        """Post that an invoice was paid the moment it was made, into the account of its payment method."""
        owed = converted(order.gross, order.rate)
        self.journal.post(
            VoucherType.RECEIPT, invoice.day, Posting(account, owed), receivable(order, invoice, -order.gross)
        )

    def _receipt(self, order: Order, invoice: OrderInvoice, percent: int, day: date) -> None:
        foreign = share(order.gross, percent)
        owed = converted(foreign, order.rate)
        if order.currency == "NOK":
            self.journal.statement.move(day, foreign, self._reference(invoice), other=f"9710{order.customer.id:07d}")
            credit = receivable(order, invoice, -foreign)
            self.journal.post(VoucherType.RECEIPT, day, Posting(1920, owed, comment="OCR"), credit)
            return
        rate = euro(day)
        got = converted(foreign, rate)
        self.journal.statement.move(day, foreign, ("text", f"Invoice {invoice.number}"), account=1930)
        postings = [abroad(1930, foreign, order.currency, rate), receivable(order, invoice, -foreign)]
        if got != owed:
            postings.append(Posting(8060 if got > owed else 8160, owed - got, comment="Agio"))
        self.journal.post(VoucherType.RECEIPT, day, *postings)

    def _reference(self, invoice: OrderInvoice) -> tuple[str, str]:
        luck = self.dice.randrange(10)
        if luck < 8:
            return "ocr", invoice.kid
        return ("invoiceRef", str(invoice.number)) if luck == 8 else ("text", f"Faktura {invoice.number} takk")


def receivable(order: Order, invoice: OrderInvoice, amount: int) -> Posting:
    """Return the line on the control account for an invoice, `amount` in øre or cents of the order's currency."""
    ref = InvoiceRef(str(invoice.number), invoice.due, invoice.kid)
    return abroad(RECEIVABLE, amount, order.currency, order.rate, customer=order.customer.id, invoice=ref)


def invoice_postings(order: Order, status: Status, ref: InvoiceRef) -> list[Posting]:
    """Return receivable = gross x rate, VAT by code, revenue by line, and the rounding of the rates, if any."""
    currency, rate, customer = order.currency, order.rate, order.customer.id
    label = f"Faktura {ref.number}"
    postings = [abroad(RECEIVABLE, order.gross, currency, rate, customer=customer, invoice=ref, comment=label)]
    for number, amount in order.taxes.items():
        account = TAXES[number].account
        if account is not None and amount:
            postings.append(abroad(account, -amount, currency, rate, customer=customer, invoice=ref, vat=number))
    for line in order.lines:
        if line.net:
            more: Details = {"tax": line.tax, "customer": customer, "invoice": ref, "comment": line.description[:75]}
            more["dimensions"] = line.dimensions or order.dimensions
            account = 2900 if status is Status.ADVANCE_INVOICE else line.account
            postings.append(abroad(account, -line.net, currency, rate, **more))
    if left := sum(posting.amount for posting in postings):
        postings.append(Posting(ROUNDING, -left, comment="Avrunding"))
    return postings
