"""Every scenario's figures hold in the ledger as served: by account, party, term and dimension, to the øre."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.calendar import ends_term
from finago_assets.sandbox.books.company import Books, keep_books
from finago_assets.sandbox.books.ids import kid_mod11
from finago_assets.sandbox.books.money import rounded
from finago_assets.sandbox.books.plan import BooksPlan, Size
from finago_assets.sandbox.books.scenarios import WRITTEN, scenario, scenarios
from finago_assets.sandbox.books.scenarios.ageing import CONTROL_ACCOUNTS, aged, month_ends, open_items
from finago_assets.sandbox.books.scenarios.books import FIRST_PARTY, PARTIES, kr
from finago_assets.sandbox.books.scenarios.foretold import changes, settlements, year_results
from finago_assets.sandbox.books.scenarios.model import Bucket, MatchedBy, OpenItem, Sale
from finago_assets.sandbox.books.taxes import OUTPUT_VAT, REVERSE, TAXES, VAT_ACCOUNTS, standard_codes, vat_accounts
from finago_assets.sandbox.books.vat import term_of
from finago_assets.sandbox.books.vouchers import VoucherType
from tests.reference import REFERENCE
from tests.sandbox.ledger_lines import Line, Reader, month, read

if TYPE_CHECKING:
    from collections.abc import Callable

BARE = BooksPlan(size=Size.BARE)
NAMES = [written.__name__ for written in WRITTEN]
ORE = Reader().ore
PUBLISHED = REFERENCE / "norway" / "Standard_Tax_Codes.csv"
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "standard_tax_codes.csv"
SEEDED = {row.partition(",")[0] for row in SEEDS.read_text("utf-8").splitlines()[1:]}


@pytest.fixture(scope="module")
def books() -> Books:
    return keep_books(BooksPlan(size=Size.SMALL))


@pytest.fixture(scope="module")
def lines(books: Books) -> list[Line]:
    return read(books)


@pytest.fixture(scope="module")
def bare() -> Books:
    return keep_books(BARE)


def test_every_scenario_of_two_years_is_played_and_named_after_its_story() -> None:
    found = scenarios(BARE)
    assert [one.name for one in found] == NAMES
    assert len(set(NAMES)) == len(NAMES) == 29
    assert all(one.story for one in found)
    with pytest.raises(KeyError):
        scenario(BARE, "nobody wrote this")


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_moves_the_accounts_it_says_it_moves(books: Books, lines: list[Line], name: str) -> None:
    moved: Counter[tuple[int, date]] = Counter()
    for line in lines:
        if line.comment == name:
            moved[line.account["number"], month(line)] += ORE(line)
    assert dict(moved) == scenario(books.plan, name).changes
    assert sum(moved.values()) == 0


def _until(lines: list[Line], item: OpenItem) -> list[Line]:
    as_of = item.as_of.isoformat()
    return [line for line in lines if line.account["number"] == item.account and line.date <= as_of]


def _party(lines: list[Line], item: OpenItem) -> list[Line]:
    return [line for line in _until(lines, item) if (line.customer or {}).get("id") == item.party]


def _is(item: OpenItem, lines: list[Line]) -> Callable[[Line], bool]:
    """Tell an item's lines from the others of its party: by number, else by the KID that goes with the number."""
    kids = {
        line.invoice["remittanceReference"]
        for line in lines
        if line.invoice and line.invoice.get("number") == item.invoice and "remittanceReference" in line.invoice
    }

    def belongs(line: Line) -> bool:
        invoice = line.invoice or {}
        if "number" in invoice:
            return invoice["number"] == item.invoice
        if item.matched_by is MatchedBy.KID:
            return "remittanceReference" in invoice
        return invoice.get("remittanceReference") in kids or (item.matched_by is MatchedBy.LINE and not invoice)

    return belongs


