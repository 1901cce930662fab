"""One living credential of a connection: signed in by one thread at a time, renewed before it dies and when refused.

Owns the keeping. How an API is signed in to is `sign_in.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import AuthRefused, Blocked
from finago_assets.core.http.call import Tally
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.sign_in import SignInStep
from finago_assets.core.http.verdict import judge_reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from finago_assets.core.http.budget import RequestBudget
    from finago_assets.core.http.protocol import Protocol
    from finago_assets.core.http.retry import Retry
    from finago_assets.core.http.sign_in import Asking, Credential, SignIn
    from finago_assets.core.http.transport import HttpPool, Reply

ASSUMED_LIFETIME: Final = 3600.0
MARGIN: Final = 60.0
# a refusal all the same: a NotFound would be taken for a record that is gone
NO_SIGN_IN: Final = frozenset({404, 405, 410})


@dataclass(slots=True, eq=False)
class Token:
    """A credential and the clock reading from which it is renewed; `accepted` once the API took it."""

    credential: Credential
    renew_at: float
    accepted: bool = False


class TokenSource:
    """Thread-safe: threads wait for the one that fetches. A refusal is remembered, and nobody asked again."""

    def __init__(  # noqa: PLR0913, PLR0917  parts that the client has already
        self,
        sign_in: SignIn,
        protocol: Protocol,
        pool: HttpPool,
        retry: Retry,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        budget: RequestBudget | None = None,
    ) -> None:
        self._budget = budget if protocol.counts_sign_in else None
        self._sign_in = sign_in
        self._protocol = protocol
        self._pool = pool
        self._retry = retry
        self._clock = clock
        self._now = now
        self._lock = Lock()
        self._token: Token | None = None
        self._refused: str | None = None

    def token(self, refused: Token | None = None) -> Token:
        """Give the current token; a new one when it is about to expire or is the one that the API just `refused`."""
        with self._lock:
            current = self._token
            if current is None or current is refused or self._clock() >= current.renew_at:
                current = self._token = self._fetched()
            return current

    def _fetched(self) -> Token:
        if self._refused is not None:
            raise AuthRefused(self._refused)
        name = self._sign_in.name
        try:
            return self._retry.run(self._attempt, Tally(), f"POST {name}")
        except Fault as raised:
            error = raised.to_error("POST", name, advice=self._protocol.advice)
        if isinstance(error, AuthRefused):
            self._refused = str(error)
        raise error

    def _attempt(self) -> Token:
        asked_at = self._clock()
        granted = self._sign_in.granted(self._answer(self._sign_in.ask()))
        while isinstance(granted, SignInStep):
            granted = granted.read(self._answer(granted.asking))
        lifetime = ASSUMED_LIFETIME if granted.seconds is None else granted.seconds
        return Token(granted.credential, asked_at + lifetime - min(MARGIN, lifetime / 5))

    def _answer(self, asking: Asking) -> Reply:
        if self._budget is not None:
            self._budget.acquire()
        reply = self._pool.sign_in(asking)
        if reply.status != 200 or (self._protocol.judge is not None and self._protocol.judge(reply, self._now())):
            raise self._failure(reply)
        return reply

    def _failure(self, reply: Reply) -> Fault:
        fault = judge_reply(
            reply, lambda _target: False, self._now(), self._retry.policy.throttle_seconds, self._protocol
        )
        if self._budget is not None and fault.floor:
            self._budget.pause(fault.floor)
            fault.lift = self._budget.lift
        if 400 <= reply.status < 500 and not fault.again and fault.kind is not Blocked:
            word = self._sign_in.word_of_refusal(reply)
            fault.kind = AuthRefused
            fault.reason = "the credentials were refused" + (f" with `{word}`" if word else "")
            absent = reply.status in NO_SIGN_IN
            if absent and not word:
                fault.reason = "nobody signs in at this address"
            if not (absent and word):
                fault.step = self._protocol.sign_in_steps.get(reply.status, "")
        return fault
