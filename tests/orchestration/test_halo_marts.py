"""Halo's tables in the build: there for who has Halo, told in the UI, and nothing that holds back the books."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.halo import HALO
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.published import BESIDE_CHECK, warehouse_assets
from finago_assets.orchestration.warehouse import PUBLISHED
from finago_assets.settings import read_settings
from tests.dbt.integrations import DAY, NORTH, NORTH_DAYS, land_lists
from tests.dbt.raw_layout import RawFolder
from tests.dbt.small_books import land_small_books

if TYPE_CHECKING:
    from pathlib import Path

INVENTORY, HEALTH = (dg.AssetKey(["marts", f"integration_{name}"]) for name in ("inventory", "health"))


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RawFolder:
    monkeypatch.setenv("FINAGO_DATA_DIR", f"{tmp_path / 'data'}")
    monkeypatch.setenv("HALO_URL", "https://north.example.test/api")
    return RawFolder(tmp_path / "data")


def test_who_has_halo_has_its_tables_with_lineage_from_its_lists_and_checks_that_block_nothing(
    raw: RawFolder,  # noqa: ARG001  the environment of who has Halo
) -> None:
    graph = build_definitions(read_settings()).resolve_asset_graph()
    lists = dg.AssetSelection.assets(INVENTORY).upstream().resolve(graph)
    assert {key.path[-1] for key in lists if key.path[0] == "halo"} >= {
        f"{name}details" for name in ("fortnox", "exact", "businesscentral", "kashflow", "avalara", "myob")
    }
    checks = {key.name: graph.get(key) for key in graph.asset_check_keys if "integration_" in key.asset_key.path[-1]}
    assert {name: check.blocking for name, check in checks.items()} == {
        "connections_work": False,
        "connections_are_set_up": False,
        "records_are_carried_over": False,
        "halo_is_read_as_it_is_sent": False,
    }
    assert not {INVENTORY, HEALTH} & graph.get(PUBLISHED).parent_keys


def test_who_has_no_halo_has_none_of_its_tables_and_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALO_URL", raising=False)
    graph = build_definitions(read_settings()).resolve_asset_graph()
    assert [key for key in graph.get_all_asset_keys() if "halo" in str(key) or "integration" in str(key)] == []
    assert BESIDE_CHECK not in {key.name for key in graph.asset_check_keys}


def _built(instance: dg.DagsterInstance, *, halo: bool = True) -> dg.ExecuteInProcessResult:
    others = [*HALO.endpoints.values()] if halo else []
    assets = warehouse_assets([*FINAGO.endpoints.values()], others)
    done = dg.materialize(assets, resources={"dbt": dbt_resource()}, instance=instance, raise_on_error=False)
    assert done.success
    return done


def _verdicts(done: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str]]:
    return {one.check_name: (one.passed, one.severity.value) for one in done.get_asset_check_evaluations()}


@pytest.mark.slow
def test_the_books_are_published_whatever_becomes_of_halo(
    raw: RawFolder, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_small_books(raw)
    land_lists(raw, NORTH, NORTH_DAYS)
    published = read_settings().published_warehouse

    done = _built(instance)
    found = _verdicts(done)
    assert {name: found[name] for name in ("connections_work", "connections_are_set_up", BESIDE_CHECK)} == {
        "connections_work": (False, "WARN"),
        "connections_are_set_up": (False, "WARN"),
        BESIDE_CHECK: (True, "WARN"),
    }
    (shown,) = (one for one in done.get_asset_materialization_events() if one.asset_key == INVENTORY)
    metadata = shown.materialization.metadata
    assert metadata["dagster/row_count"].value == 4
    assert str(metadata["picture"].value).startswith("**4 connections**, by provider and state:")
    with closing(duckdb.connect(published, read_only=True)) as connection:
        assert connection.execute("select count(*) from marts.integration_inventory").fetchall() == [(4,)]

    # a list of Halo that cannot be read
    file = raw.of_source("halo").of(NORTH).file("fortnoxdetails", DAY)
    file.write_bytes(file.read_bytes()[:-40])
    raw.land("products", "2024-05-02", ['{"id": 99, "name": "New"}'])
    found = _verdicts(_built(instance))
    assert found[BESIDE_CHECK] == (False, "WARN")
    with closing(duckdb.connect(published, read_only=True)) as connection:
        assert ("New",) in connection.execute("select name from marts.products").fetchall()

    # a tenant that is given up, then Halo as a whole
    for path in sorted((raw.data_dir / "raw" / "halo").rglob(f"organization={NORTH}/*/data.parquet")):
        path.unlink()
        path.parent.rmdir()
        if not any(path.parents[1].iterdir()):
            path.parents[1].rmdir()
    found = _verdicts(_built(instance))
    assert found[BESIDE_CHECK] == (True, "WARN")
    with closing(duckdb.connect(published, read_only=True)) as connection:
        assert connection.execute("select count(*) from marts.integration_inventory").fetchall() == [(0,)]
    monkeypatch.delenv("HALO_URL")
    assert BESIDE_CHECK not in _verdicts(_built(instance, halo=False))
