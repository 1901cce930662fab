"""What `finago-assets doctor` says and with which exit status, before a sandbox in every kind of trouble."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from finago_assets.api_questions import Condition, Finding
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.cli import app
from finago_assets.connect import open_client
from finago_assets.core.windows import oslo_today
from finago_assets.doctor import PATIENCE, examine
from finago_assets.sandbox.books.calendar import make_fiscal_periods
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.sandbox.server import Running, running
from tests.core.http.loopback import http, saying, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def books() -> Iterator[Running]:
    """An office whose books reach up to today, so that there are orders to ask about."""
    with running(size=Size.SMALL, start=date(oslo_today().year - 1, 1, 1), years=2) as found:
        yield found


@pytest.fixture
def office(books: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name, value in {**books.environment(), "FINAGO_DATA_DIR": str(tmp_path / "data")}.items():
        monkeypatch.setenv(name, value)
    umask = os.umask(0o022)
    yield books
    os.umask(umask)
    books.control.set_faults()
    books.control.grant()


def _doctor() -> Result:
    return CliRunner().invoke(app, ["doctor"], env={"COLUMNS": "300"})


def _findings(**changes: str) -> dict[str, Finding]:
    found = examine({**os.environ, **changes}, partial(open_client, policy=PATIENCE))
    return {finding.subject: finding for finding in found}


def test_when_all_is_fine_every_endpoint_works_and_the_organization_is_named(office: Running) -> None:
    answer = _doctor()
    assert answer.exit_code == 0
    for name in (*ENDPOINTS, "settings", "data folder", "runs", "token"):
        assert name in answer.output
    assert "this is Sandkassen Handel AS" in answer.output
    verdicts = {finding.verdict for finding in _findings().values()}
    assert verdicts == {Condition.WORKS}
    assert office.client_secret not in answer.output


def test_every_request_asks_for_the_least_there_is(office: Running) -> None:
    seen = len(office.requests)
    _findings()
    asked = [request for request in office.requests[seen:] if request.path.startswith("/v1")]
    assert len(asked) == len(ENDPOINTS) + 1  # the first one shows whether the API can be reached at all
    limited = [request for request in asked if "limit=" in request.query]
    assert limited
    assert all("limit=1" in request.query.split("&") for request in limited)


def test_a_withheld_scope_is_named_and_is_no_failure(office: Running) -> None:
    office.control.withhold("taxes", "salesorders")
    answer = _doctor()
    assert answer.exit_code == 0
    found = _findings()
    assert found["taxes"].verdict is Condition.WITHHELD
    assert "api.accounting.tax:read" in found["taxes"].detail
    assert "api.accounting.tax:read" in answer.output
    assert found["salesorder_lines"].verdict is Condition.UNKNOWN
    assert found["accounts"].verdict is Condition.WORKS


@pytest.mark.parametrize(
    ("variable", "value", "advice", "other"),
    [
        (
            "FINAGO_CLIENT_SECRET",
            "not-the-secret",
            "Check FINAGO_CLIENT_ID and FINAGO_CLIENT_SECRET",
            "ORGANIZATION_ID",
        ),
        ("FINAGO_ORGANIZATION_ID", "999999999999999", "check FINAGO_ORGANIZATION_ID", "CLIENT_SECRET"),
    ],
)
def test_refused_credentials_end_the_questions_with_the_advice_for_what_was_refused(  # noqa: PLR0913, PLR0917  a row
    office: Running, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, advice: str, other: str
) -> None:
    monkeypatch.setenv(variable, value)
    seen = len(office.requests)
    answer = _doctor()
    assert answer.exit_code == 1
    assert advice in answer.output
    assert other not in answer.output
    assert value not in answer.output
    assert len(office.requests) == seen + 1


def test_a_token_endpoint_that_is_not_there_is_no_refusal_of_the_secret(office: Running) -> None:
    said = _findings(FINAGO_TOKEN_URL=office.api_url)["token"]
    assert said.verdict is Condition.FAILS
    assert "nobody signs in at this address (status 404" in said.detail
    assert "Check FINAGO_TOKEN_URL" in said.detail
    assert "CLIENT_SECRET" not in said.detail


@pytest.mark.parametrize("variable", ["FINAGO_TOKEN_URL", "FINAGO_API_URL"])
def test_a_host_that_cannot_be_reached_fails_with_what_to_check(
    office: Running, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    path = "/oauth/token" if variable == "FINAGO_TOKEN_URL" else "/v1"
    monkeypatch.setenv(variable, f"http://127.0.0.1:{port}{path}")
    answer = _doctor()
    assert answer.exit_code == 1
    assert "the connection failed" in answer.output
    assert "transactionlines" not in answer.output
    assert "Check the address (FINAGO_API_URL, FINAGO_TOKEN_URL)" in answer.output
    assert f"127.0.0.1:{port}" in answer.output
    assert office.client_secret not in answer.output


def test_missing_settings_are_all_named_and_nothing_is_sent(office: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FINAGO_CLIENT_SECRET", "FINAGO_ORGANIZATION_ID"):
        monkeypatch.delenv(name)
    seen = len(office.requests)
    answer = _doctor()
    assert answer.exit_code == 1
    assert "FINAGO_CLIENT_SECRET, FINAGO_ORGANIZATION_ID" in answer.output
    assert len(office.requests) == seen


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FINAGO_START_DATE", "01.01.2024", "a day as YYYY-MM-DD"),
        ("FINAGO_API_URL", "http://rest.example.com/v1", "API's address (FINAGO_API_URL) is plain http"),
        ("FINAGO_API_URL", "rest.example.com/v1", "(FINAGO_API_URL) must start with https://"),
        ("FINAGO_TOKEN_URL", "rest.example.com/v1", "(FINAGO_TOKEN_URL) must start with https://"),
        ("FINAGO_ORGANIZATION_ID", "300 000", "organization id (FINAGO_ORGANIZATION_ID) must be"),
        ("FINAGO_CLIENT_SECRET", '"in-quotes"', "FINAGO_CLIENT_SECRET begins and ends with a quotation mark"),
        ("FINAGO_DATA_DIR", "'data'", "FINAGO_DATA_DIR begins and ends with a quotation mark"),
        ("FINAGO_CONCURRENCY", "1000000", "a whole number from 1 to 99,999"),
        ("FINAGO_LOOKBACK_DAYS", "-5", "a whole number from 1 to 99,999"),
        ("FINAGO_KEEP_RUNS_DAYS", "99999999999", "a whole number of days"),
    ],
)
@pytest.mark.usefixtures("office")
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    answer = _doctor()
    assert answer.exit_code == 1
    assert said in answer.output


def test_a_start_date_in_the_future_is_said_once_and_the_lists_are_asked_all_the_same(office: Running) -> None:
    found = _findings(FINAGO_START_DATE="2099-01-01")
    assert office
    assert [one.subject for one in found.values() if one.verdict is Condition.FAILS] == ["settings"]
    assert "FINAGO_START_DATE (2099-01-01) lies in the future" in found["settings"].detail


def test_an_endpoint_in_trouble_fails_alone(office: Running) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=500, path="/v1/currencies"))
    found = _findings()
    assert found["currencies"].verdict is Condition.FAILS
    assert "status 500" in found["currencies"].detail
    assert {finding.verdict for name, finding in found.items() if name != "currencies"} == {Condition.WORKS}


@pytest.mark.usefixtures("office")
def test_a_data_folder_that_is_no_folder_or_open_to_others_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    found = _findings(FINAGO_DATA_DIR=str(tmp_path / "file"))
    assert found["data folder"].verdict is Condition.FAILS
    # every request counts itself there: a line for each list would say the same again
    assert list(found)[-1] == "data folder"
    assert "chmod" not in _findings()["data folder"].detail
    (tmp_path / "data").chmod(0o755)
    assert "chmod 700" in _findings()["data folder"].detail


def test_a_variable_that_nothing_reads_is_named_with_the_one_that_is_meant(office: Running) -> None:
    said = _findings(FINAGO_START_DAY="2024-01-01", FINAGO_ORG_ID="1", FINAGO_NORTH="x", OTHER="y")["variables"]
    assert office
    assert said.verdict is Condition.UNKNOWN
    assert "nothing reads FINAGO_NORTH, FINAGO_ORG_ID (meant: FINAGO_ORGANIZATION_ID?), " in said.detail
    assert "FINAGO_START_DAY (meant: FINAGO_START_DATE?)" in said.detail


def test_the_days_that_are_partitions_are_named_and_nothing_follows_the_table(office: Running) -> None:
    first = office.books.plan.start
    assert _findings()["settings"].detail.endswith(f"a partition is a day from {first} to {oslo_today()}")
    assert "PartitionsDefinition" not in _doctor().output


def test_a_run_that_only_counts_as_under_way_is_named_with_the_reason(office: Running) -> None:
    assert office
    dead = {"0123456789ab": "Its process, 7 on north, is gone."}
    found = {one.subject: one for one in examine(os.environ, partial(open_client, policy=PATIENCE), lambda: dead)}
    assert found["runs"].verdict is Condition.FAILS
    assert "Run 01234567: Its process, 7 on north, is gone." in found["runs"].detail


def test_fiscal_years_before_the_start_date_are_named_with_what_they_do_to_open_items(office: Running) -> None:
    begin = min(period.first for period in make_fiscal_periods(office.books.plan))
    said = _findings(FINAGO_START_DATE=f"{oslo_today()}")["fiscalperiods"]
    assert f"the first fiscal year begins on {begin}, before FINAGO_START_DATE ({oslo_today()})" in said.detail
    assert "opening without customers" in said.detail
    assert said.verdict is Condition.WORKS
    assert _findings(FINAGO_START_DATE=f"{begin}")["fiscalperiods"].detail == "answers"


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>Welcome</html>", "200 OK", "Content-Type: text/html"),
        http(b'{"message":"no such route"}', "404 Not Found"),
        http(b"<html>Not here</html>", "404 Not Found", "Content-Type: text/html"),
        http(b"404 page not found", "404 Not Found", "Content-Type: text/plain"),
        http(b"", "410 Gone"),
        http(b"{}", "400 Bad Request"),
        http(b"", "405 Method Not Allowed"),
        http(b"", "302 Found", "Location: https://elsewhere.example/"),
        http(b"{}"),
        http(b"[]"),
        http(b"", "204 No Content"),
    ],
)
def test_an_address_where_something_else_answers_is_said_so(office: Running, answer: bytes) -> None:
    with serving(saying(answer)) as heard:
        found = _findings(FINAGO_API_URL=f"{heard.url}/wrong")
        assert office
    assert found["API"].verdict is Condition.FAILS
    assert f"something answers at {heard.url}/wrong, and it is not the API" in found["API"].detail
    assert "Check FINAGO_API_URL" in found["API"].detail
    assert "accounts" not in found
    assert len(heard.requests) <= 6


def test_a_firewall_in_the_way_is_said_once_and_is_no_scope(office: Running) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.HTML, status=403))
    found = _findings()
    assert found["API"].verdict is Condition.FAILS
    assert "firewall or proxy" in found["API"].detail
    assert "accounts" not in found
    office.control.set_faults(Rule(fault=AnswerFault.HTML, status=403, path="/v1/currencies"))
    found = _findings()
    assert found["currencies"].verdict is Condition.FAILS
    assert "firewall or proxy" in found["currencies"].detail
    assert found["accounts"].verdict is Condition.WORKS


def test_a_list_of_one_record_each_that_is_not_there_is_not_said_to_work(office: Running) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=404, path="/v1/pricelists/*/prices"))
    found = _findings()
    assert found["prices"].verdict is Condition.UNKNOWN
    assert "status 404" in found["prices"].detail
    assert "pricelists" in found["prices"].detail
    assert found["pricelists"].verdict is Condition.WORKS


def test_a_token_that_the_api_refuses_is_said_once(office: Running) -> None:
    with serving(saying(http(b"{}", "401 Unauthorized"))) as heard:
        found = _findings(FINAGO_API_URL=f"{heard.url}/v1")
    assert office
    assert "refuses a token" in found["API"].detail
    assert "accounts" not in found


def test_where_every_scope_is_withheld_that_is_a_failure(office: Running) -> None:
    with serving(saying(http(b'{"message": "Forbidden"}', "403 Forbidden"))) as heard:
        found = _findings(FINAGO_API_URL=f"{heard.url}/v1")
    assert office
    assert found["accounts"].verdict is Condition.WITHHELD
    said = found["API"]
    assert said.verdict is Condition.FAILS
    assert "not one list may be read" in said.detail
    assert "FINAGO_ORGANIZATION_ID" in said.detail


def test_a_list_that_is_not_there_is_no_list_without_records(office: Running) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=404, path="/v1/currencies"))
    found = _findings()
    assert found["currencies"].verdict is Condition.FAILS
    assert "status 404" in found["currencies"].detail
    assert "FINAGO_API_URL is right" in found["currencies"].detail
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=404, path="/v1/organization/information"))
    found = _findings()
    assert found["organization_information"].verdict is Condition.FAILS
    assert found["accounts"].verdict is Condition.WORKS
