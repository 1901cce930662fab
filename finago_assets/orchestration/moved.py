"""Days that hold stale copies of records which lie on another day by now, as the published build names them.

Owns that question. Which copy stands is decided in dbt (`mark_moved`); landing such a day again removes the stale one.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import duckdb

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

_MARKED: Final = ("stg_salesorders", "stg_transactionlines")


def days_to_land_again(details: Path, organization: str) -> set[date]:
    """Return the days, none where nothing is published yet or it was published by a version that marked no copies."""
    if not details.exists():
        return set()
    each = " union ".join(
        f"select partition_date from staging.{table} where _moved_to is not null and organization_id = $1"
        for table in _MARKED
    )
    try:
        with closing(duckdb.connect(details, read_only=True)) as connection:
            return {day for (day,) in connection.execute(each, [organization]).fetchall()}
    except duckdb.Error:
        return set()
