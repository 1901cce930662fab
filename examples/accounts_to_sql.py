"""The chart of accounts of one of many organizations, from Finago Office into a SQL table.

    a row of your own database ─► connection ─► accounts.list ─success─► table ─► rows in SQL
                                                     │
                                                     ├─error────► a notice
                                                     └─continue_─► the log

Copy it, and look at it with `dagster dev -f examples/accounts_to_sql.py`. Two variables say where the databases are, as
SQLAlchemy URLs: `OUR_DATABASE` holds a table `connections`, `ACCOUNTS_DATABASE` is written to.
"""

import os
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow.parquet as pq
import sqlalchemy as sql

from finago_assets.orchestration.request import (
    FromTemplate,
    RequestConfig,
    RequestResult,
    Template,
    finago_connection,
    rest_api_request,
)
from finago_assets.orchestration.resources import FinagoResource

ROWS_AT_ONCE = 5_000


class Which(dg.Config):
    """Whose accounts are fetched."""

    name: str = "north"


@dg.op
def row_of_our_own(config: Which) -> dict[str, object]:
    """Read one row of `connections`. It holds references to the credentials (env:NAME, file:PATH), never values."""
    engine = sql.create_engine(os.environ["OUR_DATABASE"])
    try:
        with engine.connect() as connection:
            connections = sql.Table("connections", sql.MetaData(), autoload_with=connection)
            return dict(connection.execute(connections.select().filter_by(name=config.name)).mappings().one())
    finally:
        engine.dispose()


@dg.op
def json_to_table(answer: RequestResult) -> str:
    """Pick columns from the answer's JSON; hand over the path of the table, since outputs are stored."""
    table = answer.open().body.with_suffix(".parquet")
    with duckdb.connect() as memory:
        records = answer.open().relation(memory)
        records.project("number, name").order("number").write_parquet(str(table))
    return str(table)


@dg.op
def rows_into_sql(context: dg.OpExecutionContext, table: str) -> int:
    """Replace the rows of the table `accounts`, all in one transaction."""
    engine = sql.create_engine(os.environ["ACCOUNTS_DATABASE"])
    accounts = sql.Table(
        "accounts",
        sql.MetaData(),
        sql.Column("number", sql.Integer, primary_key=True),
        sql.Column("name", sql.String(200)),
    )
    rows = 0
    with engine.begin() as connection, pq.ParquetFile(Path(table)) as file:
        accounts.metadata.create_all(connection)
        connection.execute(accounts.delete())
        for batch in file.iter_batches(ROWS_AT_ONCE):
            connection.execute(accounts.insert(), batch.to_pylist())
            rows += batch.num_rows
    engine.dispose()
    context.log.info("%d rows are in accounts", rows)
    return rows


@dg.op
def notify(context: dg.OpExecutionContext, what_happened: RequestResult) -> None:
    """Tell somebody: replace the line below by an e-mail or a message to your chat."""
    context.log.error("Accounts were not fetched. %s", what_happened.sentence())


@dg.op
def note(context: dg.OpExecutionContext, what_happened: RequestResult) -> None:
    """Run whatever came of it."""
    context.log.info("Done: %s", what_happened.sentence())


@dg.job(
    config=dg.RunConfig(
        ops={
            "accounts": RequestConfig(
                request=FromTemplate(name=Template("accounts.list"), all_pages=True),
                description="The chart of accounts, for the reporting database",
            )
        }
    )
)
def accounts_to_sql() -> None:
    """The chart of accounts of one organization, from Finago Office into a SQL table; a notice where it fails."""
    exits = rest_api_request.alias("accounts")(connection=finago_connection(row=row_of_our_own()))
    rows_into_sql(json_to_table(exits.success))
    notify(exits.error)
    note(exits.continue_)


defs = dg.Definitions(jobs=[accounts_to_sql], resources={"finago": FinagoResource()})