@pytest.mark.parametrize("name", NAMES)
def test_an_open_item_is_what_its_lines_sum_to_as_of_the_day(books: Books, lines: list[Line], name: str) -> None:
    told = scenario(books.plan, name)
    for item in (one for one in told.items if one.matched_by is not MatchedBy.OPENING):
        found = list(filter(_is(item, _party(lines, item)), _party(lines, item)))
        assert sum(map(ORE, found)) == item.open, item
        # of one day the line that was posted first, whatever clock its entry carries
        first = min(found, key=lambda line: line.date, default=None)
        if first is not None:
            assert ORE(first) == item.original, item
        dues = {line.invoice["dueDate"] for line in found if line.invoice and "dueDate" in line.invoice}
        assert dues <= {item.due.isoformat()}
        if item.open_currency is not None:
            foreign = [line for line in found if line.currency["code"] == item.currency]
            cents = sum(rounded(line.amount / Decimal(str(line.currency["rate"])) * 100) for line in foreign)
            assert cents == item.open_currency


def test_items_of_a_party_sum_to_its_control_account_whenever_they_are_given(bare: Books) -> None:
    seen = set()
    lines = read(bare)
    for told in scenarios(BARE):
        for day in {item.as_of for item in told.items}:
            items = [item for item in told.items if item.as_of == day and item.party is not None]
            for party, account in {(item.party, item.account) for item in items}:
                mine = [item for item in items if (item.party, item.account) == (party, account)]
                assert sum(item.open for item in mine) == sum(map(ORE, _party(lines, mine[0])))
                seen.add(party)
    assert len(seen) == len(PARTIES)


def test_the_openings_are_on_the_control_accounts_the_day_before_the_start(bare: Books) -> None:
    day = BARE.start - timedelta(days=1)
    openings = [item for item in scenario(BARE, "opening").items if item.matched_by is MatchedBy.OPENING]
    assert {item.account: item.open for item in openings} == {1500: kr(80_000), 2400: kr(-30_000)}
    assert all(bare.ledger.balance(item.account, day) == item.open for item in openings)
    assert {item.bucket for item in openings} == {Bucket.UNALLOCATED}


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_owes_each_vat_term_what_its_vat_lines_hold(books: Books, lines: list[Line], name: str) -> None:
    told = scenario(books.plan, name)
    expected: Counter[tuple[date, str]] = Counter()
    for figure in told.vat:
        expected[figure.term, figure.direction] += figure.amount
        rate = TAXES[figure.tax].rate / 100
        sign = -1 if TAXES[figure.tax].is_reverse and figure.direction == "output" else 1
        assert abs(figure.base * rate * sign - figure.amount) <= Decimal("0.5"), figure
    moved: Counter[tuple[date, str]] = Counter()
    for line in lines:
        if line.comment == name and line.account["number"] in VAT_ACCOUNTS:
            term = term_of(date.fromisoformat(line.period_date or line.date))
            moved[term, "output" if line.account["number"] in OUTPUT_VAT else "deductible"] += ORE(line)
    assert {key: ore for key, ore in expected.items() if ore} == dict(moved)


def test_bare_books_owe_each_term_the_sum_of_the_scenarios_and_nothing_else(bare: Books) -> None:
    expected: Counter[tuple[date, int, str, str]] = Counter()
    for told in scenarios(BARE):
        for vat in told.vat:
            expected[vat.term, vat.tax, vat.direction, "base"] += vat.base
            expected[vat.term, vat.tax, vat.direction, "tax"] += vat.amount
    counted: Counter[tuple[date, int, str, str]] = Counter()
    for key, figures in bare.journal.vat.figures.items():
        counted[key.term, key.tax, key.direction, "base"] += figures.base
        counted[key.term, key.tax, key.direction, "tax"] += figures.tax
    assert counted == expected
    assert {key[1] for key in counted} == {number for number, tax in TAXES.items() if tax.directions}


def test_two_way_codes_cancel_out_and_87_and_the_rest_do_not(bare: Books) -> None:
    sums: Counter[int] = Counter()
    for key, figures in bare.journal.vat.figures.items():
        sums[key.tax] += figures.tax
    assert {code: sums[code] for code in (81, 83, 86, 88, 91)} == dict.fromkeys((81, 83, 86, 88, 91), 0)
    assert sums[87] == kr(-2_000)
    assert sums[65] == kr(1_625)


