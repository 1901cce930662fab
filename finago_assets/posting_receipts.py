"""What is known of all that was posted from a data folder: the outbox held against what was landed and published.

Owns where these are found. What a receipt says is `core/posting/receipts.py`'s.
"""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

import duckdb

from finago_assets.apis.finago import FINAGO
from finago_assets.core.errors import CorruptFile, NotProven
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.landing.store import Partition, open_store
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.receipts import read_receipts
from finago_assets.core.warehouse.generation import read_mark
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.receipts import PostingReceipt
    from finago_assets.settings import Settings


def collect_receipts(settings: Settings, rows: list[OutboxRow] | None = None) -> list[PostingReceipt]:
    """Return a receipt for each bundle that was sent, or for those given; none where nothing ever was."""
    rows = Outbox(settings.posting_dir).rows() if rows is None else rows
    if not rows:
        return []
    published = settings.published_warehouse
    known, facts, now = _known_until(settings), settings.posting_facts, utc_now()
    if published.exists():
        with (
            typed_database_errors(published),
            closing(duckdb.connect(published, read_only=True)) as warehouse,
            # a file of the user's own in its place knows nothing of a ledger
            suppress(duckdb.CatalogException, duckdb.BinderException),
        ):
            return read_receipts(rows, warehouse, known, now, facts)
    return read_receipts(rows, None, known, now, facts)


def _known_until(settings: Settings) -> Callable[[str, dt.date], dt.datetime | None]:
    """Return until when the published warehouse knows a day of an organization's ledger."""
    store = open_store(settings.data_dir, settings.landing, FINAGO.source.name)
    mark = read_mark(settings.published_details)
    built = None if mark is None else mark.finished_at

    def landed(organization: str, day: dt.date) -> dt.datetime | None:
        try:
            manifest = store.manifest(Partition(FINAGO.source.name, "transactionlines", organization, day))
        except (CorruptFile, NotProven):
            return None
        if manifest is None or built is None or built < manifest.fetched_at:
            return None
        return manifest.fetched_at

    return landed
