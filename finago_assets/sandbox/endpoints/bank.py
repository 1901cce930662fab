"""Bank accounts with their latest balance, and bank transactions.

Owns the date rules: both ends inclusive and two years at most.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.bank import ACCOUNTS, BankAccount, account_json, transaction_json
from finago_assets.sandbox.books.calendar import ONE_DAY
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.query import refuse

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


def _account(ask: Ask, account: BankAccount) -> bytes:
    before = ask.query.day("before") or ask.books.plan.last + ONE_DAY
    return account_json(account, ask.books.plan, ask.books.statement.balance(account, before))


def bank_accounts(ask: Ask) -> Result:
    """Bank accounts; one has never moved and shows no balance."""
    return Listing.of([_account(ask, account) for account in ACCOUNTS.values()])


def bank_account(ask: Ask) -> Result:
    """One bank account."""
    for account in ACCOUNTS.values():
        if account.id == ask.path["id"]:
            return One(_account(ask, account))
    raise missing()


HANDLERS: Final[dict[str, Handler]] = {
    "/bankaccounts": bank_accounts,
    "/bankaccounts/{id}": bank_account,
    "/banktransactions": bank_transactions,
    "/banktransactions/{bankTransactionReference}": bank_transaction,
}
