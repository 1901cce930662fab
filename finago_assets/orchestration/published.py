"""The last asset, `published`: a finished and proven build becomes the file that people query, or nothing changes.

Owns which build a run may publish. Whether it deserves to be is core/warehouse/publication.py's verdict.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import dagster as dg
import duckdb
from dagster import AssetExecutionContext
from pydantic import Field

from finago_assets.core.catalogue.model import Endpoint
from finago_assets.core.errors import NotProven
from finago_assets.core.landing.publish import copy_database
from finago_assets.core.warehouse.generation import Marked, read_mark
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.publication import PublicationRecord, check_whole
from finago_assets.orchestration.copies import copy_checks, copy_published
from finago_assets.orchestration.dbt_specs import list_checks
from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.tie_out import MART, TIE_OUT_CHECK, count_statuses
from finago_assets.orchestration.warehouse import PUBLISHED, build_asset, locked, publisher
from finago_assets.settings import Settings, TieOut, read_settings

BESIDE_CHECK: Final = "models_beside_the_books_are_built"
HOW_TO_OPEN: Final = """Any DuckDB from 1.2 on, read-only, in a notebook, a SQL tool or a BI tool:

```python
import duckdb

path = "{path}"
books = duckdb.connect(path, read_only=True)
books.sql("from marts.trial_balance")
```