def test_bare_books_are_settled_and_paid_term_by_term(bare: Books) -> None:
    told = settlements(BARE)
    assert [(one.term.isoformat()[:7], one.owed, one.rounding) for one in told] == [
        ("2024-01", kr(-5_500), -15),
        ("2024-03", kr(-6_233), -34),
        ("2024-05", kr(-456), -49),
        ("2024-07", kr(-125), -48),
        ("2024-09", kr(-1_491), -67),
        ("2024-11", kr(1_941), 59),
        ("2025-01", kr(-2_500), 0),
    ]
    for one in told:
        assert bare.ledger.movement(2740, one.day, one.day) == one.owed
        assert bare.ledger.movement(7745, one.day, one.day) == one.rounding
    assert all(ends_term(one.day) for one in told)


@pytest.mark.parametrize(
    "plan",
    [
        BARE,
        replace(BARE, years=1),
        replace(BARE, years=5),
        replace(BARE, start=date(2023, 7, 1), fiscal_month=7),
        replace(BARE, fiscal_month=7, years=3),
        replace(BARE, start=date(2024, 2, 1), fiscal_month=2, years=3),
    ],
    ids=["two years", "one", "five", "from July", "from July, begun in January", "from February"],
)
def test_every_month_of_every_account_of_bare_books_is_foretold(plan: BooksPlan) -> None:
    moved: Counter[tuple[int, date]] = Counter()
    for line in read(keep_books(plan)):
        moved[line.account["number"], month(line)] += ORE(line)
    assert {key: ore for key, ore in moved.items() if ore} == changes(plan)


@pytest.mark.parametrize("fiscal_month", [1, 7])
def test_closed_years_leave_nothing_in_classes_3_to_8_and_the_open_one_its_result(fiscal_month: int) -> None:
    plan = replace(BARE, start=date(2023, fiscal_month, 1), fiscal_month=fiscal_month)
    books = keep_books(plan)
    closed, opened = year_results(plan)
    assert (closed.closed, opened.closed) == (True, False)
    for year in (closed, opened):
        left = sum(
            books.ledger.movement(a.number, year.first, year.last) for a in ACCOUNTS.values() if not a.is_balance
        )
        assert left == (0 if year.closed else year.result)
    assert (closed.result, opened.result) == (-11_862_084, kr(-40_000))
    assert closed.tax == 2_609_658
    years = [period for period in books.periods if period.kind == "Year"]
    assert (closed.first, closed.last) in {(year.first, year.last) for year in years}
    assert all(after.first == before.last + timedelta(days=1) for before, after in itertools.pairwise(years))


def test_invoices_are_orders_with_the_amounts_and_the_state_they_are_told_to_have(books: Books) -> None:
    told = [invoice for one in scenarios(books.plan) for invoice in one.invoices]
    orders = {order.invoice.number: order for order in books.orders.orders.values() if order.invoice is not None}
    lines = [line for line in read(books) if line.account["number"] == 1500]
    for invoice in told:
        order = orders[invoice.number]
        assert (order.net, order.gross - order.net, order.currency) == (invoice.net, invoice.tax, invoice.currency)
        mine = [line for line in lines if (line.customer or {}).get("id") == order.customer.id]
        assert order.invoice is not None
        number, kid = str(invoice.number), order.invoice.kid
        found = [
            line
            for line in mine
            if line.invoice
            and (line.invoice.get("number", number), line.invoice["remittanceReference"]) == (number, kid)
        ]
        left = sum(map(ORE, found))
        assert left == invoice.open
        paid = sum(ORE(line) for line in found if line.transaction["id"] != order.invoice.voucher_id)
        by_state = {"open": paid == 0, "partly paid": 0 < left < left - paid, "paid": left == 0, "overpaid": left < 0}
        assert by_state.get(invoice.status, order.net < 0), invoice
    assert {invoice.status for invoice in told} == {"open", "partly paid", "paid", "overpaid", "credit"}
    assert len(told) == sum(isinstance(act, Sale) for one in scenarios(books.plan) for act in one.acts)


