"""The desk's pages, run by Streamlit's own harness over a published warehouse: every figure is that of a query."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from finago_assets.core.amounts import spell_amount
from finago_assets.look.table import amounts, html_table
from tests.dbt.published_books import BUILT_AT, publish_books

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.conftest import Staged

PAGES = {
    "overview": ("overview_screen", "show_overview"),
    "ledger": ("ledger_screen", "show_ledger"),
    "line": ("ledger_screen", "show_line"),
    "ageing": ("ageing_screen", "show_ageing"),
    "tie-out": ("tie_out_screen", "show_tie_out"),
    "vat": ("vat_screen", "show_vat"),
    "landing": ("landing_screen", "show_landing"),
}
SECONDS = 60


def opened(folder: Path, page: str, monkeypatch: pytest.MonkeyPatch, **asked: object) -> AppTest:
    """Return a page as it is shown at an address."""
    monkeypatch.setenv("FINAGO_DATA_DIR", f"{folder}")
    module, function = PAGES[page]
    script = f"from finago_assets.look.screens.{module} import {function}\n{function}()"
    app = AppTest.from_string(script, default_timeout=SECONDS)
    for name, value in asked.items():
        app.query_params[name] = f"{value}"
    app.run()
    assert not app.exception
    return app


def tables(app: AppTest) -> list[list[list[str]]]:
    """Return each table's rows, each a list of what stands in its cells, the head first."""
    found = [body for one in app.html if "<table" in (body := str(one.value))]
    return [[_cells_of(row) for row in re.findall(r"<tr>(.*?)</tr>", body)] for body in found]


def _cells_of(row: str) -> list[str]:
    return [_text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]


