"""Which column of a mart comes from which columns of the models before it, and from which of staging in the end.

A constant of the project: derived once for its SQL, kept beside dbt's manifest, part of the assets' definitions and of
no event. Open-source Dagster keeps column lineage and does not show it; the table beside it is for people.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from filelock import FileLock
from sqlglot import exp
from sqlglot.lineage import lineage

from finago_assets.core.warehouse.graph import digest_of
from finago_assets.orchestration.check_texts import description_of
from finago_assets.orchestration.empty_build import EmptyBuild, empty_build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagster_dbt import DbtProject

    from finago_assets.core.catalogue.model import Endpoint

KEY: Final = "dagster/column_lineage"
SHOWN: Final = "where_columns_come_from"
FILE: Final = "column_lineage.json"

# a node of dbt and a column of its table
NodeColumn = tuple[str, str]
# for each column of each model the columns that it is made of, of the models before
Sources = dict[str, dict[str, list[NodeColumn]]]


class LineageTranslator(DagsterDbtTranslator):
    """dbt's nodes as assets whose definitions say where their columns come from, and what their checks vouch for."""

    def __init__(self, settings: DagsterDbtTranslatorSettings, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(settings)
        self._metadata = metadata

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**super().get_metadata(dbt_resource_props), **self._metadata.get(dbt_resource_props["unique_id"], {})}

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        found = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        said = description_of(manifest, unique_id)
        if found is None or said is None:
            return found
        return dg.AssetCheckSpec(
            found.name,
            asset=found.asset_key,
            description=said,
            additional_deps=list(found.additional_deps),
            metadata=found.metadata,
            blocking=found.blocking,
        )


def lineage_metadata(
    project: DbtProject, manifest: Mapping[str, Any], endpoints: Iterable[Endpoint]
) -> dict[str, dict[str, Any]]:
    """Return what the definition of each mart says of its columns, by the mart's id. SQL that is new is looked into."""
    nodes = manifest["nodes"]
    asset_key = DagsterDbtTranslator().get_asset_key
    try:
        sources = _load_sources(project, manifest, endpoints)
    except OSError as error:
        dg.get_dagster_logger().warning("Column lineage can be neither read nor made: %s", error)
        return {}
    found: dict[str, dict[str, Any]] = {}
    for mart, columns in sources.items():
        if nodes[mart]["schema"] == "marts":
            deps = {
                column: [dg.TableColumnDep(asset_key(nodes[node]), source) for node, source in before]
                for column, before in columns.items()
            }
            found[mart] = {KEY: dg.TableColumnLineage(deps), SHOWN: show_lineage(mart, sources)}
    return found


def show_lineage(mart: str, sources: Sources) -> dg.MarkdownMetadataValue:
    """Return a table of the mart's columns, with what each is made of one model back and in the end."""

    @cache
    def first(column: NodeColumn) -> frozenset[NodeColumn]:
        before = sources.get(column[0], {}).get(column[1])
        return frozenset().union(*map(first, before)) if before else frozenset({column})

    rows = [
        f"| `{column}` | {_format_columns(before)} | {_format_columns(set().union(*map(first, before)))} |"
        for column, before in sources[mart].items()
    ]
    return dg.MetadataValue.md("\n".join(["| column | made of | in the end of |", "| --- | --- | --- |", *rows]))


def derived(manifest: Mapping[str, Any], build: EmptyBuild) -> Sources:
    """Return what the columns of models are made of, where that is models. SQL that cannot be read is left out."""
    tables: dict[tuple[str, str], str] = {}
    schema: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for name, node in manifest["nodes"].items():
        place = node["schema"], node["alias"]
        if node["resource_type"] in {"model", "seed"} and place in build.columns:
            tables[place] = name
            # only names are asked for, so any type does
            held = dict.fromkeys(build.columns[place], "varchar")
            schema.setdefault(node["database"], {}).setdefault(node["schema"], {})[node["alias"]] = held
    found: Sources = {}
    for name in tables.values():
        node = manifest["nodes"][name]
        if any(parent in manifest["nodes"] for parent in node["depends_on"].get("nodes", [])):
            sql = build.target / "compiled" / node["package_name"] / node["original_file_path"]
            # whatever a parser trips over in one model is no reason to load nothing
            with suppress(Exception):
                found[name] = _of_query(sql.read_text(), schema, tables)
    return found


def _of_query(sql: str, schema: dict[str, Any], tables: Mapping[tuple[str, str], str]) -> dict[str, list[NodeColumn]]:
    found: dict[str, list[NodeColumn]] = {}
    for column, root in lineage(None, sql, schema, dialect="duckdb").items():
        leaves = [(leaf.name, leaf.expression.find(exp.Table)) for leaf in root.walk() if not leaf.downstream]
        made_of = {
            (tables[table.db, table.name], exp.to_column(name).name.lower())
            for name, table in leaves
            if table is not None and (table.db, table.name) in tables
        }
        found[column.lower()] = sorted(made_of)
    return found


def _format_columns(columns: Iterable[NodeColumn]) -> str:
    by_table: dict[str, list[str]] = {}
    for node, column in sorted(columns):
        by_table.setdefault(node.rsplit(".", 1)[-1], []).append(f"`{column}`")
    return "; ".join(f"**{table}** {', '.join(names)}" for table, names in by_table.items())


def _load_sources(project: DbtProject, manifest: Mapping[str, Any], endpoints: Iterable[Endpoint]) -> Sources:
    file, sql = project.manifest_path.with_name(FILE), _sql_digest(manifest)
    with FileLock(file.with_suffix(".lock")):
        kept = json.loads(file.read_text()) if file.exists() else {}
        if kept.get("sql") != sql:
            with empty_build(project, endpoints) as build:
                if build is None:
                    return {}
                kept = {"sql": sql, "sources": derived(manifest, build)}
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps(kept))
            partial.replace(file)
    return {
        node: {column: [(name, source) for name, source in before] for column, before in columns.items()}
        for node, columns in kept["sources"].items()
    }


def _sql_digest(manifest: Mapping[str, Any]) -> str:
    """Return the digest of all SQL. Descriptions and tests may change without another look."""
    models = {name: node["raw_code"] for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    macros = {name: macro["macro_sql"] for name, macro in manifest["macros"].items()}
    return digest_of([models, macros])
