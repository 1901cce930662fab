"""What a test or a person may do to the SOAP services while they run: turn switches, end sessions, book drafts.

Owns the operations, as a Python object. The same over HTTP is `control_routes`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from finago_assets.sandbox.soap.saving import book_draft, delete_draft

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.desk import SoapDesk, SoapLedger
    from finago_assets.sandbox.soap.switches import SoapSwitches
    from finago_assets.sandbox.state import Sandbox


@dataclass(frozen=True, slots=True)
class SoapControl:
    """Changes take effect at once. Of several organizations the first is meant unless another is named."""

    sandbox: Sandbox

    @property
    def desk(self) -> SoapDesk:
        """The state as it is now; a reset makes another."""
        return self.sandbox.soap

    @property
    def switches(self) -> SoapSwitches:
        """How the switches are turned."""
        return self.desk.switches

    def set(self, **changes: object) -> dict[str, Any]:
        """Turn switches and return them all. Raises ValueError for one that does not exist."""
        with self.sandbox.lock:
            self.desk.switches = self.desk.switches.turned(**changes)
            return asdict(self.desk.switches)

    def expire_sessions(self) -> int:
        """End every session and return how many there were."""
        with self.sandbox.lock:
            return self.desk.sessions.expire()

    def change_organization(self, organization: str) -> int:
        """Make every session that of another organization. Raises KeyError for an unknown one."""
        with self.sandbox.lock:
            return self.desk.sessions.change_organization(organization)

    def quarantine(self, seconds: float) -> None:
        """Refuse every request for so many seconds; 0 ends it."""
        with self.sandbox.lock:
            self.desk.limit.quarantine(self.desk.now() + seconds)

    def lock_year(self, year: int, organization: str | None = None) -> None:
        """Lock the fiscal year that begins in a calendar year."""
        with self.sandbox.lock:
            self.ledger(organization).locked.add(year)

    def unlock_year(self, year: int, organization: str | None = None) -> None:
        """Take that back."""
        with self.sandbox.lock:
            self.ledger(organization).locked.discard(year)

    def drafts(self, organization: str | None = None) -> list[dict[str, Any]]:
        """Return the drafts that wait for a person."""
        with self.sandbox.lock:
            return [draft.summary() for draft in self.ledger(organization).drafts.kept.values()]

    def book(self, draft: int, organization: str | None = None) -> list[str]:
        """Book a draft as a person would on the web, and return the ids of its vouchers.

        Raises KeyError for an unknown one, and ValueError where the books do not take it.
        """
        with self.sandbox.lock:
            return book_draft(self.ledger(organization), draft, self.switches)

    def delete(self, draft: int, organization: str | None = None) -> None:
        """Delete a draft; its numbers are free again. Raises KeyError for an unknown one."""
        with self.sandbox.lock:
            delete_draft(self.ledger(organization), draft)

    def ledger(self, organization: str | None = None) -> SoapLedger:
        """Return what the services know of an organization."""
        return self.desk.ledgers[organization or self.sandbox.options.organizations[0]]