def _text(cell: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", cell))


def links(app: AppTest) -> list[tuple[str, dict[str, str]]]:
    """Return where the page leads: a page, and what is asked of it."""
    found = (urlsplit(unescape(to)) for one in app.html for to in re.findall(r'href="([^"]+)"', str(one.value)))
    return [(to.path, dict(parse_qsl(to.query))) for to in found]


def follow(folder: Path, monkeypatch: pytest.MonkeyPatch, link: tuple[str, dict[str, str]]) -> AppTest:
    """Return the page that a link leads to."""
    page, asked = link
    return opened(folder, page, monkeypatch, **asked)


def said(app: AppTest) -> str:
    """Return all that is said in words."""
    kinds = (app.caption, app.markdown, app.info, app.warning, app.error, app.success, app.title, app.subheader)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return a query's rows, asked beside the desk."""
    with duckdb.connect(f"{folder / 'finago.duckdb'}", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_overview_shows_the_figures_of_the_books(published_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(published_books, "overview", monkeypatch)
    ((result,),) = ask(
        published_books,
        "select -sum(amount) from marts.general_ledger where account_number between 3000 and 8799 "
        "and strftime(posting_date, '%Y-%m') = '2025-02'",
    )
    ((bank,),) = ask(published_books, "select sum(amount) from marts.general_ledger where account_number = 1920")
    ((opening,),) = ask(
        published_books,
        "select opening_balance from marts.trial_balance where account_number = 1920 order by period limit 1",
    )
    months, accounts, *_ = tables(app)
    assert months[1][:2] == ["2025-02", f"{result:,.2f}"]
    assert ["1920", "Bankinnskudd", f"{opening + bank:,.2f}"] in accounts
    assert {one.label: one.value for one in app.metric}["Result of 2025-02"] == f"{result:,.2f}"
    assert "tie, to the øre" in said(app)
    assert f"{BUILT_AT:%Y-%m-%d} 05:15" in said(app)


def test_a_search_is_typed_and_its_address_can_be_kept(published_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(published_books, "ledger", monkeypatch)
    app.text_input[0].set_value("1920")
    app.button[0].click().run()
    assert app.query_params["account"] == "1920"
    ((lines, amount),) = ask(
        published_books, "select count(*), sum(amount) from marts.general_ledger where account_number = 1920"
    )
    (table,) = tables(app)
    assert table[-1][-1] == f"{amount:,.2f}"
    assert len(table) == 2 + min(lines, 200)
    assert f"Lines: {lines:,}." in said(app)
    kept = opened(published_books, "ledger", monkeypatch, account="1920")
    assert tables(kept) == [table]
    assert kept.text_input[0].value == "1920"
    kept.button[1].click().run()
    assert "account" not in kept.query_params


def test_a_table_that_does_not_show_all_says_so_and_sums_all(
    published_books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(published_books, "ledger", monkeypatch, account="1500-9999")
    ((lines, amount),) = ask(
        published_books,
        "select count(*), sum(amount) from marts.general_ledger where account_number between 1500 and 9999",
    )
    assert lines > 200
    assert f"Shown: the first 200 of {lines:,} lines. The sums below are of all {lines:,}." in said(app)
    (table,) = tables(app)
    assert (len(table), table[-1][-1]) == (1 + 200 + 1, f"{amount:,.2f}")


def test_what_cannot_be_searched_for_is_said_in_words(published_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(published_books, "ledger", monkeypatch, amount="[ten](http://b)")
    assert "is no amount" in said(app)
    assert "[ten]" not in said(app)
    assert tables(app) == []


def test_from_a_line_one_gets_to_its_voucher_and_the_record_of_the_api(
    published_books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(published_books, "ledger", monkeypatch, account="3000", order="largest amount first")
    to_line = links(ledger)[0]
    line = follow(published_books, monkeypatch, to_line)
    fields, voucher = tables(line)
    assert voucher[-1][-1] == "0.00"
    assert ["account number", "3000"] in fields
    (record,) = (str(one.value) for one in line.code)
    assert f'"id": "{to_line[1]["line"]}"' in record
    amount = next(row[1] for row in fields if row[0] == "amount").replace(",", "")
    assert re.search(rf'"amount": {re.escape(amount.rstrip("0").rstrip("."))}0*\b', record)
    assert "finago/transactionlines of" in said(line)


def test_a_line_that_is_not_there_is_said_so(published_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no line with this id" in said(opened(published_books, "line", monkeypatch, line="gone"))


@pytest.mark.parametrize("side", ["receivables", "payables"])
def test_a_party_leads_to_its_open_items_and_an_item_to_its_lines(
    published_books: Path, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    app = opened(published_books, "ageing", monkeypatch, side=side)
    (parties,) = tables(app)
    to_party = next(link for link in links(app) if link[1]["party"] != "(none)")
    named = next(row for row in parties if row[1] == to_party[1]["party"])
    items = follow(published_books, monkeypatch, to_party)
    (shown,) = tables(items)
    assert shown[-1][-1] == named[-1]
    to_lines = next(link for link in links(items) if link[0] == "ledger")
    (lines,) = tables(follow(published_books, monkeypatch, to_lines))
    assert len(lines) > 2


def test_the_tie_out_leads_to_the_lines_that_make_up_the_ledgers_side(
    published_books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(published_books, "tie-out", monkeypatch, month="2024-05")
    months, accounts = tables(app)
    assert [row[0] for row in months[1:]] == sorted((row[0] for row in months[1:]), reverse=True)
    moved = next(row for row in accounts if row[1] == "1920")
    assert moved[:4] == ["2024-05", "1920", "Bankinnskudd", "ties"]
    to_lines = next(link for link in links(app) if link[1].get("account") == "1920")
    assert (to_lines[1]["first"], to_lines[1]["last"]) == ("2024-05-01", "2024-05-31")
    (lines,) = tables(follow(published_books, monkeypatch, to_lines))
    assert lines[-1][-1] == moved[4]


def test_a_vat_code_leads_to_the_lines_of_its_base(published_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(published_books, "vat", monkeypatch, term="2024-05 to 2024-06")
    (codes,) = tables(app)
    to_code = next(link for link in links(app) if link[1]["code"].startswith("3/"))
    code = next(row for row in codes if row[0] == "3")
    _, lines = tables(follow(published_books, monkeypatch, to_code))
    assert lines[-1][-2:] == code[6:8]
    ((owed,),) = ask(published_books, "select -sum(tax_amount) from marts.vat_by_period where period = '2024-05-01'")
    assert app.metric[0].value == f"{abs(owed):,.2f}"


def test_landing_names_the_days_that_are_missing(published_small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(published_small, "landing", monkeypatch, organization="org-1")
    (table,) = tables(app)
    lines = next(row for row in table if row[0] == "finago/transactionlines")
    assert lines[2:5] == ["120", "2024-01-01", "2024-04-30"]
    assert lines[7:9] == ["1", "2024-03-05"]
    assert "days are missing" in said(app)


def test_of_several_organizations_one_is_chosen_and_the_address_follows(
    published_small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(published_small, "overview", monkeypatch)
    picker = app.sidebar.selectbox[0]
    assert picker.options == ["numbers (numbers)", "Firma AS (org-1)"]
    picker.set_value("org-1").run()
    assert app.query_params["organization"] == "org-1"
    assert "Firma AS" in said(app)
    # nobody knows what the bank holds, since a day of March has not landed
    assert {one.label: one.value for one in app.metric}["Bank balance"] == "unknown"
    assert "Ledger lines that could not be read and stand in no figure: 1." in str([one.value for one in app.html])


def test_each_figure_of_an_organization_is_its_own(published_small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for organization in ("org-1", "numbers"):
        app = opened(published_small, "ledger", monkeypatch, organization=organization)
        ((lines,),) = ask(
            published_small, f"select count(*) from marts.general_ledger where organization_id = '{organization}'"
        )
        assert f"of {lines:,} lines" in said(app) or f"Lines: {lines:,}." in said(app)


def test_names_from_the_books_are_text_and_never_markup(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "<img src=x onerror=alert(1)>[a](http://b) **c** $d$"
    published = staged.warehouse.publish(tmp_path)
    shutil.copy(published, tmp_path / "changed")
    published.unlink()
    with duckdb.connect(f"{tmp_path / 'changed'}") as connection:
        connection.execute("update marts.general_ledger set account_name = ?, comment = ?", [hostile, hostile])
    (tmp_path / "changed").rename(published)
    app = opened(tmp_path, "ledger", monkeypatch, account="1920")
    (table,) = tables(app)
    assert table[1][3] == hostile
    assert "<img" not in str([one.value for one in app.html])
    line = follow(tmp_path, monkeypatch, links(app)[0])
    assert "\\<img" in said(line)
    assert "\\[a\\]" in said(line)


def test_a_newer_build_is_shown_at_the_next_click_and_said(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = publish_books(staged.warehouse, tmp_path / "data")
    app = opened(folder, "overview", monkeypatch)
    assert "A newer build" not in said(app)
    publish_books(staged.warehouse, folder, BUILT_AT + timedelta(days=1))
    app.run()
    assert "A newer build was published meanwhile" in said(app)
    assert f"{date(2026, 3, 2)} 05:15" in said(app)


def test_before_anything_is_published_each_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in PAGES:
        app = opened(tmp_path, page, monkeypatch)
        assert "Nothing is published in" in said(app)
        assert "make demo" in said(app)


def test_what_needs_a_look_leads_to_where_it_is_seen(published_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(published_books, "overview", monkeypatch)
    overdue = next(link for link in links(app) if link[1].get("side") == "payables")
    items = follow(published_books, monkeypatch, overdue)
    assert items.selectbox[0].value == "payable"


def test_an_amount_is_shown_to_the_last_oere_however_large_it_is() -> None:
    amount = Decimal("9007199254740993.01")
    assert Decimal(float(amount)) != amount
    assert spell_amount(amount) == "9,007,199,254,740,993.01"
    table = html_table([{"amount": -amount}], amounts(amount="Amount"), {"amount": None})
    assert ">-9,007,199,254,740,993.01<" in table
    # a sum that nobody knows is not shown as none
    assert ">unknown<" in table
