"""Marks the rows of tables that are kept by day, so that a test sees which days were made again since.

Owns which tables have a column that can be overwritten without a trace in another of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse

# typed or summed by day: a column, and what nobody else would put there
MARKED = {
    "staging.stg_transactionlines": ("comment", "'made before'"),
    "intermediate.int_typed_sums": ("foreign_lines", "9000000"),
    "intermediate.int_day_sums": ("lines", "9000000"),
    "intermediate.int_subledger_lines": ("voucher_number", "9000000"),
    "intermediate.int_dimension_days": ("lines", "9000000"),
    "intermediate.int_vat_lines": ("_ordinal", "9000000"),
}


def mark(warehouse: Warehouse) -> None:
    """Mark every row of every such table."""
    for table, (column, value) in MARKED.items():
        warehouse.change(f"update {table} set {column} = {value}")


def made_again(warehouse: Warehouse, table: str) -> list[str]:
    """The days of a table with rows that were made after it was marked."""
    return _days(warehouse, table, "is distinct from")


def kept(warehouse: Warehouse, table: str) -> list[str]:
    """The days of a table with rows that were there when it was marked."""
    return _days(warehouse, table, "is not distinct from")


def _days(warehouse: Warehouse, table: str, compared: str) -> list[str]:
    column, value = MARKED[table]
    days = warehouse.rows(f"select distinct partition_date from {table} where {column} {compared} {value} order by 1")
    return [f"{day}" for (day,) in days]
