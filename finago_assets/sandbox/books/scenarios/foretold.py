"""What bare books come to: the figures of the scenarios, and what settling VAT and closing years makes of them.

Owns the arithmetic from acts to whole tables, without a ledger. For other sizes it holds of the scenarios alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.accounts import ROUNDING
from finago_assets.sandbox.books.calendar import banking_day, euro, month_end, year_start
from finago_assets.sandbox.books.closing import EQUITY, OPENING, OPENING_EUROS
from finago_assets.sandbox.books.money import ORE, converted, share
from finago_assets.sandbox.books.scenarios import scenarios
from finago_assets.sandbox.books.taxes import SETTLEMENT, VAT_ACCOUNTS
from finago_assets.sandbox.books.vat import term_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.sandbox.books.plan import BooksPlan

Moved = tuple[date, int, int]  # posting date, account, øre


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A term's settlement voucher: `owed` in whole kroner on the settlement account, `rounding` the øre left over."""

    term: date
    day: date
    vat: dict[int, int]
    owed: int
    rounding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearResult:
    """A fiscal year: `result` is the sum of classes 3 to 8 before tax and closing, income negative."""

    first: date
    last: date
    closed: bool
    result: int
    tax: int


def settlements(plan: BooksPlan) -> tuple[Settlement, ...]:
    """Return the settlement of each term that ends within the books; late postings go with a later one."""
    due: dict[date, Counter[int]] = {}
    for scenario in scenarios(plan):
        for act in scenario.vouchers:
            term = term_of(max(act.period or act.day, act.happens))
            for posting in act.postings:
                if posting.account in VAT_ACCOUNTS:
                    due.setdefault(term, Counter())[posting.account] += posting.amount
    return tuple(_settled(term, due[term]) for term in sorted(due) if _end(term) <= plan.last)


def _end(term: date) -> date:
    return month_end(month_end(term) + timedelta(days=1))


def _settled(term: date, vat: Counter[int]) -> Settlement:
    total = vat.total()
    owed = int(Decimal(total) / ORE) * ORE
    return Settlement(term=term, day=_end(term), vat=dict(vat), owed=owed, rounding=total - owed)


def year_results(plan: BooksPlan) -> tuple[YearResult, ...]:
    """Return each fiscal year that the books reach into."""
    found, first = [], year_start(plan.start, plan.fiscal_month)
    moved = list(_moved_before_closing(plan))
    while first <= plan.last:
        following = year_start(first + timedelta(days=370), plan.fiscal_month)
        last = following - timedelta(days=1)
        result = sum(ore for day, account, ore in moved if account >= 3000 and first <= day <= last)
        closed = last < plan.last
        tax = share(-result, 22) if closed and result < 0 else 0
        found.append(YearResult(first=first, last=last, closed=closed, result=result, tax=tax))
        first = following
    return tuple(found)


def changes(plan: BooksPlan) -> dict[tuple[int, date], int]:
    """Return øre by account and month of everything that bare books hold, the opening included."""
    found: Counter[tuple[int, date]] = Counter()
    for day, account, ore in (*_moved_before_closing(plan), *_closing(plan)):
        found[account, day.replace(day=1)] += ore
    return {key: ore for key, ore in found.items() if ore}


def _moved_before_closing(plan: BooksPlan) -> Iterator[Moved]:
    yield from _opening(plan)
    for scenario in scenarios(plan):
        for act in scenario.vouchers:
            for posting in act.postings:
                yield act.day, posting.account, posting.amount
    for settled in settlements(plan):
        for account, ore in settled.vat.items():
            yield settled.day, account, -ore
        yield settled.day, SETTLEMENT, settled.owed
        yield settled.day, ROUNDING, settled.rounding
        paid = banking_day((settled.day + timedelta(days=32)).replace(day=10))
        if paid <= plan.last:
            yield paid, SETTLEMENT, -settled.owed
            yield paid, 1920, settled.owed


def _opening(plan: BooksPlan) -> Iterator[Moved]:
    day = plan.start - timedelta(days=1)
    opened = OPENING | {1930: converted(OPENING_EUROS, euro(day))}
    yield from ((day, account, ore) for account, ore in opened.items())
    yield day, EQUITY, -sum(opened.values())


def _closing(plan: BooksPlan) -> Iterator[Moved]:
    for year in year_results(plan):
        if year.closed:
            rest = year.result + year.tax
            yield year.last, 8300, year.tax
            yield year.last, 2500, -year.tax
            yield year.last, 8960, -rest
            yield year.last, EQUITY, rest
