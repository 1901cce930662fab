"""Every kind of fault, seen by a caller that hides nothing."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import pytest

from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule, Script, read_rules
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

LINES = {"dateFrom": "2024-01-01", "dateTo": "2025-01-01", "limit": "20"}


@pytest.mark.parametrize("status", [400, 429, 500, 502, 503, 504])
def test_any_status_can_take_the_place_of_an_answer(sandbox: Running, caller: Caller, status: int) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.STATUS, status=status, nth=(1,)))
    assert [caller.get("/accounts").status for _ in range(2)] == [status, 200]
    assert sandbox.control.faults_fired() == [1]
    assert [entry.fault for entry in sandbox.requests[-2:]] == ["status", None]


def test_retry_after_comes_in_both_forms_and_not_at_all(sandbox: Running, caller: Caller) -> None:
    def asked(retry_after: str | None) -> str | None:
        sandbox.control.set_faults(Rule(fault=AnswerFault.STATUS, status=429, retry_after=retry_after))
        return caller.get("/accounts").headers["Retry-After"]

    assert asked(None) is None
    assert asked("7") == "7"
    assert asked("soon") == "soon"
    when = asked("date:60")
    assert when is not None
    assert abs(parsedate_to_datetime(when) - datetime.now(UTC) - timedelta(seconds=60)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("rule", "status", "start"),
    [
        (Rule(fault=AnswerFault.HTML), 200, b"<!DOCTYPE html>"),
        (Rule(fault=AnswerFault.HTML, status=502), 502, b"<!DOCTYPE html>"),
        (Rule(fault=AnswerFault.EMPTY), 200, b""),
        (Rule(fault=AnswerFault.STATUS, body=ErrorBody.TEXT), 503, b"Limit exceeded"),
        (Rule(fault=AnswerFault.STATUS, body=ErrorBody.EMPTY), 503, b""),
        (Rule(fault=AnswerFault.STATUS, body=ErrorBody.JSON), 503, b'{"error"'),
        (Rule(fault=AnswerFault.STATUS, body=ErrorBody.HTML), 503, b"<!DOCTYPE html>"),
    ],
)
def test_bodies_can_be_anything(sandbox: Running, caller: Caller, rule: Rule, status: int, start: bytes) -> None:
    sandbox.control.set_faults(rule)
    reply = caller.get("/accounts")
    assert (reply.status, reply.body[: len(start) or None]) == (status, start)
    assert reply.headers["X-Trace-Id"]


def test_a_connection_can_be_reset_before_and_in_the_middle_of_an_answer(sandbox: Running, caller: Caller) -> None:
    caller.authenticate()
    sandbox.control.set_faults(Rule(fault=AnswerFault.RESET, nth=(1,)), Rule(fault=AnswerFault.RESET_MIDWAY, nth=(1,)))
    for _ in range(2):
        with pytest.raises((ConnectionResetError, RemoteDisconnected, IncompleteRead)):
            caller.get("/accounts")
    assert [entry.status for entry in sandbox.requests[-2:]] == [0, 200]
    assert caller.get("/accounts").status == 200


@pytest.mark.parametrize("fault", [AnswerFault.SHORT, AnswerFault.CUT_CHUNKED])
def test_a_body_can_end_before_its_framing_says(sandbox: Running, caller: Caller, fault: AnswerFault) -> None:
    caller.authenticate()
    whole = caller.get("/accounts").body
    sandbox.control.set_faults(Rule(fault=fault, times=1))
    with pytest.raises(IncompleteRead) as caught:
        caller.get("/accounts")
    assert whole.startswith(caught.value.partial)
    assert 0 < len(caught.value.partial) < len(whole)
    assert caller.get("/accounts").body == whole


def test_json_can_stop_in_the_middle_of_a_well_framed_body(sandbox: Running, caller: Caller) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.CUT_JSON))
    with pytest.raises(json.JSONDecodeError):
        _ = caller.get("/accounts").json


def test_a_gzip_stream_can_stop_early(sandbox: Running, caller: Caller) -> None:
    caller.authenticate()
    sandbox.control.set_faults(Rule(fault=AnswerFault.CUT_GZIP))
    connection = HTTPConnection(urlsplit(sandbox.api_url).netloc, timeout=10)
    connection.request("GET", "/v1/accounts", headers={"Authorization": f"Bearer {caller.token}"})
    with connection.getresponse() as response:
        body = response.read()
    connection.close()
    assert response.headers["Content-Encoding"] == "gzip"
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_an_answer_can_drip_and_arrives_whole_for_whoever_waits(sandbox: Running, caller: Caller) -> None:
    whole = caller.get("/paymentmethods").body
    sandbox.control.set_faults(Rule(fault=AnswerFault.DRIP, seconds=0.001))
    connection = HTTPConnection(urlsplit(sandbox.api_url).netloc, timeout=10)
    connection.request("GET", "/v1/paymentmethods", headers={"Authorization": f"Bearer {caller.token}"})
    pieces = []
    with connection.getresponse() as response:
        while piece := response.read1(10_000):
            pieces.append(piece)
    connection.close()
    assert b"".join(pieces) == whole
    assert len(pieces) > 1


def test_nobody_waits_for_a_drip_that_nobody_reads(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(faults=(Rule(fault=AnswerFault.DRIP, seconds=30.0),))
    caller = Caller(sandbox)
    caller.authenticate()
    connection = HTTPConnection(urlsplit(sandbox.api_url).netloc, timeout=10)
    connection.request("GET", "/v1/accounts", headers={"Authorization": f"Bearer {caller.token}"})
    with connection.getresponse() as response:
        assert response.status == 200
    connection.close()


def test_latency_holds_an_answer_back(sandbox: Running, caller: Caller) -> None:
    caller.authenticate()
    sandbox.control.set_faults(Rule(fault=AnswerFault.LATENCY, seconds=30.0))
    connection = HTTPConnection(urlsplit(sandbox.api_url).netloc, timeout=0.2)
    connection.request("GET", "/v1/accounts", headers={"Authorization": f"Bearer {caller.token}"})
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_tokens_can_die_in_the_middle_of_a_chain(sandbox: Running, caller: Caller) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.EXPIRY, path="/v1/transactionlines", nth=(3,)))
    replies = caller.follow("/transactionlines", **LINES)
    assert [reply.status for reply in replies] == [200, 200, 401]
    assert caller.authenticate().status == 200
    assert caller.get("/transactionlines", **LINES).status == 200


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://evil.example/v1/transactionlines?page=2", "https://evil.example/v1/transactionlines?page=2"),
        ("//evil.example{self}", "//evil.example/v1/transactionlines?"),
        ("http://user:pass@{host}{self}", "http://user:pass@127.0.0.1:"),
        ("{origin}/v1/../admin", "http://127.0.0.1:"),
        ("\\\\evil.example", "\\\\evil.example"),
        ("http://127.0.0.1\t.evil.example/", "http://127.0.0.1\t.evil.example/"),
    ],
)
def test_a_next_link_can_lead_anywhere(sandbox: Running, caller: Caller, link: str, expected: str) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.NEXT, link=link))
    found = caller.get("/transactionlines", **LINES).next
    assert found is not None
    assert found.startswith(expected)


def test_a_chain_can_loop_or_lose_its_next_link(sandbox: Running, caller: Caller) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.LOOP, nth=(2,)), Rule(fault=AnswerFault.NO_NEXT, query="page=2"))
    first = caller.get("/transactionlines", **LINES)
    assert first.next is not None
    second = caller.get("/transactionlines", **LINES, page=3)
    assert second.next is not None
    assert second.next.endswith("page=3")
    assert caller.get("/transactionlines", **LINES, page=2).next is None


def test_a_page_can_come_twice(sandbox: Running, caller: Caller) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.SAME_PAGE, query="page=2", times=1))
    replies = caller.follow("/transactionlines", **LINES)
    assert replies[0].body == replies[1].body
    assert replies[2].body not in (replies[0].body, replies[1].body)
    assert len({reply.body for reply in replies}) == len(replies) - 1


def test_rows_of_another_window_can_come_instead(sandbox: Running, caller: Caller) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.FOREIGN_ROWS, query="dateFrom=2025"))
    caller.get("/transactionlines", dateFrom="2024-01-01", dateTo="2024-02-01")
    strange = caller.get("/transactionlines", dateFrom="2025-01-01", dateTo="2025-02-01").json
    assert {line["date"][:7] for line in strange} == {"2024-01"}


def test_beyond_the_rate_there_is_429_with_all_sorts_of_advice(start_sandbox: StartSandbox) -> None:
    caller = Caller(start_sandbox(requests_per_second=1.0))
    caller.authenticate()
    replies = [caller.send("GET", "/v1/accounts") for _ in range(12)]
    refused = [reply for reply in replies if reply.status == 429]
    assert len(refused) >= 9
    advice = {(reply.headers["Retry-After"] or "none")[:1].isdigit() for reply in refused}
    assert {reply.headers["Retry-After"] is None for reply in refused} == {True, False}
    assert advice == {True, False}


def test_rules_count_their_own_requests_and_the_first_that_fires_wins() -> None:
    script = Script.of(
        (
            Rule(fault=AnswerFault.RESET, path="/v1/a*", every=3, times=2),
            Rule(fault=AnswerFault.EMPTY, path="/v1/a*", nth=(2, 4)),
            Rule(fault=AnswerFault.HTML, path="/v1/b", query="x=1"),
        )
    )
    found = [script.next(path, "x=1") for path in ["/v1/a"] * 10 + ["/v1/b"]]
    kinds = [rule.fault.value if rule else "-" for rule in found]
    assert kinds == ["-", "empty", "reset", "-", "empty", "reset", "-", "-", "-", "-", "html"]
    assert script.next("/v1/b", "y=1") is None
    assert script.fired == [2, 2, 1]


def test_chance_is_the_same_for_the_same_seed() -> None:
    def fired(seed: int) -> list[bool]:
        script = Script.of([Rule(fault=AnswerFault.RESET, probability=0.3, seed=seed)])
        return [script.next("/v1/accounts", "") is not None for _ in range(1000)]

    assert fired(1) == fired(1) != fired(2)
    assert 250 < sum(fired(1)) < 350


def test_a_script_can_be_read_from_json_and_a_misspelt_rule_is_refused() -> None:
    text = '[{"fault": "status", "status": 429, "retry_after": "2", "nth": [1, 3]}, {"fault": "cut gzip", "every": 5}]'
    assert read_rules(text) == (
        Rule(fault=AnswerFault.STATUS, status=429, retry_after="2", nth=(1, 3)),
        Rule(fault=AnswerFault.CUT_GZIP, every=5),
    )
    with pytest.raises(msgspec.ValidationError):
        read_rules('[{"fault": "gremlins"}]')


def test_every_fault_is_shown_by_a_test_of_this_file_or_of_the_one_for_soap() -> None:
    own = "".join(
        Path(__file__).with_name(name).read_text("utf-8") for name in ("test_faults.py", "test_soap_faults.py")
    )
    assert all(f"Fault.{fault.name}" in own for fault in AnswerFault)
