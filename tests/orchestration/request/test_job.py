"""The ready job: it loads with nothing set, explains itself in the launchpad, and an error fails its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.apis import APIS
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.request import finago_request
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.settings import Settings
from tests.orchestration.request.stage import ACTION, Desk, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster._config import ConfigType

ACCOUNTS = template("accounts.list")


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(Settings())


def test_the_job_is_there_and_belongs_to_no_asset(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("finago_request")
    assert job.asset_layer.executable_asset_keys == set()
    everything = definitions.resolve_job_def("everything")
    assert ACTION not in {node.name for node in everything.nodes}


def test_every_field_of_the_launchpad_is_explained(definitions: dg.Definitions) -> None:
    schema: Any = definitions.resolve_job_def("finago_request").get_node_named(ACTION).definition
    fields = dict(_fields(schema.config_schema.config_type, ""))
    assert {"/request/template/name", "/request/by_hand/path", "/into/sql/url/env", "/connection/given"} <= set(fields)
    assert [path for path, explanation in fields.items() if not explanation] == []


def test_the_launchpad_knows_every_template(definitions: dg.Definitions) -> None:
    schema = definitions.resolve_job_def("finago_request").run_config_schema
    found: list[Any] = [kind for kind in schema.all_config_types() if kind.given_name == "Template"]
    (template_type,) = found
    assert sorted(value.config_value for value in template_type.enum_values) == sorted(
        name for api in APIS.values() for name in api.operations
    )


def test_a_success_is_a_green_run_with_the_facts_on_its_output(desk: Desk) -> None:
    sent = desk.run(finago_request, {ACTION: ACCOUNTS})
    assert sent.run.success
    shown = sent.metadata("success")
    assert shown["status"] == 200
    assert shown["requests"] == 1
    assert "GET /accounts: status 200" in shown["what came of it"]


def test_an_error_fails_the_run_with_status_trace_id_and_advice(desk: Desk) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/accounts", status=403))
    sent = desk.run(finago_request, {ACTION: ACCOUNTS})
    assert not sent.run.success
    (failed,) = [event for event in sent.run.all_node_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    said = str(told.description)
    assert said.startswith("Forbidden: GET /accounts")
    assert "scopes" in said
    assert told.metadata["status"].value == 403
    assert str(told.metadata["trace_id"].value) in said


def test_the_job_opens_with_a_request_that_works(desk: Desk) -> None:
    result = finago_request.execute_in_process(instance=desk.instance, resources={"finago": desk.resource})
    assert result.success


def test_a_dead_run_of_the_job_is_not_started_again_by_dagster() -> None:
    assert finago_request.tags["dagster/max_retries"] == "0"


def _fields(kind: ConfigType, path: str) -> Iterator[tuple[str, str | None]]:
    for name, field in getattr(kind, "fields", {}).items():
        yield f"{path}/{name}", field.description
        yield from _fields(field.config_type, f"{path}/{name}")
