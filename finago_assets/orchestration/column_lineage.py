"""Which column of a mart comes from which column before it: emitted for Dagster, and drawn for people.

Owns the drawing; the derivation is dagster-dbt's own. Open-source Dagster stores column lineage and does not show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dagster_dbt import DagsterDbtTranslator

# private, and used because its public door, fetch_column_metadata, was seen to hang with DuckDB;
# tests/orchestration/test_column_lineage.py fails the day it changes
from dagster_dbt.core.dbt_cli_event import EventHistoryMetadata, _build_column_lineage_metadata
from matplotlib.figure import Figure

from finago_assets.orchestration.plots import INK, QUIET, RISE, as_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import dagster as dg
    import duckdb

KEY: Final = "dagster/column_lineage"
Columns = dict[tuple[str, str], dict[str, dict[str, str]]]


def columns_of(warehouse: duckdb.DuckDBPyConnection) -> Columns:
    """Return the columns of every table, by schema and table, each with its type."""
    found: Columns = {}
    for schema, table, column, kind in warehouse.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
    ).fetchall():
        found.setdefault((schema, table), {})[column] = {"data_type": kind}
    return found


def lineage_metadata(manifest: Mapping[str, Any], node_id: str, columns: Columns, target: Path) -> dict[str, Any]:
    """Return the lineage of one model's columns and its picture; empty where the model has none."""
    node = manifest["nodes"][node_id]
    parents = [manifest["nodes"].get(name) or manifest["sources"][name] for name in node["depends_on"]["nodes"]]
    history = EventHistoryMetadata(
        columns=columns.get((node["schema"], node["name"]), {}),
        parents={parent["relation_name"]: columns.get((parent["schema"], parent["name"]), {}) for parent in parents},
    )
    found = _build_column_lineage_metadata(
        event_history_metadata=history,
        dbt_resource_props=node,
        manifest=manifest,
        dagster_dbt_translator=DagsterDbtTranslator(),
        target_path=target,
        project=None,
    )
    lineage = found.get(KEY)
    return {} if lineage is None else {KEY: lineage, "where_columns_come_from": drawn(node["name"], lineage)}


def drawn(model: str, lineage: dg.TableColumnLineage) -> dg.MarkdownMetadataValue:
    """Draw columns on the right, what they come from on the left, a line for each dependency."""
    links = [
        (f"{dep.asset_key.path[-1]}.{dep.column_name}", column)
        for column, deps in lineage.deps_by_column.items()
        for dep in deps
    ]
    left, right = sorted({source for source, _ in links}), list(lineage.deps_by_column)
    height = max(len(left), len(right), 1)
    figure = Figure(figsize=(9, 0.8 + 0.22 * height), layout="constrained")
    axes = figure.subplots()
    at_left = {name: -place * height / max(len(left), 1) for place, name in enumerate(left)}
    at_right = {name: -place * height / max(len(right), 1) for place, name in enumerate(right)}
    for source, column in links:
        axes.plot([0, 1], [at_left[source], at_right[column]], color=RISE, linewidth=0.8, alpha=0.6)
    for name, place in at_left.items():
        axes.text(-0.02, place, name, ha="right", va="center", fontsize=7, color=INK)
    for name, place in at_right.items():
        fed = bool(lineage.deps_by_column[name])
        axes.text(1.02, place, name, ha="left", va="center", fontsize=7, color=INK if fed else QUIET)
    axes.set_xlim(-0.9, 1.6)
    axes.set_ylim(-height, 1)
    axes.set_title(f"Where the columns of {model} come from", loc="left", color=INK, fontsize=10)
    axes.axis("off")
    return as_markdown(figure, f"Column lineage of {model}")
