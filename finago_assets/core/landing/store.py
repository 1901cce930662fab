"""Opens the raw store that the settings ask for, and names what the rest of the core needs to use it.

Owns the choice between the two stores; both keep the same promises (model.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.landing.model import (
    ChainFacts,
    Landed,
    Landing,
    LandingOutcome,
    Manifest,
    Partition,
    RawStore,
    Spool,
)
from finago_assets.core.landing.parquet import ParquetStore

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "ChainFacts",
    "Landed",
    "Landing",
    "LandingOutcome",
    "Manifest",
    "Partition",
    "RawStore",
    "Spool",
    "open_store",
]


def open_store(data_dir: Path, landing: Landing, source: str) -> RawStore:
    """Return the store of a source in `data_dir`. Nothing is created or opened before the first partition lands."""
    match landing:
        case Landing.PARQUET:
            return ParquetStore(data_dir, source)
        case Landing.DUCKDB:
            # a tenth of a second for whoever lands in files
            from finago_assets.core.landing.duckdb import DuckdbStore  # noqa: PLC0415

            return DuckdbStore(data_dir, source)
