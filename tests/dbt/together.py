"""Hand-written books of many files, built in one run of dbt, and each file's own part of what came of it.

A run of dbt takes its time for each model and test, however few the rows. A file that has a `land_books` lands
organizations of its own; the figures that follow from them stand in its tests.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from tests.dbt.warehouse import Built, Warehouse, built

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import ModuleType

LAND: Final = "land_books"


@dataclass(frozen=True, slots=True)
class Together:
    """The warehouse of everybody's books, and which organizations each module landed. Never change it."""

    whole: Built
    organizations: Mapping[str, frozenset[str]]

    def part_of(self, module: str, folder: Path) -> Built:
        """Return a warehouse in `folder` that holds what a module's organizations became, and how their tests ended."""
        part = Warehouse(folder, self.whole.warehouse.artifacts)
        part.file.parent.mkdir(parents=True)
        shutil.copyfile(self.whole.warehouse.file, part.file)
        with duckdb.connect(part.file) as connection:
            _keep(connection, self.organizations[module])
            ended = {node: _ended(connection, node, status) for node, status in self.whole.statuses.items()}
        return Built(part, ended)


def build_together(modules: Iterable[ModuleType], warehouse: Warehouse) -> Together:
    """Land the books of every module, each of other organizations, and build them all."""
    organizations: dict[str, frozenset[str]] = {}
    for module in modules:
        others = _landed(warehouse)
        getattr(module, LAND)(warehouse.raw)
        organizations[module.__name__] = _landed(warehouse) - others
    return Together(built(warehouse), organizations)


def _landed(warehouse: Warehouse) -> frozenset[str]:
    return frozenset(path.name.partition("=")[2] for path in warehouse.raw.data_dir.glob("raw/*/*/organization=*"))


def _keep(connection: duckdb.DuckDBPyConnection, organizations: Iterable[str]) -> None:
    """Delete what belongs to other organizations; views and macros then say of the rest what they say of all."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_columns() join duckdb_tables() using (schema_name, table_name) "
        "where column_name = 'organization_id'"
    ).fetchall()
    kept = sorted(organizations)
    for schema, table in tables:
        connection.execute(
            f"delete from {schema}.{table} where not list_contains($kept, organization_id)", {"kept": kept}
        )


def _ended(connection: duckdb.DuckDBPyConnection, node: str, status: str) -> str:
    """Return how a test would have ended for these organizations alone, by the rows that it kept."""
    kind, _, name, *_ = node.split(".")
    if kind != "test" or status not in ("warn", "fail"):
        return status
    return status if connection.execute(f"select exists (from audit.{name})").fetchall() == [(True,)] else "pass"
