"""Halo's raw assets: landed from a tenant with its quirks, skipped without credentials, and never a red run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.endpoints import PATHS
from finago_assets.connect import open_client
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.progress import silent
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.raw import raw_assets_beside, raw_key
from finago_assets.orchestration.resources import FinagoResource, HaloResource
from finago_assets.sandbox.halo.estate import ERRORS, LINKS, PLANTED, REQUESTS, UNSEEN, connection
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.sandbox.halo.tenant import HALO_SECRET, Tenant, in_html, in_json, in_text, too_many
from finago_assets.settings import Settings, read_settings
from tests.orchestration.graph import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.http.connection import Connection
    from finago_assets.core.landing.store import RawStore


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    with running_tenant(Tenant(unseen=True)) as found:
        for name, value in {
            **found.environment(),
            "FINAGO_DATA_DIR": f"{tmp_path}",
            "FINAGO_OUTAGE_MINUTES": "0",
        }.items():
            monkeypatch.setenv(name, value)
        yield found


class Impatient(HaloResource):
    """The same, and asks once."""

    def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:
        return open_client(settings, connection, RetryPolicy(attempts=1), tell)


class Quick(HaloResource):
    """The same, and takes a limit without a time for one of a moment."""

    def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:
        return open_client(settings, connection, RetryPolicy(throttle_seconds=0.01, base_seconds=0.01), tell)


def land(instance: dg.DagsterInstance, *names: str, resource: HaloResource | None = None) -> Run:
    selection = [raw_key("halo", name) for name in names or HALO.endpoints]
    assets = [raw_assets_beside(HALO)]
    return Run(
        dg.materialize(
            assets,
            selection=selection,
            resources={"halo": resource or HaloResource()},
            instance=instance,
            raise_on_error=False,
        ),
        instance,
    )


def verdicts(run: Run) -> dict[str, tuple[bool, str]]:
    found = run.result.get_asset_check_evaluations()
    return {one.asset_key.path[1]: (one.passed, one.description or "") for one in found}


def store() -> RawStore:
    settings = read_settings()
    return open_store(settings.data_dir, settings.landing, "halo")


def records(name: str) -> list[dict[str, object]]:
    newest = store().newest(name, "north")
    return [] if newest is None else [json.loads(payload) for _, payload in store().records(newest)]


def test_every_list_of_a_tenant_lands_whole_whatever_its_pages_and_its_envelope(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    run = land(instance)
    assert run.result.success
    landed = {name: len(records(name)) for name in HALO.endpoints}
    assert landed == {
        "kashflowdetails": 1,
        "fortnoxdetails": 2,
        "exactdetails": 2,
        "businesscentraldetails": 1,
        "avalaradetails": 1,
        "xerodetails": 1,
        "quickbooksdetails": 0,
        "sagebusinessclouddetails": 0,
        "myobdetails": 0,
        "kashflowdetails_by_id": 1,
        "exactdetails_by_id": 2,
        "businesscentraldetails_by_id": 1,
        "xerodetails_by_id": 1,
        "quickbooksdetails_by_id": 0,
        "sagebusinessclouddetails_by_id": 0,
        "integrationerror": ERRORS,
        "integrationrequest": REQUESTS,
        "externallink": LINKS,
        "features": 5,
        "tax": 4,
    }
    # what nobody has described is named by the check of its list, and all else is as described
    odd = {name: said for name, (passed, said) in verdicts(run).items() if not passed}
    assert set(odd) == {name for name in landed if "details" in name and landed[name]}
    assert "`region` not in the description" in odd["fortnoxdetails"]
    assert "has landed without its secrets, new ones too" in odd["fortnoxdetails"]
    assert {entry.status for entry in tenant.tenant.log} == {200}


def test_mappings_come_with_the_details_alone_and_times_as_they_were_sent(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    land(instance, "exactdetails", "exactdetails_by_id")
    assert [one["client_mappings"] for one in records("exactdetails")] == [None, None]
    mappings = records("exactdetails_by_id")[0]["client_mappings"]
    assert isinstance(mappings, list)
    assert mappings[0]["halo_desc"] == "halo_desc 1"
    assert records("exactdetails")[0]["tokenexpiry"] == "2024-12-02T04:15:00"
    asked = [entry.query for entry in tenant.tenant.log if entry.path == "/ExactDetails/1"]
    assert set(asked) == {"includedetails=true"}


@pytest.mark.parametrize("landing", Landing)
def test_no_secret_of_a_tenant_comes_to_rest_anywhere(
    tenant: RunningTenant,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    landing: Landing,
) -> None:
    monkeypatch.setenv("FINAGO_LANDING", landing)
    described = tenant.tenant.description
    for path in PATHS.values():
        if not tenant.tenant.records[path]:
            tenant.tenant.records[path] = [connection(described, path, 1) | UNSEEN]
    run = land(instance)
    assert run.result.success
    # half of the lists fail the next time, and an answer that is refused repeats what was planted
    tenant.tenant.troubles.extend(
        [
            in_json({"Message": f"could not sign in with {PLANTED}"}, 500),
            in_text(f"{PLANTED} {HALO_SECRET}", 400),
            in_html(f"{PLANTED} {HALO_SECRET}", 404),
            in_json([{"id": 1, "name": f"{HALO_SECRET}"}]),
            in_text(f'[{{"id": 1, "new_password": "{PLANTED}"', 200),
        ]
    )
    again = land(instance)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= len(PATHS) if landing is Landing.PARQUET else (tmp_path / "raw.duckdb").is_file()
    secrets = (PLANTED, HALO_SECRET, UNSEEN["handle"])
    found = [path for path in files for secret in secrets if secret.encode() in path.read_bytes()]
    assert found == []
    assert PLANTED not in run.log() + again.log()
    assert HALO_SECRET not in run.log() + again.log()
    manifests = [
        store().verify(one.partition) for name in PATHS for one in store().landed(name.lower(), "north").values()
    ]
    assert {one.redaction.partition(":")[0] for one in manifests} == {"halo-1"}
    if landing is Landing.PARQUET:
        # parquet is compressed: what it holds is looked at too
        held = json.dumps([records(name) for name in HALO.endpoints])
        assert [secret for secret in secrets if secret in held] == []
    assert [(one["new_access_token"], one["new_access_token_had_value"]) for one in records("fortnoxdetails")] == [
        (None, True),
        (None, True),
    ]
    for shape in PATHS:
        assert {one["new_signing_secret_had_value"] for one in records(shape.lower())} == {True}, shape


def test_without_credentials_every_list_is_skipped_and_the_run_is_green(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINAGO_DATA_DIR", f"{tmp_path}")
    run = land(instance)
    assert run.result.success
    assert set(verdicts(run).values()) == {
        (True, "Nothing was asked: no variable HALO_... says how to reach Halo API.")
    }
    assert len(verdicts(run)) == len(HALO.endpoints)
    assert run.result.asset_materializations_for_node("land_halo") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("tenant")
def test_half_a_connection_is_a_warning_that_names_what_is_missing(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HALO_CLIENT_SECRET")
    run = land(instance, "tax")
    assert run.result.success
    (passed, said) = verdicts(run)["tax"]
    assert not passed
    assert "SettingMissing" in said
    assert "HALO_CLIENT_SECRET" in said


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HALO_CLIENT_SECRET", "another", "AuthRefused"),
        ("HALO_TENANT", "south", "Check HALO_CLIENT_ID"),
    ],
)
def test_wrong_credentials_are_a_warning_on_every_list_after_one_request(  # noqa: PLR0913, PLR0917  fixtures
    tenant: RunningTenant,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(variable, value)
    run = land(instance)
    assert run.result.success
    assert {(passed, said in words) for passed, words in verdicts(run).values()} == {(False, True)}
    assert tenant.tenant.log == []


def test_one_list_that_cannot_be_had_costs_the_others_nothing(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    land(instance, "fortnoxdetails")
    before = records("fortnoxdetails")
    tenant.tenant.troubles.append(in_html("Gone", 404))
    run = land(instance, "fortnoxdetails", "avalaradetails")
    assert run.result.success
    found = verdicts(run)
    assert not found["fortnoxdetails"][0]
    assert "halo/fortnoxdetails was not landed: Malformed" in found["fortnoxdetails"][1]
    assert "was not landed" not in found["avalaradetails"][1]
    assert len(records("avalaradetails")) == 1
    assert records("fortnoxdetails") == before


def test_an_agent_without_rights_sees_empty_lists_which_land_as_such(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    tenant.tenant.rights = False
    run = land(instance)
    assert run.result.success
    assert {len(records(name)) for name in HALO.endpoints} == {0}


def test_a_text_that_refuses_is_a_withheld_right_and_lands_nothing(
    tenant: RunningTenant, instance: dg.DagsterInstance
) -> None:
    tenant.tenant.troubles.append(in_text("You may not", 403))
    run = land(instance, "avalaradetails")
    assert run.result.success
    passed, said = verdicts(run)["avalaradetails"]
    assert not passed
    assert "Forbidden: GET /AvalaraDetails" in said
    assert "the rights of the agent that it logs in as" in said
    assert store().newest("avalaradetails", "north") is None


@pytest.mark.parametrize("seconds", [None, 1])
def test_a_limit_is_waited_for_with_and_without_a_time(
    tenant: RunningTenant, instance: dg.DagsterInstance, seconds: int | None
) -> None:
    tenant.tenant.troubles.append(too_many(seconds))
    assert land(instance, "tax", resource=Quick()).result.success
    assert len(records("tax")) == 4
    assert [entry.status for entry in tenant.tenant.log] == [429, 200]


def test_a_token_that_died_is_renewed_once(tenant: RunningTenant, instance: dg.DagsterInstance) -> None:
    land(instance, "tax")
    tenant.tenant.expire()
    assert land(instance, "tax").result.success


def test_the_assets_of_halo_are_in_groups_of_their_own_and_land_without_a_partition() -> None:
    graph = build_definitions(Settings(halo_url="https://north.example.test/api")).resolve_asset_graph()
    halo = [graph.get(key) for key in graph.get_all_asset_keys() if key.path[0] == "halo"]
    assert {node.group_name for node in halo} == {"raw_halo_connections", "raw_halo_health", "halo_changes"}
    assert {node.partitions_def for node in halo} == {None}
    assert len(halo) == len(HALO.endpoints) + 1


def test_who_has_no_halo_has_none_of_its_assets_which_a_backfill_of_everything_would_count_as_failed() -> None:
    keys = build_definitions(Settings()).resolve_asset_graph().get_all_asset_keys()
    assert [key for key in keys if key.path[0] == "halo"] == []


class Broken(HaloResource):
    """Fails in a way that nobody has foreseen."""

    def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:  # noqa: ARG002  a stand-in
        raise KeyError("planted-in-an-error")


def test_what_nobody_has_foreseen_is_a_warning_too_for_the_build_waits_for_these_lists(
    tenant: RunningTenant,  # noqa: ARG001  its environment
    instance: dg.DagsterInstance,
) -> None:
    run = land(instance, "tax", resource=Broken())
    assert run.result.success
    ((passed, said),) = verdicts(run).values()
    assert not passed
    assert "KeyError" in said
    assert "planted" not in said + run.log()


def test_a_list_of_halo_tells_when_it_has_not_landed_for_a_night() -> None:
    policies = {spec.freshness_policy for spec in raw_assets_beside(HALO).specs}
    assert {type(policy).__name__ for policy in policies} == {"TimeWindowFreshnessPolicy"}


def test_an_outage_of_halo_is_not_sat_out_as_long_as_one_of_the_books() -> None:
    usual = Settings()
    assert FinagoResource().patience(usual).seconds == 45 * 60
    assert HaloResource().patience(usual).seconds == 6 * 60
    assert HaloResource().patience(Settings(outage_minutes=1)).seconds == 60


def test_where_halo_is_down_the_next_list_is_not_asked_for(tenant: RunningTenant, instance: dg.DagsterInstance) -> None:
    tenant.tenant.troubles.append(in_html("Down for maintenance", 503))
    run = land(instance, resource=Impatient())
    assert run.result.success
    assert len(tenant.tenant.log) == 1
    assert {(passed, "Unavailable" in said) for passed, said in verdicts(run).values()} == {(False, True)}


@pytest.fixture
def south(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    """A second tenant, which is a row of the registry."""
    with running_tenant(Tenant(name="south")) as found:
        registry = tmp_path / "connections.yaml"
        parts = {"url": "URL", "auth_url": "AUTH_URL", "client_id": "CLIENT_ID", "client_secret": "CLIENT_SECRET"}
        lines = [f"{name}: env:SOUTH_{variable}" for name, variable in parts.items()]
        named = ["name: of the south", "kind: halo", "organization_id: south", *lines]
        registry.write_text("connections:\n  - " + "\n    ".join(named) + "\n")
        for name, value in found.environment().items():
            monkeypatch.setenv(name.replace("HALO_", "SOUTH_"), value)
        monkeypatch.setenv("FINAGO_REGISTRY", f"{registry}")
        monkeypatch.setenv("HALO_CONNECTIONS", "of the south")
        yield found


def test_tenants_of_the_registry_land_beside_that_of_the_variables(
    tenant: RunningTenant, south: RunningTenant, instance: dg.DagsterInstance
) -> None:
    south.tenant.records["/Tax"].pop()
    assert land(instance, "tax").result.success
    assert store().organizations() == ["north", "south"]
    landed = [one for name in ("north", "south") for one in store().landed("tax", name).values()]
    assert [one.manifest.rows for one in landed] == [4, 3]
    assert {one.status for one in (*tenant.tenant.log, *south.tenant.log)} == {200}


@pytest.mark.usefixtures("south")
def test_a_tenant_that_refuses_is_named_and_costs_the_others_nothing(
    tenant: RunningTenant, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUTH_CLIENT_SECRET", "another")
    run = land(instance, "tax")
    assert run.result.success
    passed, said = verdicts(run)["tax"]
    assert not passed
    assert "south: halo/tax was not landed: AuthRefused" in said
    assert store().organizations() == ["north"]
    assert tenant.tenant.log


def test_tenants_of_the_registry_do_without_the_variables(
    south: RunningTenant, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINAGO_DATA_DIR", f"{tmp_path}")
    assert land(instance, "tax").result.success
    assert store().organizations() == ["south"]
    assert south.tenant.log
    keys = build_definitions(read_settings()).resolve_asset_graph().get_all_asset_keys()
    assert [key for key in keys if key.path[0] == "halo"]


@pytest.mark.usefixtures("tenant", "south")
def test_a_row_that_is_not_there_is_a_warning_on_each_list(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALO_CONNECTIONS", "of the east")
    passed, said = verdicts(land(instance, "tax"))["tax"]
    assert not passed
    assert "tenant 2: " in said
    assert "of the south" in said
