"""Bank accounts with their latest balance, and bank transactions.

Owns the date rules: both ends inclusive and two years at most.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from finago_assets.core.windows import ONE_DAY
from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.bank import (
    BANK_ACCOUNTS,
    BankAccount,
    bank_account_json,
    movement_json,
    transaction_json,
)
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.query import refuse

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.books.kept import Json

LONGEST_DAYS: Final = 731  # two years, one of them a leap year


def bank_transactions(ask: Ask) -> Result:
    """`dateFrom` and `dateTo`, both required and both inclusive."""
    first, last = ask.query.window()
    if last < first or (last - first).days > LONGEST_DAYS:
        raise refuse("dateTo", "minimum" if last < first else "maximum")
    wanted, moves = ask.query.text("bankAccountId"), ask.books.statement.days
    span = range(first.toordinal(), last.toordinal() + 1)
    days = [[t for t in moves[day] if wanted in (None, t.account.id)] for day in span if day in moves]
    return ask.by_day([day for day in days if day], partial(transaction_json, last=ask.books.plan.last))


def bank_transaction(ask: Ask) -> Result:
    """One bank transaction by its reference."""
    found = ask.books.statement.by_id.get(ask.path["bankTransactionReference"])
    if found is None:
        raise missing()
    return One(transaction_json(found, ask.books.plan.last))


def index_bank_accounts(books: Books) -> dict[str, BankAccount]:
    """Return every bank account by id."""
    return {account.id: account for account in (*BANK_ACCOUNTS.values(), *books.written.bank_accounts)}


def _render_bank_account(ask: Ask, account: BankAccount) -> bytes:
    return bank_account_json(account, ask.books.plan, _find_balance(ask, account))


def _find_balance(ask: Ask, account: BankAccount) -> Json | None:
    """Return the later of what the bank last said and what movements come to; only seeded accounts have the latter."""
    before = ask.query.day("before")
    told = [b for b in ask.books.written.balances.get(account.id, []) if before is None or b.at.date() < before]
    latest = max(told, key=lambda balance: balance.at, default=None)
    until = before or ask.books.plan.last + ONE_DAY
    moved = ask.books.statement.balance(account, until) if account.written is None else None
    if latest is not None and (moved is None or latest.at.date() >= moved[1]):
        return latest.said
    return None if moved is None else movement_json(account, moved)


def list_bank_accounts(ask: Ask) -> Result:
    """Bank accounts; one has never moved and shows no balance."""
    return Listing.of([_render_bank_account(ask, account) for account in index_bank_accounts(ask.books).values()])


HANDLERS: Final[dict[str, Handler]] = {
    "/bankaccounts": list_bank_accounts,
    "/banktransactions": bank_transactions,
    "/banktransactions/{bankTransactionReference}": bank_transaction,
}
