"""One request carried out: sent, its answer on disk, and the exit it takes. Writes pass the guard and leave a record.

Owns the exits and the guard. What may be sent again is `core/http/delivery.py`'s.
"""

from __future__ import annotations

import logging
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import Environment, FinagoError, OutcomeUnknown, RequestRefused
from finago_assets.core.http.call import Tally
from finago_assets.core.http.receipt import Receipt
from finago_assets.core.landing.files import Files, typed_errors
from finago_assets.core.progress import silent
from finago_assets.core.request.answer import Answer
from finago_assets.core.request.audit import Audit, Sent
from finago_assets.core.request.reading import Body, body_in, error_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.request.request import Request

AUDIT_FILE: Final = "writes.jsonl"
_LARGER_THAN_A_PAGE: Final = 16 * 1024 * 1024
_log = logging.getLogger(__name__)


class Exit(StrEnum):
    """Where a flow goes on."""

    SUCCESS = "success"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit and what led to it. At the error exit `answer` is there when the server answered, its body on disk."""

    exit: Exit
    request: Request
    answer: Answer | None
    error: FinagoError | None


def perform(  # noqa: PLR0913  the seams have defaults
    request: Request,
    client: ApiClient,
    folder: Path,
    *,
    allow_writes: bool = False,
    audit: Audit | None = None,
    say: Callable[[str], None] = silent,
) -> Outcome:
    """Send the request and keep its answer in a file of its own in `folder`. Errors are the error exit, not raised.

    A write needs `allow_writes`, without which RequestRefused is raised, and is recorded in `audit`, by default
    `writes.jsonl` in the folder; what cannot be recorded is not sent. `say` is told how far it has come, page by page.
    """
    if not request.writes:
        return _Errand(request, client, folder, say).run()
    if not allow_writes:
        raise RequestRefused(
            f"{request.what} was not sent: it writes, which has to be allowed for each request; allow writes if that "
            "is meant."
        )
    return _recorded(_Errand(request, client, folder, say), audit or Audit(folder / AUDIT_FILE))


def _recorded(errand: _Errand, audit: Audit) -> Outcome:
    request = errand.request
    try:
        entry = audit.open(request, errand.client.organization_id)
    except FinagoError as raised:
        return Outcome(Exit.ERROR, request, None, bare(raised))
    ended = Sent.UNKNOWN
    try:
        outcome = errand.run()
        ended = _how_it_ended(outcome)
        return outcome
    finally:
        try:
            audit.close(entry, ended, errand.receipt.status, errand.receipt.trace_id)
        except FinagoError:
            # the line before says `sent`, which counts as unknown; the write itself is done
            _log.warning("%s: how it ended could not be added to the audit record", request.what)


def _how_it_ended(outcome: Outcome) -> Sent:
    if outcome.exit is Exit.SUCCESS:
        return Sent.CONFIRMED
    return Sent.UNKNOWN if isinstance(outcome.error, OutcomeUnknown) else Sent.REFUSED


def bare(error: FinagoError) -> FinagoError:
    """Take off an error what it would drag along: the frames it passed, which know more than its message says."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _keep_freed_memory() -> None:
    """Let the memory of one page serve the next one, which glibc else returns to the system and takes anew each time.

    It goes by the largest block that was freed so far. This one is never written to, and so takes no memory itself.
    """
    bytes(_LARGER_THAN_A_PAGE)


class _Errand:
    """One request on its way, and what is known of it so far."""

    def __init__(self, request: Request, client: ApiClient, folder: Path, say: Callable[[str], None]) -> None:
        self.request = request
        self.client = client
        self._say = say
        self.tally = Tally()
        self.receipt = Receipt(folder / f"answer-{uuid.uuid4().hex}.json")
        self._started = time.monotonic()

    def run(self) -> Outcome:
        try:
            with typed_errors("Keeping the answer"):
                Files().make_private(self.receipt.file.parent)
                body = self._paged() if self.request.all_pages else self._sent()
        except FinagoError as raised:
            error = bare(self._cautious(raised))
            return Outcome(Exit.ERROR, self.request, self._refusal(), error)
        return Outcome(Exit.SUCCESS, self.request, self._answer(body), None)

    def _sent(self) -> Body:
        return self.client.send(self.request, self.receipt, self.tally, body_in)

    def _paged(self) -> Body:
        records = 0
        _keep_freed_memory()
        with self.receipt.opened() as file:
            file.write(b"[")
            for page in self.client.pages(self.request, self.tally, self.receipt):
                if records:
                    file.write(b",\n")
                file.write(b",\n".join(page.records))
                records += len(page.records)
                self._say(f"{records:,} records on {page.number:,} pages")
            file.write(b"]\n")
        return Body(many=True, records=records)

    def _cautious(self, error: FinagoError) -> FinagoError:
        """A full disk after a write went out leaves open what became of it, and so must not look like a refusal."""
        if not (self.request.writes and isinstance(error, Environment) and self.tally.requests):
            return error
        return OutcomeUnknown(
            f"{self.request.what}: the request was sent, but its answer could not be kept: {error} It is unknown "
            f"whether the write was carried out. Before sending it again, look: {self.request.look}."
        )

    def _refusal(self) -> Answer | None:
        """What the server said, if it said anything; the records of a chain that broke are thrown away."""
        # what went wrong is known already; a folder that is gone has nothing to add to it
        with suppress(OSError):
            if self.receipt.status is None:
                self.receipt.file.unlink(missing_ok=True)
            elif self.request.all_pages:
                with self.receipt.opened() as file:
                    file.write(self.receipt.refusal)
        if self.receipt.status is None:
            return None
        return self._answer(Body(many=False, records=0))

    def _answer(self, body: Body) -> Answer:
        receipt, tally = self.receipt, self.tally
        return Answer(
            status=receipt.status or 0,
            trace_id=receipt.trace_id,
            headers=dict(receipt.headers),
            body=receipt.file,
            many=body.many,
            records=body.records,
            pages=tally.pages,
            requests=tally.requests,
            retries=tally.retries,
            waited_seconds=tally.waited_seconds,
            seconds=time.monotonic() - self._started,
            size=receipt.size,
            errors=error_names(receipt.refusal),
            redaction=self.client.redaction,
        )
