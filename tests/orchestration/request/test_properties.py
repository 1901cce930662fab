"""What each property of the action does, row by row, and what is promised beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003  the dataclass is read at run time
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import msgspec
import pytest
from pydantic import BaseModel

from finago_assets.core.catalogue.operation import Method
from finago_assets.core.errors import NotLanded
from finago_assets.orchestration.request import (
    ByHand,
    ConnectionConfig,
    FromTemplate,
    Registered,
    RegistryPlace,
    RequestConfig,
    RequestValues,
    Template,
    finago_connection,
)
from finago_assets.orchestration.request.meaning import request_of
from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.orchestration.request.stage import ACTION, Desk, from_a_row, from_a_variable, template

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNTS = template("accounts.list")
YEAR = {"dateFrom": "2024-01-01", "dateTo": "2026-01-01"}  # and what is posted later
CUSTOMER = {"isCompany": True, "name": "Nordlys Kaffe AS", "organizationNumber": "310000078"}


class Account(BaseModel):
    """A type of somebody's own, with the fields they care for."""

    id: int
    number: int
    name: str


@dataclass
class Line:
    """A dataclass of somebody's own."""

    id: str
    amount: Decimal


class Unfitting(BaseModel):
    """A type that no account fits."""

    shoe_size: int


def test_connection_is_the_resources_unless_something_else_is_said(desk: Desk) -> None:
    sent = desk.send(ACCOUNTS)
    assert sent.metadata()["organization"] == desk.office.organization_id


def test_dynamic_connection_overrides_the_static_one_by_its_name_in_a_registry(desk: Desk, tmp_path: Path) -> None:
    registry = _registry(tmp_path)
    desk.set(FINAGO_CLIENT_ID="", FINAGO_CLIENT_SECRET="")
    _credentials(desk)
    named = {"registered": {"name": "north", "registry": {"yaml": str(registry)}}}
    sent = desk.send({**ACCOUNTS, "connection": named})
    assert "success" in sent.fired, sent.outcome.sentence()
    assert sent.metadata()["connection"] == "north"
    desk.set(FINAGO_REGISTRY=str(registry))
    assert "success" in desk.send({**ACCOUNTS, "connection": {"registered": {"name": "north"}}}).fired


def test_dynamic_connection_is_made_on_the_spot_from_references(desk: Desk) -> None:
    _credentials(desk)
    given = {
        "organization_id": desk.office.organization_id,
        "client_id": {"env": "NORTH_ID"},
        "client_secret": {"env": "NORTH_SECRET"},
    }
    assert "success" in desk.send({**ACCOUNTS, "connection": {"given": given}}).fired


def test_dynamic_connection_of_another_op_counts_instead_of_the_one_in_the_config(desk: Desk, tmp_path: Path) -> None:
    _credentials(desk)
    missing = {"registered": {"name": "nobody", "registry": {"yaml": str(_registry(tmp_path))}}}
    ops = {ACTION: {**ACCOUNTS, "connection": missing}}
    sent = desk.run(from_a_row, ops)
    assert "success" in sent.fired, sent.outcome.sentence()
    assert sent.outcome.connection == "north"
    assert "error" in desk.send(ops[ACTION]).fired


def test_a_connection_made_in_the_flow_comes_from_a_registry_too_and_holds_references_alone(tmp_path: Path) -> None:
    config = ConnectionConfig(source=Registered(name="north", registry=RegistryPlace(yaml=str(_registry(tmp_path)))))
    with dg.build_op_context() as context:
        made = finago_connection(context, config, None)
    assert made.value.references == ("env:NORTH_ID", "env:NORTH_SECRET")


def test_a_connection_made_in_the_flow_needs_a_row_where_nothing_else_is_said() -> None:
    with dg.build_op_context() as context, pytest.raises(dg.Failure) as failed:
        finago_connection(context, ConnectionConfig(), None)
    assert "name, organization_id, client_id, client_secret are missing" in str(failed.value.description)


def test_configuration_defines_the_request_from_a_template(desk: Desk) -> None:
    typed = RequestConfig(request=FromTemplate(name=Template("salesorder_lines.list"), variables={"id": _order(desk)}))
    desk.asked()
    sent = desk.send(typed)
    assert "success" in sent.fired, sent.outcome.sentence()
    assert sent.outcome.asked == "GET /salesorders/{id}/lines"
    assert desk.asked()[-1] == f"GET /v1/salesorders/{_order(desk)}/lines"


