"""Books that nobody should keep: what an accounting system lets through, or a careless import leaves behind.

Owns each kind of damage and where it was done. Account balances know damaged lines that can still be read, no others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Raw, json

from finago_assets.core.windows import ONE_DAY
from finago_assets.sandbox.books.accounts import unlisted
from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.scenarios.model import Sale
from finago_assets.sandbox.books.vouchers import Posting, VoucherType

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books

UNKNOWN_ACCOUNT_NUMBER: Final = 6999
UNKNOWN_TAX_ID: Final = 999
FIRST_BAD_ORDER: Final = 700_001
DOUBLE_NUMBER: Final = 95_001
EMPTY_NUMBER: Final = 95_002


class Bad(StrEnum):
    """What can be wrong."""

    UNBALANCED = "unbalanced"  # a voucher off by one øre
    UNKNOWN_ACCOUNT = "unknown_account"  # a line on an account that /accounts does not list
    UNKNOWN_TAX = "unknown_tax"  # a line with a tax id that /taxes does not list
    DOUBLED_ID = "doubled_id"  # a day's first line once more at its end, on a later page where pages are small
    THREE_DECIMALS = "three_decimals"
    TWENTY_DIGITS = "twenty_digits"
    NULL_KEY = "null_key"  # a line without an id and one without an account
    OUTSIDE_YEARS = "outside_years"  # a voucher the day after the last fiscal year
    EMPTY_ORDER = "empty_order"  # an invoice with amounts and no lines
    INVOICE_TWICE = "invoice_twice"  # two invoices of two customers with one number


@dataclass(frozen=True, slots=True)
class Planted:
    """Where a kind of damage was done. `lines` are ids as served, before any of them was made null."""

    kind: Bad
    day: date
    vouchers: tuple[str, ...]
    lines: tuple[str, ...] = ()
    orders: tuple[int, ...] = ()


def plant(books: Books, kind: Bad, day: date | None = None) -> Planted:
    """Damage the books on a day, by default in their second month, and return where."""
    when = day or min(books.plan.start + timedelta(days=40), books.plan.last)
    match kind:
        case Bad.EMPTY_ORDER:
            return _orders(books, kind, when, (EMPTY_NUMBER,))
        case Bad.INVOICE_TWICE:
            return _orders(books, kind, when, (DOUBLE_NUMBER, DOUBLE_NUMBER))
        case Bad.OUTSIDE_YEARS:
            books.periods = [period for period in books.periods if period.last <= books.plan.last]
            return _voucher(books, kind, max(period.last for period in books.periods) + ONE_DAY)
        case _:
            return _voucher(books, kind, when)


def _voucher(books: Books, kind: Bad, day: date) -> Planted:
    postings = (Posting(6800, 100 * ORE, 0, comment=kind), Posting(1920, -100 * ORE, comment=kind))
    voucher = books.journal.post(VoucherType.MANUAL, day, *postings)
    lines = tuple(json.decode(line)["id"] for line in books.ledger.voucher(voucher))
    _damage(books, kind, lines)
    return Planted(kind, day, (voucher,), lines)


def _damage(books: Books, kind: Bad, lines: tuple[str, ...]) -> None:
    ledger, (debit, credit) = books.ledger, lines
    match kind:
        case Bad.UNBALANCED:
            ledger.change(credit, {"amount": Raw(b"-99.99")})
        case Bad.UNKNOWN_ACCOUNT:
            account = unlisted(UNKNOWN_ACCOUNT_NUMBER)
            ledger.change(debit, {"account": {"id": account.id, "number": account.number}})
        case Bad.UNKNOWN_TAX:
            ledger.change(debit, {"tax": {"id": UNKNOWN_TAX_ID, "rate": 25}})
        case Bad.DOUBLED_ID:
            ledger.repeat(debit)
        case Bad.THREE_DECIMALS:
            ledger.spoil(debit, {"amount": Raw(b"100.005")})
            ledger.spoil(credit, {"amount": Raw(b"-100.005")})
        case Bad.TWENTY_DIGITS:
            ledger.spoil(debit, {"amount": Raw(b"12345678901234567890")})
            ledger.spoil(credit, {"amount": Raw(b"-12345678901234567890")})
        case Bad.NULL_KEY:
            ledger.spoil(credit, {"account": {"id": None, "number": None}})
            ledger.spoil(debit, {"id": None})
        case _:
            return


def _orders(books: Books, kind: Bad, day: date, numbers: tuple[int, ...]) -> Planted:
    payers = [party for party in books.parties if party.currency == "NOK" and not party.is_supplier]
    orders, vouchers = [], []
    for number, payer in zip(numbers, payers, strict=False):
        order_id = FIRST_BAD_ORDER + sum(known >= FIRST_BAD_ORDER for known in books.orders.orders)
        sale = Sale(
            day=day, order_id=order_id, number=number, party=payer, net=1_000 * ORE, due=day + timedelta(days=14)
        )
        postings = (replace(posting, comment=kind) for posting in sale.postings)
        vouchers.append(books.journal.post(VoucherType.INVOICE, day, *postings))
        order = sale.order()
        order.invoice, order.hides_lines = sale.invoice(vouchers[-1]), kind is Bad.EMPTY_ORDER
        books.orders.add(order)
        orders.append(order_id)
    return Planted(kind, day, tuple(vouchers), orders=tuple(orders))
