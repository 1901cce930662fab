"""What went wrong inside the client, before it is known whether another attempt will cure it.

Owns the inner exception and its one translation into the public tree. A fault never leaves the client, and the typed
error is raised outside any `except`, so that no chained cause carries a request or a header along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    Blocked,
    FinagoError,
    Forbidden,
    ForeignOrigin,
    LoopingPages,
    Malformed,
    NotFound,
    OutcomeUnknown,
    PageCapReached,
    RateLimited,
    Timeout,
    TlsRefused,
    TooLarge,
    Truncated,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NEXT_STEP: Final[dict[type[FinagoError], str]] = {
    Timeout: "Run it again later.",
    Unavailable: "Check the address and the vendor's status page, then run it again.",
    RateLimited: "Run it again later, or ask less often.",
    Truncated: "Run it again later.",
    AuthRefused: "Check the credentials.",
    Blocked: (
        "Something in front of the API answers in its place. Check that a firewall or proxy on the way lets this "
        "machine through, and the API's addresses."
    ),
    NotFound: "The record or the endpoint is gone, or the API's address is wrong.",
    BadRequest: "The same request will fail again; give the trace id to the vendor's support.",
    ForeignOrigin: "Nothing was sent there; check the API's address and what answers on it.",
    TlsRefused: "Check the address and the certificate; nothing was sent.",
    Malformed: "The answer cannot be used; give the trace id to the vendor's support.",
    TooLarge: "Ask for a smaller window or smaller pages.",
    LoopingPages: "The answer would never end; give the trace id to the vendor's support.",
    PageCapReached: "Ask for a smaller window.",
}
NO_ADVICE: Final[Mapping[type[FinagoError], str]] = {}
LOOK: Final = "read the record back, or ask the vendor's support with the time and the trace id"


@dataclass(eq=False)
class Fault(Exception):
    """`again` says that another attempt may help, `floor` how many seconds the server wants to be left alone first.

    `sent` is False only when it is certain that no byte of the request reached the server, `accepted` True when the
    server said yes before the rest of its answer was lost, `refused` when it said that it did nothing, in words whose
    status does not. `lift` says how to end a pause that this machine keeps.
    `step` is the next step where it is known better than the kind tells.
    """

    kind: type[FinagoError]
    reason: str
    again: bool = False
    floor: float | None = None
    status: int | None = None
    trace: str | None = None
    size: int | None = None
    attempts: int = 1
    retry_at: datetime | None = None
    sent: bool = True
    accepted: bool = False
    refused: bool = False
    lift: str = ""
    step: str = ""

    def __str__(self) -> str:
        return self.reason

    def to_error(
        self,
        verb: str,
        template: str,
        scopes: tuple[str, ...] = (),
        look: str = "",
        advice: Mapping[type[FinagoError], str] = NO_ADVICE,
    ) -> FinagoError:
        """Make the public error: what was tried, what came back, what to do. No body, query or header.

        `look` names where it can be seen whether a write was carried out, `advice` is an API's own next steps.
        """
        steps = {**NEXT_STEP, **advice, **({self.kind: self.step} if self.step else {})}
        error = self._worded(f"{verb} {template}: {self.reason}{self._evidence()}.", scopes, look, steps)
        error.status, error.trace_id = self.status, self.trace
        return error

    def _worded(
        self, said: str, scopes: tuple[str, ...], look: str, steps: Mapping[type[FinagoError], str]
    ) -> FinagoError:
        if self.kind is RateLimited:
            words = f"{said} {self._until()}{steps[RateLimited]} {self.lift}"
            return RateLimited(words.rstrip(), retry_at=self.retry_at)
        if self.kind is Forbidden:
            wanted = ", ".join(scopes) or "(the catalogue names none)"
            usual = f"The application needs the scopes {wanted}, approved by the organization."
            step = steps.get(Forbidden, usual)
            return Forbidden(f"{said} {step}", scopes=scopes)
        if self.kind is OutcomeUnknown:
            return OutcomeUnknown(f"{said} {self._likely()} Before sending it again, look: {look or LOOK}.")
        return self.kind(f"{said} {steps.get(self.kind, '')}".rstrip())

    def _evidence(self) -> str:
        facts = [
            f"status {self.status}" if self.status is not None else "",
            f"trace {self.trace}" if self.trace else "",
            f"{self.size} bytes" if self.size is not None else "",
            f"{self.attempts} attempts" if self.attempts > 1 else "",
        ]
        told = ", ".join(fact for fact in facts if fact)
        return f" ({told})" if told else ""

    def _likely(self) -> str:
        if self.accepted:
            return "The server accepted the write, so it was most likely carried out."
        return "It is unknown whether the write was carried out."

    def _until(self) -> str:
        return f"Not before {self.retry_at.isoformat(timespec='seconds')}. " if self.retry_at else ""
