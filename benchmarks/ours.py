"""The project's own part of the comparison, as a user runs it but without Dagster around it.

`land`: client, extractor and parquet store over twelve calendar months. `placeholders`: every other endpoint, empty.
`type`: the statements that dbt sent for `stg_transactionlines` (see dbt_sql.py), in a bare DuckDB under the profile's
settings. Owns no code of either.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from pathlib import Path

from benchmarks.ledger import FIRST, YEAR
from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.extract import Extractor
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.secret import Secret
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.windows import Window

ORGANIZATION = "300000000000001"


def land(origin: str, data_dir: Path, in_flight: int) -> int:
    """Land the year and return its rows: a file a day, one request chain a month, `in_flight` of them at once."""
    connection = FinagoConnection(
        ORGANIZATION, "benchmark", Secret("benchmark"), api_url=f"{origin}/v1", token_url=f"{origin}/oauth/token"
    )
    budget = RequestBudget(data_dir / "work" / "budget", "finago", ORGANIZATION, Decimal(0))
    with ApiClient(connection, budget=budget) as client:
        extractor = Extractor(
            client,
            open_store(data_dir, Landing.PARQUET, "finago"),
            ORGANIZATION,
            "benchmark",
            FIRST,
            ENDPOINTS,
            concurrency=in_flight,
        )
        window = Window(FIRST, date(YEAR + 1, 1, 1))
        return sum(landed.manifest.rows for landed in extractor.land_window(ENDPOINTS["transactionlines"], window))


def placeholders(data_dir: Path) -> None:
    """Give every other endpoint the empty file that landing gives it before dbt runs."""
    store = open_store(data_dir, Landing.PARQUET, "finago")
    for name, endpoint in ENDPOINTS.items():
        if name != "transactionlines":
            store.placeholder(endpoint, ORGANIZATION, FIRST)


def replay(script: Path, warehouse: Path) -> str:
    """Run the captured statements against an empty warehouse; return count and sum of what they typed."""
    import duckdb  # noqa: PLC0415  landing does without

    captured = json.loads(script.read_text())
    warehouse.parent.mkdir(exist_ok=True)
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(warehouse) as connection:
        for name, value in captured["settings"].items():
            connection.execute(f"set {name} = '{value}'")
        for statement in captured["statements"]:
            connection.execute(statement).fetchall()
        return str(connection.execute("select count(*), sum(amount) from staging.stg_transactionlines").fetchall())


def main() -> None:
    parser = ArgumentParser("benchmarks.ours")
    parser.add_argument("step", choices=("land", "placeholders", "type"))
    parser.add_argument("--origin", default="")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--in-flight", type=int, default=4)
    asked = parser.parse_args()
    if asked.step == "land":
        began = time.monotonic()
        rows = land(asked.origin, asked.data, asked.in_flight)
        print(json.dumps({"rows": rows, "seconds": time.monotonic() - began}))
    elif asked.step == "placeholders":
        placeholders(asked.data)
    else:
        print(replay(asked.data / "typing.json", asked.data / "replay" / "warehouse.duckdb"))


if __name__ == "__main__":
    main()
