"""T14, the slow part: the commands as users type them, in processes of their own, with canaries for credentials.

The demo is typed once, by tests/install/test_installed.py, which looks for them too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.sandbox.server import Running, running
from tests.security.canaries import SECRET
from tests.security.places import Scan, Search, open_to_others, within_reach
from tests.security.stage import with_canaries, with_soap_canaries

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MATERIALIZE = ("dagster", "asset", "materialize", "-m", "finago_assets.definitions")


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield with_canaries(found)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what a command finds at the top of a checkout that has been set up."""
    (tmp_path / "data").mkdir(mode=0o700)
    settings = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    assert "base_dir: data/" in settings
    (tmp_path / "dagster.yaml").write_text(settings.replace("base_dir: data/", f"base_dir: {tmp_path}/data/"))
    return tmp_path


def _type(checkout: Path, *command: str, **environment: str) -> int:
    """Run a command in the checkout, keep what it printed, and return its exit status."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"FINAGO_DATA_DIR": str(checkout / "data"), "FINAGO_CLIENT_SECRET": SECRET, "DAGSTER_HOME": str(checkout)}
    program = Path(sys.executable).with_name(command[0])
    with (checkout / "stdout.txt").open("wb") as out, (checkout / "stderr.txt").open("wb") as err:
        done = subprocess.run(
            [program, *command[1:]],
            env=kept | environment | own,
            cwd=checkout,
            stdout=out,
            stderr=err,
            umask=0o022,
            check=False,
        )
    return done.returncode


def _end(checkout: Path) -> str:
    return "".join((checkout / name).read_text(encoding="utf-8")[-3000:] for name in ("stdout.txt", "stderr.txt"))


def _clean(checkout: Path, least_files: int) -> Scan:
    assert (checkout / "data" / "dagster" / "history" / "runs.db").exists()
    scan = Search().through(checkout).covered(least_files)
    assert scan.hits == []
    assert scan.unread == []
    assert within_reach(checkout / "data") == []
    return scan


@pytest.mark.slow
def test_no_canary_comes_to_rest_after_the_documented_command(checkout: Path, office: Running) -> None:
    days = ("--select", "*", "--partition-range", "2024-01-01...2024-01-31")
    assert _type(checkout, *MATERIALIZE, *days, **office.environment()) == 0, _end(checkout)
    assert (checkout / "data" / "finago.duckdb").exists()
    scan = _clean(checkout, 300)
    # Dagster makes its own files before any code of ours runs: the folder around them is what keeps others out
    history = str(checkout / "data" / "dagster")
    assert [path for path in open_to_others(checkout / "data") if history not in path] == []
    print(f"T14, the documented command: 0 hits, {scan.files} files, {scan.bytes:,} bytes")


@pytest.mark.slow
def test_no_canary_comes_to_rest_after_a_refusal_in_a_step_process(checkout: Path, office: Running) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=401))
    environment = {**office.environment(), "FINAGO_EXECUTOR": "multiprocess"}
    assert _type(checkout, *MATERIALIZE, "--select", "finago/accounts", **environment) == 1
    assert b"AuthRefused" in (checkout / "stderr.txt").read_bytes()
    scan = _clean(checkout, 5)
    print(f"T14, a step process: 0 hits, {scan.files} files, {scan.bytes:,} bytes")


@pytest.mark.slow
def test_no_canary_comes_to_rest_after_requests_that_work_fail_and_are_lost(checkout: Path, office: Running) -> None:
    (checkout / "customer.json").write_text('{"isCompany": true, "isSupplier": false, "name": "Fjord AS"}')
    (checkout / "connections.yaml").write_text(
        f"connections: [{{name: north, organization_id: '{office.organization_id}', "
        "client_id: 'env:FINAGO_CLIENT_ID', client_secret: 'env:FINAGO_CLIENT_SECRET'}]"
    )
    write = ("POST", "/customers", "--body", "customer.json", "--allow-writes")
    registry = ("--registry", "connections.yaml", "--connection", "north")
    for status, arguments, rules in (
        (0, ("GET", "/accounts", "--into", "duckdb:accounts.duckdb#accounts", "--verbose", *registry), ()),
        (0, write, ()),
        (1, write, (Rule(fault=AnswerFault.RESET, path="/v1/customers"),)),
        (1, ("GET", "/accounts"), (Rule(fault=AnswerFault.STATUS, status=401),)),
        (2, ("GET", "/accounts", "--registry", f"postgresql://me:{SECRET}@127.0.0.1:1/x", "--connection", "n"), ()),
    ):
        office.control.set_faults(*rules)
        environment = office.environment() | {"FINAGO_REQUESTS_PER_SECOND": "0"}
        assert _type(checkout, "finago-assets", "request", *arguments, **environment) == status, _end(checkout)
        scan = Search().through(checkout).covered(8)
        assert scan.hits == []
    assert open_to_others(checkout / "data") == []
    print(f"T14, requests: 0 hits, {scan.files} files, {scan.bytes:,} bytes")


JOURNAL = """voucher,transaction_type_number,date,account_number,amount,tax_number
A,9,2024-01-15,6800,100.00,0
A,9,2024-01-15,1920,-100.00,0
"""


@pytest.mark.slow
def test_no_canary_comes_to_rest_after_landing_and_posting_over_soap_that_work_fail_and_are_lost(
    checkout: Path, office: Running
) -> None:
    office.control.set_faults()
    environment = {**office.environment(), **with_soap_canaries(office), "FINAGO_OUTAGE_MINUTES": "0"}
    (checkout / "journal.csv").write_text(JOURNAL)
    (checkout / "other.csv").write_text(JOURNAL.replace("A,", "B,").replace("100", "200"))
    lists = (*MATERIALIZE, "--select", "key:finago_soap/accountlist or key:finago_soap/fiscalyears")
    days = (*MATERIALIZE, "--select", "finago_soap/transactions", "--partition-range", "2024-01-01...2024-01-31")
    send = ("finago-assets", "post", "send", "journal.csv", "--allow-writes")
    ledger = (
        "finago-assets",
        "post",
        "send",
        "other.csv",
        "--save-as",
        "ledger",
        "--into-the-ledger",
        "--allow-writes",
    )
    lost = Rule(fault=AnswerFault.RESET, path="*", operation="SaveBundleList")
    for status, command, rules in (
        (0, lists, ()),
        (0, days, ()),
        (0, ("finago-assets", "doctor"), ()),
        (3, send, (lost,)),
        (0, ledger, ()),
        (0, lists, (Rule(fault=AnswerFault.STATUS, status=500, path="*"),)),
    ):
        office.control.set_faults(*rules)
        assert _type(checkout, *command, **environment) == status, _end(checkout)
        scan = Search().through(checkout).covered(4)
        assert scan.hits == []
    office.control.set_faults()
    assert _type(checkout, *lists, **environment | {"FINAGO_SOAP_USERNAME": "nobody@example.test"}) == 0, _end(checkout)
    scan = _clean(checkout, 20)
    assert open_to_others(checkout / "data" / "posting") == []
    print(f"T14, SOAP: 0 hits, {scan.files} files, {scan.bytes:,} bytes")
