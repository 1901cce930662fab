"""Progress on its way to a person or a run's log. Owns how often a line of it passes: in a log each costs a row."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SAY_EVERY_SECONDS: Final = 5.0


def silent(_: str) -> None:
    """Tell nobody."""


def throttled(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Pass lines on, at most one every few seconds."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SAY_EVERY_SECONDS:
            last = time.monotonic()
            tell(line)

    return say
