"""What a build does again after which change; and that nothing red turns green by being left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.published import warehouse_assets
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

    def build(self, tags: dict[str, str] | None = None, selection: list[str] | None = None) -> Build:
        done = dg.materialize(
            self._assets,
            selection=[dg.AssetKey(key.split("/")) for key in selection] if selection else None,
            resources={"dbt": dbt_resource()},
            instance=self._instance,
            tags=tags,
            raise_on_error=False,
        )
        assert done.success
        return Build(done, self._instance)


class Build:
    """What one run made, what its checks said, and what it wrote into its log."""

    def __init__(self, done: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> None:
        self.run = done.run_id
        self.made = {
            event.asset_key.to_user_string() for event in done.get_asset_materialization_events() if event.asset_key
        } - {PUBLISHED.to_user_string()}
        self.checks = {
            f"{check.asset_key.to_user_string()} {check.check_name}": check
            for check in done.get_asset_check_evaluations()
        }
        self.log = "\n".join(entry.user_message for entry in instance.all_logs(done.run_id))

    def verdicts(self) -> dict[str, tuple[bool, str]]:
        return {name: (check.passed, check.severity.value) for name, check in self.checks.items()}

    def evaluated(self) -> set[str]:
        """The checks that were evaluated in this very run."""
        return {name for name, check in self.checks.items() if "evaluated_in_run" not in check.metadata}


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
    assert second.verdicts() == first.verdicts()
    assert {check.metadata["evaluated_in_run"].value for check in second.checks.values()} == {first.run}
    warned = [name for name, check in first.checks.items() if check.metadata.get("rows_at_fault")]
    assert warned
    assert all(
        second.checks[name].metadata["rows_at_fault"] == first.checks[name].metadata["rows_at_fault"] for name in warned
    )
    assert f"0 tables are built; {len(first.made)} tables" in second.log
    assert "landed data that has: none" in second.log
    assert "Nothing has changed since the published build was made; it stays." in second.log
    assert _published(builds) == published

    # one list changed
    builds.raw.at(LATER).land("products", "2024-05-02", ['{"id":77,"number":"P-77","name":"New"}'])
    third = builds.build()
    assert third.made == {"staging/stg_products", "marts/products"}
    # checks of other tables too, which hold a product number against the list
    evaluated = {name.split()[0] for name in third.evaluated()}
    assert third.made <= evaluated < third.made | {key for key in first.made if key.startswith("staging/")}
    assert third.verdicts().keys() == first.verdicts().keys()
    assert "landed data that has: products" in third.log
    assert _published(builds) != published
    with duckdb.connect(str(builds.data / "finago.duckdb"), read_only=True) as warehouse:
        assert ("77",) in warehouse.execute("select product_id from marts.products").fetchall()

    # asked for by name, nothing is made of it either; a run that says so makes it all the same
    assert builds.build(selection=["marts/products"]).made == set()
    assert builds.build(dict([REBUILD]), selection=["marts/products"]).made == {"marts/products"}


def test_a_published_file_that_somebody_wrote_into_is_published_anew(builds: Builds) -> None:
    builds.build()
    with duckdb.connect(str(builds.data / "finago.duckdb")) as warehouse:
        warehouse.execute("delete from marts.accounts")
    again = builds.build()
    assert again.made == set()
    with duckdb.connect(str(builds.data / "finago.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) > 0 from marts.accounts").fetchall() == [(True,)]
