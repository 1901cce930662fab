"""Changes of lines that stand in the ledger: put under a link, or given another due date.

Owns the order of things: looked at, written down, sent once, looked at again. Done twice it is as if done once, so the
lines decide whether it is done, and a new command sends what is not.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  msgspec reads the annotations
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from finago_assets.core.errors import FinagoError, RequestRefused
from finago_assets.core.landing.lock import file_lock
from finago_assets.core.posting.outbox_row import PostingState
from finago_assets.core.posting.results import PostingOutcome
from finago_assets.core.posting.route import Answered, SendResult
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finago_assets.core.posting.outbox import Outbox
    from finago_assets.core.posting.outbox_row import OutboxRow


class LineOperation(StrEnum):
    """What is done to lines."""

    LINK = "link"
    REPLACE_LINK = "replace link"
    DUE_DATE = "due date"


class LineChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change of lines, which are sought among those of `first` to `last`. `link_id` None makes a new link."""

    operation: LineOperation
    line_ids: tuple[str, ...]
    first: dt.date
    last: dt.date
    link_id: int | None = None
    due_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """A line as it stands."""

    account_number: int
    customer_id: int | None
    is_open: bool
    link_id: int | None
    due_date: dt.date | None


class LineRoute(Protocol):
    """A way to change lines. Writes are sent once; they raise only what happens before the request leaves."""

    @property
    def name(self) -> str: ...

    @property
    def organization_id(self) -> str: ...

    def confirm_organization(self) -> None: ...

    def read_lines(self, change: LineChange) -> Mapping[str, LineState]: ...

    def create_link(self) -> int: ...

    def put_under_link(self, line_ids: tuple[str, ...], link_id: int, *, replace: bool) -> SendResult: ...

    def set_due_date(self, line_ids: tuple[str, ...], due_date: dt.date) -> SendResult: ...


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What became of a change, in plain words."""

    outcome: PostingOutcome
    sentence: str
    row: OutboxRow | None = None


def change_lines(
    route: LineRoute,
    outbox: Outbox,
    change: LineChange,
    *,
    patience_seconds: float = 120.0,
    checkpoint: Callable[[str], None] = silent,
) -> ChangeResult:
    """Make a change unless the lines are so already. Raises RequestRefused, or any error before something is sent."""
    lock = outbox.folder / "locks" / f"{route.organization_id}-lines.lock"
    with file_lock(lock, patience_seconds):
        route.confirm_organization()
        lines = route.read_lines(change)
        _settle_earlier(outbox, route.organization_id, change, lines)
        _refuse_lines(change, lines)
        if is_done(change, lines):
            return ChangeResult(PostingOutcome.ALREADY_POSTED, "The lines are so already; nothing was sent.")
        link = 0
        if change.operation is not LineOperation.DUE_DATE:
            # an empty link that is lost on the way is in nobody's way
            link = change.link_id if change.link_id is not None else route.create_link()
        checkpoint("linked")
        row = outbox.start_change(change.operation, msgspec.json.encode(change).decode(), route)
        checkpoint("sending")
        answer = _send_change(route, outbox, row, change, link)
        checkpoint("answered")
        return _conclude_change(route, outbox, row, change, answer)


def _settle_earlier(outbox: Outbox, organization: str, change: LineChange, lines: Mapping[str, LineState]) -> None:
    """Write down what became of the same change where an earlier command could not tell; it has ended, by the lock."""
    content = msgspec.json.encode(change)
    for row in outbox.rows(organization_id=organization, states={PostingState.SENDING, PostingState.UNKNOWN}):
        if row.content == content and is_done(change, lines):
            outbox.move(row, PostingState.POSTED, "The lines were looked at later, and are so.")
        elif row.content == content:
            outbox.move(row, PostingState.REFUSED, "The lines were looked at later, and it was not done.")


def is_done(change: LineChange, lines: Mapping[str, LineState]) -> bool:
    """Tell whether the lines are as the change would make them."""
    found = [lines[one] for one in change.line_ids if one in lines]
    if len(found) != len(change.line_ids):
        return False
    if change.operation is LineOperation.DUE_DATE:
        return all(line.due_date == change.due_date for line in found)
    links = {line.link_id or None for line in found}
    return len(links) == 1 and links != {None} and change.link_id in {None, *links}


def _refuse_lines(change: LineChange, lines: Mapping[str, LineState]) -> None:
    missing = [one for one in change.line_ids if one not in lines]
    if missing:
        raise RequestRefused(
            f"{len(missing):,} of {len(change.line_ids):,} lines are not among those of {change.first} to "
            f"{change.last}: {', '.join(missing[:3])}. Nothing was sent; give the line_id of general_ledger, and days "
            "that hold the lines."
        )
    if change.operation is LineOperation.DUE_DATE or is_done(change, lines):
        return
    found = [lines[one] for one in change.line_ids]
    if len({(line.account_number, line.customer_id) for line in found}) > 1:
        raise RequestRefused("Lines that settle each other have the same customer and account. Nothing was sent.")
    if change.operation is LineOperation.LINK and not all(line.is_open for line in found):
        raise RequestRefused("A line is settled already. Nothing was sent; look at what settled it, or say --replace.")


def _send_change(route: LineRoute, outbox: Outbox, row: OutboxRow, change: LineChange, link: int) -> SendResult:
    try:
        if change.due_date is not None and change.operation is LineOperation.DUE_DATE:
            return route.set_due_date(change.line_ids, change.due_date)
        replace = change.operation is LineOperation.REPLACE_LINK
        return route.put_under_link(change.line_ids, link, replace=replace)
    except FinagoError as error:
        outbox.move(row, PostingState.PREPARED, f"{error}")
        raise


def _conclude_change(
    route: LineRoute, outbox: Outbox, row: OutboxRow, change: LineChange, answer: SendResult
) -> ChangeResult:
    try:
        done = is_done(change, route.read_lines(change))
    except FinagoError as error:
        row = outbox.move(row, PostingState.UNKNOWN, f"{answer.reason} The lines could not be looked at: {error}")
        return ChangeResult(PostingOutcome.UNKNOWN, f"{row.reason} Type it again: the lines are looked at first.", row)
    if done:
        row = outbox.move(row, PostingState.POSTED, answer.reason, read_back="The lines are so.")
        return ChangeResult(PostingOutcome.POSTED, "Done, and the lines are so.", row)
    if answer.answered is Answered.REFUSED:
        row = outbox.move(row, PostingState.REFUSED, answer.reason)
        return ChangeResult(PostingOutcome.REFUSED, f"Refused by the server: {answer.reason}", row)
    said = f"{answer.reason} The lines are not so yet. Type it again: they are looked at first.".strip()
    return ChangeResult(PostingOutcome.UNKNOWN, said, outbox.move(row, PostingState.UNKNOWN, said))
