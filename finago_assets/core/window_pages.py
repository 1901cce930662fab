"""The pages of one window, and the days on which something within one was changed: what is asked without landing it.

Owns these two readings. Spooling, and how often a window is read, is the extractor's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.calls import call_for, span
from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import Timeout, TooLarge
from finago_assets.core.http.call import Tally
from finago_assets.core.records import RecordReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.call import Call, Page
    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.windows import Window


def pages_within(client: ApiClient, endpoint: Endpoint, window: Window, call: Call, cost: Tally) -> Iterator[Page]:
    """Yield the pages. What comes in one answer and takes too long is too large, as long as it has several days."""
    try:
        yield from client.pages(call, cost)
    except Timeout as error:
        if endpoint.ask is None or endpoint.paging is not Paging.NONE or len(window.days) == 1:
            raise
        said = f"{error}"
    else:
        return
    raise TooLarge(said)


def changed_days(client: ApiClient, endpoint: Endpoint, window: Window) -> set[date]:
    """Return the days of the records that were changed within a window, wherever they lie.

    Raises any error of the tree.
    """
    rule, reader = endpoint.window, RecordReader(endpoint)
    if rule is None or not endpoint.changes:
        return set()
    days: set[date] = set()
    for month in window.months():
        call = call_for(endpoint, {**span(rule, month), **dict(endpoint.changes)})
        for page in client.pages(call, Tally()):
            days |= set(reader.read(page.records).days)
    return days
