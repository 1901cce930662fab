"""What may happen to a user with a secret: good runs, refusals, broken answers, mistakes with settings, curiosity.

Owns the list. A scenario says what must have happened, so that a clean folder is not the folder of a run that never was.
"""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import socket
import traceback
import warnings
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import msgspec
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from rich.console import Console
from rich.pretty import pretty_repr
from typer.testing import CliRunner

from finago_assets.cli import app
from finago_assets.core.errors import FinagoError, SettingInvalid
from finago_assets.core.http.client import FinagoClient
from finago_assets.core.landing.parquet import DATA_FILE
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.resources import FinagoResource, Reference
from finago_assets.sandbox.faults import Fault, Rule
from finago_assets.settings import read_settings
from tests.core.http.loopback import http
from tests.security.canaries import SECRET
from tests.security.stage import Impatient, Stage, echo, mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Scenario = Callable[[Stage], None]

SCENARIOS: Final[dict[str, Scenario]] = {}
ACCOUNTS: Final = "/v1/accounts"


def scenario(found: Scenario) -> Scenario:
    """Add a scenario to the list, under its name in plain words."""
    SCENARIOS[found.__name__.replace("_", " ")] = found
    return found


# -- runs that work


@scenario
def a_run_that_works(stage: Stage) -> None:
    assert stage.run("accounts", "transactionlines", "salesorders", "salesorder_lines", last="2024-01-05") == ""
    assert stage.office.requests


@scenario
def a_run_that_lands_in_duckdb(stage: Stage) -> None:
    stage.set(landing="duckdb")
    assert stage.run("accounts", "transactionlines") == ""
    assert (stage.data / "raw.duckdb").exists()


@scenario
def a_run_with_every_logger_at_debug(stage: Stage) -> None:
    with _at_debug():
        assert stage.run("accounts", "transactionlines") == ""
    assert "httpcore" not in (stage.folder / "logging.txt").read_text(encoding="utf-8")


@scenario
def a_token_that_dies_on_the_way(stage: Stage) -> None:
    stage.office.control.set_faults(Rule(fault=Fault.EXPIRY, path=ACCOUNTS, times=1))
    assert stage.run("accounts") == ""
    assert stage.office.control.faults_fired() == [1]


@scenario
def a_secret_in_a_file_named_in_launch_config(stage: Stage) -> None:
    place = Path(f"{stage.folder}.secret")
    place.write_text(SECRET, encoding="utf-8")
    stage.monkeypatch.delenv("FINAGO_CLIENT_SECRET")
    assert stage.run("accounts", config={"client_secret": {"file": str(place)}}) == ""
    place.unlink()


# -- refusals


@scenario
def a_withheld_scope(stage: Stage) -> None:
    stage.office.control.withhold("accounts")
    assert stage.run("accounts") == ""


@scenario
def a_401_that_stays(stage: Stage) -> None:
    with mirror(stage, echo("401", 'WWW-Authenticate: Bearer realm="{0}"')):
        assert "AuthRefused" in stage.run("accounts")


@scenario
def a_token_endpoint_that_repeats_the_secret(stage: Stage) -> None:
    with mirror(stage, echo("500"), echo("401", "Location: https://login.example.test/{0}")):
        assert "AuthRefused" in stage.run("accounts")


@scenario
def a_token_endpoint_in_trouble(stage: Stage) -> None:
    with mirror(stage, echo("500"), echo("502", body=lambda heard: f"<html>{heard}".encode())):
        assert "Unavailable" in stage.run("accounts")


@scenario
def a_limit_on_requests(stage: Stage) -> None:
    with mirror(stage, echo("429", "Retry-After: 3600")):
        assert "RateLimited" in stage.run("accounts")


# -- answers that are none


@scenario
def a_500_that_repeats_the_request_while_every_logger_is_at_debug(stage: Stage) -> None:
    with mirror(stage, echo("500")), _at_debug():
        assert "Unavailable" in stage.run("accounts")


@scenario
def a_time_out(stage: Stage) -> None:
    stage.office.control.set_faults(Rule(fault=Fault.DRIP, path=ACCOUNTS, seconds=0.2))
    assert "Timeout" in stage.run("accounts")


@scenario
def a_connection_that_is_reset(stage: Stage) -> None:
    stage.office.control.set_faults(Rule(fault=Fault.RESET, path=ACCOUNTS))
    assert "Unavailable" in stage.run("accounts")


@scenario
def nobody_there(stage: Stage) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    stage.set(token_url=f"http://127.0.0.1:{port}/oauth/token")
    assert "Unavailable" in stage.run("accounts")


@scenario
def json_that_is_none(stage: Stage) -> None:
    with mirror(stage, lambda heard: http(b'[{"Authorization": "%b", NaN' % heard.encode())):
        assert "Malformed" in stage.run("accounts")


@scenario
def a_page_for_people(stage: Stage) -> None:
    with mirror(stage, lambda heard: http(f"<html>{heard}</html>".encode(), "200 OK", "Content-Type: text/html")):
        assert "Malformed" in stage.run("accounts")


@scenario
def a_next_link_that_carries_the_token_away(stage: Stage) -> None:
    def linked(heard: str) -> bytes:
        token = heard.removeprefix("Bearer ")
        return http(b'[{"number":1}]', "200 OK", f'Link: <https://elsewhere.example.test/?t={token}>; rel="next"')

    with mirror(stage, linked):
        assert "ForeignOrigin" in stage.run("transactionlines")


