"""Flows around the action, run in this process against a sandbox, and what can be seen of them afterwards.

Owns a job that records which exits fired. What a run stored is read the way Dagster stored it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from finago_assets.orchestration.request import (
    RequestConfig,
    RequestResult,
    RequestValues,
    finago_connection,
    rest_api_request,
)
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.sandbox.server import Running

ACTION = "rest_api_request"


@dataclass(frozen=True)
class Sent:
    """What a run of the action left behind."""

    run: dg.ExecuteInProcessResult
    instance: dg.DagsterInstance
    step: str = ACTION

    @property
    def fired(self) -> set[str]:
        """The exits that fired."""
        events = self.run.events_for_node(self.step)
        return {event.step_output_data.output_name for event in events if event.is_successful_output}

    @property
    def outcome(self) -> RequestResult:
        """What every exit carries."""
        result: RequestResult = self.run.output_for_node(self.step, "continue_")
        return result

    def metadata(self, name: str = "continue_") -> dict[str, Any]:
        """The facts shown with an exit."""
        events = [event for event in self.run.events_for_node(self.step) if event.is_successful_output]
        (found,) = [event for event in events if event.step_output_data.output_name == name]
        return {key: value.value for key, value in found.step_output_data.metadata.items()}

    def stored(self) -> str:
        """Everything the event log holds, and the run with its config."""
        records = self.instance.get_records_for_run(self.run.run_id).records
        run = self.instance.get_run_by_id(self.run.run_id)
        return "\n".join(dg.serialize_value(one) for one in (*(record.event_log_entry for record in records), run))


@dataclass
class Desk:
    """An office, a data folder, and the means to send requests."""

    office: Running
    data: Path
    instance: dg.DagsterInstance
    monkeypatch: pytest.MonkeyPatch
    resource: FinagoResource
    reporting: str = ""

    def set(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def send(self, config: RequestConfig | dict[str, Any], tags: dict[str, str] | None = None) -> Sent:
        """Run the action alone, configured as a user's code or the launchpad would."""
        return self.run(exits_recorded, {ACTION: config}, tags=tags)

    def run(
        self,
        job: dg.JobDefinition,
        ops: dict[str, Any],
        step: str = ACTION,
        outputs: Path | None = None,
        tags: dict[str, str] | None = None,
    ) -> Sent:
        """Run a job; failures are there to be looked at. What ops hand over is stored in `outputs`, else in memory."""
        configured = {name: {"config": given} if isinstance(given, dict) else given for name, given in ops.items()}
        resources: dict[str, Any] = {"finago": self.resource}
        if outputs is not None:
            resources["io_manager"] = dg.FilesystemIOManager(base_dir=str(outputs))
        result = job.execute_in_process(
            run_config=dg.RunConfig(ops=configured),
            instance=self.instance,
            resources=resources,
            tags=tags,
            raise_on_error=False,
        )
        return Sent(result, self.instance, step)

    def asked(self) -> list[str]:
        """Method and path of every request that reached the office since it was last asked."""
        log = [f"{one.method} {one.path}" for one in self.office.requests]
        self.office.control.sandbox.requests.clear()
        return log


@dg.op
def after_success(outcome: RequestResult) -> str:
    return outcome.sentence()


@dg.op
def after_error(outcome: RequestResult) -> str:
    return outcome.sentence()


@dg.op
def afterwards(outcome: RequestResult) -> str:
    return outcome.sentence()


@dg.job
def exits_recorded() -> None:
    exits = rest_api_request()
    after_success(exits.success)
    after_error(exits.error)
    afterwards(exits.continue_)


@dg.op
def a_row() -> dict[str, object]:
    """What a user's own query returned."""
    return {
        "name": "north",
        "organization_id": "300000000000001",
        "client_id": "env:NORTH_ID",
        "client_secret": "env:NORTH_SECRET",
        "enabled": 1,
    }


@dg.job
def from_a_row() -> None:
    rest_api_request(connection=finago_connection(row=a_row()))


@dg.op(config_schema={"order": str})
def chosen(context: dg.OpExecutionContext) -> RequestValues:
    """An order that the flow has chosen."""
    return RequestValues(variables={"id": context.op_config["order"]})


@dg.job
def from_a_variable() -> None:
    rest_api_request(values=chosen())


def template(name: str, **parts: Any) -> dict[str, Any]:
    """The launchpad's words for a request from a template."""
    return {"request": {"template": {"name": name, **parts}}}


def by_hand(method: str, path: str, **parts: Any) -> dict[str, Any]:
    """The launchpad's words for a request by hand."""
    return {"request": {"by_hand": {"method": method, "path": path, **parts}}}
