"""Sitting out an outage: whoever got no answer waits here, one of all threads asks again, and the others follow it.

Owns how long and how often. What is read, and where a chain begins again, is the extractor's; the attempts of a single
request are the client's (`core/http/retry.py`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Condition, Event
from typing import TYPE_CHECKING, Final, TypeVar

from finago_assets.core.errors import FinagoError, RateLimited, Timeout, Transient, Truncated, Unavailable
from finago_assets.core.http.retry import LONGEST_PAUSE
from finago_assets.core.progress import oslo_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Self

    Came = Callable[[], None]

T = TypeVar("T")
# beyond any pause, and far below what a float holds: who waits for days doubles more than a thousand times
_MOST_DOUBLINGS: Final = 64
WORDS: Final[dict[type[FinagoError], str]] = {
    Unavailable: "cannot be reached or is in trouble",
    Timeout: "does not answer in time",
    Truncated: "breaks its answers off",
    RateLimited: "asks to be left alone",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request chain goes without progress before it gives up. Times are seconds; `seconds` 0 never waits.

    Three quarters of an hour outlast half an hour of maintenance at night. The first pause is short, since most outages
    are; pauses double, so that a long one is asked about a dozen times and not hundreds; none is longer than five
    minutes, which is then the most that waiting costs beyond the outage itself. Pauses that the server asks for are
    counted apart: an hour of them without progress in between, at the most.
    """

    seconds: float = 45 * 60.0
    first_pause: float = 15.0
    longest_pause: float = 300.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None


class Outage:
    """What the threads of one landing know of the far side. `tell` is told of each pause and of the end of the outage.

    Leave its context when the landing is abandoned, before the threads are waited for: it ends their pauses.
    `recovered` is called when answers come again.
    """

    def __init__(
        self,
        patience: Patience,
        tell: Callable[[str], None],
        now: Callable[[], datetime],
        recovered: Callable[[], None],
    ) -> None:
        self._patience = patience
        self._tell = tell
        self._now = now
        self._recovered = recovered
        self._abandoned = Event()
        self._changed = Condition()
        self._asker: _Chain | None = None
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._abandoned.set()
            with self._changed:
                self._changed.notify_all()

    def sat_out(self, what: str, read: Callable[[Came], T]) -> T:
        """Give what `read` returns; after a Transient error wait, and call it again from the start.

        `read` calls its argument whenever a page came. Patience starts anew when it gets further than it ever did: a
        chain that breaks at the same page each time makes no progress. Raises its last Transient error when patience is
        over or the server asks for more than an hour, any other error at once.
        """
        chain = _Chain(what, self._patience)
        try:
            while True:
                chain.pages = 0
                try:
                    result = read(partial(self._page_came, chain))
                except Transient as raised:
                    error = raised
                else:
                    # an empty answer is one, too
                    self._page_came(chain)
                    return result
                self._wait(chain, error)
        finally:
            self._ask_no_longer(chain)

    def _page_came(self, chain: _Chain) -> None:
        with self._changed:
            self._pages += 1
            self._asker = None
            self._changed.notify_all()
        if chain.paused_since is not None:
            self._recovered()
        waited = chain.page_came()
        if waited is not None:
            self._tell(f"{chain.what}: answers come again, after {waited / 60:.1f} min; going on")

    def _wait(self, chain: _Chain, error: Transient) -> None:
        """Return when it is time to ask again: for one thread after a pause, for the others once it got a page."""
        if self._over(chain, error):
            raise error
        if self._follows(chain):
            return
        # another thread may have had the patience of all
        if self._over(chain, error):
            raise error
        pause = chain.next_pause(self._asked(error))
        self._tell(self._said(chain, error, pause))
        (self._patience.sleep or self._abandoned.wait)(pause)
        if self._abandoned.is_set():
            raise error

    def _follows(self, chain: _Chain) -> bool:
        """Tell whether somebody else, who asked meanwhile, got a page. Where nobody asks, this chain does from now."""
        with self._changed:
            pages = self._pages
            while self._asker not in {None, chain} and self._pages == pages and not self._abandoned.is_set():
                self._changed.wait()
            if self._pages > pages:
                return True
            self._asker = chain
            return False

    def _ask_no_longer(self, chain: _Chain) -> None:
        with self._changed:
            if self._asker is chain:
                self._asker = None
                self._changed.notify_all()

    def _over(self, chain: _Chain, error: Transient) -> bool:
        return self._abandoned.is_set() or chain.left <= 0 or chain.asked + self._asked(error) > LONGEST_PAUSE

    def _asked(self, error: Transient) -> float:
        """Seconds that the server wants to be left alone from now."""
        if isinstance(error, RateLimited) and error.retry_at is not None:
            return max((error.retry_at - self._now()).total_seconds(), 0.0)
        return 0.0

    def _said(self, chain: _Chain, error: Transient, pause: float) -> str:
        words = WORDS.get(type(error), "is in trouble")
        status = "" if error.status is None else f" (status {error.status})"
        then, last = (self._now() + timedelta(seconds=seconds) for seconds in (pause, chain.left))
        return (
            f"{chain.what}: the API, or its token endpoint, {words}{status}. Next try at {oslo_time(then)}; without an "
            f"answer by {oslo_time(last)} this run gives up. What has landed stays landed."
        )


class _Chain:
    """One read on its way: how far it ever came, when that was, and how long it has waited since."""

    def __init__(self, what: str, patience: Patience) -> None:
        self.what = what
        self.pages = 0
        self.asked = 0.0  # seconds of pauses that the server asked for
        self.paused_since: float | None = None
        self._patience = patience
        self._pauses = 0
        self._furthest = 0
        self._since = patience.clock()

    @property
    def left(self) -> float:
        """Seconds of patience."""
        return self._since + self._patience.seconds + self.asked - self._patience.clock()

    def page_came(self) -> float | None:
        """Count a page; return the seconds since the first pause if it is the one that pauses were made for."""
        self.pages += 1
        if self.pages <= self._furthest:
            return None
        now = self._patience.clock()
        waited = None if self.paused_since is None else now - self.paused_since
        self._furthest, self._since, self.paused_since = self.pages, now, None
        self._pauses, self.asked = 0, 0.0
        return waited

    def next_pause(self, asked: float) -> float:
        """Seconds to wait: our own next pause, or the one that is asked for where that is longer."""
        patience = self._patience
        own = min(patience.first_pause * 2.0 ** min(self._pauses, _MOST_DOUBLINGS), patience.longest_pause, self.left)
        self._pauses += 1
        if self.paused_since is None:
            self.paused_since = patience.clock()
        if asked > own:
            self.asked += asked
        return max(own, asked)
