"""The raw assets of the SOAP services: lists and days land, changed days again, and nothing of it turns a run red."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.core.landing.store import open_store
from finago_assets.core.progress import silent
from finago_assets.core.windows import Window, oslo_today
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.checks import CHECK
from finago_assets.orchestration.partitions import range_tags
from finago_assets.orchestration.raw import raw_assets_beside, raw_key, windowed_assets_beside
from finago_assets.orchestration.resources import FinagoResource, SoapResource
from finago_assets.settings import Settings, read_settings
from tests.apis.soap_service import (
    APPLICATION,
    IDENTITY,
    LINES,
    ORGANIZATION,
    PASSWORD,
    Sent,
    SoapOffice,
    client_of,
    fault,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.http.connection import Connection
    from finago_assets.core.http.transport import Response

JANUARY = Window(oslo_today().replace(2024, 1, 1), oslo_today().replace(2024, 2, 1))
VARIABLES = {
    "FINAGO_ORGANIZATION_ID": ORGANIZATION,
    "FINAGO_SOAP_APPLICATION_ID": APPLICATION,
    "FINAGO_SOAP_USERNAME": "kari@sandbox.example",
    "FINAGO_SOAP_PASSWORD": PASSWORD,
    "FINAGO_SOAP_IDENTITY_ID": IDENTITY,
    "FINAGO_SOAP_URL": "https://api.example.test",
    "FINAGO_SOAP_WEBSERVICES_URL": "https://web.example.test",
    "FINAGO_OUTAGE_MINUTES": "0",
}


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**VARIABLES, "FINAGO_DATA_DIR": f"{tmp_path}"}.items():
        monkeypatch.setenv(name, value)


def _resource(office: SoapOffice) -> SoapResource:
    class Mocked(SoapResource):
        """The services of this test."""

        def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:  # noqa: ARG002
            return client_of(office, connection=connection)

    return Mocked()


def _land(
    instance: dg.DagsterInstance, office: SoapOffice, *names: str, window: Window = JANUARY
) -> dg.ExecuteInProcessResult:
    settings = read_settings()
    assets = [raw_assets_beside(FINAGO_SOAP), *windowed_assets_beside(FINAGO_SOAP, settings)]
    result = dg.materialize(
        assets,
        selection=[raw_key("finago_soap", name) for name in names or FINAGO_SOAP.endpoints],
        resources={"finago_soap": _resource(office)},
        instance=instance,
        tags=range_tags(window),
        raise_on_error=False,
    )
    assert result.success
    return result


def _verdicts(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str]]:
    found = result.get_asset_check_evaluations()
    assert {one.check_name for one in found} == {CHECK}
    return {one.asset_key.path[1]: (one.passed, one.description or "") for one in found}


def _days(result: dg.ExecuteInProcessResult, name: str) -> list[str]:
    return sorted(
        event.partition or ""
        for event in result.get_asset_materialization_events()
        if event.asset_key == raw_key("finago_soap", name)
    )


def test_lists_and_days_land_with_an_event_each(instance: dg.DagsterInstance) -> None:
    result = _land(instance, SoapOffice())
    assert _verdicts(result) == dict.fromkeys(FINAGO_SOAP.endpoints, (True, ""))
    assert _days(result, "transactions") == [f"{day}" for day in JANUARY.days]
    assert [_days(result, name) for name in FINAGO_SOAP.endpoints if name != "transactions"] == [[""]] * 5
    store = open_store(read_settings().data_dir, read_settings().landing, "finago_soap")
    assert sum(one.manifest.rows for one in store.landed("transactions", ORGANIZATION).values()) == len(LINES)


def test_a_run_up_to_today_lands_the_older_days_again_on_which_something_changed(instance: dg.DagsterInstance) -> None:
    def changed(operation: str, sent: Sent) -> str | None:
        asked = operation == "GetTransactions" and sent.text("searchParams/DateSearchParameters") == "DateChangedUTC"
        return LINES["2024-01-02"] + LINES["2024-01-31"] if asked else None

    office, today = SoapOffice(changed), oslo_today()
    result = _land(instance, office, "transactions", window=Window(today, today + timedelta(days=1)))
    assert _days(result, "transactions") == ["2024-01-02", "2024-01-31", f"{today}"]
    assert _verdicts(result)["transactions"][0]
    since = {one.text("searchParams/DateStart") for one in office.sent if one.operation == "GetTransactions"}
    assert f"{today - timedelta(days=1)}T00:00:00" in since


@pytest.mark.parametrize("missing", [[name for name in VARIABLES if name.startswith("FINAGO_SOAP")][:3]])
def test_without_credentials_everything_is_skipped_and_passes(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    for name in missing:
        monkeypatch.delenv(name)
    office = SoapOffice()
    result = _land(instance, office)
    assert {passed for passed, _ in _verdicts(result).values()} == {True}
    assert {"Nothing was asked" in said for _, said in _verdicts(result).values()} == {True}
    assert office.sent == []
    assert result.get_asset_materialization_events() == []


def test_half_of_the_credentials_is_a_warning_that_names_the_rest(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FINAGO_SOAP_PASSWORD")
    result = _land(instance, SoapOffice(), "typelist", "transactions")
    for passed, said in _verdicts(result).values():
        assert (passed, "FINAGO_SOAP_PASSWORD" in said) == (False, True)


def test_a_service_that_may_not_be_read_is_a_warning_and_the_others_land(instance: dg.DagsterInstance) -> None:
    def refuse(operation: str, _sent: Sent) -> Response | None:
        return fault("No access to the module") if operation in {"GetTransactions", "GetTypeList"} else None

    result = _land(instance, SoapOffice(refuse))
    failed = {name: said for name, (passed, said) in _verdicts(result).items() if not passed}
    assert set(failed) == {"transactions", "typelist"}
    assert all("the books are made without it" in said for said in failed.values())
    assert _days(result, "accountlist") == [""]


def test_a_wrong_password_is_tried_once_by_a_step_and_told_in_each_check(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINAGO_SOAP_PASSWORD", "another-password")
    office = SoapOffice()
    result = _land(instance, office)
    assert {passed for passed, _ in _verdicts(result).values()} == {False}
    assert office.asked == ["Login", "Login"]
    assert "another-password" not in f"{_verdicts(result)}"


def test_who_has_set_nothing_of_it_has_none_of_the_assets(monkeypatch: pytest.MonkeyPatch) -> None:
    def ours() -> set[str]:
        keys = build_definitions(read_settings()).resolve_asset_graph().get_all_asset_keys()
        return {key.path[1] for key in keys if key.path[0] == "finago_soap"}

    assert ours() == set(FINAGO_SOAP.endpoints)
    for name in VARIABLES:
        monkeypatch.delenv(name)
    assert ours() == set()


def test_the_books_do_not_wait_long_for_these_services() -> None:
    assert SoapResource().patience(Settings()).seconds == 6 * 60
    assert FinagoResource().patience(Settings()).seconds == 45 * 60
