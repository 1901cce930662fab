"""The company as a whole: runs its actors day by day over the plan and keeps what they leave.

Owns the order of events within a day: carry_out first, then trade, then what follows from the balances.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.calendar import days, make_fiscal_periods
from finago_assets.sandbox.books.closing import Authorities, YearEnd, open_books
from finago_assets.sandbox.books.journal import BooksJournal
from finago_assets.sandbox.books.parties import parties
from finago_assets.sandbox.books.payroll import Payroll
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.books.products import make_products
from finago_assets.sandbox.books.purchases import Purchases
from finago_assets.sandbox.books.sales import Sales
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks
from finago_assets.sandbox.books.scenarios.posting import ScenarioPosting
from finago_assets.sandbox.books.tills import Tills
from finago_assets.sandbox.books.written_records import WrittenRecords

if TYPE_CHECKING:
    from finago_assets.sandbox.books.bank import Statement
    from finago_assets.sandbox.books.calendar import FiscalPeriod
    from finago_assets.sandbox.books.ledger import Ledger
    from finago_assets.sandbox.books.order_book import OrderBook
    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.books.plan import BooksPlan
    from finago_assets.sandbox.books.products import Product


@dataclass(slots=True)
class Books:
    """Everything that the sandbox can be asked for, alive: posting a voucher moves the balances."""

    plan: BooksPlan
    journal: BooksJournal
    parties: list[Party]
    products: list[Product]
    sales: Sales
    periods: list[FiscalPeriod]
    written: WrittenRecords = field(init=False)

    def __post_init__(self) -> None:
        self.written = WrittenRecords(self.plan)

    @property
    def ledger(self) -> Ledger:
        """The lines and movements."""
        return self.journal.ledger

    @property
    def statement(self) -> Statement:
        """The bank transactions."""
        return self.journal.statement

    @property
    def orders(self) -> OrderBook:
        """The sales orders."""
        return self.sales.book

    def party(self, key: object) -> Party | None:
        """Return a customer or supplier by id."""
        return next((party for party in self.parties if party.id == key), None)

    def product(self, key: object) -> Product | None:
        """Return a product by id."""
        return next((product for product in self.products if product.id == key), None)


def keep_books(plan: BooksPlan) -> Books:
    """Return the books of a plan: the same plan gives the same bytes."""
    journal = BooksJournal(plan)
    customers, suppliers = parties(plan)
    assortment = make_products(plan, suppliers)
    sales = Sales(journal, customers, assortment)
    trade = (sales, Purchases(journal, suppliers), Tills(journal), Payroll(journal))
    actors = () if plan.size is Size.BARE else trade
    followers = (Authorities(journal), YearEnd(journal))
    open_books(journal)
    ScenarioPosting(journal, sales.book).begin()
    for day in days(plan):
        journal.carry_out(day)
        for actor in (*actors, *followers):
            actor.day(day)
            journal.carry_out(day)
    register = customers + suppliers + (ScenarioBooks(plan).parties() if plan.staged else [])
    return Books(plan, journal, register, assortment, sales, make_fiscal_periods(plan))
