"""One request carried out: sent, its answer on disk, and the exit it takes. Writes pass the guard and leave a record.

Owns the exits and the guard. What may be sent again is `core/http/delivery.py`'s.
"""

from __future__ import annotations

import logging
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import Environment, FinagoError, OutcomeUnknown, RequestRefused
from finago_assets.core.http.call import Tally
from finago_assets.core.http.packed import join_records
from finago_assets.core.http.receipt import Receipt
from finago_assets.core.landing.files import Files, typed_errors
from finago_assets.core.progress import silent
from finago_assets.core.request.answer import Answer
from finago_assets.core.request.audit import Audit, Sent
from finago_assets.core.request.part import is_part_of_a_list
from finago_assets.core.request.payloads import WrittenPage
from finago_assets.core.request.reading import count_records, error_names
from finago_assets.core.request.request import BY_HAND
from finago_assets.core.request.result import Exit, RequestResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.request.request import Request

AUDIT_FILE: Final = "writes.jsonl"
_NOT_THERE: Final = (404, 410)
_LARGER_THAN_A_PAGE: Final = 16 * 1024 * 1024
_log = logging.getLogger(__name__)


def perform(  # noqa: PLR0913  the seams have defaults
    request: Request,
    client: ApiClient,
    folder: Path,
    *,
    allow_writes: bool = False,
    audit: Audit | None = None,
    say: Callable[[str], None] = silent,
) -> RequestResult:
    """Send the request and keep its answer in a file of its own in `folder`. Errors are the error exit, not raised.

    RequestRefused is raised where the client is another API's, and for a write without `allow_writes`. A write is
    recorded in `audit`, by default `writes.jsonl` in the folder; what cannot be recorded is not sent. `say` is told how
    far it has come, page by page.
    """
    if client.source.name != request.api.source.name:
        raise RequestRefused(
            f"{request.what} was not sent: it is a request to {request.api.source.title}, and the connection is one to "
            f"{client.source.title}."
        )
    receipt = Receipt(folder / f"answer-{uuid.uuid4().hex}.json")
    if not request.writes:
        return _send(request, client, receipt, say)
    if not allow_writes:
        raise RequestRefused(
            f"{request.what} was not sent: it writes, which has to be allowed for each request. Where it is meant, say "
            "so: --allow-writes in a shell, `allow_writes: true` in the launchpad and in YAML, allow_writes=True in "
            "Python."
        )
    return _send_recorded(request, client, receipt, say, audit or Audit(folder / AUDIT_FILE))


def _send_recorded(
    request: Request, client: ApiClient, receipt: Receipt, say: Callable[[str], None], audit: Audit
) -> RequestResult:
    try:
        entry = audit.open(request, client.organization_id)
    except FinagoError as raised:
        return _conclude(request, client, None, strip_frames(raised))
    ended = Sent.UNKNOWN
    try:
        result = _send(request, client, receipt, say)
        ended = _how_it_ended(result)
        return result
    finally:
        try:
            audit.close(entry, ended, receipt.status, receipt.trace_id)
        except FinagoError:
            # the line before says `sent`, which counts as unknown; the write itself is done
            _log.warning("%s: how it ended could not be added to the audit record", request.what)


def _how_it_ended(result: RequestResult) -> Sent:
    if result.problem is None:
        return Sent.CONFIRMED
    return Sent.UNKNOWN if isinstance(result.problem, OutcomeUnknown) else Sent.REFUSED


def _conclude(request: Request, client: ApiClient, answer: Answer | None, problem: FinagoError | None) -> RequestResult:
    taken = Exit.SUCCESS if problem is None else Exit.ERROR
    return RequestResult(taken, request.what, organization_id=client.organization_id, answer=answer, problem=problem)


def strip_frames(error: FinagoError) -> FinagoError:
    """Take off an error what it would drag along: the frames it passed, which know more than its message says."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _keep_freed_memory() -> None:
    """Let the memory of one page serve the next one, which glibc else returns to the system and takes anew each time.

    It goes by the largest block that was freed so far. This one is never written to, and so takes no memory itself.
    """
    bytes(_LARGER_THAN_A_PAGE)


def _send(request: Request, client: ApiClient, receipt: Receipt, say: Callable[[str], None]) -> RequestResult:
    tally, started = Tally(), time.monotonic()
    problem, many, records, written = None, False, 0, list[WrittenPage]()
    try:
        with typed_errors("Keeping the answer"):
            Files().make_private(receipt.file.parent)
            if request.all_pages:
                written = _keep_pages(request, client, receipt, tally, say)
                many, records = True, sum(page.records for page in written)
            else:
                many, records = client.send(request, receipt, tally, count_records)
    except FinagoError as raised:
        problem = strip_frames(_name_a_near_path(request, _doubt_a_write(request, raised, tally)))
        _keep_refusal(request, receipt)
        if receipt.status is None:
            return _conclude(request, client, None, problem)
    answer = Answer(
        status=receipt.status or 0,
        trace_id=receipt.trace_id,
        headers=dict(receipt.headers),
        body=receipt.file,
        many=many,
        records=records,
        pages=tally.pages,
        requests=tally.requests,
        retries=tally.retries,
        waited_seconds=tally.waited_seconds,
        seconds=time.monotonic() - started,
        size=receipt.size,
        errors=error_names(receipt.refusal),
        redaction=client.redaction,
        is_part=not request.all_pages and is_part_of_a_list(request, receipt, records),
        written=tuple(written),
    )
    return _conclude(request, client, answer, problem)


def _keep_pages(
    request: Request, client: ApiClient, receipt: Receipt, tally: Tally, say: Callable[[str], None]
) -> list[WrittenPage]:
    """Write the records of all pages into one array; return where each page lies in it."""
    written: list[WrittenPage] = []
    records = 0
    _keep_freed_memory()
    with receipt.opened() as file:
        file.write(b"[")
        for page in client.pages(request, tally, receipt):
            if records:
                file.write(b",\n")
            start = file.tell()
            end = start + file.write(join_records(page.records, b",\n"))
            written.append(WrittenPage(start, end, len(page.records)))
            records += len(page.records)
            say(f"{records:,} records on {page.number:,} pages")
        file.write(b"]\n")
    return written


def _doubt_a_write(request: Request, error: FinagoError, tally: Tally) -> FinagoError:
    """A full disk after a write went out leaves open what became of it, and so must not look like a refusal."""
    if not (request.writes and isinstance(error, Environment) and tally.requests):
        return error
    return OutcomeUnknown(
        f"{request.what}: the request was sent, but its answer could not be kept: {error} It is unknown "
        f"whether the write was carried out. Before sending it again, look: {request.look}."
    )


def _name_a_near_path(request: Request, error: FinagoError) -> FinagoError:
    """Say of a path that was sent as it was typed, and is not there, which one the description has instead."""
    if request.operation.name == BY_HAND and error.status in _NOT_THERE:
        near = request.api.nearest_path(request.path)
        hint = f"; did you mean {near}?" if near else "."
        error.args = (f"{error} The API description does not have this path{hint}",)
    return error


def _keep_refusal(request: Request, receipt: Receipt) -> None:
    """Leave in the file what the server said, if anything; the records of a chain that broke are thrown away."""
    # what went wrong is known already; a folder that is gone has nothing to add to it
    with suppress(OSError):
        if receipt.status is None:
            receipt.file.unlink(missing_ok=True)
        elif request.all_pages:
            with receipt.opened() as file:
                file.write(receipt.refusal)
