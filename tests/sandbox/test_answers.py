"""How the sandbox answers: windows, filters, paging in both models, and everything awkward that section 10 asks for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.catalogue.model import Paging
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.options import Links, ListOrder
from finago_assets.sandbox.server import running
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox_server import StartSandbox

ALL = {"dateFrom": "2023-12-01", "dateTo": "2026-01-01"}
BANK = {"dateFrom": "2023-12-31", "dateTo": "2025-12-31"}
PAGED = {
    "/transactionlines": (ALL, "id"),
    "/banktransactions": (BANK, "bankTransactionReference"),
    "/salesorders": (ALL, "id"),
    "/customers": ({"sortBy": "id:asc"}, "id"),
    "/products": ({}, "id"),
    "/productcategories": ({}, "id"),
    "/dimensions/5/elements": ({}, "value"),
}


@pytest.fixture(scope="module")
def office() -> Iterator[Caller]:
    with running(size=Size.TINY) as sandbox:
        yield Caller(sandbox)


def keys(records: list[dict[str, Any]], key: str = "id") -> list[Any]:
    return [record[key] for record in records]


def test_the_table_of_paged_lists_is_that_of_the_catalogue() -> None:
    paged = {e.path.replace("{dimensionType}", "5") for e in ENDPOINTS.values() if e.paging is not Paging.NONE}
    assert paged == set(PAGED)


@pytest.mark.parametrize("links", list(Links))
@pytest.mark.parametrize("trailing", [False, True], ids=["last page without next", "trailing empty page"])
def test_following_links_reads_every_row_once(start_sandbox: StartSandbox, links: Links, *, trailing: bool) -> None:
    caller = Caller(start_sandbox(links=links, trailing_empty_page=trailing))
    for path, (params, key) in PAGED.items():
        whole = caller.records(path, **params, limit=100)
        for limit in (3, 7):
            replies = caller.follow(path, **params, limit=limit)
            assert [record[key] for reply in replies for record in reply.json] == keys(whole, key)
            assert (replies[-1].json == []) is trailing
        assert len(set(keys(whole, key))) == len(whole) > 10 or path == "/productcategories"


def test_links_come_in_every_spelling(office: Caller) -> None:
    headers = [
        next((name, value) for name, value in reply.headers.items() if name.lower() == "link")
        for reply in office.follow("/transactionlines", **ALL, limit=20)[:-1]
    ]
    assert {name for name, _ in headers} == {"Link", "link", "LINK"}
    targets = [value[value.index("<") + 1 :] for _, value in headers]
    assert {target[0] for target in targets} == {"h", "/", "?"}
    assert any("rel=next" in value for _, value in headers)
    assert any('rel="next"' in value for _, value in headers)
    assert all('rel="first"' in v or "rel=first" in v or 'REL="first"' in v for _, v in headers[1:])
    assert any("previous" in value for _, value in headers)


def test_a_next_link_carries_the_filters_unless_told_not_to(office: Caller, start_sandbox: StartSandbox) -> None:
    kept = office.get("/salesorders", **ALL, status="Invoice", limit=5).next
    dropped = Caller(start_sandbox(links_drop_filters=True))
    bare = dropped.get("/salesorders", **ALL, status="Invoice", limit=5).next
    assert kept is not None
    assert bare is not None
    assert "status=Invoice" in kept
    assert "status" not in bare
    assert {record["status"] for record in dropped.records("/salesorders", **ALL, status="Invoice", limit=5)} == {
        "Invoice"
    }


@pytest.mark.parametrize(
    ("path", "default", "most"),
    [("/transactionlines", 50, 60), ("/products", 12, 12), ("/customers", 20, 20), ("/productcategories", 8, 8)],
)
def test_pages_have_default_sizes_and_clamp_larger_ones(
    start_sandbox: StartSandbox, path: str, default: int, most: int
) -> None:
    caller = Caller(start_sandbox(largest_page=60))
    assert len(caller.get(path, **PAGED[path][0]).json) == default
    assert len(caller.get(path, **PAGED[path][0], limit=5000).json) == most


def test_bank_transactions_refuse_large_pages_and_pages_beyond_the_cap(start_sandbox: StartSandbox) -> None:
    caller = Caller(start_sandbox(page_cap=3))
    assert caller.get("/banktransactions", **BANK, limit=101).status == 400
    assert caller.get("/banktransactions", **BANK, limit=5, page=3).status == 200
    assert caller.get("/banktransactions", **BANK, limit=5, page=4).status == 400
    assert caller.get("/banktransactions", **BANK, limit=0).status == 400


def test_a_ledger_window_needs_both_ends_and_leaves_out_the_last_day(office: Caller) -> None:
    for missing in ({"dateFrom": "2024-01-01"}, {"dateTo": "2024-01-01"}, {"dateFrom": "x", "dateTo": "2024-01-01"}):
        reply = office.get("/transactionlines", **missing)
        assert reply.status == 400
        assert reply.json["error"]["name"] == "ValidationError"
        assert reply.json["error"]["payload"]["validationErrors"][0]["path"] in ("dateFrom", "dateTo")
        assert reply.json["trackingId"] == reply.headers["X-Trace-Id"]
    days = {line["date"] for line in office.records("/transactionlines", dateFrom="2024-01-20", dateTo="2024-01-31")}
    assert min(days) == "2024-01-20"
    assert "2024-01-31" not in days
    assert office.records("/transactionlines", dateFrom="2024-01-31", dateTo="2024-02-01")
    assert office.get("/transactionlines", dateFrom="2024-01-31", dateTo="2024-01-31").json == []


def test_daily_windows_tile_the_ledger_and_the_bank(office: Caller) -> None:
    day, lines, moves = date(2024, 1, 1), [], []
    while day < date(2024, 3, 1):
        lines += office.records("/transactionlines", dateFrom=day, dateTo=day + timedelta(days=1))
        moves += office.records("/banktransactions", dateFrom=day, dateTo=day)
        day += timedelta(days=1)
    assert keys(lines) == keys(office.records("/transactionlines", dateFrom="2024-01-01", dateTo="2024-03-01"))
    key = "bankTransactionReference"
    assert keys(moves, key) == keys(
        office.records("/banktransactions", dateFrom="2024-01-01", dateTo="2024-02-29"), key
    )
    assert lines
    assert moves


def test_a_bank_window_spans_two_years_at_most(office: Caller) -> None:
    assert office.get("/banktransactions", dateFrom="2024-01-01", dateTo="2026-01-01").status == 200
    assert office.get("/banktransactions", dateFrom="2024-01-01", dateTo="2026-01-02").status == 400
    assert office.get("/banktransactions", dateFrom="2024-01-02", dateTo="2024-01-01").status == 400


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_upper_end_of_an_order_window_is_as_the_option_says(
    start_sandbox: StartSandbox, *, inclusive: bool
) -> None:
    caller = Caller(start_sandbox(salesorders_include_end=inclusive))
    last = caller.records("/salesorders")[-1]
    found = caller.records("/salesorders", dateFrom=last["date"], dateTo=last["date"])
    assert (last["id"] in keys(found)) is inclusive
    assert last["id"] in keys(caller.records("/salesorders", date=last["date"]))


def test_unknown_parameters_change_nothing(office: Caller) -> None:
    assert office.get("/customers", name="nobody", limit=7).body == office.get("/customers", limit=7).body
    assert office.get("/accounts", page=9, dateFrom="nonsense").body == office.get("/accounts").body


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("transactionId", lambda line: line["transaction"]["id"]),
        ("transactionNumber", lambda line: line["transaction"]["number"]),
        ("transactionTypeId", lambda line: line["transactionType"]["id"]),
        ("customerId", lambda line: line.get("customer", {}).get("id")),
        ("accountId", lambda line: line["account"]["id"]),
        ("accountNumber", lambda line: line["account"]["number"]),
        ("invoiceNumber", lambda line: line.get("invoice", {}).get("number")),
        ("currencyCode", lambda line: line["currency"]["code"]),
    ],
)
def test_ledger_filters_narrow_the_window(office: Caller, name: str, read: Any) -> None:
    whole = office.records("/transactionlines", **ALL, limit=1000)
    wanted = next(read(line) for line in whole if read(line) is not None)
    found = office.records("/transactionlines", **ALL, **{name: wanted}, limit=1000)
    assert keys(found) == keys([line for line in whole if read(line) == wanted])
    assert 0 < len(found) < len(whole)


def test_modified_from_narrows_the_window_and_does_not_replace_it(office: Caller) -> None:
    assert office.get("/transactionlines", modifiedFrom="2024-01-01T00:00:00Z").status == 400
    late = office.records("/transactionlines", **ALL, modifiedFrom="2025-06-01T00:00:00Z", limit=1000)
    assert late
    assert all(line["modifiedAt"] >= "2025-06-01" for line in late)


def test_dimensions_come_only_when_asked_for(office: Caller) -> None:
    bare = office.records("/transactionlines", **ALL, limit=1000)
    full = office.records("/transactionlines", **ALL, includeDimensions="true", limit=1000)
    assert not any("dimensions" in line for line in bare)
    assert bare == [{k: v for k, v in line.items() if k != "dimensions"} for line in full]
    kinds = {d["dimensionType"] for line in full for d in line.get("dimensions", [])}
    assert {1, 2, 3, 101} <= kinds
    assert "dimensions" not in office.get(f"/transactionlines/{full[-1]['id']}").json
    order = office.records("/salesorders")[0]
    assert "dimensions" not in order
    assert office.get(f"/salesorders/{order['id']}").json["dimensions"]


def test_closed_dimension_elements_are_missing_from_the_list_and_can_be_read_alone(office: Caller) -> None:
    assert "P102" not in keys(office.records("/dimensions/1/elements"), "value")
    assert office.get("/dimensions/1/elements/P102").json["name"] == "Flytting 2023"
    assert office.get("/dimensions/77/elements").status == 404


@pytest.mark.parametrize("kind", ["Date", "Period"])
def test_balances_agree_with_the_ledger_for_every_account_and_month(office: Caller, kind: str) -> None:
    day = "date" if kind == "Date" else "periodDate"
    expected: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in office.records("/transactionlines", **ALL, limit=1000):
        expected[line["account"]["number"], line.get(day, line["date"])[:7]] += Decimal(line["amount"])
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for record in office.get("/accountbalances", dateFrom="2023-12-01", dateTo="2025-12-31", type=kind).json:
        for balance in record["balances"]:
            found[record["account"]["number"], balance["date"][:7]] += Decimal(balance["change"])
            assert balance["opening"] + balance["change"] == balance["closing"]
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}


def test_incoming_balances_come_when_asked_for_and_results_restart_each_year(office: Caller) -> None:
    def openings(**params: str) -> dict[int, Decimal]:
        window = {"dateFrom": "2025-01-01", "dateTo": "2025-12-31"}
        found = office.get("/accountbalances", **window, **params).json
        return {record["account"]["number"]: Decimal(record["balances"][0]["opening"]) for record in found}

    assert set(openings().values()) == {Decimal(0)}
    kept = openings(keepIncoming="true")
    assert kept[2000] == -1_000_000
    assert all(value == 0 for account, value in kept.items() if account >= 3000)
    assert sum(kept.values()) == 0


def test_one_accounts_balance_is_an_array_all_the_same(office: Caller) -> None:
    bank = next(account for account in office.get("/accounts").json if account["number"] == 1920)
    found = office.get(f"/accountbalances/{bank['id']}", **ALL).json
    assert [record["account"]["number"] for record in found] == [1920]
    periods = office.get("/accountbalances", **ALL, periods="2023-12-01,2025-01-01").json
    assert [balance["date"] for balance in periods[0]["balances"]] == ["2023-12-01", "2025-01-01"]


def test_customers_can_be_filtered_and_sorted(office: Caller) -> None:
    everybody = office.records("/customers", sortBy="id:asc", limit=100)
    assert keys(everybody) == sorted(keys(everybody))
    assert keys(office.records("/customers", sortBy="id:desc")) == sorted(keys(everybody), reverse=True)
    assert keys(office.records("/customers")) != keys(everybody)
    suppliers = office.records("/customers", sortBy="id:asc", isSupplier="true")
    assert keys(suppliers) == [party["id"] for party in everybody if party["isSupplier"]]
    edge = everybody[3]["modifiedAt"].replace(" ", "T")
    changed = office.records("/customers", sortBy="id:asc", modifiedFrom=edge)
    assert keys(changed) == [p["id"] for p in everybody if p["modifiedAt"].replace(" ", "T") >= edge]
    assert office.get("/customers", sortBy="shoe:asc").status == 400


def test_order_filters_are_honoured(office: Caller) -> None:
    everything = office.records("/salesorders")
    for status in ("Draft", "Web", "Proposal", "Confirmed", "Invoice", "AdvanceInvoice"):
        found = office.records("/salesorders", status=status)
        assert keys(found) == [order["id"] for order in everything if order["status"] == status]
        assert found
    assert office.get("/salesorders", status="Inactive").status == 400
    number = next(order["invoice"]["number"] for order in everything if "number" in order["invoice"])
    assert len(office.records("/salesorders", invoiceNumber=number)) == 1
    edge = everything[9]["modifiedAt"]
    changed = office.records("/salesorders", modifiedFrom=edge)
    assert keys(changed) == [order["id"] for order in everything if order["modifiedAt"] >= edge]


def test_products_can_be_searched_and_prices_asked_for_by_range(office: Caller) -> None:
    everything = office.records("/products")
    assert keys(office.records("/products", productSearch="%11")) == [
        p["id"] for p in everything if p["name"].endswith("11")
    ]
    assert keys(office.records("/products", categoryIds="13,14")) == [
        p["id"] for p in everything if p["category"]["id"] in (13, 14)
    ]
    assert keys(office.get("/pricelists/1/prices", productIds="101..103,109").json, "productId") == [101, 103, 109]


def test_bank_balances_are_those_before_a_day(office: Caller) -> None:
    def balance(before: str) -> dict[str, Any]:
        found: dict[str, Any] = office.get("/bankaccounts", before=before).json[0]
        return found

    assert "balance" not in balance("2023-12-31")
    assert balance("2024-01-01")["balance"]["amount"] == 2_500_000
    assert not any("balance" in account for account in office.get("/bankaccounts").json[2:])


def test_records_are_as_awkward_as_the_real_ones(office: Caller) -> None:
    orders = office.records("/salesorders")
    assert {type(order["customer"]["street"]) for order in orders} == {str, list}
    assert {type(order["invoice"]["paymentTerms"]["value"]) for order in orders} == {int, str}
    assert {order.get("paymentMethod", "absent") is None for order in orders} == {False}
    assert any(order.get("paymentMethod") == {"id": None} for order in orders)
    parties = office.records("/customers")
    assert all(" " in party["createdAt"] and "T" not in party["createdAt"] for party in parties)
    assert {party.get("organizationNumber", "absent") is None for party in parties} == {True, False}
    assert any("organizationNumber" not in party for party in parties)
    lines = office.records("/transactionlines", **ALL, limit=1000)
    assert {line["currency"]["code"] for line in lines} >= {"LOCAL", "NOK"}
    assert any("postedVia" in line for line in lines)
    assert any("periodDate" not in line for line in lines)
    assert {listed["currencyCode"] for listed in office.get("/pricelists").json} == {"LOCAL", "EUR"}
    taxes = {tax["id"]: tax["number"] for tax in office.get("/taxes").json}
    assert taxes[0] == 0
    assert taxes[8] == 5


def test_money_is_exact_text_with_and_without_trailing_zeros(office: Caller) -> None:
    body = office.get("/transactionlines", **ALL, limit=1000).body.decode()
    amounts = [part.split(",")[0] for part in body.split('"amount":')[1:]]
    assert any(text.endswith("0") and "." in text for text in amounts)
    assert any("." not in text for text in amounts)
    assert not any("e" in text.lower() or len(text.partition(".")[2]) > 2 for text in amounts)


def test_items_that_do_not_exist_are_404_with_a_trace_id(office: Caller) -> None:
    bodies = set()
    for path in (
        "/accounts/1",
        "/taxes/999",
        "/transactionlines/x",
        "/salesorders/1",
        "/salesorders/1/lines",
        "/nowhere",
    ):
        reply = office.get(path)
        assert reply.status == 404
        assert reply.headers["X-Trace-Id"]
        bodies.add(reply.body[:1])
    assert {b"", b"{"} <= bodies


def test_answers_are_gzipped_only_when_asked(office: Caller) -> None:
    asked = office.send("GET", "/v1/accounts", headers={"Accept-Encoding": "gzip"})
    plain = office.send("GET", "/v1/accounts")
    assert asked.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Encoding"] is None
    assert asked.body == plain.body


def test_lines_of_a_day_can_come_in_any_order_and_the_days_stay_whole(start_sandbox: StartSandbox) -> None:
    def read(caller: Caller) -> list[Any]:
        return keys(caller.records("/transactionlines", **ALL, limit=40))

    posted, shuffled = Caller(start_sandbox()), Caller(start_sandbox(order=ListOrder.SHUFFLED))
    restless = Caller(start_sandbox(order=ListOrder.RESTLESS))
    first, second = read(restless), read(restless)
    assert read(shuffled) == read(shuffled) != read(posted)
    assert first != second
    assert sorted(first) == sorted(second) == sorted(read(posted))


def test_two_organizations_have_books_of_their_own(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(organizations=("300000000000001", "300000000000002"))
    one, two = Caller(sandbox), Caller(sandbox)
    two.authenticate(login_organization="300000000000002")
    assert one.get("/organization/information").json["id"] == 300000000000001
    assert two.get("/organization/information").json["id"] == 300000000000002
    assert one.get("/transactionlines", **ALL).body != two.get("/transactionlines", **ALL).body
