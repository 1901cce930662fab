"""Changes of Halo connections as jobs: a dry run by default, and a record of what commands and runs have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.definitions import build_definitions
from finago_assets.orchestration.halo.changes import CHANGES_KEY, halo_change, halo_connection_changes, halo_delete
from finago_assets.sandbox.halo.estate import LINKS
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.sandbox.halo.tenant import in_html
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "another-new-secret-4711"


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    with running_tenant() as found:
        for name, value in {**found.environment(), "FINAGO_DATA_DIR": f"{tmp_path}", "THEIR_SECRET": SECRET}.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def run(job: dg.JobDefinition, instance: dg.DagsterInstance, **config: Any) -> dg.ExecuteInProcessResult:
    op = next(iter(job.all_node_defs)).name
    return job.execute_in_process({"ops": {op: {"config": config}}}, instance=instance, raise_on_error=False)


def difference(instance: dg.DagsterInstance) -> dict[str, Any]:
    found = instance.fetch_observations(CHANGES_KEY, limit=1).records[0].asset_observation
    assert found is not None
    return {name: value.value for name, value in found.metadata.items()}


def test_a_dry_run_shows_the_difference_and_what_has_to_be_said_and_sends_nothing(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    done = run(halo_change, instance, provider="FortnoxDetails", id=2, values={"item_group": "7"})
    assert done.success
    shown = difference(instance)
    assert shown["difference"].records[0].data == {"field": "item_group", "before": "2", "after": "7", "risk": ""}
    assert shown["confirm"] == "FortnoxDetails:2:Sydvik AB"
    assert {one.method for one in tenant.tenant.log} == {"GET"}


def test_what_the_dry_run_showed_lets_the_change_be_sent_and_the_record_shows_it(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    secret = {"field": "new_client_secret", "value": {"env": "THEIR_SECRET"}}
    wanted = {"provider": "FortnoxDetails", "id": 2, "values": {"item_group": "7"}, "secrets": [secret]}
    run(halo_change, instance, **wanted)
    shown = difference(instance)
    said = {"allow_writes": True, "state": shown["state"], "confirm": shown["confirm"]}
    without = run(halo_change, instance, **wanted, **said)
    assert not without.success
    assert tenant.tenant.records["/FortnoxDetails"][1]["item_group"] == 2
    done = run(halo_change, instance, **wanted, **said, high_risk=True)
    assert done.success
    assert tenant.tenant.records["/FortnoxDetails"][1]["item_group"] == 7
    assert tenant.tenant.records["/FortnoxDetails"][1]["new_client_secret"] == SECRET
    latest = instance.get_latest_materialization_event(CHANGES_KEY)
    assert latest is not None
    assert latest.asset_materialization is not None
    assert latest.asset_materialization.metadata["number of changes"].value == 1
    for result in (without, done):
        records = instance.get_records_for_run(result.run_id).records
        assert SECRET not in "".join(dg.serialize_value(one.event_log_entry) for one in records)


def test_a_secret_typed_in_place_of_its_reference_is_refused_before_the_run_is_stored(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        run(halo_change, instance, provider="FortnoxDetails", secrets=[{"field": "new_password", "value": SECRET}])
    assert tenant.tenant.log == []


def test_an_unsafe_field_fails_the_run_and_asks_nothing(tenant: RunningTenant, instance: dg.DagsterInstance) -> None:
    assert not run(halo_change, instance, provider="ExactDetails", id=1, values={"_disconnect": "true"}).success
    assert tenant.tenant.log == []


def test_an_unknown_end_fails_the_run_which_nobody_starts_again_by_itself(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    wanted = {"provider": "FortnoxDetails", "id": 2, "values": {"item_group": "7"}}
    run(halo_change, instance, **wanted)
    shown = difference(instance)
    tenant.tenant.undone.append(in_html("Bad gateway", 502))
    done = run(halo_change, instance, **wanted, allow_writes=True, state=shown["state"], confirm=shown["confirm"])
    assert not done.success
    failure = done.failure_data_for_node("change_halo_connection")
    assert failure is not None
    assert "it is unknown" in f"{failure.user_failure_data}"
    assert halo_change.tags["dagster/max_retries"] == "0"


def test_a_deletion_is_a_dry_run_too(tenant: RunningTenant, instance: dg.DagsterInstance) -> None:
    assert run(halo_delete, instance, provider="ExactDetails", id=1).success
    shown = difference(instance)
    assert shown["records linked"] == LINKS
    said = {"allow_writes": True, "state": shown["state"], "confirm": shown["confirm"], "high_risk": True}
    assert not run(halo_delete, instance, provider="ExactDetails", id=1, **said).success
    assert run(halo_delete, instance, provider="ExactDetails", id=1, **said, with_links=True).success
    assert len(tenant.tenant.records["/ExactDetails"]) == 1


@pytest.mark.usefixtures("tenant")
def test_the_record_can_be_shown_where_nothing_was_ever_changed(instance: dg.DagsterInstance) -> None:
    assert dg.materialize([halo_connection_changes], instance=instance).success


def test_the_nightly_job_leaves_the_record_alone_and_without_halo_there_are_no_jobs_for_it() -> None:
    beside = build_definitions(Settings(halo_url="https://north.example.test/api"))
    assert CHANGES_KEY not in beside.resolve_job_def("everything").asset_layer.selected_asset_keys
    assert {"halo_change", "halo_delete"} <= {job.name for job in beside.resolve_all_job_defs()}
    alone = {job.name for job in build_definitions(Settings()).resolve_all_job_defs()}
    assert {"halo_change", "halo_delete"} & alone == set()
