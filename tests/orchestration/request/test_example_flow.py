"""The example flow, run as a user's file: dynamic connection, accounts, table, rows in SQL, a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sql

from examples.accounts_to_sql import accounts_to_sql, defs
from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.postgresql import postgresql, postgresql_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.orchestration.request.stage import Desk, Sent

__all__ = ["postgresql", "postgresql_server"]

ROWS = [
    ("south", "300000000000009", "env:SOUTH_ID", "env:SOUTH_SECRET", 1),
    ("north", "300000000000001", "env:NORTH_ID", "env:NORTH_SECRET", 1),
    ("closed", "300000000000008", "env:NORTH_ID", "env:NORTH_SECRET", 0),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def flow(desk: Desk, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """Give the desk two databases of the user's own; it has no credentials in the usual place."""
    if request.param == "sqlite":
        ours, reporting = f"sqlite:///{tmp_path}/ours.db", f"sqlite:///{tmp_path}/reporting.db"
    else:
        ours = reporting = request.getfixturevalue("postgresql").replace("postgresql:", "postgresql+psycopg:")
    _fill(ours)
    desk.set(OUR_DATABASE=ours, ACCOUNTS_DATABASE=reporting, FINAGO_CLIENT_ID="", FINAGO_CLIENT_SECRET="")
    desk.set(NORTH_ID=desk.office.client_id, NORTH_SECRET=desk.office.client_secret)
    desk.reporting = reporting
    return desk


def test_the_accounts_of_the_chosen_organization_are_rows_in_a_sql_table(flow: Desk) -> None:
    for _ in range(2):  # a nightly run replaces what the last one left
        sent = _run(flow)
        assert sent.run.success
        assert sent.fired == {"success", "continue_"}
        assert sent.outcome.connection == "north"
        assert dict(_accounts(flow)) == {account.number: account.name for account in ACCOUNTS.values()}
    assert "notify" not in _ran(sent)


def test_the_error_exit_reaches_the_notification_and_no_row_is_touched(flow: Desk) -> None:
    _run(flow)
    before = _accounts(flow)
    flow.office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/accounts", status=403))
    sent = _run(flow)
    assert {"notify", "note"} <= _ran(sent)
    assert not {"json_to_table", "rows_into_sql"} & _ran(sent)
    assert "Accounts were not fetched. Forbidden: GET /accounts" in sent.stored()
    assert _accounts(flow) == before


def test_a_connection_that_is_switched_off_is_not_used(flow: Desk) -> None:
    sent = _run(flow, name="closed")
    assert sent.fired == {"error", "continue_"}
    assert "disabled" in sent.outcome.sentence()


def test_the_file_loads_by_itself() -> None:
    assert defs.resolve_job_def("accounts_to_sql").name == "accounts_to_sql"


def _run(desk: Desk, **chosen: str) -> Sent:
    return desk.run(accounts_to_sql, {"row_of_our_own": chosen, "accounts": _as_configured()}, "accounts")


def _as_configured() -> Any:
    configured: Any = accounts_to_sql.run_config
    return configured["ops"]["accounts"]["config"]


def _ran(sent: Sent) -> set[str]:
    return {event.step_key for event in sent.run.all_node_events if event.is_step_success and event.step_key}


def _fill(url: str) -> None:
    engine = sql.create_engine(url)
    texts = [sql.Column(name, sql.String) for name in ("name", "organization_id", "client_id", "client_secret")]
    table = sql.Table("connections", sql.MetaData(), *texts, sql.Column("enabled", sql.Integer))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [dict(zip(table.columns.keys(), row, strict=True)) for row in ROWS])
    engine.dispose()


def _accounts(desk: Desk) -> list[tuple[int, str]]:
    engine = sql.create_engine(desk.reporting)
    with engine.connect() as connection:
        rows = connection.execute(sql.text("select number, name from accounts order by number")).all()
    engine.dispose()
    return [(int(row.number), str(row.name)) for row in rows]
