"""`doctor` and `request` behind a company's proxy: the road is named, the password is not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from finago_assets.api_questions import Condition, Finding
from finago_assets.cli import app
from finago_assets.connect import open_client
from finago_assets.doctor import PATIENCE, examine
from tests.certificates import Authority
from tests.core.http.loopback import Heard, http, saying, serving
from tests.core.http.proxying import Proxied, proxying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API = "api.example.test"
USER = "kari:pr0xy-secret"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    own = Authority(tmp_path_factory.mktemp("certificates"))
    own.server(API)
    return own


@pytest.fixture
def office(authority: Authority) -> Iterator[Heard]:
    with serving(saying(http(b'[{"id":1}]')), authority.server(API)) as heard:
        yield heard


@pytest.fixture
def proxy(office: Heard) -> Iterator[Proxied]:
    with proxying(office.port, user=USER) as seen:
        yield seen


@pytest.fixture
def environ(proxy: Proxied, authority: Authority, tmp_path: Path) -> dict[str, str]:
    return {
        "FINAGO_CLIENT_ID": "client-id",
        "FINAGO_CLIENT_SECRET": "client-secret",
        "FINAGO_ORGANIZATION_ID": "1001",
        "FINAGO_API_URL": f"https://{API}/v1",
        "FINAGO_TOKEN_URL": f"https://{API}/oauth/token",
        "FINAGO_DATA_DIR": str(tmp_path / "data"),
        "FINAGO_REQUESTS_PER_SECOND": "0",
        "FINAGO_PROXY": proxy.url.replace("://", f"://{USER}@"),
        "FINAGO_CA_FILE": str(authority.folder / "root.pem"),
    }


def found(environ: dict[str, str]) -> list[Finding]:
    return list(examine(environ, partial(open_client, policy=PATIENCE)))


def test_doctor_names_the_proxy_and_the_file_of_authorities(environ: dict[str, str], proxy: Proxied) -> None:
    findings = {finding.subject: finding for finding in found(environ)}
    assert findings["token"].verdict is Condition.WORKS
    assert findings["accounts"].verdict is Condition.WORKS
    told = findings["network"].detail
    assert f"through the proxy 127.0.0.1:{proxy.port}, with a user, as FINAGO_PROXY says" in told
    assert environ["FINAGO_CA_FILE"] in told
    assert not [
        finding for finding in findings.values() if "pr0xy-secret" in finding.detail or "kari" in finding.detail
    ]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FINAGO_CA_FILE", "", "set FINAGO_CA_FILE to a PEM file"),
        ("FINAGO_CA_FILE", "/nowhere.pem", "FINAGO_CA_FILE: the file /nowhere.pem cannot be read"),
        ("FINAGO_PROXY", "http://127.0.0.1:{port}", "asks for a user and a password (407)"),
        ("FINAGO_PROXY", "http://kari:pr0xy-secret@127.0.0.1:1", "127.0.0.1:1 (FINAGO_PROXY) cannot be reached"),
        ("FINAGO_PROXY", "ftp://kari:pr0xy-secret@127.0.0.1", "names a kind of proxy that is not spoken here"),
    ],
)
def test_doctor_says_which_of_proxy_and_authority_is_at_fault(
    environ: dict[str, str], proxy: Proxied, variable: str, value: str, said: str
) -> None:
    last = found({**environ, variable: value.format(port=proxy.port)})[-1]
    assert last.verdict is Condition.FAILS
    assert said in last.detail
    assert "pr0xy-secret" not in last.detail


def test_a_request_of_a_registered_connection_goes_the_same_way(
    environ: dict[str, str], proxy: Proxied, office: Heard, tmp_path: Path
) -> None:
    registry = tmp_path / "registry.yaml"
    row = '{name: north, organization_id: "1002", client_id: "env:NORTH_ID", client_secret: "env:NORTH_SECRET"}'
    registry.write_text(f"connections:\n  - {row}\n")
    own = {**environ, "NORTH_ID": "north", "NORTH_SECRET": "north-secret", "FINAGO_CLIENT_SECRET": ""}
    asked = ["request", "GET", "/accounts", "--connection", "north", "--registry", str(registry)]
    answer = CliRunner().invoke(app, asked, env=own)
    assert (answer.exit_code, answer.stdout) == (0, '[{"id":1}]')
    assert len(office.requests) == len(proxy.heads) == 2
    refused = CliRunner().invoke(app, asked, env={**own, "FINAGO_PROXY": f"http://127.0.0.1:{proxy.port}"})
    assert refused.exit_code == 1
    assert "asks for a user and a password" in refused.stderr
