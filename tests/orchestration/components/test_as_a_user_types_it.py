"""The commands of docs/components.md, typed at the top of a copy of the project, against a sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
TAKEN = ("finago_assets", "dbt_project", "pyproject.toml", "dagster.yaml", "workspace.yaml")
LEFT = shutil.ignore_patterns("__pycache__", "logs", ".parse.lock", "partial_parse.msgpack")
RANGE = ["--partition-range", "2024-01-15...2024-01-24"]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Checkout:
    """A copy of the project, and a shell at the top of it."""

    root: Path
    environment: dict[str, str]

    def type(self, *command: str) -> str:
        """Run a command that must succeed; return what it said on standard output."""
        done = self.tried(*command)
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return done.stdout

    def tried(self, *command: str) -> subprocess.CompletedProcess[str]:
        program = str(Path(sys.executable).with_name(command[0]))
        return subprocess.run(
            [program, *command[1:]], cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )

    def materialize(self, select: str, *more: str) -> None:
        self.type("dagster", "asset", "materialize", "-m", "finago_assets.definitions", "--select", select, *more)

    def defs(self, name: str) -> str:
        return (self.root / "finago_assets" / "defs" / name / "defs.yaml").read_text()


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield found


@pytest.fixture
def checkout(tmp_path: Path, office: Running) -> Checkout:
    for name in TAKEN:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=LEFT)
        else:
            shutil.copy(source, tmp_path)
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": os.environ.get("HOME", "/"),
        "DO_NOT_TRACK": "1",
        # the copy, not the checkout that is installed
        "PYTHONPATH": str(tmp_path),
        "FINAGO_DATA_DIR": str(tmp_path / "data"),
        **office.environment(),
    }
    return Checkout(tmp_path, environment)


def test_a_user_adds_endpoints_a_staging_model_and_a_request_without_any_python(
    checkout: Checkout, office: Running
) -> None:
    scaffold = ["dg", "scaffold", "defs"]
    endpoint = [*scaffold, "finago_assets.FinagoEndpoint"]
    checkout.type(*endpoint, "bank_ledger_lines", "--path", "/transactionlines", "--params", '{"accountNumber": 1920}')
    checkout.type(*endpoint, "suppliers", "--like", "customers", "--params", '{"isSupplier": true}')
    query = '{"dateFrom": "{date}", "dateTo": "{next_date}"}'
    checkout.type(
        *[*scaffold, "finago_assets.FinagoRequest", "daily_orders", "--template", "salesorders.list"],
        *["--query", query, "--all-pages", "true", "--partitioned", "true", "--schedule", "0 7 * * *"],
        *["--into", "exports/orders-{date}.parquet", "--deps", "finago/customers"],
    )
    assert "like: transactionlines" in checkout.defs("bank_ledger_lines")
    (checkout.root / "exports").mkdir()

    checkout.type("dg", "check", "yaml")
    listed = json.loads(checkout.type("dg", "list", "defs", "--json"))
    keys = {asset["asset_key"] for asset in listed["assets"]}
    assert {"finago/bank_ledger_lines", "finago/suppliers", "finago_requests/daily_orders"} <= keys
    assert "request_daily_orders" in {schedule["name"] for schedule in listed["schedules"]}

    checkout.materialize("finago/suppliers")
    assert list(checkout.root.glob("data/raw/finago/suppliers/*/*/data.parquet"))

    _add_staging(checkout.root, "suppliers", "{{ typed('suppliers', [['supplier_id', 'id']]) }}\n")
    checkout.materialize("*", *RANGE)
    with duckdb.connect(checkout.root / "data" / "finago_details.duckdb", read_only=True) as warehouse:
        (suppliers,) = warehouse.execute("select count(*) from staging.stg_suppliers").fetchall()[0]
        (lines,) = warehouse.execute(
            "select count(*) from marts.general_ledger where account_number = 1920 and posting_date < '2024-01-25'"
        ).fetchall()[0]
    assert (suppliers > 0, lines > 0) == (True, True)
    mine = f"{checkout.root}/data/raw/finago/bank_ledger_lines/*/*/data.parquet"
    assert duckdb.execute("select count(*) from read_parquet(?)", [mine]).fetchall() == [(lines,)]
    assert len(list(checkout.root.glob("exports/orders-2024-01-*.parquet"))) == 10

    checkout.materialize("finago_requests/daily_orders", "--partition", "2024-02-01")
    assert (checkout.root / "exports" / "orders-2024-02-01.parquet").is_file()
    _a_write_is_sent_by_its_own_command_alone(checkout, office)


def _a_write_is_sent_by_its_own_command_alone(checkout: Checkout, office: Running) -> None:
    checkout.type(
        *["dg", "scaffold", "defs", "finago_assets.FinagoRequest", "tea", "--template", "productcategories.create"],
        *["--body", '{"name": "Tea", "parentId": 0}', "--allow-writes", "true"],
    )

    def written() -> int:
        return sum(one.method == "POST" and one.path == "/v1/productcategories" for one in office.requests)

    checkout.materialize("finago_requests/tea,finago/currencies")
    assert written() == 0
    checkout.materialize("finago_requests/tea")
    assert written() == 1
    audit = (checkout.root / "data" / "requests" / "writes.jsonl").read_text()
    assert "confirmed" in audit
    assert "Tea" not in audit


def test_a_mistake_is_found_before_anything_runs(checkout: Checkout) -> None:
    folder = checkout.root / "finago_assets" / "defs" / "mine"
    folder.mkdir()
    (folder / "defs.yaml").write_text(
        "type: finago_assets.FinagoEndpoint\nattributes: {name: mine, like: customers, params: {isSuplier: true}}\n"
    )
    done = checkout.tried("dg", "check", "defs")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "did you mean isSupplier?" in said
    assert "Error while building definitions for mine" in said


def _add_staging(root: Path, name: str, model: str) -> None:
    """Two files, as docs/components.md has them: a source and a model."""
    folder = root / "own_dbt" / "models" / "staging"
    folder.mkdir(parents=True)
    (folder / f"stg_{name}.sql").write_text(model)
    source = (root / "dbt_project" / "models" / "finago_sources.yml").read_text().partition("    tables:")[0]
    (folder / "own_sources.yml").write_text(f"{source}    tables:\n      - name: {name}\n")
