"""The authenticated client for one organization at one API: pages of a call, one request, or the smallest probe.

Composes the parts (token, ceiling, retries, body, paging) and owns the border: what leaves here is a page or one typed
error of the public tree, raised where nothing else is being handled.
"""

from __future__ import annotations

import random as random_numbers
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self, TypeVar

from finago_assets.core.http.auth import Token, TokenSource
from finago_assets.core.http.call import Call, Page, Tally
from finago_assets.core.http.counted import CountedChain
from finago_assets.core.http.delivery import (
    READ_SUCCESSES,
    WRITE_SUCCESSES,
    Delivery,
    judge,
    note_reply,
    refuse_secrets,
)
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.origin import Origin
from finago_assets.core.http.page import CountedRecords, PageReading
from finago_assets.core.http.paging import Chain, address_of
from finago_assets.core.http.retry import Retry, RetryPolicy
from finago_assets.core.http.secret_scanner import SecretScanner
from finago_assets.core.http.transport import BaseTransport, HttpPool, Reply
from finago_assets.core.http.verdict import judge_reply
from finago_assets.core.progress import silent
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from finago_assets.core.http.budget import RequestBudget
    from finago_assets.core.http.connection import Connection
    from finago_assets.core.http.receipt import Receipt
    from finago_assets.core.http.sign_in import Credential

T = TypeVar("T")
MOST_RENEWALS: Final = 3


