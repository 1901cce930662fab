"""The record of changes of connections: a line before one is sent, one of the same id when it is known how it ended.

Owns the file and its fields: before and after as a person may see them, never a secret.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.landing.files import append_line, typed_errors, whole_lines
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHANGES_FILE: Final = "halo_changes.jsonl"


class HaloAction(StrEnum):
    """What is done to a connection."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Ended(StrEnum):
    """How a change stands. One that is only ever `sending` was cut off, and counts as unknown."""

    SENDING = "sending"
    DONE = "done"
    ALREADY = "already so"
    DIFFERENT = "accepted, and reads otherwise"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ChangeLine(msgspec.Struct, frozen=True):
    """One line. `time` is UTC, `by` says who or which run sent it, `fields` are rows of field, before, after, risk."""

    id: str
    time: str
    state: Ended
    tenant: str
    provider: str
    action: HaloAction
    key: int | None
    name: str
    by: str
    fields: list[dict[str, str]]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """Appends to `path`, each line on the disk before anything else happens. Safe between processes."""

    path: Path
    by: str
    now: Callable[[], datetime] = utc_now

    def open(  # noqa: PLR0913, PLR0917  what a line says
        self,
        tenant: str,
        provider: str,
        action: HaloAction,
        key: int | None,
        name: str,
        fields: list[dict[str, str]],
    ) -> ChangeLine:
        """Record that a change is about to be sent. Raises NoSpace or NotWritable; then it must not be sent."""
        line = ChangeLine(
            uuid.uuid4().hex, self._time(), Ended.SENDING, tenant, provider, action, key, name, self.by, fields
        )
        self._append(line)
        return line

    def close(self, line: ChangeLine, state: Ended, reason: str, key: int | None) -> None:
        """Record how it ended. Raises NoSpace or NotWritable."""
        self._append(msgspec.structs.replace(line, time=self._time(), state=state, reason=reason, key=key))

    def changes(self) -> list[ChangeLine]:
        """Return each change as it stands, in the order in which they were begun; what was cut off is unknown."""
        standing: dict[str, ChangeLine] = {}
        for line in whole_lines(self.path):
            one = msgspec.json.decode(line, type=ChangeLine)
            standing[one.id] = one
        return [
            msgspec.structs.replace(one, state=Ended.UNKNOWN, reason="it was cut off before an answer came")
            if one.state is Ended.SENDING
            else one
            for one in standing.values()
        ]

    def _time(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds")

    def _append(self, line: ChangeLine) -> None:
        with typed_errors("Writing the record of changes"):
            append_line(self.path, msgspec.json.encode(line))
