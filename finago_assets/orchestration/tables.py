"""Query results as tables in Dagster's metadata: a bounded number of rows, and no column that could name a person.

Owns the bound and the list of what is never shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    import duckdb

ROWS_SHOWN: Final = 50
NEVER_SHOWN: Final = frozenset(
    {"payload", "comment", "name", "customer_name", "party_name", "description", "email", "phone", "address", "memo"}
)


def show_rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> dg.TableMetadataValue:
    """Return the first rows of a query as a table, every value as text."""
    result = warehouse.execute(query)
    columns = [column[0] for column in result.description or ()]
    kept = [place for place, name in enumerate(columns) if name not in NEVER_SHOWN]
    records = [
        dg.TableRecord({columns[place]: str(row[place]) for place in kept}) for row in result.fetchmany(ROWS_SHOWN)
    ]
    return dg.MetadataValue.table(records, schema=dg.TableSchema([dg.TableColumn(columns[place]) for place in kept]))
