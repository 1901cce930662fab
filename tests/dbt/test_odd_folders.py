"""A data folder whose name means something to SQL, to a pattern or to a format string is a folder like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.orchestration.dbt_layout import lay_together
from tests.dbt.small_books import LINES, land_small_books
from tests.dbt.warehouse import MODELS, PROJECT, Warehouse, troubles

if TYPE_CHECKING:
    from pathlib import Path


ODD = "Kunde [Acme] Økonomi's {data} 5* [!a]; 100% 1"


def test_brackets_stars_braces_and_apostrophes_in_the_folders_name_find_every_file(
    tmp_path: Path, artifacts: Path
) -> None:
    folder = tmp_path / ODD
    (folder / "data").mkdir(parents=True)
    warehouse = Warehouse(folder, artifacts, data=folder / "data")
    land_small_books(warehouse.raw)
    warehouse.raw.fill_with_placeholders()
    statuses = warehouse.dbt(*MODELS, "--select", "+stg_transactionlines", "stg_taxes")
    assert troubles(statuses) == {}
    (rows,) = warehouse.rows("select count(*) from staging.stg_transactionlines")
    assert rows == (sum(len(lines) for lines in LINES.values()),)


def test_the_project_itself_may_lie_there_with_its_seeds_as_it_does_when_it_is_installed(tmp_path: Path) -> None:
    project = tmp_path / ODD / "data" / "work" / "dbt_project"
    lay_together(PROJECT, None, project)
    warehouse = Warehouse(tmp_path / ODD, tmp_path / "artifacts", project=project)
    statuses = warehouse.dbt("seed")
    assert "seed.finago.vat_rates" in statuses
    assert troubles(statuses) == {}
    assert warehouse.rows("select count(*) > 0 from seeds.vat_rates") == [(True,)]
