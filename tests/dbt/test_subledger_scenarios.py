"""Each scenario's own figures: the items, ages and invoices that it leaves, and what the bank suggests."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.scenarios import WRITTEN, scenario, scenarios
from finago_assets.sandbox.books.scenarios.model import MatchedBy, OpenItem

if TYPE_CHECKING:
    from tests.dbt.conftest import Staged
    from tests.dbt.warehouse import Warehouse

NAMES: Final = [written.__name__ for written in WRITTEN]


def _kroner(ore: int) -> Decimal:
    return Decimal(ore) / ORE


def _shown(warehouse: Warehouse, item: OpenItem) -> list[tuple[object, ...]]:
    party = "is null" if item.party is None else f"= '{item.party}'"
    number = "is null" if item.invoice is None else f"= '{item.invoice}'"
    return warehouse.rows(
        "select ledger, due_date, original_amount, open_amount, days_overdue, matched_by, currency_code, "
        f"open_amount_currency from marts.open_items_as_of(date '{item.as_of}') where account_number = {item.account} "
        f"and customer_id {party} and invoice_number {number} and item_kind = '{item.matched_by}'"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_leaves_the_items_it_says(staged: Staged, name: str) -> None:
    for item in scenario(staged.books.plan, name).items:
        found = _shown(staged.warehouse, item)
        if item.open == 0:
            assert found == [], item
            continue
        ((ledger, due, original, left, overdue, matched_by, currency, foreign),) = found
        assert (ledger, due, overdue) == (item.ledger, item.due, (item.as_of - item.due).days)
        assert (original, left, matched_by) == (_kroner(item.original), _kroner(item.open), item.matched_by), item
        if item.matched_by is not MatchedBy.OPENING:
            cents = item.open if item.open_currency is None else item.open_currency
            assert (currency, foreign) == (item.currency, _kroner(cents)), item


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_ages_as_it_says(staged: Staged, name: str) -> None:
    told = scenario(staged.books.plan, name)
    for day in {item.as_of for item in told.items}:
        for (ledger, party, bucket), ore in told.aged(day).items():
            found = staged.warehouse.rows(
                f"select {bucket} from marts.aged_{ledger}s_as_of(date '{day}') "
                f"where customer_id is not distinct from {'null' if party is None else repr(str(party))}"
            )
            assert found == [(_kroner(ore),)] or (ore == 0 and found == []), (day, ledger, party, bucket)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_leaves_its_invoices_as_it_says(staged: Staged, name: str) -> None:
    for invoice in scenario(staged.books.plan, name).invoices:
        found = staged.warehouse.rows(
            "select status, net_amount, tax_amount, open_amount, currency_code from marts.invoices "
            f"where invoice_number = '{invoice.number}'"
        )
        money = (invoice.net, invoice.tax, invoice.open)
        assert found == [(invoice.status, *map(_kroner, money), invoice.currency)]


def test_what_the_bank_says_is_suggested_and_reduces_nothing(staged: Staged) -> None:
    matches = [match for told in scenarios(staged.books.plan) for match in told.matches]
    assert matches
    for match in matches:
        found = staged.warehouse.rows(
            "select matched_by, amount, open_amount, transaction_date from marts.bank_matches "
            f"where invoice_number = '{match.number}' and payment_reference = '{match.reference}'"
        )
        assert found == [("kid_and_amount", _kroner(match.amount), _kroner(match.amount), match.day)]


def test_every_payment_by_kid_is_suggested_for_the_invoice_of_that_kid(staged: Staged) -> None:
    invoices = [order.invoice for order in staged.books.orders.orders.values() if order.invoice]
    kids = {invoice.kid: str(invoice.number) for invoice in invoices}
    paid = {
        moved.id: kids[moved.reference[1]]
        for moved in staged.books.statement.by_id.values()
        if moved.reference[0] == "ocr" and moved.reference[1] in kids
    }
    found = staged.warehouse.rows(
        "select bank_transaction_reference, invoice_number from marts.bank_matches "
        "where starts_with(matched_by, 'kid') and ledger = 'receivable' and item_kind = 'invoice_number'"
    )
    assert dict(found) == paid
    assert len(found) == len(paid) > 10


def test_a_suggestion_by_amount_is_the_only_item_with_that_amount(staged: Staged) -> None:
    found = staged.warehouse.rows(
        "select bank_transaction_reference, count(*), any_value(amount - open_amount) from marts.bank_matches "
        "where matched_by = 'amount' and currency_code = 'NOK' group by all"
    )
    assert found
    assert {(count, difference) for _, count, difference in found} == {(1, Decimal(0))}
