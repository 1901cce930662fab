"""`finago-assets request`, as a person and as a script meet it: two streams, exit statuses, what reaches the server."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
import sqlalchemy as sql
from typer.testing import CliRunner, Result

from finago_assets.cli import app
from finago_assets.sandbox.faults import AnswerFault, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import Caller

PROGRAM = Path(sys.executable).with_name("finago-assets")
LEDGER = ("GET", "/transactionlines", "--query", "dateFrom=2024-01-01", "--query", "dateTo=2025-01-01")
CUSTOMER = {"isCompany": True, "isSupplier": False, "name": "Fjord AS"}


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder to work in, with the sandbox's variables set."""

    office: Running
    folder: Path

    def type(self, *arguments: str, sent: bytes | None = None, environment: Mapping[str, str] | None = None) -> Result:
        """Type `finago-assets request ...`."""
        changed = self.environment() | dict(environment or {})
        return CliRunner().invoke(app, ["request", *arguments], input=sent, env=changed)

    def environment(self) -> dict[str, str]:
        return {**self.office.environment(), "FINAGO_DATA_DIR": f"{self.folder / 'data'}", "TERM": "dumb"}

    def asked(self) -> list[str]:
        """Return what reached the API, tokens left out."""
        return [f"{one.method} {one.path}" for one in self.office.control.requests() if one.path != "/oauth/token"]

    def kept(self) -> list[str]:
        """Return what lies in the folder of requests."""
        return sorted(path.name for path in (self.folder / "data" / "requests").glob("*"))


@pytest.fixture
def shell(sandbox: Running, tmp_path: Path) -> Shell:
    return Shell(sandbox, tmp_path)


def test_standard_output_carries_the_answer_exactly_as_sent_and_nothing_is_left_behind(
    shell: Shell, caller: Caller
) -> None:
    result = shell.type("GET", "/accounts")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == caller.get("/accounts").body
    assert shell.kept() == []


def test_a_template_fills_its_path(shell: Shell, caller: Caller) -> None:
    first = caller.get("/accounts").json[0]
    result = shell.type("--template", "accounts.get", "--var", f"id={first['id']}")
    assert (result.exit_code, json.loads(result.stdout)["number"]) == (0, first["number"])


def test_all_pages_are_one_array_of_the_records_as_sent(shell: Shell, caller: Caller) -> None:
    result = shell.type(*LEDGER, "--query", "limit=100", "--all-pages")
    records = caller.records("/transactionlines", dateFrom="2024-01-01", dateTo="2025-01-01", limit=100)
    assert json.loads(result.stdout) == json.loads(json.dumps(records, default=float))
    assert len(shell.asked()) > 3
    pages = caller.follow("/transactionlines", dateFrom="2024-01-01", dateTo="2025-01-01", limit=100)
    assert all(page.body.strip()[1:-1] in result.stdout_bytes.replace(b",\n", b",") for page in pages)


def test_into_a_target_leaves_standard_output_empty(shell: Shell) -> None:
    target = shell.folder / "lines.parquet"
    result = shell.type(*LEDGER, "--all-pages", "--into", f"{target}")
    assert (result.exit_code, result.stdout) == (0, "")
    with duckdb.connect() as connection:
        ((rows,),) = connection.execute(f"select count(*) from '{target}'").fetchall()
    assert f"{rows:,} rows in" in result.stderr
    assert rows > 300


def whole_of(result: Result) -> list[str]:
    """Return the command that a part of a list is told with, as words of a shell."""
    assert "This is one page, and the list goes on." in result.stderr
    return shlex.split(result.stderr.partition("All of it: finago-assets request ")[2])


