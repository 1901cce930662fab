"""What a running sandbox remembers: books, tokens, withheld scopes, the fault script and the request log.

Owns the one lock between the server's thread and whoever controls it. Knows no HTTP.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.bad import plant
from finago_assets.sandbox.books.company import keep_books
from finago_assets.sandbox.description.facts import read_description
from finago_assets.sandbox.faults import Script
from finago_assets.sandbox.soap.desk import SoapDesk
from finago_assets.sandbox.tokens import Tokens

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.description.facts import DescribedOperation, Description
    from finago_assets.sandbox.options import SandboxOptions

LOG_LENGTH: Final = 500_000


@dataclass(slots=True)
class ServedRequest:
    """One request as it went: `status` is 0 when no status line was sent; times in seconds on a monotonic clock."""

    method: str
    path: str
    query: str
    trace_id: str
    started: float
    status: int = 0
    fault: str | None = None
    sent: int = 0  # bytes of body
    ended: float = 0.0


@dataclass(slots=True)
class Sandbox:
    """The whole state. `books` are those of the first organization unless given."""

    options: SandboxOptions
    description: Description
    tenants: dict[str, Books]
    tokens: Tokens
    script: Script
    withheld: set[str]
    soap: SoapDesk
    requests: deque[ServedRequest] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))
    lock: RLock = field(default_factory=RLock)
    chains: Counter[str] = field(default_factory=Counter)
    served: int = 0
    arrivals: deque[float] = field(default_factory=deque)

    @classmethod
    def start(cls, options: SandboxOptions, books: Books | None = None) -> Sandbox:
        """Return the state of a sandbox that nobody has asked anything yet; `books` are taken as they are."""
        tenants = {name: keep_books(options.plan(name)) for name in options.organizations[books is not None :]}
        if books is not None:
            tenants = {options.organizations[0]: books} | tenants
        else:
            for kind in options.bad:
                plant(tenants[options.organizations[0]], kind)
        tokens = Tokens(options.organizations, options.token_lifetime)
        description = read_description(options.description)
        script, desk = Script.of(options.faults), SoapDesk.start(options.soap, tenants)
        return cls(options, description, tenants, tokens, script, set(options.withhold), desk)

    @property
    def books(self) -> Books:
        """The books of the first organization."""
        return self.tenants[self.options.organizations[0]]

    def arrived(self, method: str, path: str, query: str) -> ServedRequest:
        """Enter a request into the log and give it a trace id."""
        self.served += 1
        request = ServedRequest(method, path, query, f"sandbox-{self.served:010d}", time.monotonic())
        self.requests.append(request)
        return request

    def too_many(self) -> bool:
        """Count a request against the limit of the last second, and tell whether it is beyond it."""
        limit, now = self.options.requests_per_second, time.monotonic()
        if not limit:
            return False
        while self.arrivals and self.arrivals[0] <= now - 1:
            self.arrivals.popleft()
        if len(self.arrivals) >= max(limit, 1):
            return True
        self.arrivals.append(now)
        return False

    def forbids(self, operation: DescribedOperation) -> bool:
        """Tell whether an operation is withheld, by one of its scopes or as itself."""
        return not self.withheld.isdisjoint(operation.names)

    def scopes(self) -> set[str]:
        """Return the scopes a token carries now: all that an application can have without a person behind it."""
        given = (one for one in self.description.operations.values() if not is_personal(one))
        return {scope for one in given if not self.forbids(one) for scope in one.scopes} - self.withheld

    def chain(self, key: str, *, first: bool) -> int:
        """Return how often the first page of a list was asked for; `first` says that this is such a time."""
        if first:
            self.chains[key] += 1
        return self.chains[key]


def is_personal(operation: DescribedOperation) -> bool:
    """Tell whether an operation is about the person behind a token: that of client credentials is nobody's."""
    return operation.path.split("/")[1] == "me"
