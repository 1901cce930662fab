"""What dbt built, with what there is to show of it: row counts, pictures, the rows at fault.

Owns the metadata of dbt's events; what is the same in every run stands in the definitions. It reads the warehouse after
dbt has closed it; dagster-dbt's own way of fetching metadata was seen to hang with DuckDB, and keeps the file open.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from finago_assets.orchestration.plots import picture
from finago_assets.orchestration.tables import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def with_metadata(events: list[Any], warehouse: Path) -> Iterator[Any]:
    """Yield dbt's events, each asset and check with what its table says."""
    with closing(duckdb.connect(warehouse, read_only=True)) as connection:
        names = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        tables = {name: _facts(connection, schema, name) for schema, name in names}
    for event in events:
        if not isinstance(event, (dg.Output, dg.AssetCheckResult)):
            yield event
            continue
        facts = tables.get(_table(node_of(event)), {})
        yield event.with_metadata({**(event.metadata or {}), **facts})


def node_of(event: dg.Output[Any] | dg.AssetCheckResult) -> str:
    """Return the id of the dbt node that an event is about."""
    about = (event.metadata or {}).get("unique_id")
    return "" if about is None else str(getattr(about, "value", about))


def _table(node: str) -> str:
    """Return the name of a node's table: its third part, after which a test that takes arguments has a digest."""
    return node.split(".")[2] if node.count(".") > 1 else ""


def _facts(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> dict[str, Any]:
    relation = f'"{schema}"."{name}"'
    rows = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
    if schema == "audit":
        return {"rows_at_fault": shown(connection, f"from {relation}")} if rows else {}
    drawn = picture(connection, name) if schema == "marts" else None
    return {"dagster/row_count": rows, **({} if drawn is None else {"picture": drawn})}