@scenario
def a_redirect_that_carries_the_token_away(stage: Stage) -> None:
    with mirror(stage, echo("302", "Location: https://elsewhere.example.test/{0}")):
        assert "ForeignOrigin" in stage.run("accounts")


# -- mistakes


@scenario
def a_setting_that_is_missing(stage: Stage) -> None:
    stage.set(organization_id="")
    assert "SettingMissing" in stage.run("accounts")


@scenario
def a_secret_where_a_reference_belongs_in_the_definitions(stage: Stage) -> None:
    for wrong in (SECRET, dg.EnvVar("FINAGO_CLIENT_SECRET"), {"env": SECRET}, {"value": SECRET}):
        try:
            stage.note(stage.run("accounts", resource=Impatient(client_secret=wrong)), build_snapshot(stage))
        except SettingInvalid as error:
            stage.note("".join(traceback.format_exception(error)))
        else:
            assert not isinstance(wrong, str)


@scenario
def a_secret_where_a_reference_belongs_in_launch_config(stage: Stage) -> None:
    for wrong in (SECRET, {"value": SECRET}, [SECRET]):
        with pytest.raises(dg.DagsterInvalidConfigError) as refused:
            stage.run("accounts", config={"client_secret": wrong})
        stage.note("".join(traceback.format_exception(refused.value)))


@scenario
def a_data_folder_in_whose_place_a_file_lies(stage: Stage) -> None:
    stage.data.write_text("in the way")
    assert "NotWritable" in stage.run("accounts")


@scenario
def a_damaged_raw_file(stage: Stage) -> None:
    assert stage.run("salesorders") == ""
    stage.damaged = list(stage.data.glob(f"raw/finago/salesorders/*/*/{DATA_FILE}"))
    stage.damaged[0].write_bytes(b"PAR1 is all that is left of it")
    assert "CorruptFile" in stage.run("salesorder_lines")


@scenario
def an_error_of_the_users_own_with_everything_in_it(stage: Stage) -> None:
    @dg.asset(key=["finago_test", "curious"])
    def curious(finago: FinagoResource) -> None:
        connection = finago.connection()
        with finago.client(finago.settings(), connection) as client:
            client.authenticate()
            dg.get_dagster_logger().info("%s %r", connection, finago)
            print(connection, finago, client)
            raise RuntimeError(connection, finago, client, vars(client))

    with _at_debug():
        assert "RuntimeError" in stage.run(also=[curious])


# -- curiosity


@scenario
def every_way_of_printing_copying_and_storing_what_holds_a_secret(stage: Stage) -> None:
    resource = FinagoResource()
    connection = resource.connection()
    with FinagoClient(connection) as client:
        client.authenticate()
        for holder in (connection.client_secret, connection, client, client._tokens, client._tokens.token(), resource):
            for way in (repr, str, format, "{:>40}".format, "%s".__mod__, pprint.pformat, pretty_repr, ascii, vars, dir):
                stage.note(_tried(lambda way=way, holder=holder: way(holder)))
            for way in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode, asdict, bytes, hash, len):
                stage.note(_tried(lambda way=way, holder=holder: way(holder)))
        stage.note(_tried(lambda: json.dumps(vars(client), default=str)))
    assert connection.client_secret.reveal() == SECRET


@scenario
def the_definitions_as_the_ui_reads_them_and_the_schedules_tick(stage: Stage) -> None:
    stage.note(build_snapshot(stage))


@scenario
def the_doctor_before_a_good_server_and_a_bad_one(stage: Stage) -> None:
    stage.note(CliRunner().invoke(app, ["doctor"]).output)
    with mirror(stage, echo("400")):
        stage.note(CliRunner().invoke(app, ["doctor"]).output)
    with mirror(stage, echo("400"), echo("403")):
        answer = CliRunner().invoke(app, ["doctor"])
    assert answer.exit_code == 1
    stage.note(answer.output)


def build_snapshot(stage: Stage, **resources: Any) -> str:
    """Return everything Dagster stores or shows of the definitions, and of one evaluation of the schedule."""
    repository = build_definitions(read_settings(), resources).get_repository_def()
    with dg.build_schedule_context(stage.instance, datetime(2024, 2, 1, 3, 15, tzinfo=UTC)) as context:
        tick = repository.get_schedule_def("nightly").evaluate_tick(context)
    jobs = [dg.serialize_value(job.get_job_snapshot()) for job in repository.get_all_jobs()]
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # Dagster's own, about itself
        snapshot = dg.serialize_value(RepositorySnap.from_def(repository))
    assert '"FINAGO_CLIENT_SECRET"' in snapshot.replace("\\", "")
    return "\n".join([snapshot, *jobs, repr(tick)])


def told(error: BaseException) -> str:
    """Return an error the way the most talkative tools print it, with the values of local variables."""
    try:
        chain = traceback.TracebackException.from_exception(error, capture_locals=True)
    except AttributeError:  # a copy that was given up halfway has no representation
        chain = traceback.TracebackException.from_exception(error)
    return "".join(chain.format())


def _tried(way: Callable[[], object]) -> str:
    try:
        return repr(way())
    except (TypeError, ValueError, AttributeError, FinagoError, pickle.PicklingError) as refusal:
        return told(refusal)


@contextmanager
def _at_debug() -> Iterator[None]:
    """Let every logger there is say all it has to say."""
    loggers = [logging.getLogger(name) for name in (None, "httpx", "httpcore", *logging.root.manager.loggerDict)]
    before = {logger: logger.level for logger in loggers}
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)


__all__ = ["SCENARIOS", "Console", "Reference"]
