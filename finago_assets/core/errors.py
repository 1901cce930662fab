"""Every error the core raises, in one tree, each with its verdict: try again, give up, or distrust the data.

Owns the wording rules: a message names the verb, the path template, the status, the trace id and the next step. It
never holds a body, a query string, a header or a secret. Knows nothing of Dagster; the shell maps the tree.

    FinagoError
    ├── Transient      Timeout · Unavailable · RateLimited · Truncated        worth another run later
    ├── Permanent      the same call will fail again
    │                  SettingMissing · SettingInvalid · AuthRefused (WrongOrganization) · Forbidden · Blocked
    │                  · NotFound · BadRequest · ForeignOrigin · TlsRefused · WindowRefused · RequestRefused
    │                  · FolderNotEmpty
    ├── OutcomeUnknown                                                        a person looks before anything is sent
    ├── DataFault      Malformed · TooLarge · OutsideWindow · LoopingPages · PageCapReached · CorruptFile · NotLanded
    │                  · NotProven · Shrunk · WindowMoved                      the last: worth another run
    └── Environment    NoSpace · NotWritable · Locked                         this machine, not the vendor
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class FinagoError(Exception):
    """Root of the tree. `retry` tells the shell whether another run could help without anybody doing anything.

    `status` and `trace_id` are those of the answer that the error is about, where there was one.
    """

    retry: bool = False
    verdict: str = "will fail again until something is changed"
    status: int | None = None
    trace_id: str | None = None

    @property
    def kind(self) -> str:
        """What it is called."""
        return type(self).__name__

    @property
    def message(self) -> str:
        """What was tried, what came back, and the next step."""
        return str(self)


class Transient(FinagoError):
    """The far side or the road to it; the same request may work later."""

    retry = True
    verdict = "try again later"


class Timeout(Transient):
    """No answer, or not all of it, within the deadline."""


class Unavailable(Transient):
    """No connection, or a 5xx after every attempt."""


class RateLimited(Transient):
    """The server asked for a longer pause than the client is willing to sit out; `retry_at` says until when."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Truncated(Transient):
    """The body ended before the server said it would, or before the JSON did."""


class Permanent(FinagoError):
    """The same request will fail again until somebody changes something."""


class SettingMissing(Permanent):
    """A FINAGO_* variable that has no default is empty."""


class SettingInvalid(Permanent):
    """A FINAGO_* variable is set to something that cannot be used."""


class AuthRefused(Permanent):
    """The token endpoint refused the credentials, or the API refused a token that was just renewed."""


class WrongOrganization(AuthRefused):
    """A session of another organization than the one that is meant: nothing is read or written through it."""


class Forbidden(Permanent):
    """403 of the API itself: a scope is missing. `scopes` are the ones the endpoint needs."""

    def __init__(self, message: str, *, scopes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.scopes = scopes


class Blocked(Permanent):
    """403 from something in front of the API, such as a firewall. It says nothing about scopes."""


class NotFound(Permanent):
    """404. For a child of a landed parent it means that the parent is gone, which is recorded and is no failure."""


class BadRequest(Permanent):
    """Any other 4xx, or a request refused before it was sent."""


class ForeignOrigin(Permanent):
    """A next link or redirect that points away from the API; nothing was sent to it."""


class TlsRefused(Permanent):
    """The certificate could not be trusted, or plain http was asked for outside this machine."""


class WindowRefused(Permanent):
    """A date window that is reversed, starts before the start date or reaches into the future."""


class RequestRefused(Permanent):
    """A request of the user's own that was not sent, because it cannot be right or was not allowed."""


class FolderNotEmpty(Permanent):
    """Something would be made in a folder that holds files already; none of them is touched."""


class OutcomeUnknown(FinagoError):
    """A write went out and what became of it did not come back. Neither the client nor a run sends it again by itself.

    No kind of Transient, for another run would be a second write, and no kind of Permanent, for it may have worked.
    """

    verdict = "it is unknown whether the write was carried out; look before sending it again"


class DataFault(FinagoError):
    """The answer arrived and cannot be trusted."""


class Malformed(DataFault):
    """Not the JSON the endpoint promises."""


class TooLarge(DataFault):
    """A body beyond the limits on wire bytes, inflated bytes or nesting."""


class OutsideWindow(DataFault):
    """Rows outside the asked window: the server ignored the filter."""


class LoopingPages(DataFault):
    """A next link already followed, or the same page twice."""


class WindowMoved(DataFault):
    """A list that was edited while its pages were read, each time that they were: no reading of it is one answer."""

    retry = True
    verdict = "try again when nobody edits what is read"


class PageCapReached(DataFault):
    """More pages than the endpoint can serve for a window; the extractor answers by splitting it."""


class CorruptFile(DataFault):
    """A landed file that cannot be read, or that disagrees with its own manifest."""


class NotLanded(DataFault):
    """A parent partition that has to be landed first is not there."""


class NotProven(DataFault):
    """A build that is not whole or whose checks have not all passed; what was published before stays."""


class Shrunk(DataFault):
    """A build from fewer landed days than the one that is published, without anybody having said that it is meant."""


class Environment(FinagoError):
    """The fault is this machine's, not the vendor's."""


class NoSpace(Environment):
    """The disk is full; what was landed before still stands."""


class NotWritable(Environment):
    """The data folder cannot be written."""


class Locked(Environment):
    """Another process holds the warehouse or the store for longer than the patience given."""
