"""What the check says of known journals: the figure it found, what is not checked, and all of it at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.check import check_journal
from finago_assets.core.posting.check_digits import is_bank_account, is_kid
from finago_assets.core.posting.findings import shorten
from finago_assets.core.posting.read import read_journal
from tests.core.posting.journals import DRAFT, LEDGER, lists_of_a_tenant, rows_as_table

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.posting.check import CheckedJournal
    from finago_assets.core.posting.options import PostingOptions

LISTS: Final = lists_of_a_tenant()
DAY: Final = dt.date(2026, 11, 30)
HEAD: Final = {"voucher": "A", "transaction_type_number": 9, "date": DAY, "tax_number": "0"}


def row(account: int, amount: str, **cells: Any) -> dict[str, Any]:
    return HEAD | {"account_number": account, "amount": Decimal(amount)} | cells


def check(*rows: dict[str, Any], options: PostingOptions = DRAFT, **lists: Any) -> CheckedJournal:
    return check_journal(read_journal(rows_as_table(rows)), replace(LISTS, **lists), options)


def rules(checked: CheckedJournal) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity.value) for finding in checked.findings]


def euro(account: int, amount: str, rate: str = "11.5") -> dict[str, Any]:
    return row(account, amount, currency_code="EUR", currency_rate=Decimal(rate))


def test_a_voucher_that_does_not_balance_is_told_the_difference() -> None:
    (fault,) = check(row(6300, "100.00"), row(1920, "-99.98")).faults

    assert (fault.rule, fault.row, fault.column, fault.value, fault.voucher) == ("unbalanced", 1, "amount", "0.02", "A")
    assert "0.02 NOK" in fault.message


def test_a_voucher_balances_in_the_organizations_currency_rounded_row_by_row() -> None:
    # 3 x 33.33 x 11.5 is 1149.885, in rows of 383.295: 383.30 each
    (fault,) = check(*[euro(6300, "33.33")] * 3, euro(1920, "-99.99")).faults

    assert (fault.rule, fault.value) == ("unbalanced", "0.01")
    assert "of rounding" in fault.message
    assert check(*[euro(6300, "33.33")] * 3, euro(1920, "-99.99"), row(6300, "-0.01")).ok


def test_rates_are_for_as_many_units_as_is_said() -> None:
    sek = {"currency_code": "SEK", "currency_rate": Decimal("104.55"), "rate_per": 100}

    assert check(row(6300, "1000.00", **sek), row(1920, "-1045.50")).ok


def test_a_voucher_balances_on_each_of_its_dates() -> None:
    later = DAY + dt.timedelta(days=1)
    rows = [row(6300, "10.00"), row(1920, "-9.00"), row(6300, "4.00", date=later), row(1920, "-5.00", date=later)]

    (fault,) = check(*rows).faults

    assert fault.rule == "unbalanced-day"
    assert "1.00 on 2026-11-30, -1.00 on 2026-12-01" in fault.message


def test_a_tax_code_by_its_id_is_told_its_number() -> None:
    (fault,) = check(row(3000, "-100.00", tax_number="8"), row(1920, "100.00")).faults

    assert fault.rule == "tax-id-for-number"
    assert "the id of tax code 3, Utgående 25 %" in fault.message


@pytest.mark.parametrize(
    ("rows", "options", "ok"),
    [
        # 1,250 with VAT in it: 250 of it is VAT
        ([("3000", "-1250.00", "3"), ("3000", "250.00", "0"), ("2700", "-250.00", "0")], LEDGER, True),
        ([("3000", "-1250.00", "3"), ("3000", "250.01", "0"), ("2700", "-250.01", "0")], LEDGER, True),
        ([("3000", "-1250.00", "3"), ("3000", "250.02", "0"), ("2700", "-250.02", "0")], LEDGER, False),
        ([("3000", "-1250.00", "3"), ("3000", "250.00", "0"), ("2701", "-250.00", "0")], LEDGER, False),
        ([("3000", "-1000.00", "3"), ("2700", "-250.00", "0")], LEDGER, False),
        ([("3000", "-1000.00", "3"), ("2700", "-250.00", "0")], replace(LEDGER, amounts_include_vat=False), True),
        # the buyer computes the VAT: it is never in the amount
        ([("6300", "1000.00", "86"), ("2710", "250.00", "0"), ("2701", "-250.00", "0")], LEDGER, False),
        ([("6300", "1000.00", "86"), ("2710", "250.00", "0"), ("6540", "-250.00", "0")], LEDGER, True),
        # owed, it is in credit; the list does not tell which of its two accounts it tells
        ([("6300", "1000.00", "86"), ("2710", "-250.00", "0"), ("6540", "250.00", "0")], LEDGER, True),
        ([("6300", "1000.00", "86"), ("2710", "200.00", "0"), ("6540", "-200.00", "0")], LEDGER, False),
        # 65 % of the VAT in it: the rate alone does not tell how much that is
        ([("6300", "1250.00", "65"), ("2716", "162.50", "0"), ("6540", "-162.50", "0")], LEDGER, True),
        # the vendor computes it
        ([("3000", "-1250.00", "3")], DRAFT, True),
        ([("3000", "-1250.00", "3")], replace(LEDGER, server_computes_vat=True), True),
        ([("3000", "-1250.00", "3")], replace(DRAFT, server_computes_vat=False), False),
    ],
)
def test_in_the_ledger_vat_stands_on_its_account(
    rows: list[tuple[str, str, str]], options: PostingOptions, *, ok: bool
) -> None:
    total = sum(Decimal(amount) for _, amount, _ in rows)
    made = [row(int(account), amount, tax_number=code) for account, amount, code in rows]

    assert check(*made, row(1920, f"{-total}"), options=options).ok is ok


def test_a_warning_that_is_ignored_and_allowed_no_longer_blocks() -> None:
    rows = [row(3000, "-1250.00", tax_number="3"), row(1920, "1250.00")]
    ignored = replace(LEDGER, ignore_warnings=("vatisnotinbalance",))
    allowed = replace(ignored, allowed_warnings=frozenset({"vatisnotinbalance"}))

    assert rules(check(*rows, options=LEDGER)) == [("vat-not-in-balance", "block")]
    assert rules(check(*rows, options=ignored)) == [
        ("ignored-warning-not-allowed", "block"),
        ("vat-not-in-balance", "block"),
    ]
    assert not check(*rows, options=replace(LEDGER, allowed_warnings=frozenset({"vatisnotinbalance"}))).ok
    assert rules(check(*rows, options=allowed)) == [("vat-not-in-balance", "warn")]


def test_a_payment_of_an_invoice_that_the_ledger_has_is_no_second_invoice() -> None:
    def paid(amount: str) -> CheckedJournal:
        item = row(1500, amount, customer_id=1001, invoice_number="900")
        return check(item, row(1920, f"{-Decimal(amount)}"))

    assert paid("-100.00").ok
    assert [fault.rule for fault in paid("100.00").faults] == ["invoice-in-ledger"]


def test_an_invoice_and_its_payment_are_no_two_invoices() -> None:
    item = {"customer_id": 1001, "invoice_number": "1"}
    rows = [row(1500, "5.00", **item), row(3100, "-5.00", tax_number="5"), row(1500, "-5.00", **item)]

    assert check(*rows, row(1920, "5.00")).ok
    assert not check(*rows, row(1500, "5.00", **item)).ok


def test_a_payment_that_settles_an_open_line_passes() -> None:
    assert check(row(1500, "-100.00", customer_id=1001, links_to="open"), row(1920, "100.00")).ok


def test_rows_of_a_voucher_may_have_documents_of_their_own_where_that_can_be_sent() -> None:
    rows = [row(6300, "1.00", document_id=1), row(1920, "-1.00", document_id=2)]

    assert check(*rows).ok
    assert [fault.rule for fault in check(*rows, options=replace(DRAFT, one_document=True)).faults] == [
        "several-documents"
    ]


def test_links_between_vouchers_need_a_bundle() -> None:
    item = {"customer_id": 1001, "link": "L"}
    rows = [row(1500, "5.00", **item), row(3100, "-5.00", tax_number="5")]
    paid = [row(1500, "-5.00", voucher="B", **item), row(1920, "5.00", voucher="B")]

    assert [fault.rule for fault in check(*rows, *paid).faults] == ["link-across-bundles"]
    assert check(*({**each, "bundle": "Nov"} for each in [*rows, *paid])).ok


def test_the_room_for_a_comment_is_what_sending_leaves_of_the_routes() -> None:
    rest = replace(DRAFT, route="rest", longest_comment=75, marker_length=17)

    assert check(row(6300, "1.00", comment="x" * 58), row(1920, "-1.00"), options=rest).ok
    (fault,) = check(row(6300, "1.00", comment="x" * 59), row(1920, "-1.00"), options=rest).faults
    assert "59 characters, and rest has room for 58" in fault.message
    assert [f.rule for f in check(row(6300, "1.00", comment="x" * 4000), row(1920, "-1.00")).faults] == [
        "comment-too-long"
    ]


@pytest.mark.parametrize(("day", "ok"), [("2024-12-31", False), ("2025-12-31", True), ("2026-01-01", True)])
def test_the_last_day_of_a_closed_year_is_closed_and_the_next_is_open(day: str, *, ok: bool) -> None:
    date = dt.date.fromisoformat(day)

    assert check(row(6300, "1.00", date=date), row(1920, "-1.00", date=date)).ok is ok


def test_faults_of_the_table_and_of_the_rules_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "j.csv").write_text(
        "voucher,transaction_type_number,date,account_number,amount,tax_number,customer_id\n"
        "A,-3,2026-11-30,6300,1e+06,0,\nA,-3,2024-11-30,1920,-5,0,77\n"
        "B,-3,2026-11-30,6300,5.00,0,\nB,-3,2026-11-30,1921,-4.00,8,\n"
    )

    checked = check_journal(read_journal(tmp_path / "j.csv"), LISTS, DRAFT)

    # of voucher A the row that could be read is held against the rules that need no other row, and no list of names
    assert [(fault.row, fault.column, fault.rule) for fault in checked.faults] == [
        (2, "amount", "exponent"),
        (3, "transaction_type_number", "type-not-postable"),
        (3, "date", "year-closed"),
        (4, "transaction_type_number", "type-not-postable"),
        (4, "amount", "unbalanced"),
        (5, "account_number", "account-unknown"),
        (5, "tax_number", "tax-id-for-number"),
    ]
    with pytest.raises(RequestRefused, match=r"7 faults.*row 2, amount.*exponent.*Nothing was sent"):
        checked.require()


def test_what_no_list_was_there_for_is_said_and_nothing_that_the_journal_gives_no_cause_for() -> None:
    item = row(
        1500, "1.00", customer_id=9, department="x", project="y", dimensions="7=z", bank_account="1", links_to="a"
    )
    line = replace(LISTS.lines["open"], customer_id=9, is_open=None)
    years = tuple(replace(year, locked=None) for year in LISTS.fiscal_years)
    without: dict[str, Any] = {
        "customers": None,
        "departments": None,
        "projects": None,
        "dimensions": None,
        "currencies": None,
    }

    checked = check(item, euro(1920, "-1.00", "1"), fiscal_years=years, lines={"a": line}, **without)
    plain = check(row(6300, "1.00"), row(1920, "-1.00"), **without)

    assert checked.ok
    assert {each.rule for each in checked.not_checked} == {
        "customer-unknown", "department-unknown", "project-unknown", "dimension-type-unknown",
        "dimension-value-unknown", "currency-unknown", "rate-per-missing", "currency-rate-far", "currency-rate-off",
        "year-closed", "month-locked", "bank-account-of-customer", "links-to-closed",
    }  # fmt: skip
    assert [each.rule for each in plain.not_checked] == ["month-locked"]


def test_a_tax_code_whose_vat_account_is_not_told_cannot_be_checked_in_the_ledger() -> None:
    codes = {number: replace(code, account_number=None) for number, code in LISTS.tax_codes.items()}
    rows = [row(3000, "-1250.00", tax_number="3"), row(1920, "1250.00")]

    checked = check(*rows, options=LEDGER, tax_codes=codes)

    assert checked.ok
    assert {each.rule for each in checked.not_checked} == {"vat-not-in-balance", "vat-without-base", "month-locked"}


def test_a_rate_that_may_be_a_share_of_another_cannot_be_checked_in_the_ledger() -> None:
    checked = check(row(6300, "1250.00", tax_number="65"), row(1920, "-1250.00"), options=LEDGER)

    assert checked.ok
    assert ("vat-not-in-balance", "The 16.25 % of tax code 65 may be a share of another rate.") in {
        (each.rule, each.why) for each in checked.not_checked
    }


@pytest.mark.parametrize("text", ["1234567897", "0012345674", "12345678901234567890123452", "1-", "2345676"])
def test_what_is_no_kid_is_told_from_what_is_one(text: str) -> None:
    # 1234567897: MOD10 of 123456789 is 7; 2345676 is MOD10 of 234567
    assert is_kid(text) is (text in {"1234567897", "0012345674", "2345676"})


def test_a_kid_may_end_in_a_mod11_digit_or_a_dash() -> None:
    # 1*2 + 6*3 = 20, 11 - 20 % 11 = 2; 1*2 + 3*3 = 11 -> 0; 6*2 = 12, 11 - 1 = 10 -> a dash
    assert is_kid("612")
    assert is_kid("310")
    assert is_kid("6-")
    assert not is_kid("611")


def test_a_norwegian_bank_account_is_checked_and_others_are_left_alone() -> None:
    assert is_bank_account("12345678903")
    assert is_bank_account("1234.56.78903")
    assert not is_bank_account("12345678904")
    assert is_bank_account("NO9386011117947")


def test_a_value_is_shown_on_one_line_and_not_whole() -> None:
    assert shorten("a\nb\x07") == "a\\nb\\x07"
    assert shorten("x" * 500) == "x" * 37 + "..."
    assert shorten(Decimal("1E+3")) == "1000"
