"""The control surface: the books change under a running server, and the balances follow."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.sandbox.books.vouchers import Posting, VoucherType
from finago_assets.sandbox.faults import AnswerFault, Rule

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import Caller, Reply

DAY = {"dateFrom": "2024-05-09", "dateTo": "2024-05-10"}
WHOLE = {"dateFrom": "2023-12-01", "dateTo": "2026-01-01"}


def balance(caller: Caller, account: int) -> Decimal:
    records = caller.get("/accountbalances", dateFrom="2024-05-01", dateTo="2024-05-31", keepIncoming="true").json
    return Decimal(next((r["balances"][-1]["closing"] for r in records if r["account"]["number"] == account), 0))


def command(caller: Caller, method: str, path: str, body: object = None) -> Reply:
    return caller.send(method, f"/_sandbox{path}", body=None if body is None else json.dumps(body).encode())


def test_a_posted_voucher_is_served_and_moves_the_balances(sandbox: Running, caller: Caller) -> None:
    before, count = balance(caller, 6800), len(caller.records("/transactionlines", **DAY))
    voucher = sandbox.control.post(
        VoucherType.MANUAL, date(2024, 5, 9), Posting(6800, 123_45, 1), Posting(1920, -123_45)
    )
    found = caller.records("/transactionlines", **DAY, transactionId=voucher)
    assert [line["amount"] for line in found] == [Decimal("123.45"), Decimal("-123.45")]
    assert len(caller.records("/transactionlines", **DAY)) == count + 2
    assert balance(caller, 6800) == before + Decimal("123.45")
    assert {line["createdAt"][:10] for line in found} == {"2025-12-31"}
    with pytest.raises(ValueError, match="sum to zero"):
        sandbox.control.post(VoucherType.MANUAL, date(2024, 5, 9), Posting(6800, 1), Posting(1920, -2))


def test_a_changed_line_reads_anew_and_takes_its_balance_along(sandbox: Running, caller: Caller) -> None:
    sandbox.control.post(VoucherType.MANUAL, date(2024, 5, 9), Posting(6800, 100_00), Posting(1920, -100_00))
    line = next(x for x in caller.records("/transactionlines", **DAY) if x["account"]["number"] == 6800)
    before = balance(caller, 6800)
    sandbox.control.change_line(line["id"], amount=99_90, comment="rettet")
    changed = caller.get(f"/transactionlines/{line['id']}").json
    assert (changed["amount"], changed["comment"]) == (Decimal("99.9"), "rettet")
    assert changed["modifiedAt"] > line["modifiedAt"]
    assert balance(caller, 6800) == before - Decimal("0.10")
    sandbox.control.change_line(line["id"], date="2024-04-30", periodDate="2024-04-30")
    assert line["id"] not in [x["id"] for x in caller.records("/transactionlines", **DAY)]
    moved = caller.records("/transactionlines", dateFrom="2024-04-30", dateTo="2024-05-01")
    assert line["id"] in [x["id"] for x in moved]


def test_deleted_lines_and_vouchers_leave_no_trace(sandbox: Running, caller: Caller) -> None:
    whole = caller.records("/transactionlines", **WHOLE, limit=1000)
    victim = next(line for line in whole if line["date"].startswith("2024-05") and line["account"]["number"] == 5000)
    before = balance(caller, 5000)
    sandbox.control.delete_line(victim["id"])
    assert balance(caller, 5000) == before - victim["amount"]
    assert caller.get(f"/transactionlines/{victim['id']}").status == 404
    rest = sandbox.control.delete_voucher(victim["transaction"]["id"])
    after = caller.records("/transactionlines", **WHOLE, limit=1000)
    assert len(after) == len(whole) - rest - 1
    assert sum(Decimal(line["amount"]) for line in after) == -victim["amount"] + victim["amount"]
    with pytest.raises(KeyError):
        sandbox.control.delete_line(victim["id"])


def test_an_order_can_become_an_invoice_and_its_voucher_appears(sandbox: Running, caller: Caller) -> None:
    order = next(
        o for o in caller.records("/salesorders") if o["status"] == "Confirmed" and o["currency"]["code"] == "NOK"
    )
    assert sandbox.control.advance_order(order["id"], "Invoice", date(2024, 5, 9)) == "Invoice"
    now = caller.get(f"/salesorders/{order['id']}").json
    assert now["status"] == "Invoice"
    assert now["modifiedAt"].startswith("2024-05-09")
    posted = caller.records("/transactionlines", **DAY, transactionId=now["invoice"]["transaction"]["id"])
    assert [x["amount"] for x in posted if x["account"]["number"] == 1500] == [now["grossAmount"]]
    numbers = [o["invoice"]["number"] for o in caller.records("/salesorders") if "number" in o["invoice"]]
    assert len(set(numbers)) == len(numbers)
    sandbox.control.delete_order(order["id"])
    assert caller.get(f"/salesorders/{order['id']}").status == 404


def test_a_reset_brings_everything_back(sandbox: Running, caller: Caller) -> None:
    before = caller.get("/transactionlines", **WHOLE, limit=1000).body
    sandbox.control.post(VoucherType.MANUAL, date(2024, 5, 9), Posting(6800, 1), Posting(1920, -1))
    sandbox.control.withhold("taxes")
    sandbox.control.set_faults(Rule(fault=AnswerFault.EMPTY))
    sandbox.control.reset()
    assert caller.get("/transactionlines", **WHOLE, limit=1000).body == before
    assert caller.get("/taxes").status == 200
    assert len(sandbox.requests) == 2


def test_the_same_can_be_done_over_http(caller: Caller) -> None:
    postings: list[dict[str, Any]] = [{"account": 6800, "amount": 12.5}, {"account": 1920, "amount": -12.5}]
    posted = command(caller, "POST", "/vouchers", {"date": "2024-05-09", "postings": postings}).json["id"]
    line = caller.records("/transactionlines", **DAY, transactionId=posted)[0]
    assert line["amount"] == Decimal("12.5")
    assert command(caller, "PATCH", f"/lines/{line['id']}", {"comment": "x"}).json["comment"] == "x"
    assert command(caller, "DELETE", f"/lines/{line['id']}").json == {"deleted": 1}
    assert command(caller, "DELETE", f"/vouchers/{posted}").json == {"deleted": 1}
    order = next(o for o in caller.records("/salesorders") if o["status"] == "Draft")
    advanced = command(caller, "POST", f"/orders/{order['id']}/advance", {"status": "Invoice", "date": "2024-05-09"})
    assert advanced.json == {"status": "Invoice"}
    assert command(caller, "DELETE", f"/orders/{order['id']}").status == 200
    assert command(caller, "PUT", "/withheld/taxes").json == {"withheld": ["taxes"]}
    assert caller.get("/taxes").status == 403
    assert command(caller, "DELETE", "/withheld/taxes").json == {"withheld": []}
    assert command(caller, "PUT", "/faults", [{"fault": "html"}]).json == {"rules": 1}
    assert caller.get("/taxes").body.startswith(b"<")
    assert command(caller, "POST", "/tokens/expire").json["expired"] >= 1
    assert command(caller, "GET", "").json["fired"] == [1]
    assert command(caller, "GET", "/requests").json[-1]["fault"] == "html"
    assert command(caller, "POST", "/reset").status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("DELETE", "/lines/nonsense", None, 404),
        ("DELETE", "/vouchers/nonsense", None, 404),
        ("POST", "/orders/1/advance", {}, 404),
        ("POST", "/vouchers", {"date": "2024-05-09", "postings": [{"account": 6800, "amount": 1}]}, 400),
        ("POST", "/vouchers", {"date": "someday", "postings": []}, 400),
        ("PUT", "/faults", [{"fault": "gremlins"}], 400),
    ],
)
def test_commands_that_make_no_sense_are_refused(
    caller: Caller, method: str, path: str, body: object, status: int
) -> None:
    assert command(caller, method, path, body).status == status
