"""The binder's page in a real browser: nothing is fetched, nothing runs, figures lead to their rows, and it prints."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from finago_assets.core.amounts import spell_amount
from finago_assets.report import page
from finago_assets.report.binder import make_binder
from finago_assets.report.page import anchor_id
from finago_assets.report.source import open_publication
from finago_assets.report.texts import printable_text
from tests.chromium import asked_addresses, chromium, needs_chromium
from tests.dbt.month_end_books import TROUBLED
from tests.dbt.test_binder_workbook import MARCH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW: Final = datetime(2025, 5, 2, 8, 0, tzinfo=UTC)


def _made(month_end: Path, root: Path) -> Path:
    with open_publication(month_end / "finago.duckdb", month_end / "finago_details.duckdb") as source:
        return make_binder(source, TROUBLED, MARCH, root, NOW).place.page


@pytest.fixture(scope="module")
def opened(month_end: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """The page of the troubled month, open in a browser that notes every request."""
    made = _made(month_end, tmp_path_factory.mktemp("binders"))
    with chromium(tmp_path_factory.mktemp("profile"), "1300,1000") as driver:
        driver.get(made.as_uri())
        yield driver


@needs_chromium
def test_nothing_is_fetched_and_nothing_of_the_books_runs(opened: Chrome) -> None:
    asked = asked_addresses(opened)
    assert {address.partition(":")[0] for address in asked if not address.startswith("chrome")} == {"file", "data"}
    assert len([address for address in asked if address.startswith("file")]) == 1
    assert opened.title == "Firma AS, 2025-03: month-end binder"
    # a content policy that holds something back says so there
    assert opened.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert opened.find_elements(By.TAG_NAME, "script") == []
    shown = opened.execute_script("return document.documentElement.textContent")
    assert "<script>document.title='taken'</script>" in shown
    assert "bell\u2407 and \u241b[31mred" in shown


@needs_chromium
def test_a_figure_leads_to_its_lines_which_open_under_it(opened: Chrome) -> None:
    lines = opened.find_element(By.ID, "lines-1920")
    assert not lines.is_displayed()
    opened.execute_script("document.querySelector(\"#trial_balance a[href='#lines-1920']\").click()")
    assert lines.is_displayed()
    assert "-2,000.00" in lines.text
    targets = opened.execute_script(
        "return [...document.querySelectorAll('a[href]')].filter(a => !document.querySelector(a.getAttribute('href')))"
        ".map(a => a.getAttribute('href'))"
    )
    assert targets == []
    assert "blocked" in opened.find_element(By.ID, anchor_id("exception-tie-out/6300")).text


@needs_chromium
def test_it_prints_on_paper_of_its_own_with_every_part(opened: Chrome) -> None:
    printed: dict[str, Any] = opened.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    sheets = base64.b64decode(printed["data"])
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheets))
    # A4, the wide way
    assert {(round(float(wide)), round(float(high))) for wide, high in sizes} == {(842, 595)}
    assert sheets.count(b"/Type /Page\n") >= 9


def test_pictures_and_headings_can_be_read_aloud(month_end: Path, tmp_path: Path) -> None:
    html = _made(month_end, tmp_path).read_text(encoding="utf-8")
    assert '<html lang="en">' in html
    assert html.count("<table") == html.count("<caption>") > 8
    alts = re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="([^"]+)"', html)
    assert len(alts) == 3
    assert "in 2025-03 income is 0.00 and costs are 1999.00" in alts[0]
    assert "<th scope=" in html
    assert "<th>" not in html


def test_a_page_of_many_lines_says_where_the_rest_is(
    month_end: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _made(month_end, tmp_path / "whole").read_text(encoding="utf-8")
    assert "the workbook has every one" not in whole
    monkeypatch.setattr(page, "MOST_LINES_OF_ACCOUNT", 2)
    monkeypatch.setattr(page, "MOST_LINES", 3)
    monkeypatch.setattr(page, "MOST_TABLE_ROWS", 3)
    html = _made(month_end, tmp_path / "bound").read_text(encoding="utf-8")
    assert "2 of 3 lines are not shown here; the workbook has every one." in html
    assert re.search(r"The first 3 of \d+ rows; the rest is in the workbook\.", html)
    # where an account's lines are all left out, what leads to them still finds the place
    assert '<span id="lines-9100">' in html


def test_the_same_figures_make_the_same_page(month_end: Path, tmp_path: Path) -> None:
    first, second = (_made(month_end, tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == second


def test_an_amount_is_spelled_in_one_way() -> None:
    assert spell_amount(Decimal("-1234567.5")) == "-1,234,567.50"
    assert printable_text("a\x00b\r\nc\u202ed", 100) == "a\u2400b\nc\ufffdd"
    assert printable_text("x" * 50, 40) == f"{'x' * 20} … (cut here)"
