"""Posting in Dagster: the ready job, and the assets that say what was posted and whether the books have it."""

from finago_assets.orchestration.posting.assets import posting_assets
from finago_assets.orchestration.posting.config import (
    FromDuckdb,
    FromFile,
    FromSql,
    OfEnvironment,
    OfRegistry,
    PostingConfig,
)
from finago_assets.orchestration.posting.job import post_journal

__all__ = [
    "FromDuckdb",
    "FromFile",
    "FromSql",
    "OfEnvironment",
    "OfRegistry",
    "PostingConfig",
    "post_journal",
    "posting_assets",
]
