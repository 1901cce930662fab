"""What an endpoint hands back before it becomes bytes on a wire: records, one record, or a refusal.

Owns the error bodies. Paging, compression and faults come later on the way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec import json

if TYPE_CHECKING:
    from collections.abc import Callable

ERROR_NAMES: Final = {
    400: "ValidationError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    409: "ConflictError",
    415: "UnsupportedMediaTypeError",
}


class Refused(Exception):
    """An answer other than success; `problems` are (path, keyword) pairs of a ValidationError.

    `errors` are (type, message) pairs and make a 400 a BadRequestError; `name` overrides what the status is called.
    """

    def __init__(
        self,
        status: int,
        message: str,
        problems: tuple[tuple[str, str], ...] = (),
        *,
        name: str | None = None,
        errors: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = problems
        self.errors = errors
        self.name = name or ERROR_NAMES.get(status, "Error")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that can be cut without being built: how many records, and a function from (offset, limit) to records."""

    count: int
    cut: Callable[[int, int], list[bytes]]

    @classmethod
    def of(cls, records: list[bytes]) -> Listing:
        """Return a listing of records that exist already."""
        return cls(len(records), lambda offset, limit: records[offset : offset + limit])


@dataclass(frozen=True, slots=True)
class One:
    """A body that is one object, or one list that never pages."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """What a write answers: its status, and a body unless it is 204."""

    status: int
    body: bytes = b""


Result = Listing | One


def join_array(records: list[bytes]) -> bytes:
    """Return records as one JSON array, each with its own bytes untouched."""
    return b"[" + b",".join(records) + b"]"


def error_body(refused: Refused, trace_id: str, serial: int) -> tuple[bytes, str]:
    """Return body and content type: mostly the documented shape, sometimes text, sometimes nothing at all."""
    if refused.status in (403, 404) and serial % 3 == 1:
        return b"", "text/plain"
    if refused.status in (403, 404) and serial % 3 == 2:
        return refused.message.encode(), "text/plain"
    payload: dict[str, object] = {}
    if refused.problems:
        payload["validationErrors"] = [{"path": path, "keyword": keyword} for path, keyword in refused.problems]
    if refused.errors:
        payload["errors"] = [{"type": kind, "message": words, "arguments": []} for kind, words in refused.errors]
    error = {"name": refused.name, "message": refused.message, "payload": payload}
    return json.encode({"error": error, "trackingId": trace_id}), "application/json"
