"""What a build does again after which change; and that nothing red turns green by being left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.orchestration.standing import EVALUATED_IN
from finago_assets.orchestration.warehouse import PUBLISHED, REBUILD
from tests.dbt.raw_layout import RawFolder
from tests.dbt.small_books import land_small_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
LATER = "2030-01-01T04:00:00+00:00"


class Builds:
    """A data folder and the runs that build from it."""

    def __init__(self, data: Path, instance: dg.DagsterInstance) -> None:
        self.data, self.raw = data, RawFolder(data)
        self._assets, self._instance = warehouse_assets([*FINAGO.endpoints.values()]), instance

    def with_history(self, instance: dg.DagsterInstance) -> Builds:
        """The same folder, with the runs in another history."""
        return Builds(self.data, instance)

    def build(
        self, tags: dict[str, str] | None = None, selection: list[str] | dg.AssetSelection | None = None
    ) -> Build:
        keys = [dg.AssetKey(key.split("/")) for key in selection] if isinstance(selection, list) else selection
        done = dg.materialize(
            self._assets,
            selection=keys,
            resources={"dbt": dbt_resource()},
            instance=self._instance,
            tags=tags,
            raise_on_error=False,
        )
        assert done.success
        return Build(done, self._instance, {key for asset in self._assets for key in asset.check_keys})


class Build:
    """What one run made and said, what the history then has of every check, and what it wrote into its log."""

    def __init__(
        self, done: dg.ExecuteInProcessResult, instance: dg.DagsterInstance, checks: set[dg.AssetCheckKey]
    ) -> None:
        self.run = done.run_id
        self.made = {
            event.asset_key.to_user_string() for event in done.get_asset_materialization_events() if event.asset_key
        } - {PUBLISHED.to_user_string()}
        self.said = {
            f"{check.asset_key.to_user_string()} {check.check_name}": check
            for check in done.get_asset_check_evaluations()
        }
        history = instance.event_log_storage.get_asset_check_execution_history
        self.checks = {
            f"{key.asset_key.to_user_string()} {key.name}": last.event.get_dagster_event().asset_check_evaluation_data
            for key in checks
            for last in history(key, limit=1)
            if last.event is not None
        }
        self.log = "\n".join(entry.user_message for entry in instance.all_logs(done.run_id))

    def verdicts(self) -> dict[str, tuple[bool, str]]:
        return {name: (check.passed, check.severity.value) for name, check in self.checks.items()}

    def evaluated(self) -> set[str]:
        """The checks that were evaluated in this very run."""
        return {name for name, check in self.said.items() if EVALUATED_IN not in check.metadata}


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    data = tmp_path_factory.mktemp("changed") / "data"
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("FINAGO_DATA_DIR", str(data))
        patch.setenv("FINAGO_LANDING", "parquet")
        made = Builds(data, instance)
        land_small_books(made.raw)
        yield made


def _published(builds: Builds) -> int:
    return (builds.data / "finago.duckdb").stat().st_ino


def test_each_build_makes_what_has_changed_and_says_of_the_rest_what_was_said_last(builds: Builds) -> None:
    first = builds.build()
    assert "marts/general_ledger" in first.made
    assert not all(passed for passed, _ in first.verdicts().values())

    # everything fetched anew, later, with the same records
    published = _published(builds)
    land_small_books(builds.raw.at(LATER))
    second = builds.build()
    assert second.made == set()
    assert second.evaluated() == set()
    # the results of the first run stand, with their rows, and are not written again
    assert second.said == {}
    assert second.checks == first.checks
    warned = [name for name, check in first.checks.items() if check.metadata.get("rows_at_fault")]
    assert warned
    assert f"0 tables are built; {len(first.made)} tables" in second.log
    assert "landed data that has: none" in second.log
    assert "Nothing has changed since the published build was made; it stays." in second.log
    assert _published(builds) == published

    # one list changed
    builds.raw.at(LATER).land("products", "2024-05-02", ['{"id":77,"number":"P-77","name":"New"}'])
    third = builds.build()
    assert third.made == {"staging/stg_products", "marts/products", "marts/invoice_lines"}
    # checks of other tables too, which hold a product number against the list
    evaluated = {name.split()[0] for name in third.evaluated()}
    looked_at = {"marts/invoices", *(key for key in first.made if key.startswith("staging/"))}
    assert third.made <= evaluated < third.made | looked_at
    assert third.verdicts().keys() == first.verdicts().keys()
    assert "landed data that has: finago/products" in third.log
    assert _published(builds) != published
    with duckdb.connect(str(builds.data / "finago.duckdb"), read_only=True) as warehouse:
        assert ("77",) in warehouse.execute("select product_id from marts.products").fetchall()

    # asked for by name, nothing is made of it either; a run that says so makes it all the same
    assert builds.build(selection=["marts/products"]).made == set()
    assert builds.build(dict([REBUILD]), selection=["marts/products"]).made == {"marts/products"}


def test_a_check_that_is_asked_by_itself_or_that_the_history_has_lost_says_again_what_it_said(builds: Builds) -> None:
    whole = builds.build()
    name = "marts/products products_rows_are_sound"
    key = dg.AssetCheckKey(dg.AssetKey(["marts", "products"]), "products_rows_are_sound")
    alone = builds.build(selection=dg.AssetSelection.checks(key))
    assert set(alone.said) == {name}
    assert alone.evaluated() == set()
    assert alone.verdicts() == whole.verdicts()
    # which is then what stands
    assert builds.build().said == {}

    with dg.DagsterInstance.ephemeral() as empty:
        again = builds.with_history(empty).build()
    assert again.made == set()
    assert again.said.keys() == whole.checks.keys()
    assert again.evaluated() == set()
    assert again.verdicts() == whole.verdicts()
    evaluated_in = {check.metadata[EVALUATED_IN].value for check in again.said.values()}
    assert again.run not in evaluated_in
    warned = [name for name, check in whole.checks.items() if check.metadata.get("rows_at_fault")]
    assert all(
        again.said[name].metadata["rows_at_fault"] == whole.checks[name].metadata["rows_at_fault"] for name in warned
    )


def test_a_published_file_that_somebody_wrote_into_is_published_anew(builds: Builds) -> None:
    builds.build()
    with duckdb.connect(str(builds.data / "finago.duckdb")) as warehouse:
        warehouse.execute("delete from marts.accounts")
    again = builds.build()
    assert again.made == set()
    with duckdb.connect(str(builds.data / "finago.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) > 0 from marts.accounts").fetchall() == [(True,)]
