"""Which column of a table is made of which columns of the models before it, and in the end of which fields of the API.

A constant of the project: derived once for its SQL, kept beside dbt's manifest, part of the assets' definitions and of
no event. Open-source Dagster keeps column lineage and does not show it; what a column's description says is for people.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from filelock import FileLock
from sqlglot import exp, parse_one
from sqlglot.lineage import lineage

from finago_assets.core.warehouse.graph import digest_of
from finago_assets.orchestration.empty_build import EmptyBuild, empty_build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagster_dbt import DbtProject

    from finago_assets.core.catalogue.model import Endpoint

KEY: Final = "dagster/column_lineage"
COLUMN_SCHEMA: Final = "dagster/column_schema"
FILE: Final = "column_lineage.json"

# a node of dbt and a column of its table
NodeColumn = tuple[str, str]
# for each column of each model the columns that it is made of, of the models before
Sources = dict[str, dict[str, list[NodeColumn]]]
# a field of a record as the macro `typed` spells it (macros/engine/typed.sql)
_READ_FIELD: Final = re.compile(r'\b(mended|numbered)\.r((?:\."[^"]+")+)')
# what it says of where a record is, and not of what is in it
_NO_FIELD: Final = frozenset(
    {"organization_id", "partition_date", "_digest", "_ordinal", "sent", "legible", "odd", "r"}
)
# columns that judge a record as a whole: a value that is kept only where they allow it is not made of every field
_JUDGING: Final = frozenset({"_lost", "_unread", "reject_reason"})
# a column's description stands above the picture of its table, so it has to be short
TABLES_SHOWN: Final = 3
NAMES_SHOWN: Final = 4
# another way to derive it: what is kept of the way before does not count
_DERIVED_AS: Final = 3


def lineage_metadata(
    project: DbtProject, manifest: Mapping[str, Any], endpoints: Iterable[Endpoint]
) -> dict[str, dict[str, Any]]:
    """Return what the definition of each model says of its columns, by its id. SQL that is new is looked into."""
    try:
        sources = _load_sources(project, manifest, endpoints)
    except OSError as error:
        dg.get_dagster_logger().warning("Column lineage can be neither read nor made: %s", error)
        return {}
    trace = Trace(manifest, sources)
    return {model: {KEY: trace.lineage(model), COLUMN_SCHEMA: trace.schema(model)} for model in sources}


class Trace:
    """Follows columns of models back to where they begin: a field of the API, a seed, or a model that makes them."""

    def __init__(self, manifest: Mapping[str, Any], sources: Sources) -> None:
        self._nodes = {**manifest["nodes"], **manifest.get("sources", {})}
        self._sources = sources
        self._key_of = DagsterDbtTranslator().get_asset_key
        self.first = cache(self._first)

    def lineage(self, model: str) -> dg.TableColumnLineage:
        """Return what each column of a model is made of, one table back."""
        return dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(self._key(node), source) for node, source in before]
                for column, before in self._sources[model].items()
            }
        )

    def schema(self, model: str) -> dg.TableSchema:
        """Return a model's columns, each with what it means and where it comes from, with links to click."""
        said = self._nodes[model].get("columns", {})
        return dg.TableSchema(
            [
                dg.TableColumn(
                    column,
                    said.get(column, {}).get("data_type") or "?",
                    " ".join(filter(None, [said.get(column, {}).get("description"), self.origin((model, column))])),
                )
                for column in self._sources[model]
            ]
        )

    def origin(self, column: NodeColumn) -> str:
        """Return where a column comes from, in words with links; empty where it is made of nothing."""
        before, first = self._sources.get(column[0], {}).get(column[1], []), self.first(column)
        if not before:
            return ""
        # where a value is from a field, which organization or day it is of goes without saying
        fields = {one for one in first if self._nodes[one[0]]["resource_type"] in {"source", "seed"}} or first
        by_way_of = f", by way of {self._list(before)}" if set(before) != first else ""
        return f"From {self._list(fields)}{by_way_of}."

    def _first(self, column: NodeColumn) -> frozenset[NodeColumn]:
        before = self._sources.get(column[0], {}).get(column[1])
        return frozenset().union(*map(self.first, before)) if before else frozenset({column})

    def _key(self, node: str) -> dg.AssetKey:
        return self._key_of(self._nodes[node])

    def _list(self, columns: Iterable[NodeColumn]) -> str:
        by_table: dict[str, list[str]] = {}
        for node, column in sorted(columns):
            by_table.setdefault(node, []).append(f"`{column}`")
        # what gives most is what it is about
        tables = sorted(by_table, key=lambda node: -len(by_table[node]))
        said = [f"{self._link(node)} {_some(by_table[node], NAMES_SHOWN)}" for node in tables]
        return _some(said, TABLES_SHOWN, "; ")

    def _link(self, node: str) -> str:
        key = self._key(node)
        # what is written into its reader is no asset, and has no page
        written_in = self._nodes[node].get("config", {}).get("materialized") == "ephemeral"
        return key.path[-1] if written_in else f"[{key.path[-1]}](/assets/{key.to_user_string()})"


