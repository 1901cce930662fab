"""What a user says of a sending, and what comes of it: a result for each bundle, and the exit status of them all.

Owns shapes and their words. What leads to them is `send.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from finago_assets.core.posting.journal import Bundle, SaveAs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.core.posting.journal import Journal
    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.route import Route


class PostingOutcome(StrEnum):
    """What became of a bundle in this run."""

    POSTED = "posted"
    ALREADY_POSTED = "already posted"
    REFUSED = "refused by the server"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BundleResult:
    """One bundle in this run. `sentence` is in plain words, with the next step; `row` is how it stands.

    `stops`: what happened would happen to the next one too, or makes it unwise to go on. `description` is
    the server's own text, for the person who posts alone.
    """

    bundle: Bundle
    outcome: PostingOutcome
    sentence: str
    row: OutboxRow | None = None
    stops: bool = False
    description: str = field(default="", repr=False)

    def told(self) -> str:
        """Return it as a line for people."""
        return f"{self.bundle.name}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class PostingWishes:
    """What the user says of a sending. `again` is for what was refused, `although_posted` for a wanted repetition."""

    save_as: SaveAs = SaveAs.DRAFT
    ignore_warnings: tuple[str, ...] = ()
    connection: str = ""
    again: bool = False
    although_posted: bool = False


def left_after(bundle: Bundle, result: BundleResult) -> BundleResult:
    """Return the result of a bundle that was not tried after one that stopped everything."""
    said = f"{result.bundle.name} before it was {result.outcome}, and what comes after it waits."
    return BundleResult(bundle, PostingOutcome.NOT_SENT, said, stops=True)


def exit_status(results: Iterable[BundleResult]) -> int:
    """Return 0 where all is posted, 3 where something is unknown, 1 after a refusal, 2 where something was not sent."""
    outcomes = {one.outcome for one in results}
    ranked = {PostingOutcome.UNKNOWN: 3, PostingOutcome.REFUSED: 1, PostingOutcome.NOT_SENT: 2}
    return next((status for outcome, status in ranked.items() if outcome in outcomes), 0)


def announce_sending(journal: Journal, route: Route, wishes: PostingWishes) -> str:
    """Return what is about to be done, in a sentence."""
    vouchers = sum(len(bundle.vouchers) for bundle in journal.bundles)
    place = "as drafts" if wishes.save_as is SaveAs.DRAFT else "INTO THE LEDGER"
    ignoring = f", ignoring {', '.join(wishes.ignore_warnings)}" if wishes.ignore_warnings else ""
    what = f"{counted(vouchers, 'voucher')} with {counted(len(journal.entries), 'row')} of {journal.source}"
    return (
        f"Sending {what} {place} of organization {route.organization_id} over {route.name}{ignoring}; what was posted "
        "before is not sent again."
    )


def counted(number: int, what: str) -> str:
    """Return how many there are of something, in English."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
