"""Opening voucher, VAT settlements and year ends.

Owns the vouchers that follow from the ledger's own balances; they run after everything else of a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from finago_assets.core.windows import ONE_DAY
from finago_assets.sandbox.books.accounts import ACCOUNTS, ROUNDING
from finago_assets.sandbox.books.calendar import banking_day, ends_term, ends_year, euro, year_start
from finago_assets.sandbox.books.money import ORE, share
from finago_assets.sandbox.books.taxes import SETTLEMENT, VAT_ACCOUNTS
from finago_assets.sandbox.books.vouchers import Posting, VoucherType, abroad

if TYPE_CHECKING:
    from finago_assets.sandbox.books.journal import BooksJournal

OPENING: Final = {1250: 250_000_00, 1460: 480_000_50, 1920: 2_500_000_00, 2000: -1_000_000_00, 2220: -1_500_000_00}
OPENING_EUROS: Final = 10_500_25
EQUITY: Final = 2050


def open_books(journal: BooksJournal) -> None:
    """Post the opening balances the day before the books start, and put the money in the bank."""
    day = journal.plan.start - ONE_DAY
    rate = euro(day)
    postings = [Posting(account, amount) for account, amount in OPENING.items()]
    postings.append(abroad(1930, OPENING_EUROS, "EUR", rate))
    postings.append(Posting(EQUITY, -sum(posting.amount for posting in postings)))
    journal.post(VoucherType.OPENING, day, *postings)
    journal.statement.move(day, OPENING[1920], ("text", "Inngående saldo"))
    journal.statement.move(day, OPENING_EUROS, ("text", "Inngående saldo"), account=1930)


@dataclass(frozen=True, slots=True)
class Authorities:
    """VAT every second month, paid in whole kroner; the øre left over go to their own account."""

    journal: BooksJournal

    def day(self, day: date) -> None:
        """Settle a term that ends today."""
        if not ends_term(day):
            return
        ledger = self.journal.ledger
        moved = {account: ledger.balance(account, day, by_period=True) for account in VAT_ACCOUNTS}
        total = sum(moved.values())
        owed = -(abs(total) // ORE * ORE) if total < 0 else total // ORE * ORE
        postings = [Posting(account, -amount) for account, amount in moved.items() if amount]
        if not postings:
            return
        postings.append(Posting(SETTLEMENT, owed, comment="Mva-oppgjør"))
        if total != owed:
            postings.append(Posting(ROUNDING, total - owed, comment="Øreavrunding"))
        self.journal.post(VoucherType.VAT, day, *postings, entered=30)
        if owed:
            due = banking_day((day + timedelta(days=32)).replace(day=10))
            self.journal.later(due, partial(self._pay, -owed))

    def _pay(self, owed: int, day: date) -> None:
        self.journal.statement.move(day, -owed, ("text", "Merverdiavgift"))
        self.journal.post(VoucherType.PAYMENT, day, Posting(SETTLEMENT, owed), Posting(1920, -owed))


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Tax on the result, and the rest to equity, so that classes 3 to 8 sum to zero. The last year stays open."""

    journal: BooksJournal

    def day(self, day: date) -> None:
        """Close a year that ends today, unless the books end with it."""
        plan, ledger = self.journal.plan, self.journal.ledger
        if not ends_year(day, plan.fiscal_month) or day >= plan.last:
            return
        first = year_start(day, plan.fiscal_month)
        result = sum(ledger.movement(number, first, day) for number, a in ACCOUNTS.items() if not a.is_balance)
        tax = share(-result, 22) if result < 0 else 0
        if tax:
            self.journal.post(VoucherType.CLOSING, day, Posting(8300, tax), Posting(2500, -tax), entered=60)
        rest = result + tax
        if rest:
            closing = (Posting(8960, -rest), Posting(EQUITY, rest))
            self.journal.post(VoucherType.CLOSING, day, *closing, entered=60)
