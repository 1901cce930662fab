"""A data folder as a run leaves it: the published file, the whole build beside it, and the raw files behind both.

Made of a warehouse that is built already. Owns the folder; never change it where others look at it too.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagster_dbt.dbt_manifest import validate_manifest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.landing.landed_data import open_landed_data
from finago_assets.core.landing.model import Landing
from finago_assets.core.warehouse.generation import Marked, Verdict
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.publication import Publisher
from finago_assets.orchestration.dbt_project import dbt_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.warehouse import Warehouse

BUILT_AT = datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
WARNED = "test.finago.accounts_have_a_class"


def publish_books(warehouse: Warehouse, into: Path, built_at: datetime = BUILT_AT) -> Path:
    """Publish a built warehouse into a data folder, as a run that ended at a moment; return the folder."""
    into.mkdir(exist_ok=True)
    if not (into / "raw").exists():
        (into / "raw").symlink_to(warehouse.folder / "data" / "raw")
    copy = into / "work" / "copy.duckdb"
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(warehouse.file, copy)
    graph = BuildGraph.of_manifest(validate_manifest(dbt_project().manifest_path))
    landed = open_landed_data(into, Landing.PARQUET, ENDPOINTS.values())
    marked = Marked(copy)
    marked.begin("run-1", (), built_at)
    marked.remember(landed.contents({}))
    verdicts = {WARNED: Verdict(passed=False, rows=3, run="run-1")}
    mark = marked.finish(dict.fromkeys(graph.parents, ""), landed.count_days(), built_at, verdicts)
    Publisher(into / "work", into / "finago.duckdb", into / "finago_details.duckdb").publish(
        copy, mark, graph, accept_fewer=True
    )
    return into
