"""The invented books hold together: vouchers, balances, orders, bank and year ends, to the øre."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.company import Books, keep_books
from finago_assets.sandbox.books.ids import Thing, luhn, make_guid, number_of
from finago_assets.sandbox.books.money import converted, rounded, spelled
from finago_assets.sandbox.books.order_book import PAYMENT_METHODS
from finago_assets.sandbox.books.orders import Status
from finago_assets.sandbox.books.plan import BooksPlan, Modes, Size
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vouchers import BooksVoucher, Posting, VoucherType

TINY = BooksPlan(size=Size.TINY)
SMALL = BooksPlan(size=Size.SMALL, scenarios=False)  # trade alone; what is staged has tests of its own


class Line(msgspec.Struct, rename="camel"):
    id: str
    transaction: dict[str, Any]
    account: dict[str, Any]
    transaction_type: dict[str, int]
    amount: Decimal
    date: str
    currency: dict[str, Any]
    created_at: str
    tax: dict[str, Any] | None = None
    invoice: dict[str, str] | None = None


@pytest.fixture(scope="module")
def books() -> Books:
    return keep_books(SMALL)


def lines(books: Books) -> list[Line]:
    return [
        msgspec.json.decode(line, type=Line) for day in sorted(books.ledger.days) for line in books.ledger.days[day]
    ]


def test_every_voucher_sums_to_zero_on_its_one_day(books: Books) -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines(books):
        sums[line.transaction["id"], line.date] += line.amount
    assert len(sums) == len({voucher for voucher, _ in sums}) > 1000
    assert set(sums.values()) == {Decimal(0)}


def test_movements_are_those_of_the_lines(books: Books) -> None:
    moved: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines(books):
        moved[line.account["number"]][date.fromisoformat(line.date).toordinal()] += int(line.amount * 100)
    assert moved == {account: days for account, days in books.ledger.by_date.items() if days}


def test_ids_are_unique_and_voucher_numbers_repeat_across_types_and_years(books: Books) -> None:
    found = lines(books)
    assert len({line.id for line in found}) == len(found)
    vouchers = {(line.transaction["id"], line.transaction["number"]) for line in found}
    numbers = [number for _, number in vouchers]
    assert len(set(numbers)) < len(numbers)
    series: dict[tuple[int, str, int], set[str]] = defaultdict(set)
    for line in found:
        series[line.transaction_type["id"], line.date[:4], line.transaction["number"]].add(line.transaction["id"])
    assert all(len(ids) == 1 for ids in series.values())


def test_the_last_year_is_open_and_the_one_before_is_closed(books: Books) -> None:
    result = {2024: 0, 2025: 0}
    for number, account in ACCOUNTS.items():
        for year in result:
            if not account.is_balance:
                result[year] += books.ledger.movement(number, date(year, 1, 1), date(year, 12, 31))
    assert result[2024] == 0
    assert result[2025] != 0


def test_vat_is_settled_in_whole_kroner_and_leaves_nothing_on_its_accounts(books: Books) -> None:
    for month in (2, 4, 6, 8, 10, 12):
        last = date(2024, month, 28) + timedelta(days=4)
        last -= timedelta(days=last.day)
        assert all(books.ledger.balance(account, last) == 0 for account in (2700, 2701, 2702, 2710, 2711, 2712))
        assert books.ledger.movement(2740, last, last) % 100 == 0
    assert books.ledger.balance(7745, date(2024, 12, 31)) != 0


def test_the_bank_statement_is_the_bank_account_of_the_ledger(books: Books) -> None:
    for day in (date(2024, 3, 1), date(2025, 1, 1), date(2025, 12, 31)):
        until = day.toordinal()
        stated = sum(
            t.amount
            for at, moves in books.statement.days.items()
            for t in moves
            if at <= until and t.account.ledger == 1920
        )
        assert stated == books.ledger.balance(1920, day)


def test_orders_total_their_lines_and_invoices_post_gross_times_rate(books: Books) -> None:
    receivable: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines(books):
        if line.account["number"] == 1500:
            receivable[line.transaction["id"]] += line.amount
    seen = set()
    for order in books.orders.orders.values():
        priced = [(sold.tax, sold.quantity * sold.price * (100 - sold.discount) / 100) for sold in order.lines]
        expected = sum(rounded(amount) for _, amount in priced)
        by_tax: dict[int, int] = defaultdict(int)
        for tax, amount in priced:
            by_tax[tax] += rounded(amount)
        vat = sum(rounded(Decimal(base) * TAXES[tax].rate / 100) for tax, base in by_tax.items())
        assert (order.net, order.gross) == (expected, expected + vat)
        if order.invoice is not None:
            assert receivable[order.invoice.voucher_id] * 100 == converted(order.gross, order.rate)
            seen.add((order.currency, order.net < 0))
    assert seen == {("NOK", False), ("NOK", True), ("EUR", False), ("EUR", True)}


def test_an_invoice_number_belongs_to_an_invoice_and_to_nothing_else(books: Books) -> None:
    invoiced = {order.status for order in books.orders.orders.values() if order.invoice is not None}
    waiting = {order.status for order in books.orders.orders.values() if order.invoice is None}
    assert invoiced == {Status.INVOICE, Status.ADVANCE_INVOICE}
    assert waiting == set(Status) - invoiced


@pytest.mark.parametrize("size", [Size.TINY, Size.SMALL])
def test_every_status_occurs_at_every_size(size: Size) -> None:
    assert {order.status for order in keep_books(BooksPlan(size=size)).orders.orders.values()} == set(Status)


def test_payment_references_have_valid_check_digits_and_pay_what_is_open(books: Books) -> None:
    references = [t for moves in books.statement.days.values() for t in moves if t.reference[0] == "ocr"]
    assert len(references) > 200
    assert all(luhn(t.reference[1][:-1]) == t.reference[1][-1] for t in references)
    known = {order.invoice.kid for order in books.orders.orders.values() if order.invoice is not None}
    assert {t.reference[1] for t in references if t.amount > 0} <= known


def test_a_payment_method_settles_its_invoice_the_same_day(books: Books) -> None:
    methods = {method for method, _, _ in PAYMENT_METHODS}
    paid = [order for order in books.orders.orders.values() if order.payment_method and order.invoice]
    assert paid
    open_by_invoice: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines(books):
        if line.account["number"] == 1500 and line.invoice is not None:
            open_by_invoice[line.invoice["number"]] += line.amount
    for order in paid:
        assert order.invoice is not None
        assert order.payment_method in methods
        assert open_by_invoice[str(order.invoice.number)] == 0


def test_euro_invoices_leave_a_difference_of_exchange(books: Books) -> None:
    codes = {line.currency["code"] for line in lines(books)}
    assert codes == {"LOCAL", "NOK", "EUR"}
    assert books.ledger.balance(8060, SMALL.last) < 0 < books.ledger.balance(8160, SMALL.last)


def test_the_same_plan_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    def digest(plan: BooksPlan) -> str:
        made = keep_books(plan)
        return sha256(b"".join(line for day in sorted(made.ledger.days) for line in made.ledger.days[day])).hexdigest()

    assert digest(TINY) == digest(TINY)
    assert digest(TINY) != digest(replace(TINY, seed=25))


def test_books_end_on_the_day_they_are_told_to() -> None:
    made = keep_books(replace(TINY, until=date(2024, 2, 20)))
    assert max(made.ledger.days) == date(2024, 2, 20).toordinal()
    assert BooksPlan(start=date(2024, 2, 29), years=1).last == date(2025, 2, 28)
    with pytest.raises(ValueError, match="no days"):
        BooksPlan(years=0)


def test_vat_lines_carry_a_tax_code_only_in_that_mode() -> None:
    def coded(modes: Modes) -> set[bool]:
        made = keep_books(replace(TINY, modes=modes))
        sales = [line for line in lines(made) if line.account["number"] == 2700 and line.invoice is not None]
        return {line.tax is not None for line in sales}

    assert coded(Modes()) == {False}
    assert True in coded(Modes(tax_on_vat_lines=True))


def test_a_voucher_that_does_not_sum_to_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        BooksVoucher(VoucherType.MANUAL, date(2024, 1, 1), (Posting(1920, 100), Posting(3000, -99)))
    with pytest.raises(ValueError, match="unknown accounts"):
        BooksVoucher(VoucherType.MANUAL, date(2024, 1, 1), (Posting(1, 100), Posting(3000, -100)))


@pytest.mark.parametrize(
    ("ore", "spellings"),
    [(125050, {"1250.5", "1250.50"}), (100, {"1", "1.00", "1.0"}), (-5, {"-0.05"}), (0, {"0", "0.00", "0.0"})],
)
def test_one_amount_has_several_spellings(ore: int, spellings: set[str]) -> None:
    assert {spelled(ore, spelling) for spelling in range(3)} == spellings
    assert {Decimal(text) * 100 for text in spellings} == {Decimal(ore)}


def test_a_guid_gives_its_number_back_and_only_for_its_own_kind() -> None:
    made = [make_guid(Thing.LINE, number) for number in range(1000)]
    assert len(set(made)) == 1000
    assert [number_of(Thing.LINE, text) for text in made] == list(range(1000))
    with pytest.raises(ValueError, match="not the id of a voucher"):
        number_of(Thing.VOUCHER, made[7])


def test_a_day_holds_the_same_wherever_the_books_end_save_for_what_was_not_over_yet() -> None:
    start, until = date(2025, 1, 1), date(2026, 3, 28)
    earlier = keep_books(BooksPlan(start=start, until=until))
    later = keep_books(BooksPlan(start=start, until=until + timedelta(days=40)))
    other = [day for day, lines in earlier.ledger.days.items() if lines != later.ledger.days.get(day)]
    # what somebody entered late had not been entered yet
    assert all((until - date.fromordinal(day)).days < 35 for day in other)
    assert len(other) < 5