def test_ageing_goes_by_the_due_date_and_leaves_what_nobody_owes_unallocated() -> None:
    owed = FIRST_PARTY + 1
    told = scenario(BARE, "partly_paid")
    assert told.aged(date(2024, 1, 15)) == {("receivable", owed, Bucket.NOT_DUE): kr(12_500)}
    assert told.aged(date(2024, 1, 31)) == {("receivable", owed, Bucket.DAYS_1_30): kr(7_500)}
    assert told.aged(date(2024, 3, 31)) == {
        ("receivable", owed, Bucket.DAYS_61_90): kr(7_500),
        ("receivable", owed, Bucket.UNALLOCATED): kr(-2_500),
    }
    assert set(scenario(BARE, "prepaid").aged(date(2024, 3, 31)).values()) == {kr(-5_000)}
    moved = scenario(BARE, "moved_due_date").items
    assert [item.bucket for item in moved] == [Bucket.NOT_DUE, Bucket.NOT_DUE, Bucket.DAYS_1_30]


@pytest.mark.parametrize("days", [0, 1, 30, 31, 60, 61, 90, 91, 400])
def test_a_bucket_begins_the_day_after_the_one_before_it_ends(days: int) -> None:
    item = replace(scenario(BARE, "overpaid").items[0], due=date(2024, 1, 28) - timedelta(days=days))
    place = 0 if days == 0 else 1 if days <= 30 else 2 if days <= 60 else 3 if days <= 90 else 4
    assert item.bucket is list(Bucket)[place]


def test_dimension_totals_are_those_of_the_lines_with_and_without_one(lines: list[Line]) -> None:
    for told in scenarios(BARE):
        for total in told.dimensions:
            found = [
                ORE(line)
                for line in lines
                if line.comment == told.name
                and (line.account["number"], month(line)) == (total.account, total.month)
                and _value(line, total.kind) == total.value
            ]
            assert sum(found) == total.change, total


def _value(line: Line, kind: int) -> str | None:
    return next((str(one["value"]) for one in line.dimensions if one["dimensionType"] == kind), None)


def test_the_bank_has_what_the_ledger_has_and_one_receipt_more(bare: Books) -> None:
    stated: Counter[int] = Counter()
    for moves in bare.statement.days.values():
        for moved in moves:
            stated[moved.account.ledger] += moved.amount
    (match,) = (match for told in scenarios(BARE) for match in told.matches)
    assert stated[1920] - bare.ledger.balance(1920, BARE.last) == match.amount
    assert match.reference == kid_mod11(FIRST_PARTY + 15, int(match.number))


def test_a_mod_11_reference_adds_up_to_a_multiple_of_eleven() -> None:
    seen = set()
    for invoice in range(90_000, 90_050):
        made = kid_mod11(90_016, invoice)
        digits, check = made[:-1], made[-1]
        total = sum(int(d) * (2 + place % 6) for place, d in enumerate(reversed(digits)))
        assert (total + (10 if check == "-" else int(check))) % 11 == 0
        seen.add(check)
    assert "-" in seen
    assert len(seen) == 11


def test_a_moved_due_date_overwrites_order_and_line(bare: Books) -> None:
    order = bare.orders.orders[600_007]
    assert order.invoice is not None
    assert order.invoice.due == date(2024, 5, 31)
    (line,) = (
        line for line in read(bare) if (line.invoice or {}).get("number") == "90007" if line.account["number"] == 1500
    )
    assert line.invoice is not None
    assert line.invoice["dueDate"] == "2024-05-31"
    assert (line.created_at[:10], line.modified_at[:10]) == ("2024-03-01", "2024-03-20")


def test_a_late_posting_is_created_after_the_settlement_of_its_term(bare: Books) -> None:
    lines = read(bare)
    settled = [
        line for line in lines if line.transaction_type["id"] == VoucherType.VAT.id and line.date == "2024-02-29"
    ]
    late = [line for line in lines if line.comment == "typed_late"]
    assert {line.date for line in late} == {"2024-02-25"}
    assert min(line.created_at for line in late) > max(line.created_at for line in settled)
    assert [vat.late for vat in scenario(BARE, "typed_late").vat] == [True]
    assert not any(vat.late for one in scenarios(BARE) if one.name != "typed_late" for vat in one.vat)