@pytest.mark.parametrize(
    "typed",
    [
        LEDGER,
        ("--template", "customers.list", "--query", "limit=5"),
        ("--template", "customers.list", "--query", "limit=5", "--query", "page=2"),
        ("GET", "/customers", "--query", "isSupplier=false", "--query", "limit=5"),
        (*LEDGER, "--api", "finago"),
    ],
)
def test_one_page_of_a_longer_list_is_told_with_the_command_for_all_of_it(shell: Shell, typed: tuple[str, ...]) -> None:
    part = shell.type(*typed)
    assert part.exit_code == 0
    words = whole_of(part)
    assert "limit=5" not in words
    whole = shell.type(*words)
    assert (whole.exit_code, whole.stderr) == (0, "")
    assert len(json.loads(whole.stdout)) > len(json.loads(part.stdout)) > 0


def test_one_page_in_a_target_is_told_too_and_an_address_is_not_repeated(shell: Shell) -> None:
    part = shell.type(*LEDGER, "--into", f"{shell.folder / 'lines.ndjson'}")
    assert (part.exit_code, part.stdout) == (0, "")
    assert whole_of(part)[2:4] == ["--into", f"{shell.folder / 'lines.ndjson'}"]
    part = shell.type(*LEDGER, "--into", f"sqlite:///{shell.folder}/own.db#lines")
    assert whole_of(part)[2:4] == ["--into", "..."]


@pytest.mark.parametrize("typed", [("GET", "/accounts"), ("GET", "/customers", "--all-pages"), ("GET", "/customers/1")])
def test_a_whole_list_and_a_single_record_are_no_part(shell: Shell, typed: tuple[str, ...]) -> None:
    assert "the list goes on" not in shell.type(*typed).stderr


def test_verbose_tells_status_trace_time_and_retries_to_people_only(shell: Shell) -> None:
    shell.office.control.set_faults(
        Rule(path="/v1/accounts", fault=AnswerFault.STATUS, status=503, times=1, retry_after="1")
    )
    result = shell.type("GET", "/accounts", "--verbose")
    assert "status 200, trace sandbox-" in result.stderr
    assert "1 retries" in result.stderr
    assert json.loads(result.stdout)


