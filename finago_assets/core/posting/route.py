"""What sending a journal needs of an API: its lists, the next number, one call that saves, a look at what stands.

Owns the promises. What a route asks of which service is that route's own; what is kept of it is the outbox's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt

    from finago_assets.core.posting.journal import Bundle, Journal, LedgerLine, Lists, SaveAs


class Answered(StrEnum):
    """What a server made of a bundle, as far as its answer tells."""

    SAVED = "saved"
    REFUSED = "refused"  # certainly not saved
    ALREADY_THERE = "already there"  # it says that it has this, and a read-back compares
    UNCLEAR = "unclear"  # no answer, or one that does not say


@dataclass(frozen=True, slots=True)
class SendResult:
    """`reason` is in our words, with the server's known word where there is one; never a body.

    `description` is the server's own text, for the person who posts: it may repeat what was sent, and so goes into no
    error, no log and no metadata.
    """

    answered: Answered
    reason: str = ""
    transaction_id: str | None = None
    description: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NumberedBundle:
    """A bundle with the number of each voucher, in order; empty where the server counts. `key` is that of its content.

    `marker` is what a person or a read-back finds it by: the name of a draft, and part of every comment.
    """

    bundle: Bundle
    fiscal_year: dt.date
    numbers: tuple[int, ...]
    key: str
    marker: str


class Route(Protocol):
    """One way to post for one organization."""

    @property
    def name(self) -> str:
        """How the command line calls it."""
        ...

    @property
    def organization_id(self) -> str: ...

    @property
    def saves(self) -> frozenset[SaveAs]:
        """Where it can save to."""
        ...

    @property
    def counts(self) -> bool:
        """True where vouchers are numbered here, by `next_number`; False where the server does it."""
        ...

    @property
    def computes_vat(self) -> frozenset[SaveAs]:
        """For which of them the server takes VAT out of the lines by itself, as far as is known."""
        ...

    def confirm_organization(self) -> None:
        """Make sure that what is sent now gets to the organization. Raises where it would get to another, or may."""
        ...

    def read_lists(self, journal: Journal) -> Lists:
        """Read what the journal is checked against. Raises any error of the tree."""
        ...

    def next_number(self, series: int, day: dt.date) -> int:
        """Return the next free number of a series in the fiscal year of a day; it reserves nothing."""
        ...

    def save(self, numbered: NumberedBundle, save_as: SaveAs, ignore_warnings: tuple[str, ...]) -> SendResult:
        """Send one bundle, once. Never sends it again, and raises only what happens before the request leaves."""
        ...

    def find(self, numbered: NumberedBundle) -> list[LedgerLine]:
        """Return the ledger's lines with the bundle's numbers, or its marker where the server counts."""
        ...
