"""Ledger endpoints: lines, accounts, taxes, voucher types, currencies, periods.

Owns their filters. Account balances and dimensions have modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result, join_array
from finago_assets.sandbox.books.accounts import ACCOUNTS, account_json
from finago_assets.sandbox.books.calendar import euro, period_json
from finago_assets.sandbox.books.ledger import without_dimensions
from finago_assets.sandbox.books.line_json import quoted
from finago_assets.sandbox.books.money import exact
from finago_assets.sandbox.books.taxes import TAXES, tax_json
from finago_assets.sandbox.books.vouchers import VoucherType
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.endpoints.balances import account_balance, account_balances

if TYPE_CHECKING:
    from finago_assets.sandbox.query import Query


class _Id(msgspec.Struct):
    id: int | str | None = None
    number: int | str | None = None


class _LedgerLine(msgspec.Struct, rename="camel"):
    transaction: _Id
    account: _Id
    transaction_type: _Id
    currency: dict[str, msgspec.Raw]
    created_at: str
    modified_at: str
    invoice: _Id | None = None
    customer: _Id | None = None


Test = Callable[[_LedgerLine], bool]


def _tests(query: Query) -> list[Test]:
    wanted: list[tuple[object, Callable[[_LedgerLine], object]]] = [
        (query.text("transactionId"), lambda line: line.transaction.id),
        (query.integer("transactionNumber"), lambda line: line.transaction.number),
        (query.integer("transactionTypeId"), lambda line: line.transaction_type.id),
        (query.integer("customerId"), lambda line: line.customer and line.customer.id),
        (query.integer("accountId"), lambda line: line.account.id),
        (query.integer("accountNumber"), lambda line: line.account.number),
        (query.text("invoiceNumber"), lambda line: line.invoice and line.invoice.number),
        (query.text("currencyCode"), lambda line: json.decode(line.currency["code"])),
    ]
    tests: list[Test] = [_equal(value, read) for value, read in wanted if value is not None]
    created = query.moment("createdFrom") or query.moment("createdAfter")
    modified = query.moment("modifiedFrom") or query.moment("modifiedAfter")
    if created is not None:
        tests.append(lambda line: line.created_at >= created)
    if modified is not None:
        tests.append(lambda line: line.modified_at >= modified)
    return tests


def _equal(value: object, read: Callable[[_LedgerLine], object]) -> Test:
    return lambda line: read(line) == value


def transaction_lines(ask: Ask) -> Result:
    """`dateFrom` inclusive, `dateTo` exclusive, both required; dimensions only when asked for."""
    first, end = ask.query.window()
    days = list(ask.books.ledger.between(first, end))
    if tests := _tests(ask.query):
        days = [[line for line in day if _passes(line, tests)] for day in days]
    return ask.by_day(days, bytes if ask.query.flag("includeDimensions") else without_dimensions)


def _passes(line: bytes, tests: list[Test]) -> bool:
    read = json.decode(line, type=_LedgerLine)
    return all(test(read) for test in tests)


def transaction_line(ask: Ask) -> Result:
    """One line, never with dimensions."""
    try:
        return One(without_dimensions(ask.books.ledger.line(ask.path["id"])))
    except KeyError:
        raise missing() from None


def accounts(ask: Ask) -> Result:
    """`query` is a text in name or number."""
    wanted = (ask.query.text("query") or "").lower()
    found = [a for a in ACCOUNTS.values() if wanted in a.name.lower() or wanted in str(a.number)]
    return Listing.of([account_json(account) for account in found])


def taxes(_: Ask) -> Result:
    """Every tax code; the first has id 0."""
    return Listing.of([tax_json(tax) for tax in TAXES.values()])


def transaction_types(_: Ask) -> Result:
    """Every voucher type; negative numbers are the system's."""
    types = (kind.value for kind in VoucherType)
    return Listing.of([json.encode({"id": key, "number": number, "name": name}) for key, number, name in types])


def currencies(ask: Ask) -> Result:
    """Rates of the last day of the books: the API knows no others."""
    rates = {"NOK": Decimal(1), "EUR": euro(ask.books.plan.last), "SEK": Decimal("0.9875"), "USD": Decimal("10.5")}
    shown = {code: exact(quoted(code, rate, ask.books.plan.modes)) for code, rate in rates.items()}
    return Listing.of([json.encode({"code": code, "rate": rate}) for code, rate in shown.items()])


def list_fiscal_periods(ask: Ask) -> Result:
    """`type` is Year unless asked for Period or All."""
    kind = ask.query.text("type") or "Year"
    return Listing.of([period_json(p) for p in ask.books.periods if kind in (p.kind, "All")])


def balances(ask: Ask) -> Result:
    """The balance of every account that has one."""
    return Listing.of(account_balances(ask))


def balance(ask: Ask) -> Result:
    """The balance of one account: an array all the same."""
    return One(join_array(account_balance(ask)))


HANDLERS: Final[dict[str, Handler]] = {
    "/transactionlines": transaction_lines,
    "/transactionlines/{id}": transaction_line,
    "/accountbalances": balances,
    "/accountbalances/{id}": balance,
    "/accounts": accounts,
    "/taxes": taxes,
    "/transactiontypes": transaction_types,
    "/currencies": currencies,
    "/fiscalperiods": list_fiscal_periods,
}
