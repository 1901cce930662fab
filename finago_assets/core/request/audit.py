"""The record of writes: one JSON line before a write is sent, a second of the same id when it is known how it ended.

Owns the file and its fields. Neither body nor query nor a path's values are written, only the body's digest and size.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from finago_assets.core.landing.files import append_line, typed_errors, whole_lines
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.request.request import Request


class Sent(StrEnum):
    """How a write stands. One that is only ever `sent` was cut off, and counts as unknown."""

    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"  # by the server, or it never got there: certainly not carried out
    UNKNOWN = "unknown"


class WriteEntry(msgspec.Struct, frozen=True, omit_defaults=False):
    """One line. `time` is UTC; `connection` is its name where it has one."""

    id: str
    time: str
    outcome: Sent
    connection: str | None
    organization: str
    method: str
    template: str
    body_sha256: str | None
    body_bytes: int
    status: int | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Appends to `path`, mode 0600, each line on the disk before anything else happens. Safe between processes."""

    path: Path
    connection: str | None = None
    now: Callable[[], datetime] = utc_now

    def open(self, request: Request, organization: str) -> WriteEntry:
        """Record that a write is about to be sent. Raises NoSpace or NotWritable; then it must not be sent."""
        body = request.body
        entry = WriteEntry(
            id=uuid.uuid4().hex,
            time=self._time(),
            outcome=Sent.SENT,
            connection=self.connection,
            organization=organization,
            method=request.method,
            template=request.template,
            body_sha256=None if body is None else hashlib.sha256(body).hexdigest(),
            body_bytes=0 if body is None else len(body),
        )
        self._append(entry)
        return entry

    def close(self, entry: WriteEntry, outcome: Sent, status: int | None, trace_id: str | None) -> None:
        """Record how it ended. Raises NoSpace or NotWritable."""
        ended = msgspec.structs.replace(entry, time=self._time(), outcome=outcome, status=status, trace_id=trace_id)
        self._append(ended)

    def entries(self) -> list[WriteEntry]:
        """Read every line that is whole."""
        return [msgspec.json.decode(line, type=WriteEntry) for line in whole_lines(self.path)]

    def _time(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds")

    def _append(self, entry: WriteEntry) -> None:
        with typed_errors("Writing the audit record of a write"):
            append_line(self.path, msgspec.json.encode(entry))
