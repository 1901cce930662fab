"""What became of a bundle whose answer was lost or unclear: the ledger is looked at, and nothing is sent.

Owns the decision: found and the same is posted, found and different is a conflict, certainly absent is refused, and
whatever is left stays unknown, with what to look at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import FinagoError, RequestRefused
from finago_assets.core.posting.compare import Comparison, LedgerVerdict, compare_with_ledger
from finago_assets.core.posting.facts import PostingFacts
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.outbox_row import PostingState
from finago_assets.core.posting.route import NumberedBundle
from finago_assets.core.processes import is_running

if TYPE_CHECKING:
    from finago_assets.core.posting.outbox import Outbox
    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.route import Route

# where no number tells, a request that has not arrived by then never will
ARRIVED_BY: Final = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Settler:
    """Looks over `route` at what the outbox does not know."""

    route: Route
    outbox: Outbox
    facts: PostingFacts = field(default_factory=PostingFacts)

    def look(self, row: OutboxRow) -> Comparison:
        """Hold what the ledger has of a bundle against what was sent. Raises any error of the tree."""
        posted = row.posted()
        year = dt.date.fromisoformat(row.fiscal_year or f"{posted.bundle.entries[0].date.year}-01-01")
        numbered = NumberedBundle(posted.bundle, year, row.numbers, row.key, row.marker)
        lines = self.route.find(numbered)
        computes = row.save_as in self.route.computes_vat
        sent_at = None if row.sent_at is None else dt.datetime.fromisoformat(row.sent_at)
        return compare_with_ledger(posted, row.numbers, lines, self.facts, computes_vat=computes, sent_at=sent_at)

    def settle(self, row: OutboxRow, why: str) -> OutboxRow:
        """Decide about a bundle that is `sending` or `unknown`; `why` is what made it so. Returns it as it stands now.

        The outbox says `unknown` before anything is asked, so that a second accident leaves that.
        """
        row = self.outbox.move(row, PostingState.UNKNOWN, why)
        try:
            seen = self.look(row)
            state, reason = self._decide(row, seen, why)
        except FinagoError as error:
            reason = f"{why} The ledger could not be looked at: {error} {what_to_look_at(row)}"
            return self.outbox.move(row, PostingState.UNKNOWN, reason)
        return self.outbox.move(row, state, reason, read_back=seen.sentence())

    def _decide(self, row: OutboxRow, seen: Comparison, why: str) -> tuple[PostingState, str]:
        match seen.verdict:
            case LedgerVerdict.SAME:
                return PostingState.POSTED, f"{why} It was found in the ledger, and is what was sent."
            case LedgerVerdict.DIFFERENT:
                return PostingState.CONFLICT, f"{why} {seen.sentence()} {what_to_look_at(row)}"
        if self._is_certainly_absent(row):
            return PostingState.REFUSED, f"{why} Nothing was saved: it is not in the ledger. {SEND_AGAIN}"
        return PostingState.UNKNOWN, f"{why} It is not seen in the ledger. {what_to_look_at(row)}"

    def _is_certainly_absent(self, row: OutboxRow) -> bool:
        """Tell whether what is not seen is not there. Drafts are seen by nobody but a person."""
        if row.save_as is SaveAs.DRAFT or row.sent_at is None:
            return False
        if not self.route.counts:
            return self.outbox.now() - dt.datetime.fromisoformat(row.sent_at) > ARRIVED_BY
        day = row.posted().bundle.entries[0].date
        asked = {series: self.route.next_number(series, day) for series in row.next_numbers}
        return bool(asked) and asked == dict(row.next_numbers)


def settle_by_hand(outbox: Outbox, marker: str, *, posted: bool) -> OutboxRow:
    """Write down what a person has seen of a bundle that nothing here can decide about. Raises RequestRefused."""
    found = [row for row in outbox.rows() if row.marker == marker]
    undecided = [row for row in found if row.state in {*UNDECIDED, PostingState.SENDING}]
    if not undecided:
        stands = ", ".join(f"{row.state}" for row in found)
        said = f"The bundle {marker} is {stands}" if found else f"There is no bundle {marker} in the outbox"
        raise RequestRefused(f"{said}: there is nothing to settle. `finago-assets post status` lists what there is.")
    (row,) = undecided[:1]
    if row.state is PostingState.SENDING:
        if is_running(row.process):
            raise RequestRefused(f"The bundle {marker} is being sent at this moment, by process {row.process.pid}.")
        row = outbox.move(row, PostingState.UNKNOWN, "The process that sent it ended before it had an answer.")
    if posted:
        return outbox.move(row, PostingState.POSTED, f"{outbox.who} looked: it is there.")
    return outbox.move(row, PostingState.REFUSED, f"{outbox.who} looked: it is not there. {SEND_AGAIN}")


UNDECIDED: Final = frozenset({PostingState.UNKNOWN, PostingState.CONFLICT})
SEND_AGAIN: Final = "Send it again with --again."


def what_to_look_at(row: OutboxRow) -> str:
    """Tell a person where to look, and what to say to us afterwards."""
    days = sorted({entry.date for entry in row.posted().bundle.entries})
    when = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
    place = "among the drafts (journals that are not booked yet)" if row.save_as is SaveAs.DRAFT else "in the ledger"
    numbers = f", or voucher number {_spell_numbers(row.numbers)}" if row.numbers else ""
    return (
        f"Look in Finago Office {place}, {when}, for {row.marker!r}{numbers}. Then say what you found: `finago-assets "
        f"post settle {row.marker} --posted` if it is there and right, `--not-there` if it is not."
    )


def _spell_numbers(numbers: tuple[int, ...]) -> str:
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
