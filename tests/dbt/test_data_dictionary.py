"""The data dictionary: one page that holds every table and column, and asks for nothing from anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from finago_assets.core.errors import FinagoError
from finago_assets.data_dictionary import put_in_place, write_dictionary
from finago_assets.orchestration.dbt_project import dbt_project
from tests.chromium import asked_addresses, chromium, needs_chromium

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dbt_project().manifest_path.read_text(encoding="utf-8"))
    return found


def _held(page: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the manifest and the catalog that lie in a page."""
    text = page.read_text(encoding="utf-8").replace("<\\/", "</")
    found = re.search(r"var n=\{manifest:(?=\{)", text)
    assert found is not None
    decoder = json.JSONDecoder()
    manifest, end = decoder.raw_decode(text, found.end())
    assert text[end:].startswith(",catalog:")
    return manifest, decoder.raw_decode(text, end + len(",catalog:"))[0]


def test_without_a_warehouse_the_page_holds_every_mart_with_its_words_and_types(
    parsed: dict[str, Any], tmp_path: Path
) -> None:
    page = write_dictionary(parsed, tmp_path / "there_is_none.duckdb", tmp_path / "docs" / "index.html")
    manifest, catalog = _held(page)
    marts = [node for node in manifest["nodes"].values() if node["schema"] in {"marts", "reporting"}]
    assert len(marts) > 20
    for mart in marts:
        assert mart["description"], mart["name"]
        assert mart["columns"]
        assert all(column["description"] and column["data_type"] for column in mart["columns"].values()), mart["name"]
    assert catalog["nodes"] == {}
    assert "# The data dictionary" in manifest["docs"]["doc.finago.__overview__"]["block_contents"]


def test_the_columns_of_a_warehouse_stand_in_it_as_they_are(
    parsed: dict[str, Any], small: Warehouse, tmp_path: Path
) -> None:
    _, catalog = _held(write_dictionary(parsed, small.file, tmp_path / "index.html"))
    ledger = catalog["nodes"]["model.finago.general_ledger"]["columns"]
    assert (ledger["amount"]["type"], ledger["posting_date"]["type"]) == ("DECIMAL(18,2)", "DATE")
    assert ledger["organization_id"]["index"] == 1
    # a view whose model has another name than it has in the warehouse
    assert catalog["nodes"]["model.finago.reporting_trial_balance"]["metadata"]["name"] == "trial_balance"
    assert catalog["nodes"]["model.finago.stg_transactionlines"]["columns"]


def test_macros_and_tests_are_folded_away_and_nothing_says_where_files_lie(
    parsed: dict[str, Any], tmp_path: Path
) -> None:
    page = write_dictionary(parsed, tmp_path / "none", tmp_path / "index.html")
    manifest, _ = _held(page)
    machinery = [*manifest["macros"].values(), *(n for n in manifest["nodes"].values() if n["resource_type"] == "test")]
    assert machinery
    assert [one["name"] for one in machinery if one["docs"]["show"]] == []
    assert {macro["package_name"] for macro in manifest["macros"].values()} == {"finago"}
    text = page.read_text(encoding="utf-8")
    assert f"{Path(__file__).parents[2]}" not in text
    assert "external_location" not in text
    # the page's own code would count its readers
    assert "Content-Security-Policy" in text.partition("<script")[0]


def test_a_page_of_dbt_that_has_changed_its_form_is_refused_with_a_sentence() -> None:
    with pytest.raises(FinagoError, match="another form than this release knows"):
        put_in_place("<head></head>", '"MANIFEST.JSON INLINE DATA"', "{}")


@pytest.mark.slow
@needs_chromium
def test_a_browser_shows_a_table_with_what_its_columns_mean_and_asks_nobody_for_anything(
    parsed: dict[str, Any], tmp_path: Path
) -> None:
    page = write_dictionary(parsed, tmp_path / "none", tmp_path / "index.html")
    with chromium(tmp_path / "profile", "1400,900") as browser:
        browser.get(f"file://{page}#!/model/model.finago.trial_balance")
        found = WebDriverWait(browser, 60).until(lambda one: one.find_elements(By.CSS_SELECTOR, "tr.column-row"))
        assert "The organization whose books these are." in found[0].text
        asked = asked_addresses(browser)
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
