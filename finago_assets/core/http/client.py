"""The authenticated client for one organization: pages of a call, one request of any method, or the smallest probe.

Composes the parts (token, ceiling, retries, body, paging) and owns the border: what leaves here is a page or one typed
error of the public tree, raised where nothing else is being handled.
"""

from __future__ import annotations

import hashlib
import random as random_numbers
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self, TypeVar

from finago_assets.core.errors import Malformed
from finago_assets.core.http.auth import Token, TokenSource
from finago_assets.core.http.body import check_values, split
from finago_assets.core.http.call import Call, Page, Tally
from finago_assets.core.http.damage import kept
from finago_assets.core.http.delivery import READ_SUCCESSES, Delivery, note_page
from finago_assets.core.http.echo import Echo
from finago_assets.core.http.empty import EmptyAnswers
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.message import Outgoing
from finago_assets.core.http.origin import Origin
from finago_assets.core.http.paging import Chain, query_of
from finago_assets.core.http.retry import Retry, RetryPolicy
from finago_assets.core.http.transport import BaseTransport, Reply, Wire
from finago_assets.core.http.verdict import failure
from finago_assets.core.progress import silent
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from finago_assets.core.http.budget import RequestBudget
    from finago_assets.core.http.connection import Connection
    from finago_assets.core.http.message import Message, Receipt
    from finago_assets.core.http.secret import Secret

T = TypeVar("T")
MOST_RENEWALS: Final = 3


class FinagoClient:
    """Asks the API for one organization. Thread-safe: several threads may each iterate their own chain.

    `clock` is monotonic and measures deadlines, `now` is the wall clock for dates the server names. A `budget` is the
    request ceiling shared with the other processes of this machine; without one there is no ceiling. `tell` is told of
    a pause that the server asks for and that lasts half a minute or more.
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
        now: Callable[[], datetime] = utc_now,
        tell: Callable[[str], None] = silent,
    ) -> None:
        self.organization_id = connection.organization_id
        self._secret = connection.client_secret
        self._policy = policy
        self._budget = budget
        self._now = now
        self._origin = Origin(connection.api_url)
        self._wire = Wire(transport, clock, policy.request_seconds)
        self._retry = Retry(policy, sleep=sleep, random=random, now=now, tell=tell)
        self._tokens = TokenSource(connection, self._wire, self._retry, clock, now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    def restore_retries(self) -> None:
        """Give back the retries that an outage has used up; for whoever has waited until it was over."""
        self._retry.restore()

    def authenticate(self) -> None:
        """Fetch a token unless there is a living one. Raises AuthRefused or any error of the road to it."""
        self._tokens.token()

    def pages(self, call: Call, tally: Tally, receipt: Receipt | None = None) -> Iterator[Page]:
        """Yield the pages of a call that hold records, in order; none at all for an empty answer.

        Raises any error of the tree. A chain that raised is incomplete and what it gave is to be thrown away. A
        `receipt` tells of the last answer, its headers too; it has no say in where records go.
        """
        chain = Chain(call, self._origin)
        while chain.url is not None:
            number, doubtful = chain.number, chain.doubtful
            records = settled(lambda: self._page(chain, call, tally, receipt), "GET", call.template, call.scopes)
            tally.pages += bool(records) or not doubtful
            if records:
                yield Page(number, records)

    def send(self, message: Message, receipt: Receipt, tally: Tally, check: Callable[[Path], T]) -> T:
        """Send one request of any method, its answer straight to the receipt's file; return what `check` makes of that.

        A read is tried again like a page is. A write is tried again only where it certainly was not carried out, and
        raises OutcomeUnknown where that is open. Raises any error of the tree; an OSError of the file stays what it is.
        """
        url = self._origin.at(message.path, query_of(message.params))
        outgoing = Outgoing(message.method, url, message.body, message.media_type, message.file_name)
        delivery = Delivery(message, outgoing, receipt, check, self._secret)

        def attempt() -> T:
            try:
                reply = self._authorized(lambda token: delivery.ask(self._wire, token), tally)
                if reply.status not in delivery.successes:
                    raise self._failure(url, reply)
                return delivery.believed(reply)
            except Fault as raised:
                fault = delivery.judged(raised)
            raise fault

        found = settled(
            lambda: self._retry.run(attempt, tally, f"{message.method} {message.template}"),
            message.method,
            message.template,
            message.scopes,
            message.look,
        )
        tally.pages += 1
        return found

    def probe(self, call: Call) -> None:
        """One answer of the smallest size. Returns None when the endpoint may be read, else raises the typed error."""
        params = {**call.params, "limit": "1"} if "limit" in call.allowed else call.params
        url = Chain(replace(call, params=params), self._origin).url or ""
        settled(lambda: self._fetched(call, url, Tally(), 1), "GET", call.template, call.scopes)

    def _page(self, chain: Chain, call: Call, tally: Tally, receipt: Receipt | None) -> list[bytes]:
        """Read the records at the chain's address; the chain then stands at the next one."""
        try:
            reply, records = self._fetched(call, chain.url or "", tally, chain.number, receipt)
        except Fault as fault:
            if chain.ends_with(fault):
                return []
            raise
        return records if chain.advance(records, len(reply.body), reply.all("link")) else []

    def _fetched(
        self, call: Call, url: str, tally: Tally, number: int, receipt: Receipt | None = None
    ) -> tuple[Reply, list[bytes]]:
        reading = _Reading(call, number)

        def ask(token: Secret) -> Reply:
            reply = self._wire.get(url, token)
            if receipt is not None:
                note_page(reply, receipt, Echo(token, self._secret))
            return reply

        def attempt() -> tuple[Reply, list[bytes]]:
            reply = self._authorized(ask, tally)
            if reply.status not in READ_SUCCESSES:
                raise self._failure(url, reply)
            return reply, reading.records(reply)

        return self._retry.run(attempt, tally, f"GET {call.template}")

    def _authorized(self, ask: Callable[[Secret], Reply], tally: Tally) -> Reply:
        """Send one request, and after a 401 one more with a new token: whoever refuses a token did nothing else.

        A new token that the API took from another thread before refusing it here has merely died: it is renewed too.
        """
        token = self._tokens.token()
        reply = self._sent(ask, token, tally)
        for _ in range(MOST_RENEWALS):
            if reply.status != 401:
                break
            token = self._tokens.token(refused=token)
            reply = self._sent(ask, token, tally)
            if not token.accepted:
                break
        return reply

    def _sent(self, ask: Callable[[Secret], Reply], token: Token, tally: Tally) -> Reply:
        if self._budget is not None:
            tally.waited_seconds += self._budget.acquire()
        tally.requests += 1
        reply = ask(token.value)
        tally.wire_bytes += reply.wire_bytes
        tally.keep_trace(reply.trace)
        if reply.status != 401:
            token.accepted = True
        return reply

    def _failure(self, url: str, reply: Reply) -> Fault:
        still_ours = partial(self._origin.holds, url)
        fault = failure(reply, still_ours, self._now(), self._policy.throttle_seconds)
        if self._budget is not None and fault.floor:
            self._budget.pause(fault.floor)
            fault.lift = self._budget.lift
        return fault


