"""Requests, templates and the doctor for Halo, as a person meets them: every operation of a provider, and refusals."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from finago_assets.api_questions import Condition, Finding
from finago_assets.apis.halo.endpoints import PATHS
from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.cli import app
from finago_assets.connect import open_client
from finago_assets.doctor import PATIENCE, examine
from finago_assets.sandbox.halo.estate import PLANTED
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.sandbox.halo.tenant import HALO_SECRET
from tests.core.http.loopback import http, saying, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIVE = ("KashflowDetails", "FortnoxDetails", "ExactDetails", "BusinessCentralDetails", "AvalaraDetails")


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder to work in, with the tenant's variables set."""

    beside: RunningTenant
    folder: Path

    def environment(self) -> dict[str, str]:
        return {**self.beside.environment(), "FINAGO_DATA_DIR": f"{self.folder / 'data'}", "TERM": "dumb"}

    def type(self, *arguments: str, sent: object = None, **environment: str) -> Result:
        """Type `finago-assets request --api halo ...`."""
        body = None if sent is None else json.dumps(sent).encode()
        words = ["request", "--api", "halo", *arguments, *([] if sent is None else ["--body", "-"])]
        return CliRunner().invoke(app, words, input=body, env=self.environment() | environment)

    def stored(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def beside() -> Iterator[RunningTenant]:
    with running_tenant() as found:
        yield found


@pytest.fixture
def shell(beside: RunningTenant, tmp_path: Path) -> Shell:
    return Shell(beside, tmp_path)


@pytest.mark.parametrize("shape", FIVE)
def test_every_operation_of_a_provider_is_answered_and_no_secret_comes_through(shell: Shell, shape: str) -> None:
    path, name = PATHS[shape], shape.lower()
    listed = shell.type("GET", path)
    assert listed.exit_code == 0, listed.stderr
    first = json.loads(listed.stdout)[0]
    # what asks for an action has gone; every other field of the description has come
    assert {field for field, one in SHAPES[shape].items() if one.kind is not Class.ACTION} <= set(first)

    single = shell.type("GET", f"{path}/1")
    assert json.loads(single.stdout)["name"] == first["name"]

    saved = shell.type("--template", f"{name}.save", "--allow-writes", sent=[{"name": "Made here"}])
    assert saved.exit_code == 0, saved.stderr
    made = json.loads(saved.stdout)
    assert made["name"] == "Made here"

    changed = shell.type("--template", f"{name}.save", "--allow-writes", sent=[{"id": made["id"], "name": "Renamed"}])
    assert changed.exit_code == 0, changed.stderr
    assert json.loads(shell.type("GET", f"{path}/{made['id']}").stdout)["name"] == "Renamed"

    deleted = shell.type("--template", f"{name}.delete", "--var", f"id={made['id']}", "--allow-writes")
    assert deleted.exit_code == 0, deleted.stderr
    assert shell.type("GET", f"{path}/{made['id']}").exit_code == 1

    for said in (listed, single, saved, changed, deleted):
        assert PLANTED not in said.output
    assert PLANTED.encode() not in shell.stored()


def test_an_error_that_repeats_what_was_sent_says_and_keeps_nothing_of_it(shell: Shell) -> None:
    secret = "brand-new-password-4711"
    said = shell.type("POST", "/KashflowDetails", "--allow-writes", sent=[{"new_password": secret, "id": "seven"}])
    assert said.exit_code == 1
    assert "status 400" in said.stderr
    assert secret not in said.output
    assert secret.encode() not in shell.stored()


def test_an_action_flag_is_not_sent_by_a_template(shell: Shell) -> None:
    before = len(shell.beside.tenant.log)
    said = shell.type("--template", "exactdetails.save", "--allow-writes", sent=[{"id": 1, "_disconnect": True}])
    assert said.exit_code == 2
    assert "have no other fields than" in said.stderr
    assert len(shell.beside.tenant.log) == before


def test_all_pages_of_a_list_are_one_array_whatever_a_page_holds(shell: Shell) -> None:
    said = shell.type("--template", "integrationerror.list", "--all-pages")
    assert len(json.loads(said.stdout)) == 250
    pages = [one.query for one in shell.beside.tenant.log[-3:]]
    assert all("page_size=100" in query and f"page_no={page}" in query for page, query in enumerate(pages, start=1))


def test_a_page_of_a_counted_list_is_told_with_the_command_for_all_of_it(shell: Shell) -> None:
    part = shell.type("--template", "integrationerror.list", "--query", "page_no=3", "--query", "page_size=100")
    assert part.exit_code == 0
    assert part.stderr.endswith(
        "All of it: finago-assets request --template integrationerror.list --api halo --all-pages\n"
    )
    assert "the list goes on" not in shell.type("GET", "/Tax").stderr


def test_a_row_of_the_registry_says_which_api_is_meant(shell: Shell) -> None:
    registry = shell.folder / "connections.yaml"
    variables = {"url": "HALO_URL", "auth_url": "HALO_AUTH_URL", "client_id": "HALO_CLIENT_ID"}
    lines = [
        f"{name}: env:{variable}" for name, variable in (variables | {"client_secret": "HALO_CLIENT_SECRET"}).items()
    ]
    named = ["name: north", "kind: halo", "organization_id: north", *lines]
    registry.write_text("connections:\n  - " + "\n    ".join(named) + "\n")
    words = ["request", "GET", "/tax", "--connection", "north", "--registry", f"{registry}"]
    by_row = CliRunner().invoke(app, words, env=shell.environment())
    assert by_row.exit_code == 0, by_row.stderr
    assert len(json.loads(by_row.stdout)) == 4
    other = CliRunner().invoke(app, [*words, "--api", "finago"], env=shell.environment())
    assert other.exit_code == 2
    assert "is one to Halo API" in other.stderr


def test_the_name_of_a_template_says_which_api_is_meant(shell: Shell) -> None:
    said = CliRunner().invoke(app, ["request", "--template", "tax.list"], env=shell.environment())
    assert said.exit_code == 0, said.stderr
    assert len(json.loads(said.stdout)) == 4


def test_without_its_variables_nothing_is_asked(shell: Shell) -> None:
    said = shell.type("GET", "/Tax", HALO_URL="", HALO_CLIENT_ID="", HALO_CLIENT_SECRET="")
    assert said.exit_code == 2
    assert "HALO_URL, HALO_CLIENT_ID and HALO_CLIENT_SECRET are empty" in said.stderr


def test_templates_of_halo_are_listed_and_their_commands_name_the_api() -> None:
    listed = json.loads(CliRunner().invoke(app, ["templates", "--api", "halo", "--json"]).stdout)
    commands = {one["name"]: one["command"] for one in listed}
    assert commands["tax.list"] == "finago-assets request --api halo --template tax.list"
    assert commands["fortnoxdetails.save"] == (
        "finago-assets templates --api halo --example fortnoxdetails.save | "
        "finago-assets request --api halo --template fortnoxdetails.save --body - --allow-writes"
    )
    shown = CliRunner().invoke(app, ["templates", "--api", "halo", "--show", "fortnoxdetails.save"]).stdout
    assert "[].new_client_secret" in shown
    assert "_exchangecode" not in shown


def _looked_at(environ: dict[str, str]) -> dict[str, Finding]:
    return {one.subject: one for one in examine(environ, partial(open_client, policy=PATIENCE))}


def test_the_doctor_looks_at_every_list_of_halo(shell: Shell) -> None:
    found = _looked_at(shell.environment())
    assert found["halo/token"].verdict is Condition.WORKS
    assert found["halo/token for changes"].verdict is Condition.WORKS
    assert {found[f"halo/{shape.lower()}"].verdict for shape in PATHS} == {Condition.WORKS}
    assert found["halo/quickbooksdetails_by_id"].verdict is Condition.UNKNOWN
    assert "halo" not in found


def test_the_doctor_says_what_an_agent_without_rights_sees(shell: Shell) -> None:
    shell.beside.tenant.rights = False
    try:
        found = _looked_at(shell.environment())
    finally:
        shell.beside.tenant.rights = True
    assert found["halo"].verdict is Condition.UNKNOWN
    assert "rights" in found["halo"].detail


@pytest.mark.parametrize("status", ["404 Not Found", "405 Method Not Allowed"])
def test_the_doctor_tells_a_wrong_address_of_halo_in_one_line(shell: Shell, status: str) -> None:
    auth = f"{shell.beside.origin}/auth"
    with serving(saying(http(b"{}", status))) as heard:
        found = _looked_at(shell.environment() | {"HALO_URL": f"{heard.url}/wrong", "HALO_AUTH_URL": auth})
    said = [one for one in found if one.startswith("halo") and "token" not in one]
    assert said == ["halo/API"]
    assert f"something answers at {heard.url}/wrong, and it is not the API" in found["halo/API"].detail
    assert "Check HALO_URL" in found["halo/API"].detail


def test_the_doctor_passes_over_a_halo_that_is_not_set_up_and_names_half_a_connection(shell: Shell) -> None:
    assert not [one for one in _looked_at({"FINAGO_DATA_DIR": f"{shell.folder}"}) if one.startswith("halo")]
    half = _looked_at(shell.environment() | {"HALO_CLIENT_SECRET": ""})["halo"]
    assert half.verdict is Condition.FAILS
    assert "HALO_CLIENT_SECRET" in half.detail
    wrong = _looked_at(shell.environment() | {"HALO_CLIENT_SECRET": "another"})["halo/token"]
    assert wrong.verdict is Condition.FAILS
    assert HALO_SECRET not in wrong.detail
    same = _looked_at(shell.environment() | {"HALO_WRITE_CLIENT_ID": shell.environment()["HALO_CLIENT_ID"]})
    assert "a second API application" in same["halo/token for changes"].detail
    assert "halo/token for changes" not in _looked_at(shell.environment() | {"HALO_WRITE_CLIENT_ID": ""})
