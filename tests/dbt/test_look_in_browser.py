"""The desk as a person sees it: clicked through in a headless browser, which asks nothing of any other machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from finago_assets.commands.look import LOOK_FOLDER, look_command, look_environment
from tests.chromium import asked_addresses, chromium, needs_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

PATIENCE = 60
pytestmark = [
    pytest.mark.slow,
    needs_chromium,
]


@pytest.fixture(scope="module")
def desk(published_books: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a desk over the staged books."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = look_environment(os.environ, published_books) | {"HOME": f"{tmp_path_factory.mktemp('home')}"}
    with subprocess.Popen(
        look_command(port),
        env=environment,
        cwd=LOOK_FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            assert any("Uvicorn server started" in line for line in server.stdout)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Headless Chromium that writes down what it asks for."""
    with chromium(tmp_path_factory.mktemp("profile"), "1500,1100") as driver:
        yield driver


def _shown(browser: Chrome, text: str) -> str:
    """Wait until the page shows a text; return all that it shows."""
    body = (By.TAG_NAME, "body")
    WebDriverWait(browser, PATIENCE).until(lambda one: text in one.find_element(*body).text, f"no {text!r}")
    return browser.find_element(*body).text


def _links(browser: Chrome) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, ".books td a")


def _navigate(browser: Chrome, page: str) -> None:
    there = browser.find_elements(By.CSS_SELECTOR, "[data-testid=stSidebarNavLink]")
    next(one for one in there if page in one.text).click()


def _asked_for(browser: Chrome) -> set[str]:
    """Return every machine that the browser has asked for something since it was last asked about."""
    found = asked_addresses(browser)
    return {urlsplit(url).hostname or "" for url in found if not url.startswith(("data:", "blob:", "chrome", "about:"))}


def test_every_page_is_reached_by_its_link_and_nothing_is_asked_of_another_machine(browser: Chrome, desk: str) -> None:
    _asked_for(browser)
    browser.get(desk)
    _shown(browser, "Result by month")
    WebDriverWait(browser, PATIENCE).until(
        lambda one: one.find_elements(By.CSS_SELECTOR, "[data-testid=stVegaLiteChart] *")
    )
    for page, text in (
        ("Ledger", "Debit is positive"),
        ("Receivables and payables", "All parties"),
        ("Tie-out", "those that differ first"),
        ("VAT", "A preview of the VAT return"),
        ("Landing", "finago/transactionlines"),
    ):
        _navigate(browser, page)
        assert "Traceback" not in _shown(browser, text)
    assert _asked_for(browser) == {"127.0.0.1"}


def test_figures_on_the_screen_are_those_of_a_query(browser: Chrome, desk: str, published_books: Path) -> None:
    browser.get(f"{desk}/ledger?account=3000-3999&first=2024-05-01&last=2024-05-31")
    _shown(browser, "Debit is positive")
    with duckdb.connect(f"{published_books / 'finago.duckdb'}", read_only=True) as connection:
        where = "account_number between 3000 and 3999 and strftime(posting_date, '%Y-%m') = '2024-05'"
        ((total,),) = connection.execute(f"select sum(amount) from marts.general_ledger where {where}").fetchall()
        lines = connection.execute(
            f"select amount from marts.general_ledger where {where} "
            "order by posting_date desc, voucher_number desc, line_id limit 200"
        ).fetchall()
    cells = [one.get_property("textContent") for one in browser.find_elements(By.CSS_SELECTOR, ".books td.amount")]
    assert cells == [*(f"{amount:,.2f}" for (amount,) in lines), f"{total:,.2f}"]
    right = browser.find_element(By.CSS_SELECTOR, ".books td.amount").value_of_css_property("text-align")
    assert right == "right"


def test_a_figure_is_clicked_down_to_what_the_api_sent(browser: Chrome, desk: str) -> None:
    browser.get(f"{desk}/tie-out?month=2024-05&status=ties")
    _shown(browser, "those that differ first")
    account = next(one for one in _links(browser) if "account=3000" in str(one.get_attribute("href")))
    account.click()
    _shown(browser, "Debit is positive")
    line = _links(browser)[0]
    asked = re.search(r"line=([^&]+)", str(line.get_attribute("href")))
    assert asked is not None
    line.click()
    assert asked[1] in _shown(browser, '"transactionType"')
    # in the same window, so that "back" leads back
    assert len(browser.window_handles) == 1
    browser.back()
    _shown(browser, "Debit is positive")
