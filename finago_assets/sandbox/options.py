"""Everything a sandbox can be told: what books to keep, how awkwardly to answer, and what to break.

Owns the options and the credentials, which are constants that open nothing but a sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypedDict

from finago_assets.sandbox.books.plan import BooksPlan, Modes, Size
from finago_assets.sandbox.description.facts import DESCRIPTION_FILE
from finago_assets.sandbox.soap.switches import SoapOptions

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.sandbox.books.bad import Bad
    from finago_assets.sandbox.faults import Rule

CLIENT_ID: Final = "sandbox-client-id"
CLIENT_SECRET: Final = "sandbox-secret-that-opens-nothing"  # noqa: S105 - it opens nothing but a sandbox
ORGANIZATION_ID: Final = "300000000000001"
API_AUDIENCE: Final = "https://api.24sevenoffice.com"


class Links(StrEnum):
    """How next links are spelled; mixed takes a different spelling for every page."""

    MIXED = "mixed"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class ListOrder(StrEnum):
    """In which order ledger lines, bank transactions and orders come: none is documented."""

    POSTED = "posted"
    SHUFFLED = "shuffled"  # within each day, always the same way
    RESTLESS = "restless"  # within each day, another way each time page 1 is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """A sandbox. Durations in seconds; port 0 takes any free one; a rate of 0 is no limit."""

    host: str = "127.0.0.1"
    port: int = 0
    halo_port: int = 0  # of the tenant of Halo that is served beside it in the foreground
    size: Size | str = Size.SMALL
    description: Path = (
        DESCRIPTION_FILE  # file of facts: what it has and no endpoint answers by hand is answered from it
    )
    start: date = date(2024, 1, 1)
    years: int = 2
    until: date | None = None
    seed: int = 24
    modes: Modes = field(default_factory=Modes)
    fiscal_month: int = 1  # the month that fiscal years begin in
    scenarios: bool | None = None  # by default in all but tiny books
    bad: tuple[Bad, ...] = ()  # what is wrong with the books of the first organization
    organizations: tuple[str, ...] = (ORGANIZATION_ID,)
    withhold: tuple[str, ...] = ()
    latency: float = 0.0
    requests_per_second: float = 0.0
    token_lifetime: float = 3600.0
    faults: tuple[Rule, ...] = ()
    links: Links = Links.MIXED
    links_drop_filters: bool = False  # links carry the page or the token, and nothing of what was asked
    trailing_empty_page: bool = False
    largest_page: int = 1000  # transactionlines, products, salesorders, dimension elements: larger asks are clamped
    page_cap: int = 1000  # banktransactions refuse pages beyond it
    salesorders_include_end: bool = True
    order: ListOrder = ListOrder.POSTED
    compress: bool = True
    soap: SoapOptions = field(default_factory=SoapOptions)

    def plan(self, organization: str) -> BooksPlan:
        """Return the plan of the books of one organization; each has a seed of its own."""
        return BooksPlan(
            size=Size(self.size),
            start=self.start,
            years=self.years,
            until=self.until,
            seed=self.seed + self.organizations.index(organization),
            organization_id=organization,
            modes=self.modes,
            fiscal_month=self.fiscal_month,
            scenarios=self.scenarios,
        )


class Changes(TypedDict, total=False):
    """The options that can be given by name; the same as the fields of SandboxOptions."""

    host: str
    port: int
    halo_port: int
    size: Size | str
    description: Path
    start: date
    years: int
    until: date | None
    seed: int
    modes: Modes
    fiscal_month: int
    scenarios: bool | None
    bad: tuple[Bad, ...]
    organizations: tuple[str, ...]
    withhold: tuple[str, ...]
    latency: float
    requests_per_second: float
    token_lifetime: float
    faults: tuple[Rule, ...]
    links: Links
    links_drop_filters: bool
    trailing_empty_page: bool
    largest_page: int
    page_cap: int
    salesorders_include_end: bool
    order: ListOrder
    compress: bool
    soap: SoapOptions