def _some(words: list[str], most: int, between: str = ", ") -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return f"{between.join(words[:most])}{more}"


def derived(manifest: Mapping[str, Any], build: EmptyBuild) -> Sources:
    """Return what the columns of models are made of: columns of models, or fields of an endpoint's records.

    SQL that cannot be read is left out.
    """
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
        parents = node["depends_on"].get("nodes", [])
        read = [parent for parent in parents if parent in manifest.get("sources", {})]
        if parents:
            sql = build.target / "compiled" / node["package_name"] / node["original_file_path"]
            # whatever a parser trips over in one model is no reason to load nothing
            with suppress(Exception):
                text = sql.read_text()
                found[name] = (
                    _of_records(text, read[0]) if _READ_FIELD.search(text) else _of_query(text, schema, tables)
                )
    return found


def _of_query(
    sql: str | exp.Expr, schema: dict[str, Any], tables: Mapping[tuple[str, str], str]
) -> dict[str, list[NodeColumn]]:
    found: dict[str, list[NodeColumn]] = {}
    # trimming copies the whole query for each column: ten times the work, and nobody reads what comes of it
    for column, root in lineage(None, sql, schema, dialect="duckdb", trim_selects=False).items():
        leaves = [(leaf.name, leaf.expression.find(exp.Table)) for leaf in root.walk() if not leaf.downstream]
        made_of = {
            (tables[table.db, table.name], exp.to_column(name).name.lower())
            for name, table in leaves
            if table is not None and (table.db, table.name) in tables
        }
        found[column.lower()] = sorted(made_of)
    return found


def _of_records(sql: str, source: str) -> dict[str, list[NodeColumn]]:
    """Follow the columns of a model that types records to the fields that the macro `typed` reads them from.

    Its SQL has them as parts of a struct; they are read as columns of a table instead.
    """
    paths = sorted({found[2] for found in _READ_FIELD.finditer(sql)})
    named = {path: f"field_{number}" for number, path in enumerate(paths)}
    tree = parse_one(_READ_FIELD.sub(lambda found: f"{found[1]}.{named[found[2]]}", sql), dialect="duckdb")
    for records in tree.find_all(exp.With):
        if any(one.alias == "mended" for one in records.expressions):
            for one in records.expressions:
                if one.alias == "mended":
                    one.set("this", parse_one("select * from api.records", dialect="duckdb"))
                elif one.alias in {"records", "parsed"}:
                    one.set("this", parse_one("select 1 as nothing", dialect="duckdb"))
    for judging in tree.find_all(exp.Alias):
        if judging.alias in _JUDGING:
            judging.set("this", exp.null())
    # what `numbered` reads of `mended` under another name is no column of a record
    numbered = next((one for one in tree.find_all(exp.CTE) if one.alias == "numbered"), None)
    made = {column.alias_or_name for column in numbered.find_all(exp.Alias)} if numbered is not None else set()
    read = {column.name for column in tree.find_all(exp.Column) if column.table in {"mended", "numbered"}}
    held = {name for name in read - made if name != "*"}
    found = _of_query(tree, {"api": {"records": dict.fromkeys(held, "varchar")}}, {("api", "records"): source})
    spelled = {name: name for name in held - _NO_FIELD}
    spelled |= {name: path.strip('."').replace('"."', ".") for path, name in named.items()}
    return {
        column: [(source, "payload")]
        if column in _JUDGING
        else sorted((node, spelled[name]) for node, name in before if name in spelled)
        for column, before in found.items()
    }


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
    return digest_of([_DERIVED_AS, models, macros])