def test_an_error_ends_with_1_names_the_trace_and_keeps_what_the_server_said(shell: Shell) -> None:
    result = shell.type("GET", "/customers/999999")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "NotFound: GET /customers/{customerId}" in result.stderr
    assert "trace sandbox-" in result.stderr
    (kept,) = shell.kept()
    said = (shell.folder / "data" / "requests" / kept).read_text(encoding="utf-8")
    assert "The resource does not exist." in said
    assert "The resource does not exist." not in result.stderr


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/acounts", "; did you mean /accounts?"),
        ("/Accounts", "; did you mean /accounts?"),
        ("/v2/customers", "; did you mean /customers?"),
        ("/customer/10001/bankaccount", "; did you mean /customers/{customerId}/bankaccounts?"),
        ("/payslips", "description does not have this path."),
    ],
)
def test_a_path_that_the_description_does_not_have_is_sent_and_named_when_nothing_is_there(
    shell: Shell, path: str, meant: str
) -> None:
    result = shell.type("GET", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert shell.asked() == [f"GET /v1{path}"]
    assert meant in result.stderr
    known = shell.type("GET", "/customers/999999")
    assert "The API description does not have this path" not in known.stderr


def test_an_error_may_be_passed_over(shell: Shell) -> None:
    result = shell.type("GET", "/customers/999999", "--on-error", "continue")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "NotFound" in result.stderr


REFUSED = {
    "an unknown template": (("--template", "account.list"), "accounts.list"),
    "a template and a path": (("GET", "/accounts", "--template", "accounts.list"), "not both"),
    "nothing to ask for": ((), "Give METHOD and PATH"),
    "a missing variable": (("GET", "/accounts/{id}"), "--var id=VALUE"),
    "a missing parameter": (("GET", "/transactionlines"), "--query dateFrom=VALUE"),
    "a missing body": (("--template", "customers.create", "--allow-writes"), "--body FILE"),
    "an extra variable": (("GET", "/accounts", "--var", "id=1"), "no variable 'id'"),
    "a variable without a value": (("GET", "/accounts/{id}", "--var", "id"), "K=V"),
    "a variable given twice": (("GET", "/accounts/{id}", "--var", "id=1", "--var", "id=2"), "twice"),
    "a path that leaves the API": (("GET", "/../oauth/token"), "plain path"),
    "an address": (("GET", "https://elsewhere.example/v1/accounts"), "below the API"),
    "a parameter the endpoint does not have": (("GET", "/accounts", "--query", "dateForm=x"), "no parameter"),
    "a method the path does not take": (("DELETE", "/accounts", "--allow-writes"), "the path takes GET"),
    "a method that is none": (("FETCH", "/accounts"), "GET"),
    "a write that is not allowed": (("DELETE", "/customers/10001"), "--allow-writes"),
    "a path that ends in a slash": (("GET", "/accounts/"), "the path ends in a slash; leave it out"),
    "a query in the path": (("GET", "/accounts?limit=5"), "--query NAME=VALUE"),
    "a body that is not there": (("POST", "/customers", "--allow-writes", "--body", "nowhere.json"), "nowhere.json"),
    "a target that is none": (("GET", "/accounts", "--into", "accounts.xls"), "no target"),
    "a table in the warehouse that is rebuilt": (
        ("GET", "/accounts", "--into", "duckdb:data/finago.duckdb#mine"),
        "belongs to the pipeline",
    ),
    "a table in the history of runs": (
        ("GET", "/accounts", "--into", "sqlite:///data/dagster/history/runs.db#runs"),
        "belongs to the pipeline",
    ),
    "a link to a landed file": (("GET", "/accounts", "--into", "link.parquet"), "data/raw/landed.parquet, which"),
    "the record of writes": (("GET", "/accounts", "--into", "data/requests/writes.jsonl"), "belongs to the pipeline"),
    "the registry itself": (
        ("GET", "/accounts", "--connection", "north", "--registry", "r.ndjson", "--into", "r.ndjson"),
        "is the registry of connections",
    ),
    "a pipe": (("GET", "/accounts", "--into", "pipe.ndjson"), "is a pipe or a device"),
    "the raw store for a part of a list": (("GET", "/customers", "--into", "raw"), "not what the asset lands"),
    "a connection without a registry": (("GET", "/accounts", "--connection", "north"), "FINAGO_REGISTRY"),
    "a registry without a connection": (("GET", "/accounts", "--registry", "r.yaml"), "--connection"),
    "a registry that is not there": (
        ("GET", "/accounts", "--connection", "north", "--registry", "nowhere.yaml"),
        "nowhere.yaml",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_right_is_refused_with_2_before_anything_is_sent(
    shell: Shell, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, said = REFUSED[case]
    for folder in ("dagster/history", "raw", "requests"):
        (shell.folder / "data" / folder).mkdir(parents=True)
    (shell.folder / "link.parquet").symlink_to(shell.folder / "data" / "raw" / "landed.parquet")
    (shell.folder / "r.ndjson").write_text(
        "connections:\n  - {name: north, organization_id: '1', client_id: 'env:HOME', client_secret: 'env:HOME'}\n"
    )
    os.mkfifo(shell.folder / "pipe.ndjson")
    monkeypatch.chdir(shell.folder)
    result = shell.type(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert shell.office.control.requests() == []


def test_a_file_of_ones_own_beside_the_pipelines_is_written(shell: Shell) -> None:
    exports = shell.folder / "data" / "exports"
    exports.mkdir(parents=True)
    result = shell.type("GET", "/accounts", "--into", f"sqlite:///{exports}/books.db#accounts")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (exports / "books.db").exists()


def test_a_body_that_is_not_json_is_refused_before_anything_is_sent(shell: Shell) -> None:
    result = shell.type("POST", "/customers", "--body", "-", "--allow-writes", sent=b"{name: Fjord}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "not JSON" in result.stderr
    assert shell.office.control.requests() == []


def test_missing_credentials_are_named_and_end_with_2(shell: Shell) -> None:
    result = shell.type("GET", "/accounts", environment={"FINAGO_CLIENT_SECRET": ""})
    assert (result.exit_code, result.stdout) == (2, "")
    assert "FINAGO_CLIENT_SECRET" in result.stderr


def test_a_write_that_is_allowed_is_sent_once_and_recorded(shell: Shell, caller: Caller) -> None:
    result = shell.type(
        "--template", "customers.create", "--body", "-", "--allow-writes", sent=json.dumps(CUSTOMER).encode()
    )
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert shell.asked() == ["POST /v1/customers"]
    assert caller.get(f"/customers/{made['id']}").json["name"] == "Fjord AS"
    record = (shell.folder / "data" / "requests" / "writes.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["outcome"] for line in record.splitlines()] == ["sent", "confirmed"]
    assert "Fjord" not in record


def test_a_write_whose_answer_was_lost_is_unknown_and_says_where_to_look(shell: Shell) -> None:
    shell.office.control.set_faults(Rule(path="/v1/customers", fault=AnswerFault.RESET))
    result = shell.type("POST", "/customers", "--body", "-", "--allow-writes", sent=json.dumps(CUSTOMER).encode())
    assert (result.exit_code, result.stdout) == (1, "")
    assert "OutcomeUnknown" in result.stderr
    assert "customers.list" in result.stderr
    assert shell.asked() == ["POST /v1/customers"]


def test_a_connection_comes_from_the_registry(shell: Shell) -> None:
    registry = shell.folder / "connections.yaml"
    office = shell.office
    registry.write_text(
        "connections:\n"
        f"  - {{name: north, organization_id: '{office.organization_id}', client_id: 'env:NORTH_ID', "
        "client_secret: 'file:north.txt'}\n"
        "  - {name: closed, organization_id: '2', client_id: 'env:A', client_secret: 'env:B', enabled: false}\n"
    )
    (shell.folder / "north.txt").write_text(office.client_secret)
    without = {"FINAGO_CLIENT_ID": "", "FINAGO_CLIENT_SECRET": "", "FINAGO_ORGANIZATION_ID": ""}
    asked = ("GET", "/organization/information", "--registry", f"{registry}")
    north = shell.type(*asked, "--connection", "north", environment=without | {"NORTH_ID": office.client_id})
    assert north.exit_code == 0
    closed = shell.type(*asked, "--connection", "closed", environment=without)
    assert (closed.exit_code, "disabled" in closed.stderr) == (2, True)


def test_registry_and_target_may_both_be_tables_of_ones_own_postgresql(shell: Shell, postgresql: str) -> None:
    office = shell.office
    engine = sql.create_engine(postgresql)
    with engine.begin() as connection:
        connection.execute(
            sql.text(
                "create table connections "
                "(name text, organization_id text, client_id text, client_secret text, enabled bool)"
            )
        )
        connection.execute(
            sql.text(
                "insert into connections values ('north', :organization, 'env:NORTH_ID', 'env:NORTH_SECRET', true)"
            ),
            {"organization": office.organization_id},
        )
    asked = ("GET", "/accounts", "--connection", "north", "--into", "env:OUR_DATABASE#accounts")
    result = shell.type(
        *asked,
        environment={
            "OUR_DATABASE": postgresql,
            "FINAGO_REGISTRY": postgresql,
            "NORTH_ID": office.client_id,
            "NORTH_SECRET": office.client_secret,
        },
    )
    assert (result.exit_code, result.stdout) == (0, "")
    with engine.connect() as connection:
        ((rows,),) = connection.execute(
            sql.text("select count(*) from accounts where number between 1000 and 9999")
        ).all()
    engine.dispose()
    assert result.stderr.startswith(f"{rows:,} rows in ")


def test_a_pipe_gets_the_answer_and_a_reader_that_has_seen_enough_is_no_error(shell: Shell) -> None:
    command = [f"{PROGRAM}", "request", *LEDGER, "--all-pages"]
    environment = os.environ | shell.environment()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"["
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)
