"""Account balances, computed from the ledger as it is at the moment of asking.

Owns the control total's rules: both ends inclusive, one element for each month, profit-and-loss accounts restarted
each fiscal year, incoming amounts only when asked for.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import json

from finago_assets.core.windows import ONE_DAY
from finago_assets.sandbox.books.accounts import ACCOUNTS, BookAccount, unlisted
from finago_assets.sandbox.books.calendar import year_start
from finago_assets.sandbox.books.money import write_amount
from finago_assets.sandbox.books.plan import Incoming
from finago_assets.sandbox.endpoints.ask import Ask, missing
from finago_assets.sandbox.query import refuse

if TYPE_CHECKING:
    from finago_assets.sandbox.books.ledger import Movements

Span = tuple[date, date]  # first day, and the day after the last


def account_balances(ask: Ask) -> list[bytes]:
    """Return every account with an opening balance or a movement in the window, also those nobody lists."""
    unknown = [unlisted(number) for number in ask.books.ledger.by_date if number not in ACCOUNTS]
    return [body for account in (*ACCOUNTS.values(), *unknown) if (body := _render_balance(ask, account)) is not None]


def account_balance(ask: Ask) -> list[bytes]:
    """Return one account by id; an empty list when it never moved. Raises Refused 404 for an unknown id."""
    key = ask.integer("id")
    found = [account for account in ACCOUNTS.values() if account.id == key]
    if not found:
        raise missing()
    body = _render_balance(ask, found[0])
    return [] if body is None else [body]


def spans(ask: Ask) -> list[Span]:
    """Return the stretches to report: between the days in `periods`, or calendar months clipped to the window."""
    first, last = ask.query.window()
    if last < first:
        raise refuse("dateTo", "minimum")
    wanted = ask.query.text("periods")
    try:
        starts = [date.fromisoformat(day.rstrip("Z")) for day in wanted.split(",")] if wanted else []
    except ValueError:
        raise refuse("periods", "pattern") from None
    if not starts:
        starts, month = [first], first.replace(day=28)
        while (month := (month + 4 * ONE_DAY).replace(day=1)) <= last:
            starts.append(month)
            month = month.replace(day=28)
    return list(pairwise([*sorted(starts), last + ONE_DAY]))


def _render_balance(ask: Ask, account: BookAccount) -> bytes | None:
    by_period = ask.query.text("type") == "Period"
    ledger = ask.books.ledger
    movements: Movements = ledger.by_period if by_period else ledger.by_date
    moved = movements.get(account.number)
    if moved is None:
        return None
    asked = spans(ask)
    month = ask.books.plan.fiscal_month
    balance = _incoming(moved, account, asked[0][0], month) if _keeps_incoming(ask) else 0
    elements, quiet = [], balance == 0
    for first, end in asked:
        if not account.is_balance and first == year_start(first, month):
            balance = 0
        change = sum(amount for day, amount in moved.items() if first.toordinal() <= day < end.toordinal())
        elements.append(_render_amounts(first, balance, change))
        balance += change
        quiet = quiet and change == 0
    if quiet:
        return None
    body = {"id": account.id, "number": account.number, "name": account.name}
    return json.encode({"account": body, "balances": elements})


def _keeps_incoming(ask: Ask) -> bool:
    match ask.books.plan.modes.incoming:
        case Incoming.ASKED:
            return ask.query.flag("keepIncoming") is True
        case incoming:
            return incoming is Incoming.ALWAYS


def _incoming(moved: dict[int, int], account: BookAccount, first: date, fiscal_month: int) -> int:
    since = 0 if account.is_balance else year_start(first, fiscal_month).toordinal()
    return sum(amount for day, amount in moved.items() if since <= day < first.toordinal())


def _render_amounts(first: date, opening: int, change: int) -> dict[str, object]:
    amounts = {"opening": opening, "closing": opening + change, "change": change}
    return {"date": first.isoformat()} | {name: write_amount(ore, first.month) for name, ore in amounts.items()}
