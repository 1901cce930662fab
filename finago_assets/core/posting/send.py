"""A checked journal sent bundle by bundle, each at most once, under a lock, with its state on the disk on both sides.

Owns the order of things. What is kept is the outbox's, what became of a lost answer `settle.py`'s, the wire a route's.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import FinagoError, RequestRefused
from finago_assets.core.landing.lock import file_lock
from finago_assets.core.posting.compare import LedgerVerdict
from finago_assets.core.posting.facts import PostingFacts
from finago_assets.core.posting.journal import Bundle, Journal, SaveAs
from finago_assets.core.posting.keys import digest_journal, key_of
from finago_assets.core.posting.outbox_row import PostingOrder, PostingState
from finago_assets.core.posting.results import BundleResult, PostingOutcome, PostingWishes, left_after
from finago_assets.core.posting.route import Answered, NumberedBundle
from finago_assets.core.posting.settle import SEND_AGAIN, Settler
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from finago_assets.core.posting.journal import FiscalYear, Lists
    from finago_assets.core.posting.outbox import Outbox
    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.route import Route, SendResult

SENDING_PATIENCE_SECONDS: Final = 120.0
SENDING_STEPS: Final = ("prepared", "locked", "numbered", "sending", "answered", "settled")
"""Where a checkpoint is called, in order."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends over `route` what `outbox` does not have yet. `checkpoint` is told each step, `say` how far it is."""

    route: Route
    outbox: Outbox
    lists: Lists
    wishes: PostingWishes = field(default_factory=PostingWishes)
    facts: PostingFacts = field(default_factory=PostingFacts)
    patience_seconds: float = SENDING_PATIENCE_SECONDS
    checkpoint: Callable[[str], None] = silent
    say: Callable[[str], None] = silent

    def send(self, journal: Journal) -> list[BundleResult]:
        """Send each bundle that is not posted yet; return what became of each, in order.

        After an answer that was lost, or an error before sending, the rest is left. Raises RequestRefused where the
        route does not do what is wanted.
        """
        self._refuse_impossible()
        bundles = list(journal.bundles) if self.route.counts else split_by_voucher(journal)
        sending = PostingOrder(
            self.route.organization_id,
            self.route.name,
            self.wishes.save_as,
            journal.source,
            digest_journal(journal, self.route.organization_id),
            self.wishes.connection,
            self.wishes.ignore_warnings,
        )
        results: list[BundleResult] = []
        for place, bundle in enumerate(bundles, 1):
            if results and results[-1].stops:
                results += [left_after(one, results[-1]) for one in bundles[place - 1 :]]
                break
            self.say(f"Bundle {place} of {len(bundles)}: {bundle.name}")
            results.append(self._send_bundle(bundle, sending))
        return results

    def _refuse_impossible(self) -> None:
        if self.wishes.save_as not in self.route.saves:
            places = " or ".join(sorted(one.value for one in self.route.saves))
            raise RequestRefused(
                f"The route {self.route.name} has no {self.wishes.save_as}s: it saves to {places} only. Nothing was "
                f"sent. Choose another route, or --save-as {places}."
            )
        if self.lists.organization_id != self.route.organization_id:
            raise RequestRefused("The lists that the journal was checked against are another organization's.")

    def _send_bundle(self, bundle: Bundle, sending: PostingOrder) -> BundleResult:
        row = None
        try:
            year = fiscal_year_of(bundle, self.lists)
            row = self.outbox.prepare(bundle, sending, self.lists.tax_codes.values())
            self.checkpoint("prepared")
            with self._locked(bundle, year):
                self.checkpoint("locked")
                return _Attempt(self, bundle, year, sending, self.outbox.row(row.id)).result()
        except FinagoError as error:
            stops = not isinstance(error, RequestRefused)
            self._note(row, error)
            return BundleResult(bundle, PostingOutcome.NOT_SENT, f"{error}", row, stops=stops)

    def _note(self, row: OutboxRow | None, error: FinagoError) -> None:
        """Leave in the outbox why a bundle was not sent, if that can be written; the result says it anyway."""
        with suppress(FinagoError):
            if row is not None:
                self.outbox.note_reason(row, f"{error}")

    @contextmanager
    def _locked(self, bundle: Bundle, year: FiscalYear) -> Iterator[None]:
        """Hold what nobody else may do meanwhile: take numbers of these series in this year."""
        series = sorted({f"{self._series(one.transaction_type_number)}" for one in bundle.vouchers})
        names = series if self.route.counts else ["all"]
        with ExitStack() as stack:
            for name in names:
                lock = f"{self.route.organization_id}-{self.route.name}-{name}-{year.start}.lock"
                stack.enter_context(file_lock(self.outbox.folder / "locks" / lock, self.patience_seconds))
            yield

    def _series(self, type_number: int) -> int | None:
        found = self.lists.types.get(type_number)
        return None if found is None else found.series

    def series_of(self, bundle: Bundle) -> tuple[int | None, ...]:
        """Return the series of each voucher's number, none where the server counts."""
        return tuple(self._series(one.transaction_type_number) for one in bundle.vouchers) if self.route.counts else ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One bundle under its lock, which nobody else holds: whoever was sending it is not any more."""

    sender: Sender
    bundle: Bundle
    year: FiscalYear
    sending: PostingOrder
    row: OutboxRow

    def result(self) -> BundleResult:
        row, settler = self.row, Settler(self.sender.route, self.sender.outbox, self.sender.facts)
        if row.state is PostingState.SENDING:
            row = settler.settle(row, "The process that sent it ended before it had an answer.")
        elif row.state is PostingState.UNKNOWN:
            row = settler.settle(row, _first_sentence(row.reason))
        elif row.state is PostingState.REFUSED and self.sender.wishes.again and row.sent_at is not None:
            row = self._look_before_again(settler, row)
        self.sender.checkpoint("settled")
        match row.state:
            case PostingState.POSTED:
                return self._told(PostingOutcome.ALREADY_POSTED, row, f"Already posted {_when(row)}; nothing was sent.")
            case PostingState.UNKNOWN | PostingState.CONFLICT:
                return self._told(PostingOutcome.UNKNOWN, row, row.reason)
            case PostingState.REFUSED if not self.sender.wishes.again:
                said = f"It was refused {_when(row)}: {row.reason}"
                advice = "" if SEND_AGAIN in said else f" Change the table, or s{SEND_AGAIN[1:]}"
                return self._told(PostingOutcome.NOT_SENT, row, said + advice)
        return self._send(settler, row)

    def _look_before_again(self, settler: Settler, row: OutboxRow) -> OutboxRow:
        """Let a refusal that was none come to light before the same is sent once more."""
        seen = settler.look(row)
        if seen.verdict is LedgerVerdict.SAME:
            return self.sender.outbox.move(row, PostingState.POSTED, "It was in the ledger after all.")
        return row

    def _send(self, settler: Settler, row: OutboxRow) -> BundleResult:
        sender, wishes = self.sender, self.sender.wishes
        sender.route.confirm_organization()
        next_numbers, numbers = self._take_numbers()
        sender.checkpoint("numbered")
        numbered = NumberedBundle(self.bundle, self.year.start, numbers, row.key, row.marker)
        row = sender.outbox.start(
            row,
            numbered,
            self.sending,
            series=sender.series_of(self.bundle),
            next_numbers=next_numbers,
            although_posted=wishes.although_posted,
        )
        sender.checkpoint("sending")
        try:
            answer = sender.route.save(numbered, wishes.save_as, wishes.ignore_warnings)
        except FinagoError as error:
            sender.outbox.move(row, PostingState.PREPARED, f"{error}")
            raise
        try:
            sender.checkpoint("answered")
            return self._conclude(settler, row, answer)
        except FinagoError as error:
            said = f"It was sent, and what became of it could not be written down: {error} Run it again to look."
            return BundleResult(self.bundle, PostingOutcome.UNKNOWN, said, row, stops=True)

    def _take_numbers(self) -> tuple[dict[int, int], tuple[int, ...]]:
        """Return what each series is at, and a number for each voucher; beyond those that our own drafts hold."""
        if not self.sender.route.counts:
            return {}, ()
        stands: dict[int, int] = {}
        counters: dict[int, count[int]] = {}
        numbers = []
        for voucher, series in zip(self.bundle.vouchers, self.sender.series_of(self.bundle), strict=True):
            if series is None:
                raise RequestRefused(f"The type {voucher.transaction_type_number} has no number series.")
            if series not in counters:
                stands[series] = self._next_number(series, voucher.entries[0].date)
                taken = self.sender.outbox.highest_number(self.sending.organization_id, series, self.year.start)
                counters[series] = count(max(stands[series], taken + 1))
            numbers.append(next(counters[series]))
        return stands, tuple(numbers)

    def _next_number(self, series: int, day: dt.date) -> int:
        number = self.sender.route.next_number(series, day)
        if number <= 0:
            raise RequestRefused(
                f"The server names no next number for the series {series} in the fiscal year of {day}. Nothing was "
                "sent; look whether that year is there, and whether the type belongs to the series."
            )
        return number

    def _conclude(self, settler: Settler, row: OutboxRow, answer: SendResult) -> BundleResult:
        outbox = self.sender.outbox
        match answer.answered:
            case Answered.SAVED:
                row = outbox.move(row, PostingState.POSTED, answer.reason, transaction_id=answer.transaction_id)
                row = outbox.note_read_back(row, self._read_back(settler, row))
                said = f"Posted {_said_place(row)}{_numbers(row)}. {row.read_back}"
                return self._told(PostingOutcome.POSTED, row, said)
            case Answered.REFUSED:
                row = outbox.move(row, PostingState.REFUSED, answer.reason)
                result = self._told(PostingOutcome.REFUSED, row, f"Refused by the server: {answer.reason}")
                return replace(result, description=answer.description)
            case Answered.ALREADY_THERE | Answered.UNCLEAR:
                result = self._told_settled(settler.settle(row, answer.reason))
                return replace(result, description=answer.description)

    def _read_back(self, settler: Settler, row: OutboxRow) -> str:
        if row.save_as is SaveAs.DRAFT:
            return "A draft is not in the ledger until a person books it."
        try:
            seen = settler.look(row)
        except FinagoError as error:
            return f"The ledger could not be looked at: {error}"
        return "It is not seen in the ledger yet." if seen.verdict is LedgerVerdict.ABSENT else seen.sentence()

    def _told_settled(self, row: OutboxRow) -> BundleResult:
        self.sender.checkpoint("settled")
        match row.state:
            case PostingState.POSTED:
                return self._told(PostingOutcome.POSTED, row, f"Posted{_numbers(row)}: {row.reason}")
            case PostingState.REFUSED:
                return replace(self._told(PostingOutcome.REFUSED, row, row.reason), stops=True)
        return replace(self._told(PostingOutcome.UNKNOWN, row, row.reason), stops=True)

    def _told(self, outcome: PostingOutcome, row: OutboxRow, sentence: str) -> BundleResult:
        return BundleResult(self.bundle, outcome, sentence.strip(), row)


def known_bundles(
    journal: Journal, outbox: Outbox, route: Route, save_as: SaveAs
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the bundles that are posted whole, and of others of which something may have got there."""
    rows = {
        row.key: row
        for row in outbox.rows(organization_id=route.organization_id)
        if (row.route, row.save_as) == (route.name, save_as)
    }
    posted, sent = set(), set()
    for bundle in journal.bundles:
        parts = [bundle] if route.counts else split_by_voucher(Journal(journal.source, (bundle,)))
        known = [rows.get(key_of(part, route.organization_id)) for part in parts]
        if all(row is not None and row.state is PostingState.POSTED for row in known):
            posted.add(bundle.name)
        elif any(row is not None and row.sent_at for row in known):
            sent.add(bundle.name)
    return frozenset(posted), frozenset(sent)


