"""Scenarios in which a server decides what happens: it works, refuses, breaks down, or repeats what it was told.

Each says what must have happened, so that a clean folder is not the folder of a run that never was.
"""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.core.http.loopback import http
from tests.security.canaries import SECRET
from tests.security.stage import Impatient, at_debug, echo, mirror

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.security.stage import Stage

ACCOUNTS: Final = "/v1/accounts"


def a_run_that_works(stage: Stage) -> None:
    assert stage.run("accounts", "transactionlines", "salesorders", "salesorder_lines", last="2024-01-05") == ""
    assert stage.office.requests


def a_run_that_lands_in_duckdb(stage: Stage) -> None:
    stage.set(landing="duckdb")
    assert stage.run("accounts", "transactionlines") == ""
    assert (stage.data / "raw.duckdb").exists()


def a_run_with_every_logger_at_debug(stage: Stage) -> None:
    with at_debug():
        assert stage.run("accounts", "transactionlines") == ""


def a_token_that_dies_on_the_way(stage: Stage) -> None:
    stage.office.control.set_faults(Rule(fault=AnswerFault.EXPIRY, path=ACCOUNTS, times=1))
    assert stage.run("accounts") == ""
    assert stage.office.control.faults_fired() == [1]


def a_secret_in_a_file_named_in_launch_config(stage: Stage) -> None:
    place = Path(f"{stage.folder}.secret")
    place.write_text(SECRET, encoding="utf-8")
    stage.monkeypatch.delenv("FINAGO_CLIENT_SECRET")
    assert stage.run("accounts", config={"client_secret": {"file": str(place)}}) == ""
    place.unlink()


def a_withheld_scope(stage: Stage) -> None:
    stage.office.control.withhold("accounts")
    assert stage.run("accounts") == ""
    assert [request.status for request in stage.office.requests[-1:]] == [403]


def a_401_that_stays(stage: Stage) -> None:
    with mirror(stage, echo("401", 'WWW-Authenticate: Bearer realm="{0}"')):
        assert "AuthRefused" in stage.run("accounts")


def a_token_endpoint_that_repeats_the_secret(stage: Stage) -> None:
    with mirror(stage, echo("500"), echo("401", "Location: https://login.example.test/{0}")):
        assert "AuthRefused" in stage.run("accounts")
    with mirror(stage, echo("500"), echo("502", body=lambda heard: f"<html>{heard}</html>".encode())):
        assert "Unavailable" in stage.run("accounts")


def a_limit_on_requests(stage: Stage) -> None:
    with mirror(stage, echo("429", "Retry-After: 3600")):
        assert "RateLimited" in stage.run("accounts")


def a_500_that_repeats_the_request(stage: Stage) -> None:
    with mirror(stage, echo("500")):
        assert "Unavailable" in stage.run("accounts")


def the_same_with_every_logger_at_debug(stage: Stage) -> None:
    with at_debug():
        a_500_that_repeats_the_request(stage)


def a_time_out(stage: Stage) -> None:
    stage.office.control.set_faults(Rule(fault=AnswerFault.DRIP, path=ACCOUNTS, seconds=0.2))
    assert "Timeout" in stage.run("accounts", resource=Impatient(seconds=0.3))


def a_connection_that_is_reset(stage: Stage) -> None:
    stage.office.control.set_faults(Rule(fault=AnswerFault.RESET, path=ACCOUNTS))
    assert "Unavailable" in stage.run("accounts")


def nobody_there(stage: Stage) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    stage.set(token_url=f"http://127.0.0.1:{port}/oauth/token")
    assert "Unavailable" in stage.run("accounts")


def an_answer_that_is_no_list(stage: Stage) -> None:
    for body in ('[{"Authorization": "%s", NaN', "<html>%s</html>"):
        with mirror(stage, lambda heard, body=body: http((body % heard).encode())):  # type: ignore[misc]  # a default
            assert "Malformed" in stage.run("accounts")


def a_next_link_that_carries_the_token_away(stage: Stage) -> None:
    def linked(heard: str) -> bytes:
        token = heard.removeprefix("Bearer ")
        return http(b'[{"number":1}]', "200 OK", f'Link: <https://elsewhere.example.test/?t={token}>; rel="next"')

    with mirror(stage, linked):
        assert "ForeignOrigin" in stage.run("transactionlines")


def a_redirect_that_carries_the_token_away(stage: Stage) -> None:
    with mirror(stage, echo("302", "Location: https://elsewhere.example.test/{0}")):
        assert "ForeignOrigin" in stage.run("accounts")


ANSWERS: Final[tuple[Callable[[Stage], None], ...]] = (
    a_run_that_works,
    a_run_that_lands_in_duckdb,
    a_run_with_every_logger_at_debug,
    a_token_that_dies_on_the_way,
    a_secret_in_a_file_named_in_launch_config,
    a_withheld_scope,
    a_401_that_stays,
    a_token_endpoint_that_repeats_the_secret,
    a_limit_on_requests,
    a_500_that_repeats_the_request,
    the_same_with_every_logger_at_debug,
    a_time_out,
    a_connection_that_is_reset,
    nobody_there,
    an_answer_that_is_no_list,
    a_next_link_that_carries_the_token_away,
    a_redirect_that_carries_the_token_away,
)
