"""What each exit fires for, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, field_validator

from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.orchestration.request.stage import Desk, by_hand, template

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNTS = template("accounts.list")
# no number: a short one turns up in a moment of some event sooner or later
SOUR = "a value that should not be repeated"


class Sour(BaseModel):
    """A type of somebody's own that is broken."""

    id: int

    @field_validator("id")
    @classmethod
    def _breaks(cls, _: int) -> int:
        raise RuntimeError(SOUR)


def test_success_fires_when_the_api_returned_a_successful_response(desk: Desk) -> None:
    sent = desk.send(ACCOUNTS)
    assert sent.fired == {"success", "continue_"}
    assert sent.outcome.status == 200
    assert sent.run.output_for_node("after_success").startswith("GET /accounts: status 200, ")


def test_one_page_of_a_longer_list_is_a_warning_and_a_fact_of_every_exit(desk: Desk) -> None:
    window = {"dateFrom": "2024-01-01", "dateTo": "2024-12-31"}
    sent = desk.send(template("transactionlines.list", query=window))
    assert sent.fired == {"success", "continue_"}
    assert "one page of a list that goes on" in sent.run.output_for_node("after_success")
    assert "all_pages: true" in sent.metadata()["one_page_of_a_list"]
    whole = desk.send(template("transactionlines.list", query=window, all_pages=True))
    assert "one_page_of_a_list" not in whole.metadata()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "BadRequest"), (403, "Forbidden"), (404, "NotFound"), (409, "BadRequest"), (503, "Unavailable")],
)
def test_error_fires_when_the_api_returned_an_error(desk: Desk, status: int, kind: str) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/accounts", status=status))
    sent = desk.send(ACCOUNTS)
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.status == status
    assert sent.outcome.problem is not None
    assert sent.outcome.problem.kind == kind
    assert sent.outcome.trace_id
    assert f"status {status}" in sent.run.output_for_node("after_error")


def test_a_page_of_a_firewall_is_blocked_and_names_no_scope(desk: Desk) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.HTML, path="/v1/accounts", status=403))
    sent = desk.send(ACCOUNTS)
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.problem is not None
    assert (sent.outcome.problem.kind, sent.outcome.problem.retry) == ("Blocked", False)
    assert "scope" not in sent.run.output_for_node("after_error")


def test_error_fires_when_the_api_cannot_be_reached(desk: Desk) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.RESET, path="/v1/accounts"))
    sent = desk.send(ACCOUNTS)
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.status is None
    assert sent.outcome.problem is not None
    assert sent.outcome.problem.retry


def test_error_fires_when_an_exception_occurred_during_execution(desk: Desk) -> None:
    sent = desk.send({**ACCOUNTS, "response": {"type": {"name": f"{__name__}:Sour"}}})
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.status == 200
    assert sent.outcome.problem is not None
    assert sent.outcome.problem.kind == "RuntimeError"
    assert SOUR not in sent.stored()


def test_error_fires_when_the_records_cannot_be_landed(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("something of somebody else's")
    sent = desk.send({**ACCOUNTS, "into": {"duckdb": {"file": str(tmp_path / "taken"), "table": "accounts"}}})
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.answer is not None
    assert sent.outcome.landed is None


def test_error_fires_for_what_is_refused_before_it_is_sent(desk: Desk) -> None:
    sent = desk.send(by_hand("DELETE", "/salesorders/{id}", variables={"id": "1"}))
    assert sent.fired == {"error", "continue_"}
    assert sent.outcome.problem is not None
    assert sent.outcome.problem.kind == "RequestRefused"
    assert desk.asked() == []


def test_continue_fires_regardless_of_the_outcome_and_the_run_stays_green(desk: Desk) -> None:
    good, bad = desk.send(ACCOUNTS), desk.send(by_hand("GET", "/nothing/of/the/kind"))
    for sent, other in ((good, "after_error"), (bad, "after_success")):
        assert sent.run.success
        assert sent.run.output_for_node("afterwards") == sent.outcome.sentence()
        assert [event.step_key for event in sent.run.all_node_events if event.is_step_skipped] == [other]