def split_by_voucher(journal: Journal) -> list[Bundle]:
    """Return a bundle for each voucher, where a route takes one at a time; one that holds no more stays as it is."""
    return [
        bundle if len(bundle.vouchers) == 1 else Bundle(f"{bundle.name}/{voucher.name}", (voucher,))
        for bundle in journal.bundles
        for voucher in bundle.vouchers
    ]


def fiscal_year_of(bundle: Bundle, lists: Lists) -> FiscalYear:
    """Return the fiscal year of a bundle. Raises RequestRefused where its days are not all in one that is there."""
    for year in lists.fiscal_years:
        if all(year.holds(entry.date) for entry in bundle.entries):
            return year
    raise RequestRefused(
        f"The days of the bundle {bundle.name!r} are not all in one fiscal year of the organization. Nothing was sent; "
        "make a bundle for each year."
    )


def _when(row: OutboxRow) -> str:
    return f"{_said_place(row)}{_numbers(row)}, on {(row.sent_at or row.made_at)[:10]} by {row.who}"


def _said_place(row: OutboxRow) -> str:
    return "as a draft" if row.save_as is SaveAs.DRAFT else "into the ledger"


def _numbers(row: OutboxRow) -> str:
    if not row.numbers:
        return ""
    first, last = row.numbers[0], row.numbers[-1]
    return f" under number {first}" if first == last else f" under the numbers {first} to {last}"


def _first_sentence(reason: str) -> str:
    return f"{reason.partition('. ')[0].rstrip('.')}."
