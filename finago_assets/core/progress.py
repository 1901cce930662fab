"""Lines on their way to a person or a run's log. Owns how often one of progress passes: in a log each costs a row.

Progress goes through `say` and may be dropped. What has to be read, such as that a run waits and until when, goes
through `tell`, which nobody throttles.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from finago_assets.core.windows import OSLO

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

SAY_EVERY_SECONDS: Final = 5.0
SAY_EVERY_SECONDS_AT_LAST: Final = 60.0


def silent(_: str) -> None:
    """Tell nobody."""


def throttled(tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Callable[[str], None]:
    """Pass lines on, the first after a few seconds, and then ever fewer, down to one a minute."""
    last, gap = clock(), SAY_EVERY_SECONDS

    def say(line: str) -> None:
        nonlocal last, gap
        if clock() - last >= gap:
            last, gap = clock(), min(2 * gap, SAY_EVERY_SECONDS_AT_LAST)
            tell(line)

    return say


def oslo_time(moment: datetime) -> str:
    """Write a moment as the clock on a wall in Oslo shows it: hours, minutes and seconds."""
    return f"{moment.astimezone(OSLO):%H:%M:%S} (Oslo)"
