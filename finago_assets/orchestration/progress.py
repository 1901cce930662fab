"""Progress on its way into a run's log. Owns how often a line of it is kept: each costs the event log a row."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import dagster as dg

SAY_EVERY_SECONDS: Final = 5.0


def throttled(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Callable[[str], None]:
    """Pass lines on to the run log, at most one every few seconds."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SAY_EVERY_SECONDS:
            last = time.monotonic()
            context.log.info(line)

    return say
