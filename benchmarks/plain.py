"""What one writes first: json.loads on every page, and executemany into a typed DuckDB table.

Reads as many rows as it is told to, since it is slow; its figures are scaled linearly from there.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from benchmarks.floor import bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

PATHS: Final = {
    "id": "varchar",
    "transaction.id": "varchar",
    "transaction.number": "bigint",
    "account.id": "bigint",
    "account.number": "bigint",
    "account.name": "varchar",
    "transactionType.id": "bigint",
    "tax.id": "bigint",
    "tax.rate": "decimal(38,10)",
    "amount": "decimal(38,10)",
    "currency.code": "varchar",
    "currency.rate": "decimal(38,10)",
    "date": "date",
    "periodDate": "date",
    "invoice.number": "varchar",
    "invoice.dueDate": "date",
    "invoice.remittanceReference": "varchar",
    "customer.id": "bigint",
    "comment": "varchar",
    "createdAt": "timestamptz",
    "modifiedAt": "timestamptz",
}


def main() -> None:
    parser = ArgumentParser("benchmarks.plain")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, required=True)
    asked = parser.parse_args()
    database = asked.out / "plain.duckdb"
    database.unlink(missing_ok=True)
    columns = ", ".join(f'"{path}" {kind}' for path, kind in PATHS.items())
    places = ", ".join("?" * (len(PATHS) + 1))
    with duckdb.connect(database) as connection:
        connection.execute(f"create table lines ({columns}, dimensions json)")
        for rows in _pages(asked.origin, asked.rows):
            connection.executemany(f"insert into lines values ({places})", rows)
        print(connection.execute("select count(*), sum(amount) from lines").fetchall())


def _pages(origin: str, most: int) -> Iterator[list[list[object]]]:
    read = 0
    for body in bodies(origin):
        page = [_row(record) for record in json.loads(body)]
        read += len(page)
        yield page
        if read >= most:
            return


def _row(record: dict[str, Any]) -> list[object]:
    return [*(_follow(record, path) for path in PATHS), json.dumps(record.get("dimensions"))]


def _follow(record: dict[str, Any], path: str) -> object:
    value: Any = record
    for step in path.split("."):
        value = (value or {}).get(step)
    return value


if __name__ == "__main__":
    main()