The tables are in the schema `marts`, and in `reporting` as a person reads them. The whole build, `{details}`, takes
DuckDB 2.0.
"""


class PublishConfig(dg.Config):
    """What may be said about one publication."""

    accept_fewer: bool = Field(
        default=False,
        description="Publish although the build rests on fewer landed days than the published one, such as after an "
        "organization was taken out on purpose.",
    )


def warehouse_assets(endpoints: Sequence[Endpoint], others: Sequence[Endpoint] = ()) -> list[dg.AssetsDefinition]:
    """Return the dbt models as assets, and `published`. `endpoints` are those whose raw files dbt may read.

    So are `others`, which the books are not made of.
    """
    build, graph = build_asset(endpoints, others)
    tie_out = dg.AssetCheckKey(MART, TIE_OUT_CHECK)
    return [list_checks(build, [tie_out]), _published_asset(build, graph)]


def _published_asset(build: dg.AssetsDefinition, graph: BuildGraph) -> dg.AssetsDefinition:
    """Return the asset. It comes after every mart of the books, and so after every blocking check of theirs."""
    beside_the_books = {graph.dbt_names[node] for node in graph.beside}
    public = [spec for spec in build.specs if spec.key.path[0] in {"marts", "reporting"}]
    spec = dg.AssetSpec(
        PUBLISHED,
        # nothing may have come of one beside the books
        deps=[spec.key for spec in public if spec.key.path[-1] not in beside_the_books],
        group_name="published",
        owners=["team:finance-data"],
        kinds={"duckdb"},
        description=(
            "`finago.duckdb`, the file that people query: the marts of a finished build with their comments, keys and "
            "table macros, in a form that DuckDB 1.2 and every later version opens. A failing blocking check upstream "
            "withholds it, and so does a build that did not finish, that was built in part, or that rests on less than "
            "the published one; the previous file then stays. `finago_details.duckdb` beside it is the whole build "
            "(staging, intermediate, seeds, and in `audit` the rows that checks found); it takes DuckDB 2.0."
        ),
    )

    beside = dg.AssetCheckSpec(
        BESIDE_CHECK,
        asset=PUBLISHED,
        description="The models beside the books, such as your own, are built too. One that fails is left as it was "
        "and holds back no other.",
    )

    copies = copy_checks(read_settings())

    @dg.multi_asset(
        name="publish",
        specs=[spec],
        check_specs=[*([beside] if graph.beside else []), *copies],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def publish(context: AssetExecutionContext, config: PublishConfig) -> Iterator[dg.MaterializeResult[None]]:
        settings = read_settings()
        with typed_failures(context):
            record = _publish(context, settings, graph, config)
        yield dg.MaterializeResult(
            asset_key=PUBLISHED,
            metadata=_facts_of_published(settings, record),
            check_results=[
                *([_verdict_on_others(graph, settings, record)] if graph.beside else []),
                *copy_published(context, settings, record, {spec.name for spec in copies}),
            ],
        )

    return publish


def _facts_of_published(settings: Settings, record: PublicationRecord) -> dict[str, Any]:
    path = settings.published_warehouse
    tables = {name.replace("/", "."): rows for name, rows in record.tables.items()}
    columns = dg.TableSchema([dg.TableColumn("table"), dg.TableColumn("rows", "int")])
    size = path.stat().st_size
    return {
        "path": dg.MetadataValue.path(os.fspath(path)),
        "how_to_open_it": dg.MetadataValue.md(HOW_TO_OPEN.format(path=path, details=settings.published_details)),
        "holds": f"{len(tables):,} tables with {sum(tables.values()):,} rows, {size / 1e6:,.1f} MB",
        "built_at": dg.MetadataValue.timestamp(record.finished_at),
        "build_of_run": dg.MetadataValue.dagster_run(record.run),
        "tables": dg.MetadataValue.table(
            [dg.TableRecord({"table": name, "rows": rows}) for name, rows in tables.items()], schema=columns
        ),
        "dagster/size_bytes": size,
        "dagster/uri": os.fspath(path),
    }


def _verdict_on_others(graph: BuildGraph, settings: Settings, record: PublicationRecord) -> dg.AssetCheckResult:
    """Name the models beside the books that are not in the published build as they should be."""
    mark = read_mark(settings.published_details)
    unsettled = {graph.names[key] for key in graph.left_out(() if mark is None else mark.settled)}
    left = sorted(unsettled | set(record.left_out))
    said = "Not built, and missing or as they were before: {}. The log of the build says why." if left else None
    return dg.AssetCheckResult(
        check_name=BESIDE_CHECK,
        passed=not left,
        severity=dg.AssetCheckSeverity.WARN,
        description=None if said is None else said.format(", ".join(left)),
        metadata={"not_built": len(left)},
    )


def _publish(
    context: AssetExecutionContext, settings: Settings, graph: BuildGraph, config: PublishConfig
) -> PublicationRecord:
    found = _build_of_this_run(context, settings, graph)
    if isinstance(found, PublicationRecord):
        _check_tie_out(settings.published_warehouse, settings)
        context.log.info("Nothing has changed since the published build was made; it stays.")
        return found
    mark = check_whole(read_mark(found), graph)
    _check_tie_out(found, settings)
    record = publisher(settings).publish(found, mark, graph, accept_fewer=config.accept_fewer)
    if record.run != mark.run:
        context.log.warning("Run %s has already published a newer build; that one stays.", record.run)
    if record.left_out:
        context.log.warning(
            "Not in the published file, because they rest on what is not there: %s", ", ".join(record.left_out)
        )
    return record


def _build_of_this_run(
    context: AssetExecutionContext, settings: Settings, graph: BuildGraph
) -> Path | PublicationRecord:
    """Return the copy that this run, or the one that it re-executes, kept of its own build.

    A run that has built nothing takes the working warehouse as it is, if that is whole; or the record of it, if that
    very build is published.
    """
    into = publisher(settings)
    for run in (context.run_id, context.run.parent_run_id):
        if run is not None and into.copy_of(run).exists():
            return into.copy_of(run)
    copy = into.copy_of(context.run_id)
    with locked(settings, context):
        mark = check_whole(Marked(settings.working_warehouse).mark(), graph)
        if (standing := into.standing(mark)) is not None:
            return standing
        copy_database(settings.working_warehouse, copy)
    return copy


def _check_tie_out(copy: Path, settings: Settings) -> None:
    """The check itself does not run again where `published` is materialized alone, nor for another run's build."""
    if settings.tie_out is not TieOut.BLOCK:
        return
    with closing(duckdb.connect(copy, read_only=True)) as warehouse:
        differs = count_statuses(warehouse).get("differs", 0)
    if differs:
        raise NotProven(
            f"{differs:,} account-months differ from the ERP and FINAGO_TIE_OUT is block, so this build is not "
            "published; the check ties_to_the_erp on marts/ledger_tie_out names them."
        )
