"""What a person sees: the real UI in a headless browser, over a run of the real graph."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as seen
from selenium.webdriver.support.ui import WebDriverWait

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.chromium import chromium, needs_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver.remote.webdriver import WebDriver

ROOT = Path(__file__).parents[2]
PATIENCE = 90

pytestmark = [
    pytest.mark.slow,
    needs_chromium,
]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _command(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    command = [_command("dagster-webserver"), "-p", f"{port}", "-w", "workspace.yaml"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address)
            yield address
        finally:
            os.killpg(server.pid, 15)


def _await(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5):  # noqa: S310  our own server
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The UI over one landed week of a tiny office."""
    folder = tmp_path_factory.mktemp("ui")
    home = folder / "home"
    home.mkdir()
    ours = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    del ours["storage"]  # its history lies in the checkout; this one's lies in its home
    (home / "dagster.yaml").write_text(yaml.safe_dump(ours), encoding="utf-8")
    with running(size=Size.TINY, years=1) as office:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {
            **kept,
            **office.environment(),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
            "FINAGO_DATA_DIR": str(folder / "data"),
            "DAGSTER_HOME": str(home),
        }
        command = [_command("dagster"), "asset", "materialize", "-m", "finago_assets.definitions"]
        subprocess.run(
            [*command, "--select", "*", "--partition-range", "2024-01-01...2024-01-07"],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        with _served(environment) as address:
            yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """Headless Chromium that looks nothing up outside this machine."""
    with chromium(tmp_path_factory.mktemp("profile"), "1600,1000") as driver:
        yield driver


def _shows(browser: WebDriver, *texts: str) -> None:
    """Wait until the page shows every text; if it never does, say what it shows instead."""
    body = (By.TAG_NAME, "body")
    for text in texts:
        try:
            WebDriverWait(browser, PATIENCE).until(seen.text_to_be_present_in_element(body, text))
        except WebDriverException as error:
            page = browser.find_element(*body).text
            raise AssertionError(f"the page never showed {text!r}; it showed:\n{page}") from error


def _click(browser: WebDriver, text: str) -> None:
    here = (By.XPATH, f"//*[normalize-space(text())='{text}']")
    WebDriverWait(browser, PATIENCE).until(seen.element_to_be_clickable(here)).click()


def test_the_graph_shows_every_layer_from_endpoint_to_published_warehouse(browser: WebDriver, ui: str) -> None:
    browser.get(f"{ui}/asset-groups")
    _shows(browser, "raw_ledger", "raw_invoicing", "staging", "intermediate", "marts", "published")
    # a sign-up box over the page would be the first thing a new user has to click away
    assert "Join the Dagster" not in browser.find_element(By.TAG_NAME, "body").text


def test_a_raw_asset_explains_itself_and_its_partitions_and_checks_are_a_click_away(
    browser: WebDriver, ui: str
) -> None:
    browser.get(f"{ui}/assets/finago/transactionlines?view=overview")
    _shows(browser, "Ledger lines by posting date", "GET /transactionlines", "payload", "finance-data")
    _click(browser, "Partitions")
    _shows(browser, "Materialized (7)", "Failed (0)")
    _click(browser, "Checks")
    _shows(browser, "landed_as_expected", "Passed")


def test_a_mart_shows_its_columns_and_its_dbt_tests_as_checks(browser: WebDriver, ui: str) -> None:
    browser.get(f"{ui}/assets/marts/general_ledger?view=overview")
    _shows(browser, "running_balance", "Row count", "marts")
    _click(browser, "Checks")
    _shows(browser, "Checks (")


def test_the_launchpad_of_a_request_completes_templates_and_says_what_is_wrong(browser: WebDriver, ui: str) -> None:
    config = "ops:\n  rest_api_request:\n    config:\n      request:\n        template:\n          name: "
    browser.get(f"{ui}/locations/finago_assets/jobs/finago_request/playground")
    _shows(browser, "accounts.list", "No errors")
    _type(browser, f"{config}acounts.list")
    _shows(browser, "not in enum type Template got acounts.list")
    _type(browser, f"{config}salesorder_l")
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(" ").key_up(Keys.CONTROL).perform()
    _shows(browser, "salesorder_lines.list", "Which one; `finago-assets templates` lists and searches them.")


def _type(browser: WebDriver, text: str) -> None:
    """Put a text into the editor, the cursor behind it."""
    editor = browser.find_element(By.CSS_SELECTOR, ".CodeMirror")
    place = "const one = arguments[0].CodeMirror; one.setValue(arguments[1]);"
    browser.execute_script(f"{place} one.focus(); one.setCursor(one.lineCount(), 999)", editor, text)
