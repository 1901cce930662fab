"""The switches that posting needs, and the promise that a journal is the one that was looked at.

Owns the refusals, for the command and for a run alike. Both come before anything is asked or sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.journal import SaveAs

if TYPE_CHECKING:
    from finago_assets.core.posting.check import CheckedJournal

# fewer could be another journal's by chance
SHORTEST_DIGEST: Final = 12


def refuse_unallowed(save_as: SaveAs, *, allow_writes: bool, into_the_ledger: bool) -> None:
    """Raise RequestRefused where the switches for what is asked are not all there."""
    if not allow_writes:
        raise RequestRefused(
            "Nothing was sent: posting writes, which has to be allowed each time. Look at `post preview` first, then "
            "say --allow-writes."
        )
    if save_as is SaveAs.LEDGER and not into_the_ledger:
        raise RequestRefused(
            "Nothing was sent: what goes into the ledger is booked at once, and nobody reviews it. If that is meant, "
            "say --into-the-ledger (into_the_ledger in a run's config) as well; saved as a draft it needs none."
        )


def refuse_changed(checked: CheckedJournal, expected: str | None) -> None:
    """Raise RequestRefused where a journal is not the one that was looked at."""
    if not expected:
        return
    if len(expected) < SHORTEST_DIGEST or not checked.digest.startswith(expected.lower()):
        raise RequestRefused(
            f"Nothing was sent: {checked.journal.source} is not what was previewed. Expected was {expected:.64}, and "
            f"it is {checked.digest[:16]} now. Look at the preview again."
        )
