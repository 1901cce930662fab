"""Bad input: refused before a request is sent where that is possible, and otherwise the error exit with advice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.orchestration.request.stage import Desk, by_hand, template

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNTS = template("accounts.list")
CUSTOMER = json.dumps(EXAMPLE.example) if (EXAMPLE := FINAGO.operations["customers.create"].body) else ""
LINES = "salesorder_lines.list"

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a missing variable": (template(LINES), "id"),
    "an extra variable": (template(LINES, variables={"id": "1", "shelf": "2"}), "shelf"),
    "a variable that leaves its place": (template(LINES, variables={"id": "../../customers"}), "id"),
    "a path that leaves the API": (by_hand("GET", "/../oauth/token"), "path"),
    "an address for a path": (by_hand("GET", "https://example.com/accounts"), "path"),
    "a query in the path": (by_hand("GET", "/accounts?query=4711"), "query"),
    "a parameter the endpoint does not have": (template("accounts.list", query={"colour": "red"}), "colour"),
    "a value of the wrong type": (
        template("transactionlines.list", query={"dateFrom": "yesterday", "dateTo": "2024-01-31"}),
        "dateFrom",
    ),
    "a body that is not JSON": (template("customers.create", body="{name: Kari}") | {"allow_writes": True}, "JSON"),
    "a body that is not there": (
        template("customers.create", body_file="no/such/file.json") | {"allow_writes": True},
        "no/such/file.json",
    ),
    "a body that is given twice": (
        template("customers.create", body="{}", body_file="body.json") | {"allow_writes": True},
        "twice",
    ),
    "a write without a body": (template("customers.create") | {"allow_writes": True}, "body"),
    "a write without the switch": (template("customers.create", body=CUSTOMER), "allow"),
    "a method the operation does not allow": (by_hand("DELETE", "/accounts") | {"allow_writes": True}, "GET"),
    "a type that cannot be imported": ({**ACCOUNTS, "response": {"type": {"name": "no.such:Type"}}}, "no.such:Type"),
    "a type that is none": ({**ACCOUNTS, "response": {"type": {"name": "json:dumps"}}}, "json:dumps"),
    "a target that is none": ({**ACCOUNTS, "into": {"file": {"path": "accounts.ods"}}}, ".parquet"),
    "a database that is not named": (
        {**ACCOUNTS, "into": {"sql": {"url": {"env": "NOT_SET"}, "table": "accounts"}}},
        "NOT_SET",
    ),
    "a connection nobody registered": (
        {**ACCOUNTS, "connection": {"registered": {"name": "north", "registry": {"yaml": "no/such.yaml"}}}},
        "no/such.yaml",
    ),
    "a connection without a secret": (
        {
            **ACCOUNTS,
            "connection": {
                "given": {
                    "organization_id": "300000000000001",
                    "client_id": {"env": "FINAGO_CLIENT_ID"},
                    "client_secret": {"env": "NOT_SET"},
                }
            },
        },
        "NOT_SET",
    ),
}


@pytest.mark.parametrize(("config", "named"), REFUSED.values(), ids=REFUSED)
def test_what_can_be_refused_is_refused_before_anything_is_sent(desk: Desk, config: dict[str, Any], named: str) -> None:
    sent = desk.send(config)
    assert sent.fired == {"error", "continue_"}
    assert sent.run.success
    assert sent.outcome.problem is not None
    assert named in sent.outcome.problem.message
    assert desk.asked() == []


@pytest.mark.parametrize(
    "config",
    [
        template("acounts.list"),
        template("accounts.list", query={"limit": 10}),
        {"request": {}},
        {**ACCOUNTS, "conection": {"environment": {}}},
        by_hand("FETCH", "/accounts"),
    ],
    ids=["an unknown template", "a number", "nothing to send", "a misspelt property", "an unknown method"],
)
def test_what_the_launchpad_can_tell_is_wrong_never_becomes_a_run(desk: Desk, config: dict[str, Any]) -> None:
    before = desk.instance.get_runs_count()
    with pytest.raises(dg.DagsterInvalidConfigError):
        desk.send(config)
    assert desk.instance.get_runs_count() == before


def test_an_answer_that_is_not_json_takes_the_error_exit(desk: Desk) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.HTML, path="/v1/accounts"))
    sent = desk.send(ACCOUNTS)
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.problem is not None
    assert sent.outcome.trace_id
    assert "html" not in json.dumps(sent.outcome.problem.message).lower().replace("text/html", "")


def test_a_registry_row_that_is_wrong_is_named(desk: Desk, tmp_path: Path) -> None:
    registry = tmp_path / "connections.yaml"
    row = "{name: north, organization_id: '../etc', client_id: env:A, client_secret: env:B}"
    registry.write_text(f"connections:\n  - {row}\n", encoding="utf-8")
    named = {"registered": {"name": "north", "registry": {"yaml": str(registry)}}}
    sent = desk.send({**ACCOUNTS, "connection": named})
    assert sent.fired == {"error", "continue_"}
    assert "organization_id" in sent.outcome.sentence()


def test_a_write_is_not_sent_again_when_dagster_starts_a_dead_run_anew(desk: Desk) -> None:
    tags = {"dagster/retry_number": "1"}
    write = template("customers.create", body=CUSTOMER) | {"allow_writes": True}
    sent = desk.send(write, tags)
    assert sent.fired == {"error", "continue_"}
    assert "record of writes" in sent.outcome.sentence()
    assert desk.asked() == []
    assert "success" in desk.send(ACCOUNTS, tags).fired
