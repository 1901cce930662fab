"""When to try again, how long to wait first, and when to stop: tenacity with our stop and wait in it.

Owns one request's attempts, their jitter, and the quota that keeps an outage from being multiplied. What is worth
another attempt is written on the fault; what outlasts the attempts is sat out by whoever lands (`core/outage.py`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from finago_assets.core.errors import RateLimited
from finago_assets.core.http.call import Tally
from finago_assets.core.http.fault import Fault
from finago_assets.core.progress import oslo_time, silent

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
QUOTA: Final = 500
COST_OF_A_RETRY: Final = 5
# A proxy that counts in milliseconds, or a date in 9999, once kept an organization out for a year: whatever a server
# asks for, nobody is held back for longer than this.
LONGEST_PAUSE: Final = 3600.0
# our own back-off is shorter: who waits this long was asked to
TOLD_FROM_SECONDS: Final = 30.0
TOLD_AT_ATTEMPT: Final = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Times are seconds. Waits are full jitter, `base_seconds` doubling up to `cap_seconds`, on top of what was asked.

    `retry_after_cap`: the longest pause that is sat out within a request; beyond it RateLimited names the time, and who
    can wait for it does. `throttle_seconds`: the pause after a 429 that says nothing, since a vendor's quarantine
    outlasts a short back-off. `request_seconds`: one exchange, from the connection to the answer's last byte. There is
    no deadline for everything a client does: a month's orders may well take a day.
    """

    attempts: int = 8
    base_seconds: float = 0.5
    cap_seconds: float = 30.0
    retry_after_cap: float = 120.0
    throttle_seconds: float = 10.0
    request_seconds: float = 120.0


class Quota:
    """500 tokens, 5 for each retry, given back by success: a total outage costs about one request per wanted one."""

    def __init__(self, tokens: int = QUOTA) -> None:
        self._most = tokens
        self._left = tokens
        self._lock = Lock()

    def spend(self) -> bool:
        with self._lock:
            if self._left < COST_OF_A_RETRY:
                return False
            self._left -= COST_OF_A_RETRY
            return True

    def regain(self, *, after_retry: bool) -> None:
        with self._lock:
            self._left = min(self._most, self._left + (COST_OF_A_RETRY if after_retry else 1))

    def restore(self) -> None:
        with self._lock:
            self._left = self._most


class Retry:
    """Runs one request's attempts. Shared by all threads of a client, and with it the quota."""

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        sleep: Callable[[float], None],
        random: Callable[[], float],
        now: Callable[[], datetime],
        tell: Callable[[str], None] = silent,
    ) -> None:
        self.policy = policy
        self._sleep = sleep
        self._random = random
        self._now = now
        self._tell = tell
        self._quota = Quota()

    def restore(self) -> None:
        """Give back the retries that an outage has used up."""
        self._quota.restore()

    def run(self, attempt: Callable[[], T], tally: Tally, what: str) -> T:
        """Give what `attempt` returns. Raises its last fault, which then knows the attempts and the time to return."""
        tries = Tally()
        try:
            result = self._attempts(tally, tries, what)(attempt)
        except Fault as raised:
            fault = raised
        else:
            self._quota.regain(after_retry=tries.retries > 0)
            return result
        raise self._final(fault, tries.retries + 1)

    def _attempts(self, tally: Tally, tries: Tally, what: str) -> Retrying:
        def pause(seconds: float) -> None:
            tries.retries += 1
            tally.retries += 1
            tally.waited_seconds += seconds
            _log.info("%s: attempt %d failed, the next one in %.1f s", what, tries.retries, seconds)
            if seconds >= TOLD_FROM_SECONDS:
                then = self._now() + timedelta(seconds=seconds)
                self._tell(f"{what}: the server asks for a pause; next try at {oslo_time(then)}")
            self._sleep(seconds)

        def say_why(state: RetryCallState) -> None:
            # a second or two is not worth a word; half a minute without one is
            if state.attempt_number == TOLD_AT_ATTEMPT:
                self._tell(f"{what}: {_raised_fault(state)}; trying again for a while")

        return Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, Fault) and error.again),
            wait=self._wait,
            stop=self._stop,
            sleep=pause,
            before_sleep=say_why,
            reraise=True,
        )

    def _wait(self, state: RetryCallState) -> float:
        most = min(self.policy.cap_seconds, self.policy.base_seconds * 2.0 ** (state.attempt_number - 1))
        return (_raised_fault(state).floor or 0.0) + self._random() * most

    def _stop(self, state: RetryCallState) -> bool:
        return (
            state.attempt_number >= self.policy.attempts
            or (_raised_fault(state).floor or 0.0) > self.policy.retry_after_cap
            or not self._quota.spend()
        )

    def _final(self, fault: Fault, attempts: int) -> Fault:
        fault.attempts = attempts
        if fault.floor is not None and (fault.kind is RateLimited or fault.floor > self.policy.retry_after_cap):
            fault.kind = RateLimited
            fault.retry_at = self._now() + timedelta(seconds=fault.floor)
        return fault


def _raised_fault(state: RetryCallState) -> Fault:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Fault):
        return error
    raise TypeError("only faults are tried again")
