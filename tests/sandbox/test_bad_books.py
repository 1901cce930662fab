"""Books that nobody should keep: each kind of damage is served as it is, where it was said to be, and nowhere else."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.sandbox.books.bad import UNKNOWN_ACCOUNT_NUMBER, UNKNOWN_TAX_ID, Bad, Planted
from finago_assets.sandbox.books.plan import Size
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

WINDOW = {"dateFrom": "2024-01-01", "dateTo": "2025-02-01", "limit": 1000}
ON_LINES = [kind for kind in Bad if kind not in (Bad.EMPTY_ORDER, Bad.INVOICE_TWICE)]
UNREADABLE = (Bad.THREE_DECIMALS, Bad.TWENTY_DIGITS, Bad.NULL_KEY)


@pytest.fixture
def office(start_sandbox: StartSandbox) -> Running:
    return start_sandbox(years=1)


@pytest.fixture
def visitor(office: Running) -> Caller:
    return Caller(office)


def _planted(office: Running, visitor: Caller, kind: Bad) -> tuple[Planted, list[Any]]:
    """Plant a kind and return where, with the lines that are new."""
    before = Counter(map(_text, visitor.records("/transactionlines", **WINDOW)))
    planted = office.control.plant(kind)
    after = visitor.records("/transactionlines", **WINDOW)
    left = Counter(map(_text, after)) - before
    assert before - Counter(map(_text, after)) == Counter()
    return planted, [line for line in after if left[_text(line)]]


def _text(line: Any) -> str:
    return json.dumps(line, default=str, sort_keys=True)


@pytest.mark.parametrize("kind", ON_LINES)
def test_damage_is_in_one_voucher_on_the_day_it_was_said_to_be(office: Running, visitor: Caller, kind: Bad) -> None:
    planted, new = _planted(office, visitor, kind)
    assert {line["transaction"]["id"] for line in new} == set(planted.vouchers)
    assert {line["date"] for line in new} == {planted.day.isoformat()}
    assert {line["comment"] for line in new} == {kind.value}
    readable = {line["id"] for line in new} - {None}
    assert readable <= set(planted.lines)
    ids = Counter(line["id"] for line in visitor.records("/transactionlines", **WINDOW))
    assert [times for times in ids.values() if times > 1] == ([2] if kind is Bad.DOUBLED_ID else [])


def _new(office: Running, visitor: Caller, kind: Bad) -> list[Any]:
    return _planted(office, visitor, kind)[1]


def test_an_unbalanced_voucher_is_off_by_a_hundredth(office: Running, visitor: Caller) -> None:
    assert sum(line["amount"] for line in _new(office, visitor, Bad.UNBALANCED)) == Decimal("0.01")


def test_an_unknown_account_is_on_the_line_and_not_on_the_list(office: Running, visitor: Caller) -> None:
    lines = _new(office, visitor, Bad.UNKNOWN_ACCOUNT)
    assert {line["account"]["number"] for line in lines} == {UNKNOWN_ACCOUNT_NUMBER, 1920}
    listed = {one["number"]: one["id"] for one in visitor.records("/accounts")}
    assert UNKNOWN_ACCOUNT_NUMBER not in listed
    assert {line["account"]["id"] for line in lines} - set(listed.values())


def test_an_unknown_tax_is_on_the_line_and_not_on_the_list(office: Running, visitor: Caller) -> None:
    found = {line["tax"]["id"] for line in _new(office, visitor, Bad.UNKNOWN_TAX) if "tax" in line}
    assert found == {UNKNOWN_TAX_ID}
    assert UNKNOWN_TAX_ID not in {one["id"] for one in visitor.records("/taxes")}


def test_a_doubled_id_is_on_two_pages_where_pages_are_small(start_sandbox: StartSandbox) -> None:
    office = start_sandbox(years=1, largest_page=2)
    planted = office.control.plant(Bad.DOUBLED_ID)
    after = (planted.day + timedelta(days=1)).isoformat()
    pages = Caller(office).follow("/transactionlines", dateFrom=planted.day.isoformat(), dateTo=after, limit=1000)
    holding = [page.json for page in pages if planted.lines[0] in [line["id"] for line in page.json]]
    assert len(holding) == 2


def test_numbers_that_do_not_fit_are_served_with_every_digit(office: Running, visitor: Caller) -> None:
    assert {line["amount"] for line in _new(office, visitor, Bad.THREE_DECIMALS)} == {
        Decimal("100.005"),
        Decimal("-100.005"),
    }
    wide = 12_345_678_901_234_567_890
    assert {line["amount"] for line in _new(office, visitor, Bad.TWENTY_DIGITS)} == {wide, -wide}


def test_keys_are_null_in_the_id_and_in_the_account(office: Running, visitor: Caller) -> None:
    one, other = sorted(_new(office, visitor, Bad.NULL_KEY), key=lambda line: line["amount"])
    assert (one["account"], one["id"] is not None) == ({"id": None, "number": None}, True)
    assert (other["id"], other["account"]["number"]) == (None, 6800)


def test_a_voucher_outside_the_years_lies_the_day_after_the_last_of_them(office: Running, visitor: Caller) -> None:
    (day,) = {line["date"] for line in _new(office, visitor, Bad.OUTSIDE_YEARS)}
    periods = visitor.records("/fiscalperiods", type="All")
    assert day == "2025-01-01"
    assert not [one for one in periods if one["startingDate"] <= day <= one["endingDate"]]
    assert [one for one in periods if one["endingDate"] == "2024-12-31"]


def test_balances_follow_what_can_be_read_and_know_nothing_of_the_rest(office: Running, visitor: Caller) -> None:
    nothing = Decimal(0)

    def changes() -> dict[int, Decimal]:
        window = {"dateFrom": "2024-01-01", "dateTo": "2025-01-01"}
        found = visitor.records("/accountbalances", **window)
        return {
            one["account"]["number"]: sum((Decimal(month["change"]) for month in one["balances"]), nothing)
            for one in found
        }

    def moved(kind: Bad) -> dict[int, Decimal]:
        before = changes()
        office.control.plant(kind)
        after = changes()
        return {
            account: after[account] - before.get(account, nothing)
            for account in after
            if after[account] != before.get(account)
        }

    hundred = Decimal(100)
    assert all(moved(kind) == {} for kind in UNREADABLE)
    assert moved(Bad.UNBALANCED) == {6800: hundred, 1920: Decimal("-99.99")}
    assert moved(Bad.UNKNOWN_ACCOUNT) == {UNKNOWN_ACCOUNT_NUMBER: hundred, 1920: -hundred}
    assert moved(Bad.DOUBLED_ID) == moved(Bad.UNKNOWN_TAX) == {6800: hundred, 1920: -hundred}


def test_an_empty_order_is_an_invoice_with_amounts_and_no_lines(office: Running, visitor: Caller) -> None:
    (order_id,) = office.control.plant(Bad.EMPTY_ORDER).orders
    order = visitor.get(f"/salesorders/{order_id}").json
    assert (order["status"], order["grossAmount"]) == ("Invoice", 1250)
    assert visitor.get(f"/salesorders/{order_id}/lines").json == []


def test_two_invoices_have_one_number_and_each_its_own_customer(office: Running, visitor: Caller) -> None:
    planted = office.control.plant(Bad.INVOICE_TWICE)
    found = [visitor.get(f"/salesorders/{order_id}").json for order_id in planted.orders]
    assert len({order["id"] for order in found}) == len({order["customer"]["id"] for order in found}) == 2
    assert len({order["invoice"]["number"] for order in found}) == 1
    assert [order["invoice"]["transaction"]["id"] for order in found] == list(planted.vouchers)


def test_damage_can_be_ordered_by_option_and_over_http_and_comes_back_with_a_reset(start_sandbox: StartSandbox) -> None:
    office = start_sandbox(size=Size.BARE, years=1, bad=tuple(Bad))
    assert {line.kind for line in map(office.control.plant, Bad)} == set(Bad)
    caller = Caller(office)

    def count() -> int:
        lines = caller.records("/transactionlines", **WINDOW)
        return sum(line.get("comment") in set(map(str, Bad)) for line in lines)

    planted_twice = count()
    reply = caller.send("POST", "/_sandbox/bad/unbalanced", body=b'{"date": "2024-05-09"}')
    assert (reply.status, reply.json["day"], len(reply.json["lines"])) == (200, "2024-05-09", 2)
    assert count() == planted_twice + 2
    assert caller.send("POST", "/_sandbox/bad/unheard-of").status == 400
    office.control.reset()
    assert count() * 2 == planted_twice


def test_damage_has_its_place_in_the_shortest_books(start_sandbox: StartSandbox) -> None:
    office = start_sandbox(until=date(2024, 1, 5))
    assert office.control.plant(Bad.UNBALANCED).day == date(2024, 1, 5)
