"""A preview's figures, reckoned by hand, and that what is unknown is called so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finago_assets.core.errors import FinagoError
from finago_assets.core.posting.balances import read_balances
from finago_assets.core.posting.check import check_journal
from finago_assets.core.posting.preview import JournalPreview, preview_journal
from finago_assets.core.posting.preview_tables import (
    show_amount,
    tabulate_findings,
    tabulate_not_checked,
    tabulate_preview,
)
from finago_assets.core.posting.read import read_journal
from tests.core.posting.journals import DRAFT, LEDGER, journals, lists_of_a_tenant, rows_as_table
from tests.core.posting.test_check import DAY, check, euro, row
from tests.core.posting.test_rules import deterministic

if TYPE_CHECKING:
    from pathlib import Path

LISTS: Final = lists_of_a_tenant()
SALE: Final = (
    row(3000, "-1250.00", tax_number="3"),
    row(1500, "1250.00", customer_id=1001, invoice_number="S1", comment="November"),
)


def effects(preview: JournalPreview) -> dict[int, tuple[str, ...]]:
    return {
        effect.account_number: tuple(map(show_amount, (effect.before, effect.change, effect.vat, effect.after)))
        for effect in preview.accounts
    }


def test_a_sale_moves_its_accounts_and_the_vat_that_the_vendor_takes_out_of_it() -> None:
    preview = preview_journal(check(*SALE), {3000: Decimal("-10000.00"), 1500: Decimal(0), 2700: Decimal("-2500.00")})

    assert effects(preview) == {
        1500: ("0.00", "1 250.00", "0.00", "1 250.00"),
        2700: ("-2 500.00", "0.00", "-250.00", "-2 750.00"),
        3000: ("-10 000.00", "-1 250.00", "250.00", "-11 000.00"),
    }
    (tax,) = preview.taxes
    assert (tax.base, tax.vat, tax.account_number, tax.computed) == (Decimal(-1250), Decimal(-250), 2700, True)


def test_what_is_sent_is_counted_and_summed_in_the_organizations_currency() -> None:
    sending = preview_journal(
        check(*SALE, euro(6300, "10.00") | {"voucher": "B"}, euro(1920, "-10.00") | {"voucher": "B"})
    ).sending

    assert (sending.bundles, sending.vouchers, sending.entries) == (2, 2, 4)
    assert sending.debit == sending.credit == Decimal("1365.00")
    assert sending.series == ((19, dt.date(2026, 1, 1), 2),)
    assert (sending.save_as, sending.organization_id, sending.currency) == ("draft", "org-1", "NOK")


def test_the_vat_of_a_code_is_shared_out_over_the_accounts_that_it_is_in() -> None:
    rows = [row(6540, "100.00", tax_number="1"), row(6300, "0.01", tax_number="1"), row(1920, "-100.01")]

    shown = effects(preview_journal(check(*rows)))

    assert (shown[2710][2], shown[6300][2], shown[6540][2]) == ("20.00", "0.00", "-20.00")


def test_in_the_ledger_the_journals_own_rows_are_all_there_is() -> None:
    rows = [row(3000, "250.00"), row(2700, "-250.00")]

    preview = preview_journal(check(*SALE, *rows, options=LEDGER))

    assert {effect.vat for effect in preview.accounts} == {Decimal(0)}
    assert [tax.computed for tax in preview.taxes] == [False]


def test_what_the_lists_do_not_tell_of_vat_is_unknown_and_not_reckoned() -> None:
    rows = [row(6300, "1000.00", tax_number="86"), row(6540, "1250.00", tax_number="65"), row(1920, "-2250.00")]

    preview = preview_journal(check(*rows), dict.fromkeys((6300, 6540, 1920, 2710, 2716), Decimal(0)))

    # reverse charge has two accounts, of which the list tells one; 65 % of the VAT is no 16.25 % of the rest
    assert {number: shown[2:] for number, shown in effects(preview).items()} == {
        1920: ("0.00", "-2 250.00"),
        2710: ("unknown", "unknown"),
        2716: ("unknown", "unknown"),
        6300: ("unknown", "unknown"),
        6540: ("unknown", "unknown"),
    }
    assert [(tax.tax_number, show_amount(tax.vat)) for tax in preview.taxes] == [("65", "unknown"), ("86", "250.00")]


def test_a_balance_that_is_not_known_is_called_unknown() -> None:
    assert effects(preview_journal(check(*SALE), {1500: Decimal(5)}))[3000] == (
        "unknown",
        "-1 250.00",
        "250.00",
        "unknown",
    )
    assert {effect.before for effect in preview_journal(check(*SALE)).accounts} == {None}


@pytest.mark.parametrize("options", [DRAFT, LEDGER], ids=["draft", "ledger"])
@deterministic
@given(data=st.data())
def test_what_a_journal_moves_sums_to_zero_with_and_without_vat(options: Any, data: st.DataObject) -> None:
    checked = check_journal(read_journal(rows_as_table(data.draw(journals(LISTS, options)))), LISTS, options)

    preview = preview_journal(checked)

    assert sum(effect.change for effect in preview.accounts) == 0
    if all(effect.vat is not None for effect in preview.accounts):
        assert sum(effect.vat or 0 for effect in preview.accounts) == 0
    assert preview.sending.debit == preview.sending.credit == sum(voucher.debit or 0 for voucher in preview.vouchers)
    assert all(len(line) == len(table.columns) for table in tabulate_preview(preview) for line in table.rows)


def test_a_voucher_is_shown_as_a_person_reads_it_with_the_columns_that_say_something() -> None:
    voucher = next(iter(tabulate_preview(preview_journal(check(*SALE)))))

    assert voucher.title == "Voucher A: 9 Periodisering, 1 250.00"
    assert voucher.columns == ("row", "date", "account", "debit", "credit", "tax", "party", "invoice", "comment")
    assert voucher.rows == (
        ("1", "2026-11-30", "3000 Salgsinntekt", "", "1 250.00", "3", "", "", ""),
        ("2", "2026-11-30", "1500 Kundefordringer", "1 250.00", "", "0", "1001", "S1", "November"),
    )


def test_a_row_in_another_currency_shows_both_amounts() -> None:
    voucher = next(iter(tabulate_preview(preview_journal(check(euro(6300, "10.00"), euro(1920, "-10.00"))))))

    assert [dict(zip(voucher.columns, line, strict=True))["currency"] for line in voucher.rows] == [
        "EUR 10.00",
        "EUR -10.00",
    ]
    assert voucher.rows[0][3] == "115.00"


def test_what_is_sent_says_the_ledger_in_capitals() -> None:
    *_, sent = tabulate_preview(preview_journal(check(*SALE, options=replace(LEDGER, server_computes_vat=True))))

    assert ("saved as", "entries of the LEDGER") in sent.rows
    assert ("bundles, vouchers, rows", "1, 1, 2") in sent.rows


def test_findings_and_what_was_not_checked_are_tables_too() -> None:
    checked = check(row(6300, "1.00"), row(1921, "-1.00"))

    (line,) = tabulate_findings("Faults", checked.faults).rows
    assert line[:4] == ("2", "account_number", "1921", "account-unknown")
    assert [rule for rule, _ in tabulate_not_checked(checked).rows] == ["month-locked"]


def warehouse(path: Path, *rows: str) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute(
            "create schema marts; create table marts.trial_balance (organization_id text, period date, "
            "account_number bigint, row_kind text, closing_balance decimal(18, 2))"
        )
        for values in rows:
            connection.execute(f"insert into marts.trial_balance values ({values})")
    return path


def test_balances_are_those_of_the_last_month_up_to_today(tmp_path: Path) -> None:
    file = warehouse(
        tmp_path / "finago.duckdb",
        "'o', '2026-10-01', 1920, 'account', 1",
        "'o', '2026-11-01', 1920, 'account', 2.50",
        "'o', '2026-11-01', 3000, 'account', null",
        "'o', '2026-11-01', null, 'result_prior_years', 9",
        "'o', '2026-12-01', 1920, 'account', 3",
        "'p', '2026-11-01', 1920, 'account', 4",
    )

    assert read_balances(file, "o", DAY) == {1920: Decimal("2.50")}
    assert read_balances(file, "q", DAY) is None


def test_without_a_trial_balance_nothing_is_known(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "empty.duckdb"):
        pass
    (tmp_path / "broken.duckdb").write_bytes(b"nothing of the kind" * 500)

    assert read_balances(tmp_path / "nowhere.duckdb", "o", DAY) is None
    assert read_balances(tmp_path / "empty.duckdb", "o", DAY) is None
    with pytest.raises(FinagoError):
        read_balances(tmp_path / "broken.duckdb", "o", DAY)