class ApiClient:
    """Asks an API for one organization. Thread-safe: several threads may each iterate their own chain.

    `clock` is monotonic and measures deadlines, `now` is the wall clock for dates the server names. A `budget` is the
    request ceiling shared with the other processes of this machine; without one there is no ceiling. `tell` is told of
    a pause that the server asks for and that lasts half a minute or more, and of a third attempt that failed.
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
        self.source = connection.source
        self.organization_id = connection.organization_id
        self.redaction = connection.protocol.redaction.name if connection.protocol.redaction else ""
        self._secrets = connection.secrets
        self._protocol = connection.protocol
        self._policy = policy
        self._budget = budget
        self._now = now
        self._origins = [Origin(url) for url in (connection.api_url, *self._protocol.further_urls)]
        self._pool = HttpPool(self._protocol, transport, clock, policy.request_seconds)
        self._retry = Retry(policy, sleep=sleep, random=random, now=now, tell=tell)
        self._tokens = TokenSource(connection.sign_in(), self._protocol, self._pool, self._retry, clock, now, budget)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def restore_retries(self) -> None:
        """Give back the retries that an outage has used up; for whoever has waited until it was over."""
        self._retry.restore()

    def authenticate(self) -> None:
        """Fetch a token unless there is a living one. Raises AuthRefused or any error of the road to it."""
        self._tokens.token()

    def authenticate_again(self) -> None:
        """Fetch a new token whatever there is, for whoever sees that the present one says nothing any more."""
        self._tokens.token(refused=self._tokens.token())

    def pages(self, call: Call, tally: Tally, receipt: Receipt | None = None) -> Iterator[Page]:
        """Yield the pages of a call that hold records, in order; none at all for an empty answer.

        Raises any error of the tree. A chain that raised is incomplete and what it gave is to be thrown away. A
        `receipt` tells of the last answer, its headers too; it has no say in where records go.
        """
        chain = chain_of(call, self._origins[call.base])
        while chain.url is not None:
            number, doubtful = chain.number, chain.doubtful
            records = self._translate(call, lambda: self._page(chain, call, tally, receipt))
            tally.pages += bool(records) or not doubtful
            if records:
                yield Page(number, records)
            # not held while the next page comes
            del records

    def send(self, call: Call, receipt: Receipt, tally: Tally, check: Callable[[Path], T]) -> T:
        """Send one request of any method, its answer straight to the receipt's file; return what `check` makes of that.

        A read is tried again like a page is. A write is tried again only where it certainly was not carried out, and
        raises OutcomeUnknown where that is open. Raises any error of the tree; an OSError of the file stays what it is.
        """
        url = address_of(call, self._origins[call.base])
        delivery = Delivery(call, url, receipt, check, self._secrets, self._protocol.redaction)
        ask = partial(delivery.ask, self._pool)
        found = self._translate(call, lambda: self._try(call, url, tally, ask, delivery.believe))
        tally.pages += 1
        return found

    def exchange(self, call: Call, tally: Tally, read: Callable[[Reply], T]) -> T:
        """Send one request whose answer fits into memory; return what `read` makes of it.

        What is tried again is what `send` tries again. `read` raises a Fault for what cannot be believed. Raises any
        error of the tree.
        """
        url = address_of(call, self._origins[call.base])

        def ask(credential: Credential) -> Reply:
            reply = self._pool.send(call, url, credential)
            refuse_secrets(reply, SecretScanner(credential.value, *self._secrets))
            return reply

        return self._translate(call, lambda: self._try(call, url, tally, ask, read))

    def probe(self, call: Call) -> None:
        """One answer of the smallest size. Returns None when the endpoint may be read, else raises the typed error."""
        size = "limit" if call.numbers is None else call.numbers.size
        query = {**call.query, size: "1"} if size in call.allowed else call.query
        url = chain_of(replace(call, query=query), self._origins[call.base]).url or ""
        self._translate(call, lambda: self._fetch(call, url, Tally(), 1))

    def _page(self, chain: Chain | CountedChain, call: Call, tally: Tally, receipt: Receipt | None) -> Sequence[bytes]:
        """Read the records at the chain's address; the chain then stands at the next one."""
        try:
            reply, found = self._fetch(call, chain.url or "", tally, chain.number, receipt)
        except Fault as fault:
            if chain.ends_with(fault):
                return []
            raise
        is_part = chain.advance(found.records, len(reply.body), reply.all("link"), found.total)
        return found.records if is_part else []

    def _fetch(
        self, call: Call, url: str, tally: Tally, number: int, receipt: Receipt | None = None
    ) -> tuple[Reply, CountedRecords]:
        reading = PageReading(call, number, self._protocol.redaction)

        def ask(credential: Credential) -> Reply:
            reply = self._pool.send(call, url, credential)
            if receipt is not None or self._protocol.redaction is not None:
                scanner = SecretScanner(credential.value, *self._secrets)
                if receipt is not None:
                    note_reply(reply, receipt, scanner, self._protocol.redaction)
                refuse_secrets(reply, scanner)
            return reply

        return self._try(call, url, tally, ask, lambda reply: (reply, reading.records(reply)))

    def _try(
        self, call: Call, url: str, tally: Tally, ask: Callable[[Credential], Reply], read: Callable[[Reply], T]
    ) -> T:
        """Ask as often as it may help and is safe; return what `read` makes of the success."""

        def attempt() -> T:
            try:
                reply = self._send_signed_in(ask, tally)
                if reply.status not in (WRITE_SUCCESSES if call.writes else READ_SUCCESSES) or self._is_fault(reply):
                    raise self._judge_reply(url, reply)
                return read(reply)
            except Fault as raised:
                fault = judge(call, raised)
            raise fault

        return self._retry.run(attempt, tally, call.what)

    def _send_signed_in(self, ask: Callable[[Credential], Reply], tally: Tally) -> Reply:
        """Send one request, and after a refused token one more with a new one: who refuses a token did nothing else.

        A new token that the API took from another thread before refusing it here is worn out, not wrong: it is renewed
        too.
        """
        token = self._tokens.token()
        reply = self._send_once(ask, token, tally)
        for _ in range(MOST_RENEWALS):
            if not self._protocol.signed_out(reply):
                break
            token = self._tokens.token(refused=token)
            reply = self._send_once(ask, token, tally)
            if not token.accepted:
                break
        return reply

    def _send_once(self, ask: Callable[[Credential], Reply], token: Token, tally: Tally) -> Reply:
        if self._budget is not None:
            tally.waited_seconds += self._budget.acquire()
        tally.requests += 1
        reply = ask(token.credential)
        tally.wire_bytes += reply.wire_bytes
        tally.keep_trace(reply.trace)
        if not self._protocol.signed_out(reply):
            token.accepted = True
        return reply

    def _is_fault(self, reply: Reply) -> bool:
        return self._protocol.judge is not None and self._protocol.judge(reply, self._now()) is not None

    def _judge_reply(self, url: str, reply: Reply) -> Fault:
        def still_ours(target: str) -> bool:
            return any(origin.holds(url, target) for origin in self._origins)

        fault = judge_reply(reply, still_ours, self._now(), self._policy.throttle_seconds, self._protocol)
        if self._budget is not None and fault.floor:
            self._budget.pause(fault.floor)
            fault.lift = self._budget.lift
        return fault

    def _translate(self, call: Call, work: Callable[[], T]) -> T:
        """Do the work; turn its fault into the public error outside the `except`, so that nothing is chained."""
        try:
            return work()
        except Fault as raised:
            error = raised.to_error(call.method, call.template, call.scopes, call.look, self._protocol.advice)
        raise error


def chain_of(call: Call, origin: Origin) -> Chain | CountedChain:
    """Return the chain of pages that the call's way of paging asks for."""
    return Chain(call, origin) if call.numbers is None else CountedChain(call, origin, call.numbers)
