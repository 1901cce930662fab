"""What the desk asks of the published file: each figure is that of the ledger, and nothing but the file is touched."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.errors import CorruptFile, NotProven, RequestRefused
from finago_assets.core.landing.store import ChainFacts, Landing, open_store
from finago_assets.core.windows import Window
from finago_assets.look.ageing import Subledger, aged_parties, as_of_dates, open_items_of, sum_ages, sum_open_items
from finago_assets.look.books import OpenBooks, open_published
from finago_assets.look.landing import built_from, landing_statuses, read_landed
from finago_assets.look.ledger import (
    LineOrder,
    LineSearch,
    read_amount,
    read_lines,
    rejected_lines,
    search_lines,
    sum_lines,
    sum_voucher,
    voucher_lines,
)
from finago_assets.look.overview import (
    bank_accounts,
    bank_balance,
    failed_checks,
    list_attention,
    list_organizations,
    monthly_results,
    read_span,
    tie_out_statuses,
)
from finago_assets.look.raw_record import indent_json, raw_records
from finago_assets.look.tie_out import count_tie_out, tie_out_accounts, tie_out_months
from finago_assets.look.vat import VatCode, sum_vat_lines, vat_codes, vat_lines, vat_terms
from tests.dbt.numbers import ORGANIZATION
from tests.dbt.published_books import BUILT_AT, publish_books
from tests.dbt.raw_layout import RawFolder
from tests.dbt.small_books import LINES, NOT_LANDED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dbt.conftest import Staged
    from tests.dbt.warehouse import Warehouse

D = Decimal
ANYWHERE = " or ".join(f"{column} ilike '%faktura%'" for column in ("comment", "party_name", "account_name"))


@pytest.fixture
def books(published_books: Path) -> Iterator[OpenBooks]:
    """The staged books, opened."""
    with open_published(published_books) as opened:
        yield opened


@pytest.fixture
def organization(books: OpenBooks) -> str:
    """The only one in them."""
    (only,) = list_organizations(books)
    return str(only["organization_id"])


def test_organizations_have_their_names_and_currencies(published_small: Path) -> None:
    with open_published(published_small) as books:
        nameless, named = list_organizations(books)
    assert named == {"organization_id": "org-1", "organization_name": "Firma AS", "base_currency": "NOK"}
    assert (nameless["organization_id"], nameless["organization_name"]) == (ORGANIZATION, None)


def test_months_are_the_ledgers_and_stand_beside_the_same_a_year_before(
    books: OpenBooks, organization: str, staged: Staged
) -> None:
    result = dict(
        staged.warehouse.rows(
            "select cast(date_trunc('month', posting_date) as date), -sum(amount) from marts.general_ledger "
            "where account_number between 3000 and 8799 group by all"
        )
    )
    shown = monthly_results(books, organization)
    assert len(shown) == 13
    assert [row["result"] for row in shown] == [result[row["period"]] for row in shown]
    assert shown[0]["result_last_year"] == result[date(2024, 2, 1)]
    assert shown[0]["better"] == shown[0]["result"] - shown[0]["result_last_year"]
    assert shown[-1]["result_last_year"] is None


def test_the_bank_holds_what_the_ledger_says(books: OpenBooks, organization: str, staged: Staged) -> None:
    expected = staged.warehouse.rows(
        "select account_number, arg_max(running_balance, (posting_date, voucher_number, line_id)) "
        "from marts.general_ledger where account_number between 1900 and 1999 group by all order by all"
    )
    assert [(row["account_number"], row["closing_balance"]) for row in bank_accounts(books, organization)] == expected
    assert bank_balance(books, organization) == sum(balance for _, balance in expected)


def test_a_balance_that_is_unknown_is_not_left_out_of_the_sum(published_small: Path) -> None:
    with open_published(published_small) as books:
        (bank,) = bank_accounts(books, "org-1")
        # a day of March has not landed, so nobody knows what April closed with
        assert bank["closing_balance"] is None
        assert bank_balance(books, "org-1") is None


def test_what_needs_a_look_is_said_with_its_figures(books: OpenBooks, organization: str, staged: Staged) -> None:
    ((overdue,),) = staged.warehouse.rows(
        "select sum(open_amount) from marts.open_items where ledger = 'receivable' and open_amount > 0 "
        "and days_overdue > 90 and as_of = (select max(as_of) from marts.open_items)"
    )
    said = [one.sentence for one in list_attention(books, organization)]
    assert any(f"{overdue:,.2f}" in sentence for sentence in said)
    assert failed_checks(books) == [{"check_name": "accounts_have_a_class", "rows": 3}]
    assert tie_out_statuses(books, organization)["ties"]["account_months"] > 100


@pytest.mark.parametrize(
    ("search", "condition"),
    [
        (LineSearch(), "true"),
        (LineSearch(account="1920"), "account_number = 1920"),
        (LineSearch(account="3000 - 3999"), "account_number between 3000 and 3999"),
        (LineSearch(account="bank"), "account_name ilike '%bank%'"),
        (LineSearch(first=date(2024, 3, 1), last=date(2024, 3, 31)), "strftime(posting_date, '%Y-%m') = '2024-03'"),
        (LineSearch(amount="1 000,00..2000"), "abs(amount) between 1000 and 2000"),
        (LineSearch(voucher="12"), "voucher_number = 12"),
        (LineSearch(party="as"), "party_name ilike '%as%'"),
        (LineSearch(text="FAKTURA"), ANYWHERE),
    ],
)  # fmt: skip
def test_a_search_finds_what_the_ledger_has_and_sums_all_of_it(
    books: OpenBooks, organization: str, staged: Staged, search: LineSearch, condition: str
) -> None:
    ((lines, debit, amount),) = staged.warehouse.rows(
        "select count(*), coalesce(sum(debit), 0), coalesce(sum(amount), 0) from marts.general_ledger "
        f"where {condition}"
    )
    total = sum_lines(books, organization, search)
    assert (total["lines"], total["debit"], total["amount"]) == (lines, debit, amount)
    assert len(search_lines(books, organization, search, most=50)) == min(lines, 50)


def test_what_is_typed_is_never_sql(books: OpenBooks, organization: str) -> None:
    hostile = "' or 1=1; drop table marts.general_ledger; --"
    for search in (
        LineSearch(account=hostile),
        LineSearch(party=hostile),
        LineSearch(voucher=hostile),
        LineSearch(text=hostile),
        LineSearch(customer_id=hostile),
    ):
        assert search_lines(books, organization, search) == []
    assert sum_lines(books, organization, LineSearch(text="%"))["lines"] == 0
    assert sum_lines(books, "' or true --", LineSearch())["lines"] == 0


def test_the_largest_come_first_whatever_their_sign(books: OpenBooks, organization: str) -> None:
    found = [abs(row["amount"]) for row in search_lines(books, organization, LineSearch(), LineOrder.LARGEST, most=20)]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1234.5", "1234.5"), ("1 234,50", "1234.50"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"),
     ("1,234", "1234"), ("1.234.567", "1234567"), ("0.125", "0.125"), ("\u22127,5", "-7.5")],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount(text) == D(amount)


@pytest.mark.parametrize("text", ["ten", "1e5", "NaN", "1,2,3.4.5", "", "9" * 30])
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(RequestRefused, match="is no amount"):
        read_amount(text)


def test_a_line_leads_to_its_voucher_which_sums_to_zero(books: OpenBooks, organization: str) -> None:
    (line,) = search_lines(books, organization, LineSearch(account="1500"), most=1)
    (whole,) = read_lines(books, organization, line["line_id"])
    assert whole["running_balance"] is not None
    others = voucher_lines(books, organization, line["voucher_id"])
    assert line["line_id"] in [row["line_id"] for row in others]
    assert sum_voucher(books, organization, line["voucher_id"]) == {"lines": len(others), "amount": D("0.00")}


@pytest.mark.parametrize("with_details", [True, False])
def test_a_line_leads_to_the_record_as_the_api_sent_it(
    published_small: Path, tmp_path: Path, *, with_details: bool
) -> None:
    shutil.copytree(published_small, tmp_path, symlinks=True, dirs_exist_ok=True)
    if not with_details:
        (tmp_path / "finago_details.duckdb").unlink()
    with open_published(tmp_path) as books:
        (record,) = raw_records(books, Landing.PARQUET, "org-1", "c2", date(2024, 2, 5))
    assert (record.day, record.ordinal, record.moved) == (date(2024, 2, 5), 1, False)
    # every digit as it came
    assert '"amount":100.10' in record.payload
    assert '"amount": 100.10' in indent_json(record.payload)


def test_a_record_that_lies_elsewhere_since_the_build_is_found_and_said_to_have_moved(
    small: Warehouse, tmp_path: Path
) -> None:
    folder = publish_books(small, tmp_path)
    (tmp_path / "raw").unlink()
    shutil.copytree(small.folder / "data" / "raw", tmp_path / "raw")
    RawFolder(folder).land("transactionlines", "2024-02-05", [*reversed(LINES["2024-02-05"])])
    with open_published(folder) as books:
        (record,) = raw_records(books, Landing.PARQUET, "org-1", "c1", date(2024, 2, 5))
        assert (record.ordinal, record.moved) == (2, True)
        landed = read_landed(folder, Landing.PARQUET, built := built_from(books))
    status = {(one.endpoint, one.organization): one for one in landing_statuses(landed, built)}
    assert status["finago/transactionlines", "org-1"].newer == 1


def test_a_record_that_landed_in_duckdb_is_found_too(published_small: Path, tmp_path: Path) -> None:
    shutil.copy(published_small / "finago.duckdb", tmp_path)
    store, day = open_store(tmp_path, Landing.DUCKDB, "finago"), date(2024, 2, 5)
    with store.spool(ENDPOINTS["transactionlines"], "org-1", [day]) as spool:
        spool.add(1, [line.encode() for line in LINES["2024-02-05"]], day, None)
        window = Window(day, day + timedelta(days=1))
        facts = ChainFacts(window, 1, 1, 0, 0.0, (), BUILT_AT, "1", "run-1")
        assert len([*spool.publish(facts)]) == 1
    before = {path.name for path in tmp_path.iterdir()}
    with open_published(tmp_path) as books:
        (record,) = raw_records(books, Landing.DUCKDB, "org-1", "c2", day)
        landed = read_landed(tmp_path, Landing.DUCKDB, {})
    assert (record.day, record.ordinal, record.fetched_at) == (day, 1, BUILT_AT)
    assert '"amount":100.10' in record.payload
    assert landed["finago/transactionlines", "org-1"][day].rows == 3
    # nothing is left of the look
    assert {path.name for path in tmp_path.iterdir()} == before


def test_lines_that_cannot_be_read_are_shown_with_the_reason(published_small: Path) -> None:
    with open_published(published_small) as books:
        (rejected,) = rejected_lines(books, "org-1")
    assert (rejected["line_id"], rejected["reason"]) == ("c3", "amount has more than two decimals")


@pytest.mark.parametrize("side", Subledger)
def test_parties_and_their_items_add_up_to_the_ages(books: OpenBooks, organization: str, side: Subledger) -> None:
    newest, *_ = as_of_dates(books, organization)
    parties = aged_parties(books, organization, side, newest)
    total = sum_ages(books, organization, side, newest)
    assert total["parties"] == len(parties) > 1
    assert total["total"] == sum(party["total"] for party in parties)
    for party in parties:
        items = open_items_of(books, organization, side, newest, party["customer_id"])
        summed = sum_open_items(books, organization, side, newest, party["customer_id"])
        assert summed == {"items": len(items), "open_amount": party["total"]}


def test_accounts_that_differ_come_first(staged: Staged, tmp_path: Path) -> None:
    shutil.copy(staged.warehouse.publish(tmp_path), tmp_path / "changed")
    (tmp_path / "finago.duckdb").unlink()
    with duckdb.connect(f"{tmp_path / 'changed'}") as connection:
        changed = "difference = 0.01, status = 'differs'"
        where = "account_number = 3000 and period = '2024-05-01'"
        connection.execute(f"update marts.ledger_tie_out set {changed} where {where}")
    (tmp_path / "changed").rename(tmp_path / "finago.duckdb")
    with open_published(tmp_path) as books:
        (organization,) = (row["organization_id"] for row in list_organizations(books))
        first, second, *_ = tie_out_accounts(books, organization)
        assert (first["account_number"], first["difference"], first["account_name"]) == (
            3000,
            D("0.01"),
            "Salgsinntekt, avgiftspliktig, høy sats",
        )
        assert second["status"] != "differs"
        assert count_tie_out(books, organization, date(2024, 5, 1), "differs") == 1
        month = next(row for row in tie_out_months(books, organization) if row["period"] == date(2024, 5, 1))
        assert (month["differs"], month["difference"]) == (1, D("0.01"))
        assert "Account-months that differ from the ERP's own balances: 1." in [
            one.sentence for one in list_attention(books, organization)
        ]


def test_the_lines_of_a_code_are_its_base(books: OpenBooks, organization: str) -> None:
    seen = 0
    for term in vat_terms(books, organization):
        codes = vat_codes(books, organization, term["period"])
        assert term["owed"] == -sum(code["tax_amount"] for code in codes)
        for row in codes:
            total = sum_vat_lines(books, organization, VatCode.of(row))
            assert total["tax_base"] == row["base_amount"]
            assert len(vat_lines(books, organization, VatCode.of(row))) == total["lines"]
            seen += total["lines"]
    assert seen > 100


def test_landing_says_how_far_each_endpoint_is_and_which_days_are_missing(published_small: Path) -> None:
    with open_published(published_small) as books:
        built = built_from(books)
    landed = read_landed(published_small, Landing.PARQUET, built)
    status = {(one.endpoint, one.organization): one for one in landing_statuses(landed, built)}
    lines = status["finago/transactionlines", "org-1"]
    assert (lines.days, lines.first, lines.last) == (120, date(2024, 1, 1), date(2024, 4, 30))
    assert (lines.holes, lines.missing_days, lines.newer) == (((NOT_LANDED, NOT_LANDED),), 1, 0)
    assert lines.rows == 10
    currencies = status["finago/currencies", "org-1"]
    # a list is landed whole, so days between two of them are not missing, and the newest counts
    assert (currencies.is_list, currencies.days, currencies.rows, currencies.holes) == (True, 2, 1, ())


def test_nothing_can_be_written_and_no_other_file_be_read(books: OpenBooks) -> None:
    for sql in (
        "create table marts.mine (a integer)",
        "delete from marts.general_ledger",
        "update details.build.latest set run = 'x'",
        "copy (select 1) to '/tmp/never_written.csv'",
        "attach '/tmp/never_written.duckdb'",
        "select * from read_text('/etc/hostname')",
        "install httpfs",
        "set enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            books.connection.execute(sql)


def test_the_span_of_the_books_is_told(books: OpenBooks, organization: str) -> None:
    span = read_span(books, organization)
    assert span["last_day"] <= date(2025, 2, 28)
    assert span["lines"] == sum_lines(books, organization, LineSearch())["lines"]


def test_a_publication_is_not_held_up_and_the_next_look_sees_it(staged: Staged, tmp_path: Path) -> None:
    folder = publish_books(staged.warehouse, tmp_path / "data")
    with open_published(folder) as before:
        assert before.built_at == BUILT_AT
        lines = before.row("select count(*) as lines from marts.general_ledger")
        # while it is open, a newer build is published
        publish_books(staged.warehouse, folder, BUILT_AT + timedelta(days=1))
        assert before.row("select count(*) as lines from marts.general_ledger") == lines
        with open_published(folder) as after:
            assert after.built_at == BUILT_AT + timedelta(days=1)
            assert before.built_at == BUILT_AT


def test_a_file_that_no_record_is_of_tells_when_it_was_written(staged: Staged, tmp_path: Path) -> None:
    published = staged.warehouse.publish(tmp_path)
    with open_published(tmp_path) as books:
        assert books.built_at.timestamp() == int(published.stat().st_mtime)
        assert not books.has_details
        assert failed_checks(books) == []


def test_where_nothing_is_published_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotProven, match=r"Nothing is published in .* yet.*make demo"), open_published(tmp_path):
        pass


def test_a_damaged_file_and_one_of_another_version_are_told_in_words(tmp_path: Path) -> None:
    published = tmp_path / "finago.duckdb"
    published.write_bytes(b"no database" * 1000)
    with pytest.raises(CorruptFile, match="cannot be read"), open_published(tmp_path):
        pass
    published.unlink()
    duckdb.connect(f"{published}").close()
    with pytest.raises(CorruptFile, match="another version"), open_published(tmp_path) as books:
        list_organizations(books)
