"""What the landing tests land: made-up records, the facts of a chain, and the two stores."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Protocol

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.landing.duckdb import DuckdbStore
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.store import ChainFacts, Landed, Partition
from finago_assets.core.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.landing.files import Files

LINES = ENDPOINTS["transactionlines"]
ORDER_LINES = ENDPOINTS["salesorder_lines"]
ORGANIZATION = "4711"
JANUARY = Window(dt.date(2024, 1, 1), dt.date(2024, 2, 1))
FIRST, SECOND, THIRD = JANUARY.days[:3]
THREE_DAYS = Window(FIRST, dt.date(2024, 1, 4))

Store = ParquetStore | DuckdbStore


class MakeStore(Protocol):
    """Opens a store of the kind under test."""

    def __call__(
        self, data_dir: Path, *, files: Files | None = None, checkpoint: Callable[[str], None] = ...
    ) -> Store: ...


KINDS: dict[str, MakeStore] = {
    "parquet": partial(ParquetStore, source="finago"),
    "duckdb": partial(DuckdbStore, source="finago"),
}


def facts(window: Window, run: str = "run") -> ChainFacts:
    return ChainFacts(
        window=window,
        pages=2,
        requests=3,
        retries=1,
        waited_seconds=0.5,
        trace_ids=("one", "two"),
        fetched_at=dt.datetime(2024, 2, 1, 12, tzinfo=dt.UTC),
        catalogue_version="0.60.1",
        run=run,
    )


def partition(day: dt.date, endpoint: str = LINES.name, organization: str = ORGANIZATION) -> Partition:
    return Partition("finago", endpoint, organization, day)


def land(store: Store, window: Window, records: dict[dt.date, list[bytes]], run: str = "run") -> list[Landed]:
    """Land transaction lines: one page for each day that has records."""
    with store.spool(LINES, ORGANIZATION, window.days) as spool:
        for page, (day, payloads) in enumerate(records.items(), 1):
            spool.add(page, payloads, day, [f"{day} {n}" for n in range(len(payloads))])
        return list(spool.publish(facts(window, run)))


def payloads(store: Store, day: dt.date) -> list[bytes]:
    return [payload for _, payload in store.records(partition(day))]


def files_below(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def temporaries(directory: Path) -> list[Path]:
    return [path for path in files_below(directory) if ".tmp" in path.name]
