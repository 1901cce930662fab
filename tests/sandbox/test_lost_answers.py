"""Faults on writes: carried out and the answer lost, or refused before anything was done; both can be told apart."""

from __future__ import annotations

import json
from http.client import HTTPException
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running

VOUCHER = {
    "transactionTypeNumber": 9,
    "date": "2024-05-09",
    "lines": [
        {"accountNumber": 6800, "amount": 10, "tax": {"number": 0}},
        {"accountNumber": 1920, "amount": -10, "tax": {"number": 0}},
    ],
}
DONE = [
    Rule(fault=AnswerFault.RESET),
    Rule(fault=AnswerFault.RESET_MIDWAY),
    Rule(fault=AnswerFault.SHORT),
    Rule(fault=AnswerFault.CUT_CHUNKED),
    Rule(fault=AnswerFault.CUT_JSON),
    Rule(fault=AnswerFault.CUT_GZIP),
    Rule(fault=AnswerFault.STATUS, status=504, work=True),
    Rule(fault=AnswerFault.STATUS, status=502, body=ErrorBody.HTML, work=True),
    Rule(fault=AnswerFault.HTML, work=True),
    Rule(fault=AnswerFault.EMPTY, work=True),
]
UNTOUCHED = [
    Rule(fault=AnswerFault.STATUS, status=503),
    Rule(fault=AnswerFault.STATUS, status=429, retry_after="1"),
    Rule(fault=AnswerFault.HTML),
    Rule(fault=AnswerFault.EMPTY),
    Rule(fault=AnswerFault.RESET, work=False),
    Rule(fault=AnswerFault.SHORT, work=False),
]


def named(rule: Rule) -> str:
    return f"{rule.fault}-{rule.status}-{rule.work}"


def booked(sandbox: Running, rule: Rule) -> int:
    """Post a voucher under a fault, which must spoil the answer, and return how many lines the ledger gained."""
    caller, before = Caller(sandbox), sandbox.books.ledger.count
    caller.authenticate()
    sandbox.control.set_faults(rule)
    try:
        reply = caller.write("POST", "/transactions", VOUCHER)
        assert (reply.status, b"transactionId" in reply.body and reply.body.endswith(b"}")) != (201, True)
    except (HTTPException, OSError, EOFError):
        assert sandbox.requests[-1].fault == rule.fault.value
    finally:
        sandbox.control.set_faults()
    return sandbox.books.ledger.count - before


@pytest.mark.parametrize("rule", DONE, ids=named)
def test_a_write_can_be_carried_out_and_its_answer_lost(sandbox: Running, rule: Rule) -> None:
    assert booked(sandbox, rule) == 2


@pytest.mark.parametrize("rule", UNTOUCHED, ids=named)
def test_a_write_can_be_refused_before_anything_is_done(sandbox: Running, rule: Rule) -> None:
    assert booked(sandbox, rule) == 0


def test_a_rule_can_be_for_writes_alone(sandbox: Running, caller: Caller) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.STATUS, method="P*", nth=(2,)))
    assert caller.get("/accounts").status == 200
    assert caller.write("POST", "/transactions", VOUCHER).status == 201
    assert caller.get("/accounts").status == 200
    assert caller.write("PATCH", "/productcategories/10", {"name": "X"}).status == 503
    assert sandbox.control.faults_fired() == [1]
    text = json.dumps([{"fault": "status", "status": 504, "method": "DELETE", "work": True}])
    caller.send("PUT", "/_sandbox/faults", body=text.encode())
    assert caller.write("DELETE", "/productcategories/10").status == 504
    assert caller.get("/productcategories/10").status == 404


def test_a_token_can_die_before_a_write_is_looked_at(sandbox: Running, caller: Caller) -> None:
    before = sandbox.books.ledger.count
    sandbox.control.set_faults(Rule(fault=AnswerFault.EXPIRY, path="/v1/transactions", times=1))
    caller.get("/accounts")
    assert caller.write("POST", "/transactions", VOUCHER).status == 401
    assert sandbox.books.ledger.count == before


def test_writers_side_by_side_never_share_an_id(sandbox: Running) -> None:
    made: list[int] = []

    def create() -> None:
        caller = Caller(sandbox)
        company = {"isCompany": True, "name": "X"}
        made.extend(caller.write("POST", "/customers", company).json["id"] for _ in range(5))

    threads = [Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 40
