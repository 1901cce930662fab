"""`finago-assets halo`, as a person types it: look, compare, change, delete, and what is said when it is not sent."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from finago_assets.cli import app
from finago_assets.sandbox.halo.estate import LINKS, PLANTED
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.sandbox.halo.tenant import in_html, in_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def tenant() -> Iterator[RunningTenant]:
    with running_tenant() as found:
        yield found


def type_halo(tenant: RunningTenant, folder: Path, *words: str, **environment: str) -> Result:
    env = {**tenant.environment(), "FINAGO_DATA_DIR": f"{folder / 'data'}", "COLUMNS": "250", "TERM": "dumb"}
    return CliRunner().invoke(app, ["halo", *words], env=env | environment)


def change_file(folder: Path, text: str) -> str:
    file = folder / "change.yaml"
    file.write_text(text)
    return f"{file}"


def test_the_command_that_diff_prints_carries_the_change_out(tenant: RunningTenant, tmp_path: Path) -> None:
    file = change_file(tmp_path, "provider: businesscentral\nid: 1\nset:\n  company_id: another\n")
    looked = type_halo(tenant, tmp_path, "diff", file)
    assert looked.exit_code == 0
    assert re.search(r"company_id.*company_id 1.*another.*high", looked.stdout)
    printed = re.search(r"If that is meant: finago-assets halo (.*)", looked.stderr)
    assert printed is not None
    assert {one.method for one in tenant.tenant.log} == {"GET"}
    done = type_halo(tenant, tmp_path, *shlex.split(printed[1]))
    assert done.exit_code == 0, done.stderr
    assert "reads back as it was meant" in done.stderr
    assert tenant.tenant.records["/BusinessCentralDetails"][0]["company_id"] == "another"
    again = type_halo(tenant, tmp_path, *shlex.split(printed[1]))
    assert again.exit_code == 0
    assert "set like that already" in again.stderr
    told = type_halo(tenant, tmp_path, "changes").stdout
    assert told.count("north BusinessCentralDetails:1:Vestvik AS") == 1
    assert "done" in told


def test_connections_are_listed_and_shown_without_their_secrets(tenant: RunningTenant, tmp_path: Path) -> None:
    listed = type_halo(tenant, tmp_path, "list")
    assert listed.stdout.count("Details:") == 7
    assert type_halo(tenant, tmp_path, "list", "fortnox").stdout.count("Details:") == 2
    shown = type_halo(tenant, tmp_path, "show", "fortnox", "1")
    assert re.search(r"new_client_secret\s*\S+\s*set", shown.stdout)
    assert PLANTED not in listed.output + shown.output


def test_an_agent_without_rights_is_thought_of_where_a_list_is_empty(tenant: RunningTenant, tmp_path: Path) -> None:
    tenant.tenant.rights = False
    assert "An agent without rights" in type_halo(tenant, tmp_path, "list").stderr


def test_a_deletion_says_what_is_lacking_and_then_what_came_of_it(tenant: RunningTenant, tmp_path: Path) -> None:
    refused = type_halo(tenant, tmp_path, "delete", "exact", "1")
    assert refused.exit_code == 2
    assert f"{LINKS} records are linked" in refused.stderr
    state = re.search(r"--state (\w+)", refused.stderr)
    assert state is not None
    said = ["--allow-writes", "--state", state[1], "--confirm", "ExactDetails:1:Noordwijk BV", "--high-risk"]
    assert type_halo(tenant, tmp_path, "delete", "exact", "1", *said).exit_code == 2
    done = type_halo(tenant, tmp_path, "delete", "exact", "1", *said, "--with-links")
    assert done.exit_code == 0, done.stderr
    assert len(tenant.tenant.records["/ExactDetails"]) == 1


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (in_text("You may not", 403), 1, "was refused (Forbidden, status 403); nothing has changed"),
        (in_html("Bad gateway", 502), 3, "it is unknown whether the update was carried out"),
    ],
)
def test_the_exit_status_says_refused_or_unknown(
    tenant: RunningTenant, tmp_path: Path, answer: object, status: int, words: str
) -> None:
    file = change_file(tmp_path, "provider: fortnox\nid: 2\nset: {item_group: 7}\n")
    printed = re.search(r"finago-assets halo (.*)", type_halo(tenant, tmp_path, "diff", file).stderr)
    assert printed is not None
    tenant.tenant.undone.append(answer)  # type: ignore[arg-type]
    done = type_halo(tenant, tmp_path, *shlex.split(printed[1]))
    assert done.exit_code == status
    assert words in done.stderr


def test_a_row_of_the_registry_can_be_looked_at_and_another_kind_is_refused(
    tenant: RunningTenant, tmp_path: Path
) -> None:
    credentials = "client_id: env:HALO_CLIENT_ID, client_secret: env:HALO_CLIENT_SECRET"
    (tmp_path / "connections.yaml").write_text(
        "connections:\n"
        f"  - {{name: north, kind: halo, organization_id: north, url: env:HALO_URL, auth_url: env:HALO_AUTH_URL, "
        f"{credentials}}}\n"
        f"  - {{name: books, organization_id: '1', {credentials}}}\n"
    )
    place = {"FINAGO_REGISTRY": f"{tmp_path / 'connections.yaml'}"}
    assert type_halo(tenant, tmp_path, "list", "--connection", "north", **place).stdout.count("Details:") == 7
    other = type_halo(tenant, tmp_path, "list", "--connection", "books", **place)
    assert other.exit_code == 2
    assert "is none to Halo" in other.stderr