def test_configuration_defines_the_request_by_hand(desk: Desk) -> None:
    order = _order(desk)
    typed = RequestConfig(request=ByHand(path="/salesorders/{id}/lines", variables={"id": order}))
    desk.asked()
    assert "success" in desk.send(typed).fired
    assert desk.asked()[-1] == f"GET /v1/salesorders/{order}/lines"


def test_a_variable_of_the_flow_fills_the_path(desk: Desk) -> None:
    sent = desk.run(from_a_variable, {ACTION: template("salesorder_lines.list"), "chosen": {"order": _order(desk)}})
    assert "success" in sent.fired, sent.outcome.sentence()


def test_what_the_flow_adds_wins_over_the_configuration(tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text("{}")
    config = ByHand(method=Method.PATCH, path="/customers/{customerId}", variables={"customerId": "1"})
    request = request_of(config, RequestValues(variables={"customerId": "2"}, body_file=body))
    assert (request.path, request.body) == ("/customers/2", b"{}")
    lines = FromTemplate(name=Template("transactionlines.list"), query={**YEAR, "limit": "5"})
    assert request_of(lines, RequestValues(query={"limit": "7"})).query["limit"] == "7"


def test_query_parameters_take_dates_in_iso_format(desk: Desk) -> None:
    few = desk.send(template("transactionlines.list", query={**YEAR, "dateTo": "2024-01-03", "limit": "1000"}))
    many = desk.send(template("transactionlines.list", query={**YEAR, "limit": "1000"}))
    assert _answered(few).records < _answered(many).records


def test_disabled_sends_nothing_and_only_continue_fires(desk: Desk) -> None:
    desk.set(FINAGO_CLIENT_ID="")
    sent = desk.send({**ACCOUNTS, "disabled": True})
    assert sent.fired == {"continue_"}
    assert sent.run.success
    assert sent.outcome.exit is None
    assert sent.outcome.sentence() == "GET /accounts: disabled, nothing was sent."
    assert desk.asked() == []


def test_description_is_shown_with_what_came_of_it(desk: Desk) -> None:
    sent = desk.send({**ACCOUNTS, "description": "For the auditors, until May"})
    assert sent.metadata("success")["description"] == "For the auditors, until May"


def test_the_answer_is_the_raw_json_with_status_trace_id_and_headers(desk: Desk) -> None:
    answer = _answered(desk.send(ACCOUNTS))
    accounts = msgspec.json.decode(answer.body.read_bytes())
    assert len(accounts) == answer.records > 10
    assert (answer.status, bool(answer.trace_id)) == (200, True)
    assert answer.headers["content-type"].startswith("application/json")


def test_the_errors_of_a_refusal_are_in_the_answer_and_its_body_on_disk(desk: Desk) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/accounts", status=400))
    sent = desk.send(ACCOUNTS)
    assert "error" in sent.fired
    answer = _answered(sent)
    assert answer.status == 400
    assert set(msgspec.json.decode(answer.body.read_bytes())) >= {"error"}
    assert answer.errors


def test_the_records_come_as_a_table_whose_columns_are_shown(desk: Desk) -> None:
    sent = desk.send({**template("transactionlines.list", query={**YEAR, "limit": "50"}), "response": {"records": {}}})
    columns = {column.name: column.type for column in sent.metadata()["dagster/column_schema"].columns}
    assert columns["amount"].startswith("decimal")
    with duckdb.connect() as memory:
        table = _answered(sent).relation(memory)
        assert table.count("*").fetchall() == [(50,)]


@pytest.mark.parametrize(("kind", "operation"), [(Account, "accounts.list"), (Line, "transactionlines.list")])
def test_the_records_come_as_a_type_of_the_users_own(desk: Desk, kind: type, operation: str) -> None:
    query = YEAR if operation.startswith("transactionlines") else {}
    named = {"type": {"name": f"{__name__}:{kind.__name__}"}}
    sent = desk.send({**template(operation, query=query), "response": named})
    assert "success" in sent.fired, sent.outcome.sentence()
    rows = list(sent.outcome.rows())
    assert {type(row) for row in rows} == {kind}
    assert len(rows) == _answered(sent).records


def test_a_type_that_does_not_fit_takes_the_error_exit_and_repeats_no_value(desk: Desk) -> None:
    sent = desk.send({**ACCOUNTS, "response": {"type": {"name": f"{__name__}:Unfitting"}}})
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.problem is not None
    assert sent.outcome.problem.kind == "Malformed"
    assert "shoe_size" in sent.outcome.sentence()


def test_one_page_or_all_of_them(desk: Desk) -> None:
    query = {**YEAR, "dateFrom": "2023-01-01", "limit": "100"}
    one = _answered(desk.send(template("transactionlines.list", query=query)))
    every = _answered(desk.send(template("transactionlines.list", query=query, all_pages=True)))
    assert (one.pages, one.records) == (1, 100)
    assert every.pages > 1
    assert every.records == desk.office.books.ledger.count


def test_throttling_and_dying_tokens_are_taken_care_of(desk: Desk) -> None:
    desk.office.control.set_faults(
        Rule(fault=AnswerFault.STATUS, status=429, retry_after="0", times=1), Rule(fault=AnswerFault.EXPIRY, times=1)
    )
    sent = desk.send(ACCOUNTS)
    assert "success" in sent.fired, sent.outcome.sentence()
    assert sent.metadata()["retries"] == 1
    assert sent.metadata()["requests"] == 3


@pytest.mark.parametrize("into", ["parquet", "ndjson", "duckdb", "sql", "raw"])
def test_records_are_landed_where_they_are_wanted(desk: Desk, tmp_path: Path, into: str) -> None:
    desk.set(REPORTING=f"sqlite:///{tmp_path}/reporting.db")
    targets: dict[str, dict[str, Any]] = {
        "parquet": {"file": {"path": str(tmp_path / "accounts.parquet")}},
        "ndjson": {"file": {"path": str(tmp_path / "accounts.ndjson")}},
        "duckdb": {"duckdb": {"file": str(tmp_path / "accounts.duckdb"), "table": "raw.accounts"}},
        "sql": {"sql": {"url": {"env": "REPORTING"}, "table": "accounts"}},
        "raw": {"raw": {}},
    }
    sent = desk.send({**ACCOUNTS, "into": targets[into]})
    assert "success" in sent.fired, sent.outcome.sentence()
    assert sent.metadata()["landed_rows"] == _answered(sent).records
    assert str(tmp_path) in sent.metadata()["landed_in"]
    told = [event.asset_key for event in sent.run.events_for_node(ACTION) if event.asset_key]
    assert told == ([dg.AssetKey(["finago", "accounts"])] if into == "raw" else [])


def test_a_write_that_is_allowed_is_sent_once_and_recorded_without_its_body(desk: Desk) -> None:
    sent = desk.send({**template("customers.create", body=json.dumps(CUSTOMER)), "allow_writes": True})
    assert "success" in sent.fired, sent.outcome.sentence()
    assert desk.asked().count("POST /v1/customers") == 1
    record = (desk.data / "requests" / "writes.jsonl").read_text()
    assert [msgspec.json.decode(line)["outcome"] for line in record.splitlines()] == ["sent", "confirmed"]
    assert str(CUSTOMER["name"]) not in record


def test_what_fails_after_a_write_does_not_look_like_a_write_that_failed(desk: Desk) -> None:
    body = template("customers.create", body=json.dumps(CUSTOMER))
    sent = desk.send({**body, "allow_writes": True, "response": {"type": {"name": f"{__name__}:Unfitting"}}})
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.status in {200, 201}
    assert sent.outcome.sentence().startswith("Malformed: The write was carried out")


def test_a_body_may_lie_in_a_file_and_is_not_stored_with_the_run(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "customer.json"
    file.write_text(json.dumps(CUSTOMER))
    sent = desk.send({**template("customers.create", body_file=str(file)), "allow_writes": True})
    assert "success" in sent.fired, sent.outcome.sentence()
    assert str(CUSTOMER["name"]) not in sent.stored()


def test_an_answer_that_was_swept_away_says_so(desk: Desk) -> None:
    sent = desk.send(ACCOUNTS)
    _answered(sent).body.unlink()
    with pytest.raises(NotLanded, match=r"GET /accounts: the answer's file .* has gone"):
        sent.outcome.open()


def test_an_answer_that_never_was_says_why(desk: Desk) -> None:
    sent = desk.send(template("salesorder_lines.list"))
    with pytest.raises(NotLanded, match=r"there was no answer\. RequestRefused: "):
        sent.outcome.open()


def _registry(folder: Path) -> Path:
    path = folder / "connections.yaml"
    row = "name: north, organization_id: '300000000000001', client_id: env:NORTH_ID, client_secret: env:NORTH_SECRET"
    path.write_text(f"connections:\n  - {{{row}}}\n", encoding="utf-8")
    return path


def _credentials(desk: Desk) -> None:
    desk.set(NORTH_ID=desk.office.client_id, NORTH_SECRET=desk.office.client_secret)


def _order(desk: Desk) -> str:
    return str(next(iter(desk.office.books.orders.orders)))


def _answered(sent: Any) -> Any:
    return sent.outcome.open()
