"""Where a scenario plays: a sandbox whose secret and tokens are canaries, a server that repeats what it hears, runs.

Owns what a scenario may use and what it leaves behind: a folder, and its part of a Dagster instance's history.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus

import dagster as dg
from msgspec import json

from finago_assets.apis.finago import FINAGO
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.progress import silent
from finago_assets.orchestration.raw import raw_assets, raw_key
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.sandbox.options import CLIENT_SECRET
from finago_assets.sandbox.tokens import Grant, Tokens
from finago_assets.settings import read_settings
from tests.core.http.loopback import http, serving
from tests.security.canaries import SECRET, TOKEN

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pytest

    from finago_assets.core.http.connection import Connection
    from finago_assets.sandbox.server import Running
    from finago_assets.settings import Settings

    Answer = Callable[[str], bytes]

DAY = "2024-01-03"
LOG = "logging.txt"


class CanaryTokens(Tokens):
    """Takes the canary for the sandbox's secret and gives out tokens that can be recognised."""

    def ask(self, content_type: str, body: bytes, scopes: Iterable[str]) -> tuple[int, dict[str, object]]:
        """Answer as if the sandbox's own secret had been sent where the canary was."""
        known = body.replace(quote_plus(SECRET).encode(), quote_plus(CLIENT_SECRET).encode())
        return super().ask(content_type, known, scopes)

    def issue(self, organization: str) -> str:
        """Return a token that begins with the canary."""
        self.issued += 1
        token = f"{TOKEN}.{self.issued}"
        self._grants[token] = Grant(organization, self._now() + self.lifetime)
        return token


def with_canaries(office: Running) -> Running:
    """Give the sandbox the canaries, and take back the tokens it gave out before."""
    sandbox = office.control.sandbox
    sandbox.tokens = CanaryTokens(sandbox.tokens.organizations, sandbox.tokens.lifetime)
    return office


def with_soap_canaries(office: Running) -> dict[str, str]:
    """Give the sandbox's SOAP services a password and ids of sessions that can be recognised; return the variables."""
    sessions, numbers = office.control.sandbox.soap.sessions, count(1)
    sessions.password, sessions.make_id = SECRET, lambda: f"{TOKEN}.{next(numbers)}"
    return {**office.soap_environment(), "FINAGO_SOAP_PASSWORD": SECRET}


class Impatient(FinagoResource):
    """The usual resource, with two attempts at a request instead of eight, and no waiting between or after them."""

    seconds: float = 60.0

    def settings(self) -> Settings:
        """Wait for no outage to end."""
        return replace(read_settings(), outage_minutes=0)

    def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:
        """Open a client without a ceiling, for which an answer may take so many seconds."""
        _ = settings, tell
        policy = RetryPolicy(
            attempts=2, base_seconds=0, cap_seconds=0, throttle_seconds=0, request_seconds=self.seconds
        )
        return ApiClient(connection, policy=policy, sleep=lambda _: None)


@dataclass(slots=True)
class Stage:
    """One scenario's folder and means. What it notes is searched like any other file."""

    folder: Path
    instance: dg.DagsterInstance
    office: Running
    monkeypatch: pytest.MonkeyPatch
    damaged: list[Path] = field(default_factory=list)
    _noted: int = 0

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def set(self, **variables: str) -> None:
        """Set FINAGO_* variables, named without their first word, in any case."""
        for name, value in variables.items():
            self.monkeypatch.setenv(f"FINAGO_{name.upper()}", value)

    def note(self, *texts: object) -> None:
        """Keep what a person or a program could have seen."""
        self._noted += 1
        text = "\n".join(text if isinstance(text, str) else repr(text) for text in texts)
        (self.folder / f"note-{self._noted}.txt").write_text(text, encoding="utf-8")

    def damage(self, endpoint: str) -> None:
        """Leave the beginning of one landed file, and no more."""
        path = next(self.data.glob(f"raw/finago/{endpoint}/*/*/data.parquet"))
        path.write_bytes(b"PAR1")
        self.damaged.append(path)

    def run(
        self,
        *endpoints: str,
        last: str = DAY,
        also: Sequence[dg.AssetsDefinition] = (),
        resource: FinagoResource | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> str:
        """Materialize raw endpoints; return what went wrong as the run log has it, nothing when all went well."""
        chosen = [*(raw_key("finago", name) for name in endpoints), *(asset.key for asset in also)]
        assets = [*raw_assets(FINAGO, read_settings()), *also]
        resources = {"finago": resource or Impatient()}
        return self.materialize(assets, chosen, resources, last, {"finago": config} if config else {})

    def materialize(
        self,
        assets: Sequence[dg.AssetsDefinition],
        chosen: Sequence[dg.AssetKey],
        resources: Mapping[str, Any],
        last: str = DAY,
        config: Mapping[str, Any] | None = None,
    ) -> str:
        """Materialize assets over a range of days; `config` is launch config by resource."""
        result = dg.materialize(
            assets,
            selection=chosen,
            resources=resources,
            instance=self.instance,
            tags={"dagster/asset_partition_range_start": DAY, "dagster/asset_partition_range_end": last},
            run_config={"resources": {name: {"config": given} for name, given in (config or {}).items()}},
            raise_on_error=False,
        )
        failed = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
        return "\n".join(error.to_string() for error in failed if error is not None)


@contextmanager
def at_debug() -> Iterator[None]:
    """Let every logger there is say all it has to say."""
    loggers = [logging.getLogger(name) for name in (None, "httpx", "httpcore", *logging.root.manager.loggerDict)]
    before = {logger: logger.level for logger in loggers}
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        yield
        assert logging.getLogger("httpcore.http11").isEnabledFor(logging.DEBUG)
    finally:
        for logger, level in before.items():
            logger.setLevel(level)


@contextmanager
def mirror(stage: Stage, api: Answer, token: Answer | None = None) -> Iterator[None]:
    """Point the stage at a server that makes its answers of what it hears: the Authorization header, or the secret."""

    def script(connection: socket.socket, head: bytes) -> None:
        if head.startswith(b"POST"):
            form = dict(parse_qsl(heard.requests[-1].decode().partition("\r\n\r\n")[2]))
            connection.sendall((token or granted)(form["client_secret"]))
        else:
            line = next(line for line in head.decode().splitlines() if line.lower().startswith("authorization:"))
            connection.sendall(api(line.partition(":")[2].strip()))

    with serving(script) as heard:
        stage.set(api_url=f"{heard.url}/v1", token_url=f"{heard.url}/oauth/token")
        yield
        sent = b"\n".join(heard.requests).decode()
        assert quote_plus(SECRET) in sent
        assert TOKEN in sent or token is not None


def granted(_: str) -> bytes:
    """Answer a token request."""
    return http(json.encode({"access_token": f"{TOKEN}.mirrored", "expires_in": 3600}))


def in_json(heard: str) -> bytes:
    """Repeat what was heard the way an error body does that means well."""
    return json.encode({"error": heard, "error_description": heard, "request": {"headers": {"Authorization": heard}}})


def echo(status: str, *headers: str, body: Answer = in_json) -> Answer:
    """Return a maker of answers that repeat what was heard: in the reason, in headers, in the body."""

    def answer(heard: str) -> bytes:
        told = heard.encode("ascii", "replace").decode()
        repeated = [header.format(told) for header in (*headers, "X-Trace-Id: {0}", "X-Authorization: {0}")]
        return http(body(heard), f"{status} {told}", *repeated)

    return answer
