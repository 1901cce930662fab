"""Any bundle that keeps the rules is saved and moves the balances to the øre; one that is off moves nothing."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.sandbox.soap_bundles import DRAFT, bundle, entry, next_number, save, voucher
from tests.sandbox.soap_caller import SoapCaller, logged_in
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR = {"dateFrom": "2024-01-01", "dateTo": "2024-12-31", "keepIncoming": "true"}
ACCOUNTS = (1500, 1920, 2400, 3200, 6860, 7500)
DAYS = ("2024-01-01", "2024-02-29", "2024-12-31")
CODES = ("", "0", "6", "52")

amounts = st.integers(-(10**8), 10**8).filter(bool)
rows = st.tuples(st.sampled_from(ACCOUNTS), amounts, st.sampled_from(CODES))
vouchers = st.tuples(st.sampled_from(DAYS), st.lists(rows, min_size=1, max_size=4))
Rows = list[tuple[str, list[tuple[int, int, str]]]]


@pytest.fixture(scope="module")
def soap() -> Iterator[SoapCaller]:
    """Return a caller of a sandbox that every example adds to."""
    with running(size=Size.TINY) as sandbox:
        yield logged_in(sandbox)


def closing(soap: SoapCaller) -> dict[int, Decimal]:
    found = Caller(soap.sandbox).get("/accountbalances", **YEAR).json
    return {one["account"]["number"]: Decimal(one["balances"][-1]["closing"]) for one in found}


def written(number: int, drawn: Rows, off: int = 0) -> tuple[str, dict[int, Decimal]]:
    """Return a bundle whose vouchers are balanced through the bank, but for `off`, and what it moves."""
    moves: dict[int, Decimal] = defaultdict(Decimal)
    parts = []
    for place, (day, held) in enumerate(drawn):
        sides = [*held, (1920, -sum(amount for _, amount, _ in held) + off, "0")]
        entries = []
        for account, ore, tax in sides:
            moves[account] += Decimal(ore) / 100
            entries.append(entry(account, f"{Decimal(ore) / 100}", Date=f"{day}T00:00:00", TaxNo=tax))
        parts.append(voucher(number + place, *entries))
    return bundle(*parts), moves


@settings(max_examples=25, deadline=None)
@given(st.lists(vouchers, min_size=1, max_size=3))
def test_what_keeps_the_rules_is_in_the_balances_at_once_or_when_it_is_booked(soap: SoapCaller, drawn: Rows) -> None:
    control = soap.sandbox.control.soap
    for option in (0, DRAFT):
        before = closing(soap)
        sent, moves = written(next_number(soap), drawn)
        assert save(soap, sent, option=option)["Type"] == "Ok"
        if option == DRAFT:
            assert closing(soap) == before
            control.book(control.drafts()[-1]["id"])
        after = closing(soap)
        moved = {key: after.get(key, Decimal(0)) - before.get(key, Decimal(0)) for key in {*before, *after}}
        assert {key: value for key, value in moved.items() if value} == {k: v for k, v in moves.items() if v}


@settings(max_examples=15, deadline=None)
@given(st.lists(vouchers, min_size=1, max_size=3), amounts)
def test_what_is_off_by_an_ore_moves_nothing(soap: SoapCaller, drawn: Rows, off: int) -> None:
    before, number = closing(soap), next_number(soap)
    sent, _ = written(number, drawn, off)
    assert "not in balance" in save(soap, sent)["Description"]
    assert (closing(soap), next_number(soap)) == (before, number)
