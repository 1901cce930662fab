"""What the UI can send, on a fresh, a half-built and a full warehouse: it is built, or told what comes first."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.orchestration.warehouse import REBUILD
from tests.daemon.instance import Instance, dagster_instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.sandbox.server import Running

pytestmark = pytest.mark.slow
LAYERS = ("seeds", "staging", "intermediate", "marts", "reporting", "published")
COLUMNS = "dagster/column_schema"
CHECKS = """assetChecksOrError { ... on AssetChecks { checks { description
    executionForLatestMaterialization { status evaluation { success } } } } }"""
SHOWN = f"""{{
    mart: assetNodeOrError(assetKey: {{ path: ["marts", "general_ledger"] }}) {{ ... on AssetNode {{ {CHECKS}
        staleStatus
        metadataEntries {{ label ... on TableSchemaMetadataEntry {{ schema {{ columns {{ name description }} }} }}
        ... on TableColumnLineageMetadataEntry {{
            lineage {{ columnName columnDeps {{ assetKey {{ path }} columnName }} }} }} }}
        assetMaterializations(limit: 1) {{ metadataEntries {{ label ... on IntMetadataEntry {{ intValue }} }} }} }} }}
    raw: assetNodeOrError(assetKey: {{ path: ["finago", "transactionlines"] }}) {{ ... on AssetNode {{ {CHECKS}
        partitionStats {{ numMaterialized numFailed numMaterializing }} }} }} }}"""
DAYS = [f"2024-01-{day:02d}" for day in range(1, 32)]


@pytest.fixture(scope="module")
def instance(office: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with dagster_instance(tmp_path_factory.mktemp("backfill"), office.environment()) as made:
        made.start()
        yield made


def _layer(name: str) -> str:
    return name.partition("/")[0]


def _published_lines(instance: Instance) -> int:
    with closing(duckdb.connect(instance.data / "finago.duckdb", read_only=True)) as warehouse:
        return int(warehouse.execute("select count(*) from marts.general_ledger").fetchall()[0][0])


def test_a_model_alone_in_an_empty_folder_is_told_that_nothing_has_landed(instance: Instance) -> None:
    run = instance.launch(["marts/general_ledger"])
    assert instance.await_run(run) == "FAILURE"
    (said,) = instance.failures(run)
    assert "Nothing has landed" in said
    assert "FINAGO_DATA_DIR" in said
    assert not (instance.data / "finago.duckdb").exists()


def test_a_backfill_of_everything_over_31_days_ends_green_and_published(instance: Instance) -> None:
    runs = instance.finish(instance.backfill(instance.assets(), DAYS))
    assert set(runs.values()) == {"SUCCESS"}
    assert _published_lines(instance) > 0
    # Dagster cuts it where partitioned assets meet others; it must not become one run a day, or one a model
    print(f"a backfill of 31 days: {len(runs)} runs")
    assert len(runs) <= 6
    # a test that also looks at tables of a later piece has no result in the earlier one
    assert any("checks are not run" in message for run in runs for message in instance.messages(run))


def test_each_layer_alone_is_green_in_the_order_of_the_graph(instance: Instance) -> None:
    names = instance.assets()
    windowed = instance.assets(lambda _name, partitioned: partitioned)
    lists = [name for name in names if _layer(name) == "finago" and name not in windowed]
    assert set(instance.finish(instance.backfill(windowed, DAYS)).values()) == {"SUCCESS"}
    for layer in (lists, *([name for name in names if _layer(name) == part] for part in LAYERS)):
        run = instance.launch(layer)
        assert instance.await_run(run) == "SUCCESS", (layer[0], instance.failures(run))


def test_the_ui_shows_of_each_table_day_and_check_what_was_said_when_it_was_last_made(instance: Instance) -> None:
    shown = instance.ask(SHOWN)
    mart, raw = shown["mart"], shown["raw"]
    entries = {entry["label"]: entry for entry in mart["metadataEntries"]}
    columns = {column["name"]: column["description"] for column in entries[COLUMNS]["schema"]["columns"]}
    assert columns["running_balance"].startswith(
        "The account's balance in the books' own currency up to and with this line"
    )
    made_of = {one["columnName"]: one["columnDeps"] for one in entries["dagster/column_lineage"]["lineage"]}
    assert made_of["tax_number"] == [{"assetKey": {"path": ["staging", "stg_taxes"]}, "columnName": "tax_number"}]
    (made,) = mart["assetMaterializations"]
    assert {entry["label"]: entry.get("intValue") for entry in made["metadataEntries"]}["dagster/row_count"] > 0
    assert mart["staleStatus"] == "FRESH"
    assert mart["assetChecksOrError"]["checks"]
    for check in [*mart["assetChecksOrError"]["checks"], *raw["assetChecksOrError"]["checks"]]:
        assert check["description"]
        assert check["executionForLatestMaterialization"]["status"] == "SUCCEEDED"
        assert check["executionForLatestMaterialization"]["evaluation"]["success"]
    # no run is under way, and so is no day, no table and no check
    counted = {"numMaterialized": len(DAYS), "numFailed": 0, "numMaterializing": 0}
    assert raw["partitionStats"] == counted


def test_one_model_alone_is_green_and_what_rests_on_it_is_then_named_before_publication(instance: Instance) -> None:
    # nothing has changed since the layers were built, so nothing is made and nothing is in doubt
    run = instance.launch(["intermediate/int_ledger_months"])
    assert instance.await_run(run) == "SUCCESS", instance.failures(run)
    assert any("0 tables are built" in message for message in instance.messages(run))
    run = instance.launch(["intermediate/int_ledger_months"], tags=dict([REBUILD]))
    assert instance.await_run(run) == "SUCCESS", instance.failures(run)
    before = (instance.data / "finago.duckdb").stat().st_ino
    refused = instance.launch(["published"])
    assert instance.await_run(refused) == "FAILURE"
    (said,) = instance.failures(refused)
    assert "models or checks were not built or passed since something that they rest on changed: intermediate/" in said
    assert "run the job `rebuild`" in said
    assert (instance.data / "finago.duckdb").stat().st_ino == before
    rebuilt = instance.launch([], job="rebuild")
    assert instance.await_run(rebuilt) == "SUCCESS", instance.failures(rebuilt)


def test_a_model_whose_tables_are_not_built_is_told_which_come_first(instance: Instance) -> None:
    (instance.data / "work" / "warehouse.duckdb").unlink()
    run = instance.launch(["marts/trial_balance"])
    assert instance.await_run(run) == "FAILURE"
    (said,) = instance.failures(run)
    assert "marts/trial_balance is made from intermediate/" in said
    assert '+key:"marts/trial_balance"' in said
    rebuilt = instance.launch([], job="rebuild")
    assert instance.await_run(rebuilt) == "SUCCESS", instance.failures(rebuilt)
