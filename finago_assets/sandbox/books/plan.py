"""What books to make: the size, the years, the seed and the answers to what the API leaves open.

A plan decides every byte of the books; nothing else does, least of all today's date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random


class Size(StrEnum):
    """How much the company does. Ledger lines over two years: 800, 10 thousand, 200 thousand, one million.

    Bare is the scenarios and nothing else, so that whole tables can be foretold; audit is about 20,000 vouchers a year
    with few lines and few orders each.
    """

    BARE = "bare"
    TINY = "tiny"
    SMALL = "small"
    MEDIUM = "medium"
    AUDIT = "audit"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Volume:
    """How many of each a size means; rates are a year, `tills` is vouchers a shop day."""

    customers: int
    suppliers: int
    products: int
    orders: int
    purchases: int
    tills: int
    staff: int


VOLUMES = {
    Size.BARE: Volume(customers=0, suppliers=0, products=0, orders=0, purchases=0, tills=0, staff=0),
    Size.TINY: Volume(customers=14, suppliers=6, products=12, orders=24, purchases=14, tills=0, staff=2),
    Size.SMALL: Volume(customers=130, suppliers=30, products=80, orders=300, purchases=110, tills=1, staff=3),
    Size.MEDIUM: Volume(customers=800, suppliers=120, products=400, orders=1500, purchases=1200, tills=73, staff=40),
    Size.AUDIT: Volume(customers=240, suppliers=60, products=120, orders=240, purchases=900, tills=57, staff=12),
    Size.LARGE: Volume(customers=2000, suppliers=300, products=1500, orders=3000, purchases=2500, tills=412, staff=120),
}


class Incoming(StrEnum):
    """Whether account balances include what came in before the window."""

    ASKED = "asked"  # as keepIncoming says
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Modes:
    """The answers to what the API leaves open. None of them moves an account's balance by an øre."""

    tax_on_vat_lines: bool = False  # whether the lines on the VAT accounts carry a tax code too
    gross_base: bool = False  # coded lines include their VAT; an uncoded line on the same account takes it out again
    foreign_amounts: bool = False  # `amount` is in `currency.code` instead of the base currency
    per_hundred: tuple[str, ...] = ()  # currencies whose rate is that of a hundred
    incoming: Incoming = Incoming.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksPlan:
    """Everything that the books depend on. `until` is the last day that has happened; without it, the years' last.

    `fiscal_month` is the month that fiscal years begin in. `scenarios` decides whether the scenarios are played; left
    open, they are in all but tiny books.
    """

    size: Size = Size.SMALL
    start: date = date(2024, 1, 1)
    years: int = 2
    seed: int = 24
    until: date | None = None
    organization_id: str = "300000000000001"
    modes: Modes = field(default_factory=Modes)
    fiscal_month: int = 1
    scenarios: bool | None = None

    def __post_init__(self) -> None:
        if self.fiscal_month not in range(1, 13):
            raise ValueError(f"Fiscal years cannot begin in month {self.fiscal_month}; give 1 to 12.")
        if self.last < self.start:
            raise ValueError(f"Books from {self.start} to {self.last} have no days; give at least one year.")

    @property
    def last(self) -> date:
        """The last day of the books."""
        if self.until is not None:
            return self.until
        leap = (self.start.month, self.start.day) == (2, 29)
        first = self.start - timedelta(days=1) if leap else self.start
        return first.replace(year=first.year + self.years) - timedelta(days=0 if leap else 1)

    @property
    def staged(self) -> bool:
        """Whether the scenarios are played."""
        return self.size is not Size.TINY if self.scenarios is None else self.scenarios

    @property
    def volume(self) -> Volume:
        """The counts that the size stands for."""
        return VOLUMES[self.size]

    def dice(self, purpose: str) -> Random:
        """Return a stream of its own for each purpose, so that a new actor does not disturb the others."""
        return dice(f"{self.seed}/{self.size}/{purpose}")


def dice(seed: str) -> Random:
    """Return chance that is the same for the same seed."""
    return Random(seed)  # noqa: S311 - invented books and planned faults, not keys
