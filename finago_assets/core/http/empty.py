"""A 200 without a body: an empty list, or a fault in front of the server.

Owns the rule. On the first page of a list it is believed when it came three times in a row; after a next link, or where
an object is expected, never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import Truncated
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    from finago_assets.core.http.transport import Reply

ANSWERS_BELIEVED: Final = 3


class EmptyAnswers:
    """Those of one request's attempts; `possible` says whether there may be nothing."""

    def __init__(self, *, possible: bool) -> None:
        self._possible = possible
        self._in_a_row = 0

    def end(self) -> None:
        """Something came, whatever it was."""
        self._in_a_row = 0

    def believe(self, reply: Reply) -> None:
        """Return when there is nothing indeed, else raise the fault."""
        self._in_a_row += 1
        html = "html" in (reply.first("content-type") or "").lower()
        possible = self._possible and not html and not reply.all("link")
        if not possible or self._in_a_row < ANSWERS_BELIEVED:
            raise Fault(
                Truncated,
                "the answer has no body",
                again=True,
                status=reply.status,
                trace=reply.trace,
                size=reply.wire_bytes,
            )
