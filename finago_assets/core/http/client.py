"""The authenticated client for one organization: pages of a call, or the smallest request that shows whether it works.

Composes the parts (token, ceiling, retries, body, paging) and owns the border: what leaves here is a page or one typed
error of the public tree, raised where nothing else is being handled.
"""

from __future__ import annotations

import random as random_numbers
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self, TypeVar

from finago_assets.core.errors import Truncated
from finago_assets.core.http.auth import Token, TokenSource
from finago_assets.core.http.body import split
from finago_assets.core.http.call import Call, Page, Tally
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.origin import Origin
from finago_assets.core.http.paging import Chain
from finago_assets.core.http.retry import Retry, RetryPolicy
from finago_assets.core.http.transport import BaseTransport, Reply, Wire
from finago_assets.core.http.verdict import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.core.http.budget import RequestBudget
    from finago_assets.core.http.connection import Connection

T = TypeVar("T")
EMPTY_ANSWERS_BELIEVED: Final = 3
MOST_RENEWALS: Final = 3


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FinagoClient:
    """Reads the API for one organization. Thread-safe: several threads may each iterate their own chain.

    `clock` is monotonic and measures deadlines, `now` is the wall clock for dates the server names. A `budget` is the
    request ceiling shared with the other processes of this machine; without one there is no ceiling.
    """

    def __init__(  # noqa: PLR0913 - the seams have defaults
        self,
        connection: Connection,
        *,
        budget: RequestBudget | None = None,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        transport: BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = random_numbers.random,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._now = now
        self._origin = Origin(connection.api_url)
        self._wire = Wire(transport, clock, policy.request_seconds)
        self._retry = Retry(policy, clock=clock, sleep=sleep, random=random, now=now)
        self._tokens = TokenSource(connection, self._wire, self._retry, clock, now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    def authenticate(self) -> None:
        """Fetch a token unless there is a living one. Raises AuthRefused or any error of the road to it."""
        self._tokens.token()

    def pages(self, call: Call, tally: Tally) -> Iterator[Page]:
        """Yield the pages of a call that hold records, in order; none at all for an empty answer.

        Raises any error of the tree. A chain that raised is incomplete and what it gave is to be thrown away.
        """
        chain = Chain(call, self._origin)
        while chain.url is not None:
            number = chain.number
            records = settled(call, lambda: self._page(chain, call, tally))
            tally.pages += 1
            if records:
                yield Page(number, records)

    def probe(self, call: Call) -> None:
        """One answer of the smallest size. Returns None when the endpoint may be read, else raises the typed error."""
        params = {**call.params, "limit": "1"} if "limit" in call.allowed else call.params
        smallest = replace(call, params=params)
        settled(call, lambda: self._fetched(call, Chain(smallest, self._origin).url or "", Tally(), 1))

    def _page(self, chain: Chain, call: Call, tally: Tally) -> list[bytes]:
        """Read the records at the chain's address; the chain then stands at the next one."""
        reply, records = self._fetched(call, chain.url or "", tally, chain.number)
        chain.advance(records, len(reply.body), reply.all("link"))
        return records

    def _fetched(self, call: Call, url: str, tally: Tally, number: int) -> tuple[Reply, list[bytes]]:
        reading = _Reading(call, number)

        def attempt() -> tuple[Reply, list[bytes]]:
            reply = self._authorized(url, tally)
            return reply, reading.records(reply)

        return self._retry.run(attempt, tally, f"GET {call.template}")

    def _authorized(self, url: str, tally: Tally) -> Reply:
        """Send one request, and after a 401 one more with a new token.

        A new token that the API took from another thread before refusing it here has merely died: it is renewed too.
        """
        token = self._tokens.token()
        reply = self._sent(url, token, tally)
        for _ in range(MOST_RENEWALS):
            if reply.status != 401:
                break
            token = self._tokens.token(refused=token)
            reply = self._sent(url, token, tally)
            if not token.accepted:
                break
        if reply.status not in {200, 204}:
            raise self._failure(url, reply)
        return reply

    def _sent(self, url: str, token: Token, tally: Tally) -> Reply:
        if self._budget is not None:
            tally.waited_seconds += self._budget.acquire()
        tally.requests += 1
        reply = self._wire.get(url, token.value)
        tally.wire_bytes += reply.wire_bytes
        tally.keep_trace(reply.trace)
        if reply.status != 401:
            token.accepted = True
        return reply

    def _failure(self, url: str, reply: Reply) -> Fault:
        fault = failure(reply, lambda target: self._is_ours(url, target), self._now(), self._policy.throttle_seconds)
        if self._budget is not None and fault.floor:
            self._budget.pause(fault.floor)
        return fault

    def _is_ours(self, url: str, target: str) -> bool:
        try:
            self._origin.follow(url, target)
        except Fault:
            return False
        return True


def settled(call: Call, work: Callable[[], T]) -> T:
    """Do the work; turn its fault into the public error outside the `except`, so that nothing is chained."""
    try:
        return work()
    except Fault as raised:
        error = raised.typed("GET", call.template, call.scopes)
    raise error


class _Reading:
    """The attempts of one page, which matter together only when the server answers nothing at all.

    204 is an empty list. 200 without a body may be an empty list or a fault in front of the server: on the first page
    it is believed when it came three times in a row; after a next link, or where an object is expected, never.
    """

    def __init__(self, call: Call, number: int) -> None:
        self._call = call
        self._number = number
        self._empty_in_a_row = 0

    def records(self, reply: Reply) -> list[bytes]:
        if reply.status == 204 or (not reply.body and self._is_believed(reply)):
            return []
        self._empty_in_a_row = 0
        try:
            return split(reply.body, single=self._call.single)
        except Fault as raised:
            fault = raised
        fault.status, fault.trace, fault.size = reply.status, reply.trace, reply.wire_bytes
        raise fault

    def _is_believed(self, reply: Reply) -> bool:
        self._empty_in_a_row += 1
        html = "html" in (reply.first("content-type") or "").lower()
        possible = self._number == 1 and not self._call.single and not html and not reply.all("link")
        if possible and self._empty_in_a_row >= EMPTY_ANSWERS_BELIEVED:
            return True
        raise Fault(
            Truncated,
            "the answer has no body",
            again=True,
            status=reply.status,
            trace=reply.trace,
            size=reply.wire_bytes,
        )
