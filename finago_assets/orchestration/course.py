"""How far the landing of a window has come, in lines for the page of its run.

Owns their words. How often one passes is core/progress.py's.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from finago_assets.core.progress import throttled
from finago_assets.core.windows import ONE_DAY, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.store import Landed
    from finago_assets.core.windows import Window

SPANS_NAMED: Final = 6
SECONDS_OF_A_MINUTE: Final = 60


class WindowCourse:
    """Counts what has landed of `days` days of an endpoint, and tells it now and then."""

    def __init__(
        self, endpoint: Endpoint, days: int, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.landed: list[Landed] = []
        self.days, self._name, self._clock = days, endpoint.name, clock
        self._requests: dict[Window, int] = {}
        self._began, self._say = clock(), throttled(tell, clock)

    def take(self, one: Landed) -> None:
        """Count a day that has landed."""
        self.landed.append(one)
        # each day of a window says what the whole of it took
        self._requests[one.manifest.window] = one.manifest.requests
        if len(self.landed) < self.days:
            self._say(f"{self._so_far()}; {self._rest()}")

    def summary(self) -> str:
        """Return what has landed in the end, with the days without a row in one place."""
        said = f"{self._so_far()}."
        empty = sorted(one.partition.date for one in self.landed if not one.manifest.rows)
        return f"{said} Without a row: {_name_days(empty)}." if empty else said

    def _so_far(self) -> str:
        rows, requests = sum(one.manifest.rows for one in self.landed), sum(self._requests.values())
        return f"{self._name}: {len(self.landed):,} of {self.days:,} days landed, {rows:,} rows, {requests:,} requests"

    def _rest(self) -> str:
        seconds = (self._clock() - self._began) * (self.days - len(self.landed)) / len(self.landed)
        if seconds < SECONDS_OF_A_MINUTE:
            return "less than a minute to go"
        return f"about {round(seconds / SECONDS_OF_A_MINUTE):,} min to go at this pace"


def _name_days(days: list[date]) -> str:
    spans = [
        f"{span.start}" if len(span.days) == 1 else f"{span.start} to {span.end - ONE_DAY}"
        for span in windows_of(set(days))
    ]
    more = f" and {len(spans) - SPANS_NAMED:,} more spans" if len(spans) > SPANS_NAMED else ""
    return f"{len(days):,} days ({', '.join(spans[:SPANS_NAMED])}{more})"
