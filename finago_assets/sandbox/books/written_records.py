"""What came in from outside since the books were made, and the clock it came in by.

Owns new ids, moments, and the registers that seeded books know as constants. Parties, products, orders and postings are
kept with the seeded ones. All of it lives as long as the process.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.kept import Json, Overlay

if TYPE_CHECKING:
    from finago_assets.sandbox.books.bank import BankAccount
    from finago_assets.sandbox.books.plan import BooksPlan

OPENS: Final = time(18, 0, tzinfo=UTC)  # after every moment that the books themselves write down on their last day


class Series(Enum):
    """The ids given to what is written, each from a number that no seeded record reaches; none is given twice."""

    CUSTOMER = 200_001
    CATEGORY = 1_001
    PRODUCT = 60_001
    ORDER = 800_001
    ORDER_LINE = 5_000_001
    BANK_ACCOUNT = 1_000_001
    FILE = 1 << 40
    UPLOAD = 1
    DOCUMENT = 9_000_001


@dataclass(frozen=True, slots=True)
class Balance:
    """What the bank said an account held, with the words it said it in."""

    at: datetime
    said: Json


@dataclass(slots=True)
class Upload:
    """A file that was announced; `document` is its number once its content has come."""

    file_id: str
    content_type: str
    signature: str = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    document: int | None = None


@dataclass(slots=True)
class WrittenRecords:
    """Registers by the keys that paths use. The clock moves one second for each write."""

    plan: BooksPlan
    writes: int = 0
    given: Counter[Series] = field(default_factory=Counter)
    customer_accounts: dict[int, Overlay[str]] = field(default_factory=lambda: defaultdict(Overlay))
    categories: Overlay[int] = field(default_factory=Overlay)
    product_dimensions: dict[int, Overlay[int]] = field(default_factory=lambda: defaultdict(Overlay))
    overrides: dict[int, Overlay[int]] = field(default_factory=lambda: defaultdict(Overlay))
    bank_accounts: list[BankAccount] = field(default_factory=list)
    balances: dict[str, list[Balance]] = field(default_factory=lambda: defaultdict(list))
    uploads: dict[str, Upload] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict, repr=False)  # signature of a download -> document

    def now(self) -> datetime:
        """Return the moment of a write: later than all before it."""
        self.writes += 1
        return datetime.combine(self.plan.last, OPENS) + timedelta(seconds=self.writes)

    def new(self, series: Series) -> int:
        """Return an id that nothing ever had."""
        self.given[series] += 1
        return series.value + self.given[series] - 1

    def of_document(self, number: int) -> Upload | None:
        """Return the upload that became a document, if one did."""
        return next((upload for upload in self.uploads.values() if upload.document == number), None)


def stamp(at: datetime) -> str:
    """Return a moment as ledger and orders spell it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def spaced_stamp(at: datetime) -> str:
    """Return a moment as customers, products and categories spell it."""
    return f"{at:%Y-%m-%d %H:%M:%S}.000Z"
