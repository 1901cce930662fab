"""Vouchers that were posted: their lines and the balances follow, VAT is taken out, and nothing unbalanced gets in."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from finago_assets.sandbox.books.plan import Modes
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import Reply, StartSandbox

MAY = {"dateFrom": "2024-05-01", "dateTo": "2024-06-01"}


def line(account: int, amount: str, tax: int = 0, **more: object) -> dict[str, Any]:
    return {"accountNumber": account, "amount": float(amount), "tax": {"number": tax}, **more}


def post(caller: Caller, *lines: dict[str, Any], **more: object) -> Reply:
    return caller.write(
        "POST", "/transactions", {"transactionTypeNumber": 9, "date": "2024-05-09", "lines": lines, **more}
    )


def posted(caller: Caller, *lines: dict[str, Any], **more: object) -> list[Any]:
    reply = post(caller, *lines, **more)
    assert reply.status == 201, reply.body
    found = {**MAY, "transactionId": reply.json["transactionId"], "includeDimensions": "true"}
    return caller.records("/transactionlines", **found)


def short(lines: list[Any]) -> list[tuple[int, Decimal, int | None]]:
    return [(x["account"]["number"], Decimal(x["amount"]), x.get("tax", {}).get("id")) for x in lines]


def balance(caller: Caller, account: int, last: str = "2024-05-31", **more: str) -> Decimal:
    window = {"dateFrom": last[:8] + "01", "dateTo": last, "keepIncoming": "true"}
    records = caller.get("/accountbalances", **window, **more).json
    return Decimal(next((r["balances"][-1]["closing"] for r in records if r["account"]["number"] == account), 0))


def test_a_voucher_reads_back_with_ids_of_its_own_and_moves_the_balances(caller: Caller) -> None:
    before, known = balance(caller, 6800), {x["id"] for x in caller.records("/transactionlines", **MAY, limit=1000)}
    invoice = {"number": "A-1", "dueDate": "2024-05-30", "remittanceReference": "123"}
    department = [{"dimensionType": 2, "value": "20"}]
    lines = posted(
        caller,
        line(6800, "123.45", invoice=invoice, dimensions=department, comment="Papir"),
        line(1920, "-123.45"),
        comment="Kontant",
    )
    assert short(lines) == [(6800, Decimal("123.45"), 0), (1920, Decimal("-123.45"), 0)]
    assert known.isdisjoint(x["id"] for x in lines)
    assert (lines[0]["invoice"], lines[0]["comment"], lines[1]["comment"]) == (invoice, "Papir", "Kontant")
    assert lines[0]["dimensions"] == [{"dimensionType": 2, "value": "20", "name": "Lager"}]
    assert lines[0]["createdAt"] == lines[1]["createdAt"]
    since = caller.records("/transactionlines", **MAY, modifiedFrom=lines[0]["modifiedAt"])
    assert [x["id"] for x in since] == [x["id"] for x in lines]
    assert balance(caller, 6800) == before + Decimal("123.45")


def test_sending_a_voucher_twice_books_it_twice(caller: Caller) -> None:
    lines = (line(6800, "10"), line(1920, "-10"))
    first, second = posted(caller, *lines), posted(caller, *lines)
    assert {x["id"] for x in first}.isdisjoint(x["id"] for x in second)
    assert second[0]["transaction"]["number"] == first[0]["transaction"]["number"] + 1


@pytest.mark.parametrize(
    ("sent", "booked"),
    [
        (line(6800, "125", 1), [(6800, "100", 3), (2710, "25", None)]),
        (line(3000, "-0.99", 3), [(3000, "-0.79", 6), (2700, "-0.20", None)]),
        (line(3100, "-50", 5), [(3100, "-50", 8)]),
        (line(6700, "100", 86), [(6700, "100", 22), (2703, "-25", None), (2713, "25", None)]),
        (line(6860, "100", 87), [(6860, "100", 23), (2703, "-25", None), (6860, "25", None)]),
        (line(6540, "12500", 65), [(6540, "10000", 16), (2716, "1625", None), (6540, "875", None)]),
        ({**line(6800, "125"), "tax": {"number": 1, "amount": 24.99}}, [(6800, "100.01", 3), (2710, "24.99", None)]),
        (line(2710, "25", 1), [(2710, "25", 3)]),
    ],
)
def test_vat_is_taken_out_of_an_amount_by_its_code(
    caller: Caller, sent: dict[str, Any], booked: list[tuple[int, str, int | None]]
) -> None:
    lines = posted(caller, sent, line(1920, str(-sent["amount"])))
    assert short(lines)[:-1] == [(account, Decimal(amount), tax) for account, amount, tax in booked]
    assert sum(x["amount"] for x in lines) == 0


def test_each_date_balances_and_lines_may_have_one_of_their_own(caller: Caller) -> None:
    april: dict[str, Any] = {"date": "2024-04-30", "periodDate": "2024-03-31"}
    pair = (line(6800, "10", **april), line(1920, "-10", **april))
    march = balance(caller, 6800, "2024-03-31", type="Period")
    unbalanced = post(caller, line(6800, "10", **april), line(1920, "-10"))
    assert unbalanced.json["error"]["payload"]["validationErrors"] == [{"path": "lines", "keyword": "balance"}]
    voucher = post(caller, *pair, line(6900, "7"), line(1920, "-7")).json["transactionId"]
    window = {"dateFrom": "2024-04-01", "dateTo": "2024-06-01", "transactionId": voucher}
    found = caller.get("/transactionlines", **window).json
    assert {(x["date"], x["periodDate"], Decimal(x["amount"])) for x in found} == {
        ("2024-04-30", "2024-03-31", Decimal(10)),
        ("2024-04-30", "2024-03-31", Decimal(-10)),
        ("2024-05-09", "2024-05-09", Decimal(7)),
        ("2024-05-09", "2024-05-09", Decimal(-7)),
    }
    assert balance(caller, 6800, "2024-03-31", type="Period") == march + 10
    caller.sandbox.control.delete_voucher(voucher)
    assert caller.get("/transactionlines", **window).json == []


def test_what_converting_leaves_over_is_booked_as_rounding(caller: Caller) -> None:
    euro: dict[str, Any] = {"currency": {"code": "EUR", "rate": 11.1}}
    lines = posted(caller, line(4300, "0.05", **euro), line(4300, "0.05", **euro), line(2400, "-0.10", **euro))
    assert [(account, amount) for account, amount, _ in short(lines)] == [
        (4300, Decimal("0.56")),
        (4300, Decimal("0.56")),
        (2400, Decimal("-1.11")),
        (7745, Decimal("-0.01")),
    ]


def test_amounts_are_shown_in_the_mode_of_the_books(start_sandbox: StartSandbox) -> None:
    caller = Caller(start_sandbox(modes=Modes(foreign_amounts=True)))
    euro: dict[str, Any] = {"currency": {"code": "EUR", "rate": 11.5}}
    lines = posted(caller, line(4300, "100", **euro), line(2400, "-100", **euro))
    assert [Decimal(x["amount"]) for x in lines] == [100, -100]
    assert balance(caller, 4300) >= 1150


def test_a_customer_is_named_by_its_dimension(caller: Caller) -> None:
    customer = caller.get("/customers").json[0]["id"]
    where = [{"dimensionType": 5, "value": str(customer)}]
    lines = posted(caller, line(1500, "10", dimensions=where), line(3200, "-10"))
    assert lines[0]["customer"] == {"id": customer}


@pytest.mark.parametrize(
    ("change", "path", "keyword"),
    [
        ({"transactionTypeNumber": -1}, "transactionTypeNumber", "minimum"),
        ({"transactionTypeNumber": 999}, "transactionTypeNumber", "reference"),
        ({"date": "1999-01-01"}, "lines.0.date", "fiscalPeriod"),
        ({"lines": []}, "lines", "minItems"),
        ({"lines": [line(6800, "1")] * 1001}, "lines", "maxItems"),
        ({"lines": [line(6800, "1")]}, "lines", "balance"),
        ({"lines": [line(1, "0")]}, "lines.0.accountNumber", "reference"),
        ({"lines": [line(6800, "0", 2)]}, "lines.0.tax.number", "reference"),
        ({"lines": [line(6800, "1.005"), line(1920, "-1.005")]}, "lines.0.amount", "multipleOf"),
        ({"lines": [line(6800, "1e15"), line(1920, "-1e15")]}, "lines.0.amount", "maximum"),
        (
            {"lines": [line(6800, "0", dimensions=[{"dimensionType": 2, "value": "x"}])]},
            "lines.0.dimensions.0.value",
            "reference",
        ),
        ({"lines": [{"accountNumber": 6800, "amount": 0}]}, "lines.0.tax", "required"),
        ({"documentId": 70_003}, "documentId", "reference"),
    ],
)
def test_vouchers_that_cannot_be_are_refused_whole(
    caller: Caller, change: dict[str, Any], path: str, keyword: str
) -> None:
    before = caller.sandbox.books.ledger.count
    body = {"transactionTypeNumber": 9, "date": "2024-05-09", "lines": [line(6800, "1"), line(1920, "-1")], **change}
    refused = caller.write("POST", "/transactions", body)
    assert refused.status == 400
    assert refused.json["error"]["payload"]["validationErrors"] == [{"path": path, "keyword": keyword}]
    assert caller.sandbox.books.ledger.count == before


def test_a_document_is_uploaded_booked_and_fetched(sandbox: Running, caller: Caller) -> None:
    announced = caller.write("POST", "/fileUpload", {"contentType": "application/pdf"}).json
    state = f"/fileUpload/{announced['fileId']}"
    assert caller.get(state).json == {"fileId": announced["fileId"], "status": "Pending"}
    address = urlsplit(announced["uploadUrl"])
    assert caller.send("PUT", f"{address.path}?signature=guessed", body=b"%PDF").status == 403
    assert caller.send(announced["uploadMethod"], f"{address.path}?{address.query}", body=b"%PDF").status == 200
    done = caller.get(state).json
    assert done["status"] == "Completed"
    lines = posted(caller, line(6800, "10"), line(1920, "-10"), documentId=done["documentId"])
    assert {x["documentId"] for x in lines} == {done["documentId"]}
    link = urlsplit(caller.get(f"/documents/{done['documentId']}").json["downloadUrl"])
    assert caller.send("GET", f"{link.path}?{link.query}").body == b"%PDF"
    assert caller.send("GET", link.path).status == 403
    assert caller.get("/documents/7").status == 404
    sandbox.control.withhold("api.accounting.transaction:write")
    assert caller.get(state).status == 403
    assert caller.get(f"/documents/{done['documentId']}").status == 200


def test_restarting_forgets_what_was_written(sandbox: Running, caller: Caller) -> None:
    books = sandbox.books
    seeded = [caller.get(path).body for path in ("/customers", "/products", "/productcategories", "/bankaccounts")]
    posted(caller, line(6800, "10"), line(1920, "-10"))
    caller.write("PATCH", "/productcategories/10", json.dumps({"name": "Nytt"}).encode())
    sandbox.control.reset()
    assert sandbox.books.ledger.count == books.ledger.count - 2
    assert sandbox.books.written.now().date() == date(2025, 12, 31)
    after = [caller.get(path).body for path in ("/customers", "/products", "/productcategories", "/bankaccounts")]
    assert after == seeded