def settled(work: Callable[[], T], verb: str, template: str, scopes: tuple[str, ...] = (), look: str = "") -> T:
    """Do the work; turn its fault into the public error outside the `except`, so that nothing is chained."""
    try:
        return work()
    except Fault as raised:
        error = raised.typed(verb, template, scopes, look)
    raise error


class _Reading:
    """The attempts of one page."""

    def __init__(self, call: Call, number: int) -> None:
        self._call = call
        self._number = number
        self._empty = EmptyAnswers(possible=number == 1 and not call.single)
        self._damaged: bytes | None = None

    def records(self, reply: Reply) -> list[bytes]:
        if reply.status == 204:
            return []
        if not reply.body:
            self._empty.believe(reply)
            return []
        self._empty.end()
        try:
            return split(reply.body, single=self._call.single)
        except Fault as raised:
            fault = raised
        if fault.kind is Malformed and fault.again and reply.body.lstrip().startswith((b"[", b"{")):
            if self._damaged is not None and self._call.keeps_damaged:
                records, unkept = kept(bytes(reply.body), single=self._call.single)
                if unkept is None:
                    check_values(records)
                    return records
                fault.reason = f"page {self._number}, record {unkept}: {fault.reason}"
            self._give_up_on_the_same(reply.body, fault)
        fault.status, fault.trace, fault.size = reply.status, reply.trace, reply.wire_bytes
        raise fault

    def _give_up_on_the_same(self, body: bytearray, fault: Fault) -> None:
        """What came twice in the same bytes was not damaged on the way, and will come so again."""
        mark = hashlib.sha256(body).digest()
        if mark == self._damaged:
            fault.again = False
        self._damaged = mark
