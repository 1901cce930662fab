"""The example that tells a chat: what it says of runs and checks, to a webhook on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from examples.alerts import PUBLISHED, tell_of_a_late_night, tell_of_failed_runs, tell_of_findings
from tests.core.http.loopback import Heard, http, saying, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    with serving(saying(http(b"ok"))) as heard:
        monkeypatch.setenv("ALERTS_URL", heard.url)
        yield heard


def _told(chat: Heard) -> list[str]:
    return [json.loads(request.partition(b"\r\n\r\n")[2])["text"] for request in chat.requests]


@dg.asset
def books() -> None:
    """Work."""


@dg.asset
def landed() -> None:
    raise dg.Failure(description="The API was away. Nothing landed.", allow_retries=False)


@dg.asset_check(asset=books)
def they_tie_out() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False, severity=dg.AssetCheckSeverity.WARN, description="2 accounts differ. See why."
    )


@dg.asset_check(asset=books)
def they_balance() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def _run(instance: dg.DagsterInstance, *what: Any) -> dg.ExecuteInProcessResult:
    return dg.materialize(what, instance=instance, raise_on_error=False)


def test_a_run_that_failed_is_told_with_the_sentence_of_its_step(chat: Heard) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = _run(instance, landed)
        context = dg.build_run_status_sensor_context(
            sensor_name="tell_of_failed_runs",
            dagster_event=run.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=run.dagster_run,
        ).for_run_failure()
        tell_of_failed_runs(context)
    (told,) = _told(chat)
    assert f"failed (run {run.run_id[:8]})" in told
    assert "The API was away. Nothing landed." in told
    assert "Traceback" not in told


def test_a_check_that_found_something_is_told_and_one_that_did_not_is_not(chat: Heard) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = _run(instance, books, they_tie_out, they_balance)
        context = dg.build_run_status_sensor_context(
            sensor_name="tell_of_findings",
            dagster_event=run.get_run_success_event(),
            dagster_instance=instance,
            dagster_run=run.dagster_run,
        )
        tell_of_findings(context)
    (told,) = _told(chat)
    assert told.splitlines()[1:] == ["they_tie_out on books: 2 accounts differ"]


@pytest.mark.parametrize(("hours", "messages"), [("26", 0), ("0", 1)])
def test_a_night_without_a_build_is_told_once(
    chat: Heard, monkeypatch: pytest.MonkeyPatch, hours: str, messages: int
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        tell_of_a_late_night(dg.build_sensor_context(instance=instance))
        assert _told(chat) == []
        instance.report_runless_asset_event(dg.AssetMaterialization(PUBLISHED))
        monkeypatch.setenv("ALERTS_LATE_HOURS", hours)
        cursor = None
        for _ in range(2):
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            tell_of_a_late_night(context)
            cursor = context.cursor
    assert len(_told(chat)) == messages
