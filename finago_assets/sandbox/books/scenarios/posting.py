"""Posts the scenarios: each act on its day, whatever else the company does.

Owns how an act becomes vouchers, orders and bank transactions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from msgspec import json

from finago_assets.sandbox.books.accounts import RECEIVABLE
from finago_assets.sandbox.books.bank import BANK_ACCOUNTS
from finago_assets.sandbox.books.line_json import make_moment
from finago_assets.sandbox.books.scenarios import scenarios
from finago_assets.sandbox.books.scenarios.model import BankOnly, MoveDue, Sale, VoucherEntry
from finago_assets.sandbox.books.vouchers import VoucherType

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.journal import BooksJournal
    from finago_assets.sandbox.books.order_book import OrderBook
    from finago_assets.sandbox.books.scenarios.model import Act


@dataclass(slots=True)
class ScenarioPosting:
    """Knows the vouchers of the invoices it sent, so that they can be changed later."""

    journal: BooksJournal
    orders: OrderBook
    sent: dict[int, tuple[int, str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Play what lies before the start of the books, and put the rest on the agenda."""
        for scenario in scenarios(self.journal.plan):
            for act in scenario.acts:
                if act.happens < self.journal.plan.start:
                    self._play(scenario.name, act, act.happens)
                else:
                    self.journal.later(act.happens, partial(self._play, scenario.name, act))

    def _play(self, name: str, act: Act, day: date) -> None:
        match act:
            case VoucherEntry():
                self._enter(name, act)
            case Sale():
                self._sell(name, act)
            case MoveDue():
                self._move(act)
            case BankOnly():
                self.journal.statement.move(day, act.amount, act.reference)

    def _enter(self, name: str, entry: VoucherEntry) -> str:
        for posting in entry.postings:
            if posting.account in BANK_ACCOUNTS:
                reference = entry.reference if entry.reference[1] else ("text", name)
                self.journal.statement.move(entry.day, posting.stated, reference, account=posting.account)
        postings = (replace(posting, comment=name) for posting in entry.postings)
        entered = (entry.happens - entry.day).days
        return self.journal.post(entry.kind, entry.day, *postings, entered=entered, period=entry.period)

    def _sell(self, name: str, sale: Sale) -> None:
        order = sale.order()
        kind = VoucherType.INVOICE if sale.net >= 0 else VoucherType.CREDIT_NOTE
        entry = VoucherEntry(day=sale.day, kind=kind, postings=sale.postings, period=sale.period)
        voucher = self._enter(name, entry)
        order.invoice = sale.invoice(voucher)
        self.orders.add(order)
        self.sent[sale.number] = (order.id, voucher)

    def _move(self, act: MoveDue) -> None:
        order_id, voucher = self.sent[act.number]
        order, ledger = self.orders.orders[order_id], self.journal.ledger
        if order.invoice is not None:
            order.invoice, order.modified = replace(order.invoice, due=act.to), act.day
        at = make_moment(act.day, act.number)
        for line in map(json.decode, ledger.voucher(voucher)):
            if line["account"]["number"] == RECEIVABLE:
                invoice = {**line["invoice"], "dueDate": act.to.isoformat()}
                ledger.change(line["id"], {"invoice": invoice, "modifiedAt": at})
