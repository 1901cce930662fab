"""What is asked, the pages that come back, and what it cost: the data that crosses the client's border.

Owns shapes only. A call is checked here, before anything is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import BadRequest
from finago_assets.core.http.origin import climbs, undone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from finago_assets.core.catalogue.model import Envelope, PageNumbers

PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+")
TRACES_KEPT: Final = 100
READ: Final = "GET"


def is_plain_path(path: str) -> bool:
    """Tell whether a path is plain segments that stay where they are, however often a server undoes its escapes."""
    as_many = path.count("/") == undone(path).count("/")
    return PATH.fullmatch(path) is not None and as_many and not climbs(path)


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One request below the API base: `template` is the path as errors name it, `path` what is sent, percent-encoded.

    `query` may only hold names in `allowed`: the server ignores what it does not know, so that a misspelt filter
    would answer everything. `single` marks an answer that must be an object, so that an empty one is never believed.
    `keeps_damaged`: a record whose text was damaged is one of the records, as it was sent, and does not spoil the rest.
    `numbers`, `envelope` and `make` are the catalogue row's. Of a write, `look` says where it can be seen whether it
    was carried out, `file_name` what a body that is a file is called. `only_reads` marks a request that has a body and
    changes nothing. `base` counts the API's addresses: 0 is its own, and then come the protocol's further ones. Raises
    BadRequest, for a path that could leave the API too.
    """

    template: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    paging: Paging = Paging.NONE
    page_cap: int | None = None
    scopes: tuple[str, ...] = ()
    single: bool = False
    keeps_damaged: bool = False
    numbers: PageNumbers | None = None
    envelope: Envelope | None = None
    make: Callable[[bytes], list[bytes]] | None = None
    method: str = READ
    body: bytes | None = None
    media_type: str | None = None
    file_name: str | None = None
    look: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    only_reads: bool = False
    base: int = 0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.query) - self.allowed)
        if unknown:
            raise BadRequest(f"{self.what} was not sent: the endpoint does not know {', '.join(unknown)}")
        if not is_plain_path(self.path):
            raise BadRequest(f"{self.what} was not sent: the filled-in path is not a plain path")

    @property
    def what(self) -> str:
        """How messages name it: the method and the path template."""
        return f"{self.method} {self.template}"

    @property
    def writes(self) -> bool:
        """True for everything but a GET, and what says of itself that it only reads."""
        return self.method != READ and not self.only_reads


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a chain, counted from 1; `records` are the objects' own bytes as the server sent them."""

    number: int
    records: Sequence[bytes]


@dataclass(slots=True)
class Tally:
    """What a chain cost. `waited_seconds` is back-off and request ceiling together, `wire_bytes` is before inflation.

    `requests` leaves out those for tokens. Only the first hundred trace ids are kept, so that a manifest stays small.
    """

    requests: int = 0
    retries: int = 0
    pages: int = 0
    waited_seconds: float = 0.0
    wire_bytes: int = 0
    trace_ids: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take what another chain cost."""
        self._add_cost(other)
        self.pages += other.pages

    def take(self, other: Tally) -> None:
        """Take what another reading of the same chain cost, and let the pages be those of this last one."""
        self._add_cost(other)
        self.pages = other.pages

    def _add_cost(self, other: Tally) -> None:
        self.requests += other.requests
        self.retries += other.retries
        self.waited_seconds += other.waited_seconds
        self.wire_bytes += other.wire_bytes
        for trace in other.trace_ids:
            self.keep_trace(trace)

    def keep_trace(self, trace: str | None) -> None:
        if trace is not None and len(self.trace_ids) < TRACES_KEPT:
            self.trace_ids.append(trace)
