"""What the SOAP services remember: sessions, the limit, the switches, and of each organization drafts, links and locks.

Owns the clock that tests may turn. Knows no HTTP; what an answer says is the services'.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from finago_assets.core.windows import OSLO
from finago_assets.sandbox.soap.contract import AsmxService, read_asmx_services
from finago_assets.sandbox.soap.drafts import DraftRegister
from finago_assets.sandbox.soap.matching import LinkedLines
from finago_assets.sandbox.soap.quota import HourlyLimit
from finago_assets.sandbox.soap.sessions import SoapSessions, make_identities
from finago_assets.sandbox.soap.switches import DaySpelling, MomentZone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.soap.switches import SoapOptions, SoapSwitches

YEAR_KIND: Final = "Year"


@dataclass(slots=True)
class SoapLedger:
    """The books of an organization and what only its SOAP services know of them."""

    books: Books
    locked: set[int] = field(default_factory=set)  # years that fiscal years begin in
    drafts: DraftRegister = field(default_factory=DraftRegister)
    saved: set[str] = field(default_factory=set, repr=False)  # what each bundle that was saved is recognized by
    _links: LinkedLines | None = None
    _seeded: int = field(init=False)  # lines that were there before anybody asked anything

    def __post_init__(self) -> None:
        self._seeded = self.books.ledger.entered

    @property
    def links(self) -> LinkedLines:
        """Which lines settle each other; found when first asked for."""
        if self._links is None:
            self._links = LinkedLines.of(self.books.ledger, self._seeded)
        return self._links

    def years(self) -> list[tuple[str, date, date, bool]]:
        """Return the fiscal years: id, first day, last day, and whether they are locked."""
        start = self.books.plan.start
        found = [one for one in self.books.periods if one.kind == YEAR_KIND]
        return [(one.id, one.first, one.last, one.last < start or one.first.year in self.locked) for one in found]

    def closed_at(self, day: date) -> str | None:
        """Return why nothing can be posted on a day, None where it can."""
        year = next((one for one in self.years() if one[1] <= day <= one[2]), None)
        if year is None:
            return f"no fiscal year holds {day}."
        return f"the fiscal year from {year[1]} to {year[2]} is locked." if year[3] else None


@dataclass(slots=True)
class SoapDesk:
    """The state of all SOAP services."""

    services: tuple[AsmxService, ...]
    sessions: SoapSessions
    limit: HourlyLimit
    switches: SoapSwitches
    ledgers: dict[str, SoapLedger]
    skipped: float = 0.0

    @classmethod
    def start(cls, options: SoapOptions, tenants: Mapping[str, Books]) -> SoapDesk:
        """Return the state of services that nobody has asked anything yet."""
        identities = make_identities(tuple(tenants))
        return cls(
            read_asmx_services(),
            SoapSessions(identities, options.session_lifetime, options.logins_per_minute),
            HourlyLimit(options.hourly_limit, options.blocked_status),
            options.switches,
            {name: SoapLedger(books) for name, books in tenants.items()},
        )

    def now(self) -> float:
        """Return the time in seconds, turned forward by what was skipped."""
        return time.time() + self.skipped

    def spell_day(self, day: date) -> datetime:
        """Return a day of the books as answers give it."""
        local = datetime(day.year, day.month, day.day, tzinfo=OSLO)
        return local.astimezone(UTC) if self.switches.days is DaySpelling.SHIFTED else local.replace(tzinfo=None)

    def spell_moment(self, text: str) -> datetime:
        """Return a moment of the books, which REST writes in UTC, as answers give it."""
        moment = datetime.fromisoformat(text.replace(" ", "T")).astimezone(UTC)
        match self.switches.moments:
            case MomentZone.ZULU:
                return moment
            case MomentZone.OSLO:
                return moment.astimezone(OSLO).replace(tzinfo=None)
            case _:
                return moment.replace(tzinfo=None)
