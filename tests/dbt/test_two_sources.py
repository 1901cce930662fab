"""Two APIs with an endpoint of the same name: each staging model reads its own, however raw data is landed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.catalogue.model import Source
from finago_assets.core.landing.landed_data import open_landed_data
from finago_assets.core.landing.model import Landing
from tests.dbt.raw_layout import NEVER
from tests.dbt.warehouse import PROJECT, Warehouse, troubles

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
COLUMNS = "[['account_id', 'id'], ['account_name', 'name']], key=['account_id']"
TYPED = f"{{{{ typed('accounts', {COLUMNS}, of='harbour') }}}}\n"
META = "meta={'source': 'harbour', 'endpoint': 'accounts'}"
MODELS = {
    "stg_harbour_accounts": f"{{{{ config({META}) }}}}\n{TYPED}",
    "stg_harbour_accounts_history": (
        f"{{{{ config({META}, materialized='incremental', incremental_strategy='replace_partitions') }}}}\n{TYPED}"
    ),
}
SOURCE = """sources:
  - name: harbour
    schema: harbour
    config:
      meta:
        external_location: >-
          {{ "(select * from raw.harbour.{name})" if target.name == "duckdb" else
          "read_parquet('" ~ env_var("FINAGO_DATA_DIR", "data") ~ "/raw/harbour/{name}/*/*/data.parquet',
          hive_partitioning = true, hive_types_autocast = false)" }}
    tables:
      - name: accounts
"""
NEWEST = "select organization_id, cast(partition_date as varchar), account_name from staging.{} order by all"


def _named(name: str) -> list[str]:
    return [f'{{"id": "1", "number": 1500, "name": "{name}"}}']


@pytest.fixture
def two(tmp_path: Path) -> Warehouse:
    """Both sources know the same organizations and days, and say something else of them."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs", ".*"))
    staging = project / "models" / "staging" / "harbour"
    staging.mkdir()
    (staging / "sources.yml").write_text(SOURCE)
    for name, text in MODELS.items():
        (staging / f"{name}.sql").write_text(text)
    warehouse = Warehouse(tmp_path, tmp_path / "artifacts", project)
    ours, theirs = warehouse.raw, warehouse.raw.of_source("harbour")
    ours.land("accounts", "2024-01-02", _named("ours"))
    ours.land("accounts", "2024-01-03", _named("ours later"))
    ours.of("org-2").land("accounts", "2024-01-02", _named("ours"))
    theirs.land("accounts", "2024-01-02", _named("theirs"))
    theirs.land("accounts", "2024-01-04", _named("theirs later"))
    # the first day of the settings once lay in the future
    theirs.of("org-2").land("accounts", "2024-01-02", _named("theirs"))
    theirs.of("org-2").land("accounts", "2031-01-01", [], outcome="placeholder")
    theirs.of("org-3").land("accounts", NEVER, [], outcome="placeholder")
    return warehouse


@pytest.mark.parametrize("landing", ["parquet", "duckdb"])
def test_models_of_two_sources_read_the_endpoint_of_one_name_that_is_their_own(two: Warehouse, landing: str) -> None:
    theirs = two.raw.of_source("harbour")

    def built() -> list[list[tuple[str, str, str]]]:
        if landing == "duckdb":
            (two.folder / "data" / "raw.duckdb").unlink(missing_ok=True)
            two.raw.copy_into_duckdb()
            theirs.copy_into_duckdb()
        assert troubles(two.dbt("run", "--select", "stg_accounts", *MODELS, landing=landing)) == {}
        return [two.rows(NEWEST.format(name)) for name in ("stg_accounts", *MODELS)]

    ours = [("org-1", "2024-01-03", "ours later"), ("org-2", "2024-01-02", "ours")]
    org_2 = ("org-2", "2024-01-02", "theirs")
    first, newest = ("org-1", "2024-01-02", "theirs"), ("org-1", "2024-01-04", "theirs later")
    assert built() == [ours, [newest, org_2], [first, newest, org_2]]

    theirs.land("accounts", "2024-01-04", _named("theirs again"))
    again = (*newest[:2], "theirs again")
    assert built() == [ours, [again, org_2], [first, again, org_2]]


@pytest.mark.parametrize(
    "meta", [{"source": "harbour"}, {"endpoint": "accounts"}], ids=["another endpoint", "another source"]
)
def test_a_model_that_types_one_source_and_chooses_partitions_of_another_is_refused(
    two: Warehouse, meta: dict[str, str]
) -> None:
    (model := two.project / "models" / "staging" / "harbour" / "stg_currencies_of_harbour.sql").write_text(
        f"{{{{ config(meta={meta}) }}}}\n{TYPED}"
    )
    shutil.copytree(
        two.raw.file("accounts", "2024-01-02").parents[2], two.raw.data_dir / "raw" / "harbour" / model.stem[4:]
    )
    assert troubles(two.dbt("run", "--select", model.stem)) == {f"model.finago.{model.stem}": "error"}


@pytest.mark.parametrize("landing", Landing)
def test_a_source_that_nobody_landed_reads_as_no_rows_and_is_read_once_it_landed(
    two: Warehouse, landing: Landing
) -> None:
    data = two.folder / "data"
    shutil.rmtree(data / "raw" / "harbour")
    if landing is Landing.DUCKDB:
        two.raw.copy_into_duckdb()
    harbour = Source("harbour", "Harbour", "1", "https://harbour.example")
    open_landed_data(data, landing, [replace(ENDPOINTS["accounts"], source=harbour)]).make_readable()
    for _ in range(2):
        assert troubles(two.dbt("run", "--select", "stg_accounts", *MODELS, landing=landing)) == {}
        assert [two.rows(NEWEST.format(name)) for name in MODELS] == [[], []]

    two.raw.of_source("harbour").land("accounts", "2024-01-02", _named("theirs"))
    if landing is Landing.DUCKDB:
        (data / "raw.duckdb").unlink()
        two.raw.copy_into_duckdb()
        two.raw.of_source("harbour").copy_into_duckdb()
    assert troubles(two.dbt("run", "--select", *MODELS, landing=landing)) == {}
    assert [two.rows(NEWEST.format(name)) for name in MODELS] == [[("org-1", "2024-01-02", "theirs")]] * 2
