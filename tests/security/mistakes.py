"""Scenarios in which people decide what happens: wrong settings, damaged files, curiosity about what holds a secret.

Each says what must have happened, so that a clean folder is not the folder of a run that never was.
"""

from __future__ import annotations

import copy
import json
import pickle
import pprint
import traceback
import warnings
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import msgspec
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from rich.pretty import pretty_repr
from typer.testing import CliRunner

from finago_assets.apis.finago import FINAGO
from finago_assets.cli import app
from finago_assets.core.errors import FinagoError, SettingInvalid
from finago_assets.core.http.client import ApiClient
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.settings import read_settings
from tests.security.canaries import SECRET
from tests.security.stage import Impatient, at_debug, echo, mirror

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.security.stage import Stage

WAYS_OF_LOOKING: Final[tuple[Callable[[Any], Any], ...]] = (
    *(repr, str, format, ascii, vars, dir, bytes, hash, len, pprint.pformat, pretty_repr, "{:>40}".format),
    *(
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        asdict,
        json.dumps,
        msgspec.json.encode,
        partial(json.dumps, default=str),
    ),
)


def a_setting_that_is_missing(stage: Stage) -> None:
    stage.set(organization_id="")
    assert "SettingMissing" in stage.run("accounts")


def a_secret_where_a_reference_belongs_in_the_definitions(stage: Stage) -> None:
    for value in (SECRET, dg.EnvVar("FINAGO_CLIENT_SECRET")):
        with pytest.raises(SettingInvalid) as refused:
            Impatient(client_secret=value)  # type: ignore[arg-type]  # the mistake
        stage.note("".join(traceback.format_exception(refused.value)))
    with pytest.raises(SettingInvalid):
        FinagoResource(client_secret=[SECRET])  # type: ignore[arg-type]  # the mistake


def a_secret_where_a_reference_belongs_in_launch_config(stage: Stage) -> None:
    for value in (SECRET, {"value": SECRET}, [SECRET]):
        with pytest.raises(dg.DagsterInvalidConfigError) as refused:
            stage.run("accounts", config={"client_secret": value})
        stage.note("".join(traceback.format_exception(refused.value)))


def a_raw_file_that_dbt_cannot_read(stage: Stage) -> None:
    assert stage.run("accounts") == ""
    stage.damage("accounts")
    models = warehouse_assets([*FINAGO.endpoints.values()])
    chosen = [key for asset in models for key in asset.keys if key.path[-1] == "stg_accounts"]
    said = stage.materialize(models, chosen, {"dbt": dbt_resource()})
    assert f"CorruptFile: {stage.damaged[0]}" in said
    assert (stage.data / "work" / "dbt" / "dbt.log").exists()


def an_error_of_the_users_own_with_everything_in_it(stage: Stage) -> None:
    @dg.asset(key=["finago_test", "curious"])
    def curious(finago: FinagoResource) -> None:
        connection = finago.connection()
        with finago.client(finago.settings(), connection) as client:
            client.authenticate()
            dg.get_dagster_logger().info("%s %r", connection, finago)
            print(connection, finago, client)
            raise RuntimeError(connection, finago, client, vars(client))

    with at_debug():
        assert "RuntimeError" in stage.run(also=[curious])


def every_way_of_looking_at_what_holds_a_secret(stage: Stage) -> None:
    resource = FinagoResource()
    connection = resource.connection()
    with ApiClient(connection) as client:
        client.authenticate()
        parts = vars(client).values()
        for holder in (connection.client_secret, connection, client, resource, *parts, vars(client)):
            stage.note(*(_tried(way, holder) for way in WAYS_OF_LOOKING))
    assert connection.client_secret.reveal() == SECRET


def the_definitions_as_the_ui_reads_them(stage: Stage) -> None:
    repository = build_definitions(read_settings()).get_repository_def()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # Dagster's, about itself
        snapshot = dg.serialize_value(RepositorySnap.from_def(repository))
    assert "FINAGO_CLIENT_SECRET" in snapshot
    with dg.build_schedule_context(stage.instance, datetime(2024, 2, 1, 3, 15, tzinfo=UTC)) as context:
        tick = repository.get_schedule_def("nightly").evaluate_tick(context)
    assert tick.run_requests
    stage.note(snapshot, tick, *(dg.serialize_value(job.get_job_snapshot()) for job in repository.get_all_jobs()))


def the_doctor_among_good_servers_and_bad_ones(stage: Stage) -> None:
    good = CliRunner().invoke(app, ["doctor"])
    assert good.exit_code == 0
    with mirror(stage, echo("400")):
        halfway = CliRunner().invoke(app, ["doctor"])
    with mirror(stage, echo("400"), echo("403")):
        bad = CliRunner().invoke(app, ["doctor"])
    assert (halfway.exit_code, bad.exit_code) == (1, 1)
    stage.note(good.output, halfway.output, bad.output)


def _tried(way: Callable[[Any], Any], holder: object) -> str:
    try:
        return repr(way(holder))
    except (TypeError, ValueError, AttributeError, FinagoError, pickle.PicklingError) as refusal:
        return _told(refusal)


def _told(error: BaseException) -> str:
    """Return an error the way the most talkative tools print it, with the values of local variables."""
    try:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    except AttributeError:  # a copy that was given up halfway has no representation
        return "".join(traceback.format_exception(error))


MISTAKES: Final[tuple[Callable[[Stage], None], ...]] = (
    a_setting_that_is_missing,
    a_secret_where_a_reference_belongs_in_the_definitions,
    a_secret_where_a_reference_belongs_in_launch_config,
    a_raw_file_that_dbt_cannot_read,
    an_error_of_the_users_own_with_everything_in_it,
    every_way_of_looking_at_what_holds_a_secret,
    the_definitions_as_the_ui_reads_them,
    # the last one: it changes the umask, as the command does
    the_doctor_among_good_servers_and_bad_ones,
)
