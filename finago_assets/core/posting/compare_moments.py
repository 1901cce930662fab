"""When a ledger line says that it was made, held against when it was sent: a zone that was taken for another shows.

Owns that comparison alone. Moments with an offset say themselves what they are.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.facts import FACT_VARIABLES, PostingFacts, TimestampZone
from finago_assets.core.windows import OSLO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.core.posting.journal import LedgerLine

# less than half of what the two zones differ by; clocks and a slow server have room in it
_NEAR: Final = dt.timedelta(minutes=25)
_CLOCKS: Final = {TimestampZone.UTC: dt.UTC, TimestampZone.OSLO: OSLO}


def compare_moments(lines: Iterable[LedgerLine], sent_at: dt.datetime, facts: PostingFacts) -> str:
    """Return a hint where the lines were made when they were sent only if their times are in the other zone."""
    other = next(zone for zone in TimestampZone if zone is not facts.timestamps)
    naive = [one.made_at for one in lines if one.made_at is not None and one.made_at.tzinfo is None]
    if not naive or any(_is_near(one, facts.timestamps, sent_at) or not _is_near(one, other, sent_at) for one in naive):
        return ""
    return f"The ledger shows that timestamps are in {other}: set {FACT_VARIABLES['timestamps']}={other}."


def _is_near(moment: dt.datetime, zone: TimestampZone, sent_at: dt.datetime) -> bool:
    return abs(moment.replace(tzinfo=_CLOCKS[zone]) - sent_at) <= _NEAR