def test_the_turn_of_the_year_has_two_dates(bare: Books) -> None:
    found = [line for line in read(bare) if line.comment == "turn_of_year"]
    assert {(line.date, line.period_date) for line in found} == {("2024-12-31", "2025-01-01")}


def test_a_scenario_that_would_outlast_the_books_is_not_begun() -> None:
    short = replace(BARE, until=date(2024, 3, 31))
    told = {one.name for one in scenarios(short)}
    assert "partly_paid" in told
    assert told.isdisjoint({"insurance", "six_terms", "turn_of_year"})
    assert {line.comment for line in read(keep_books(short)) if line.comment in NAMES} == told


def test_tiny_books_are_not_staged_unless_asked_and_the_others_are() -> None:
    assert [size for size in Size if not BooksPlan(size=size).staged] == [Size.TINY]
    staged = keep_books(BooksPlan(size=Size.TINY, scenarios=True))
    assert {line.comment for line in read(staged)} >= set(NAMES)
    assert not {line.comment for line in read(keep_books(BooksPlan(size=Size.TINY)))} & set(NAMES)


def test_the_tax_table_knows_the_standard_codes_and_every_vat_account() -> None:
    codes = dict(standard_codes())
    assert set(codes.values()) <= SEEDED
    assert codes[65] == codes[1] == "1"
    assert [tax.number for tax in TAXES.values() if tax.id == tax.number] == [0]
    assert {(account, direction) for account, _, direction in vat_accounts()} == {
        (account, "output" if account in OUTPUT_VAT else "deductible") for account in VAT_ACCOUNTS
    }
    assert SEEDED >= REVERSE


# the published list is not ours to hand on: where it does not lie beside the checkout there is nothing to compare with
if PUBLISHED.exists():

    def test_the_seeded_standard_codes_are_the_published_ones() -> None:
        assert {row.partition(";")[0] for row in PUBLISHED.read_text("utf-8-sig").splitlines()[1:]} == SEEDED


def test_the_stories_are_told_by_parties_of_their_own(books: Books) -> None:
    cast = {party.id for party in books.parties if party.id >= FIRST_PARTY}
    assert len(cast) == len(PARTIES)
    others = {order.customer.id for order in books.orders.orders.values() if order.id < 600_000}
    assert cast.isdisjoint(others)


def test_figures_follow_the_start_of_the_books() -> None:
    later = scenario(replace(BARE, start=date(2025, 1, 1)), "partly_paid")
    assert later != scenario(BARE, "partly_paid")
    assert [vat.term for vat in later.vat] == [date(2025, 1, 1)] * 2


@pytest.mark.parametrize("start", [date(2024, 1, 1), date(2023, 7, 1)])
def test_what_a_scenario_says_is_open_is_what_its_acts_leave_open(start: date) -> None:
    plan = replace(BARE, start=start)
    for told in scenarios(plan):
        for day in {item.as_of for item in told.items}:
            parties = {item.party for item in told.items if item.as_of == day}
            mine = {item for item in told.items if item.as_of == day and item.open}
            found = {item for item in open_items(plan, day) if item.party in parties}
            assert mine == {
                item for item in found if (item.party, item.invoice) in {(i.party, i.invoice) for i in mine}
            }
            assert sum(item.open for item in found) == sum(item.open for item in told.items if item.as_of == day)


def test_open_items_sum_to_the_control_accounts_at_every_month_end(bare: Books) -> None:
    for day in month_ends(BARE):
        items = open_items(BARE, day)
        for account in CONTROL_ACCOUNTS:
            assert sum(item.open for item in items if item.account == account) == bare.ledger.balance(account, day)
        assert sum(aged(BARE, day).values()) == sum(item.open for item in items)
    assert len(month_ends(BARE)) == 24
    assert len(open_items(BARE, BARE.last)) == 24
