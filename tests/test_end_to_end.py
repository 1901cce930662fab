"""The documented command, typed as a user types it, against a sandbox that withholds a scope from the first run on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import msgspec
import pytest

from finago_assets.core.warehouse.generation import read_mark
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.options import ListOrder
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
MARTS = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").glob("*.sql")}


def _environment(office: Running, folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    home = folder / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return {**kept, **office.environment(), "FINAGO_DATA_DIR": str(folder / "data"), "DAGSTER_HOME": str(home)}


def _dagster(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("dagster"))
    return subprocess.run([program, *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def _materialize(environment: dict[str, str], days: str) -> subprocess.CompletedProcess[str]:
    everything = ("asset", "materialize", "-m", "finago_assets.definitions", "--select", "*")
    return _dagster(environment, *everything, "--partition-range", days)


def _rebuild(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return _dagster(environment, "job", "execute", "-m", "finago_assets.definitions", "-j", "rebuild")


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, dict[str, str], Path, str]]:
    """One run of everything over two months, with /taxes withheld."""
    folder = tmp_path_factory.mktemp("whole")
    with running(size=Size.TINY, years=1, withhold=("taxes",), order=ListOrder.SHUFFLED) as office:
        environment = _environment(office, folder)
        done = _materialize(environment, "2024-01-01...2024-02-29")
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        yield office, environment, folder / "data", done.stdout + done.stderr


def test_one_command_ends_with_a_published_warehouse_although_taxes_are_withheld(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    _, _, data, log = first_run
    assert "api.accounting.tax:read" in log
    with closing(duckdb.connect(data / "finago.duckdb", read_only=True)) as warehouse:
        tables = warehouse.execute("select table_name from information_schema.tables where table_schema = 'marts'")
        assert {name for (name,) in tables.fetchall()} == MARTS
        lines, balance, with_tax = warehouse.execute(
            "select count(*), sum(amount), count(tax_number) from marts.general_ledger"
        ).fetchall()[0]
    assert lines > 0
    assert balance == 0
    assert with_tax == 0  # unknown without /taxes, and shown so
    mark = read_mark(data / "finago_details.duckdb")
    assert mark is not None
    assert mark.finished_at is not None
    assert mark.run in log
    assert [days for (name, _), days in mark.landed.items() if name == "finago/transactionlines"] == [31 + 29]
    assert list((data / "work" / "builds").iterdir()) == []  # the copy that was kept is what was published


def test_the_ledger_has_every_line_of_the_books_in_the_window(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    office, _, data, _ = first_run
    with closing(duckdb.connect(data / "finago.duckdb", read_only=True)) as warehouse:
        landed = {line for (line,) in warehouse.execute("select line_id from marts.general_ledger").fetchall()}
    days = office.books.ledger.between(date(2024, 1, 1), date(2024, 3, 1))
    assert landed == {msgspec.json.decode(line)["id"] for day in days for line in day}


def _events(home: Path, of_kind: str = "%") -> dict[str, tuple[int, int]]:
    """Count the events of each file of the history, with their bytes."""
    found = {}
    for path in (home / "history" / "runs").glob("*.db"):
        with closing(sqlite3.connect(path)) as file:
            asked = "select count(*), coalesce(sum(length(event)), 0) from event_logs"
            kind = "coalesce(dagster_event_type, '') like ?"
            found[path.stem] = file.execute(f"{asked} where {kind}", [of_kind]).fetchone()
    return found


def test_the_history_of_a_run_has_a_row_for_what_was_made_and_found_and_few_others(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    _, environment, data, log = first_run
    home = Path(environment["DAGSTER_HOME"])
    made, checked, events = (_events(home, kind) for kind in ("ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "%"))
    (run,) = events.keys() - {"index"}
    days = sum(1 for _ in (data / "raw").rglob("data.parquet"))
    # of the withheld list and of what has never landed there are files without rows
    assert 0.8 * days < made[run][0] - len(MARTS) < days + 110
    # the log says a line for each list and landed month, and now and then how far dbt is; the rest is of steps
    assert events[run][0] - made[run][0] - checked[run][0] < 100
    # what is printed is no second copy of dbt's own log
    assert "OK created" not in log
    assert "dbt.log" in log
    # the index has what was made, when the run began and ended, and its very last check: SQLite would give that row's
    # number away again
    assert events["index"][0] == made[run][0] + 2 + checked["index"][0]
    assert checked["index"][0] <= 1
    file = home / "history" / "runs" / f"{run}.db"
    assert events[run][1] / events[run][0] < 1_000
    # a third of it again is what SQLite keeps of each event beside it: no place is left of what was removed
    assert file.stat().st_size < 1.45 * events[run][1]
    with closing(sqlite3.connect(file)) as history:
        assert history.execute("pragma freelist_count").fetchall() == [(0,)]
    # the index holds the same once, and what versions, results and events are found by
    assert (home / "history" / "runs" / "index.db").stat().st_size < 1.55 * file.stat().st_size


@pytest.mark.slow
def test_a_night_of_one_day_of_which_nothing_changed_is_few_rows_and_bytes(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    _, environment, _, _ = first_run
    home = Path(environment["DAGSTER_HOME"])

    def weight() -> int:
        return sum(path.stat().st_size for path in (home / "history").rglob("*") if path.is_file())

    # the first night after a longer run makes what depends on how far was landed, the second nothing
    for _ in range(2):
        before, bytes_before = _events(home), weight()
        done = _materialize(environment, "2024-02-29...2024-02-29")
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    after = _events(home)
    (run,) = after.keys() - before.keys()
    assert after[run][0] + after["index"][0] - before["index"][0] < 200
    assert weight() - bytes_before < 320_000


@pytest.mark.slow
def test_a_reader_with_the_old_file_open_never_blocks_a_build_and_sees_no_half_of_the_new_one(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    office, environment, data, _ = first_run
    with closing(duckdb.connect(data / "finago.duckdb", read_only=True)) as reader:
        before = reader.execute("select count(*) from marts.general_ledger").fetchall()
        # a reader that opened the file for writing and died left this behind
        (data / "finago.duckdb.wal").write_bytes(b"stale")
        office.control.grant("taxes")
        done = _materialize(environment, "2024-03-01...2024-03-31")
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        assert reader.execute("select count(*) from marts.general_ledger").fetchall() == before
    with closing(duckdb.connect(data / "finago.duckdb")) as anybody:
        after, with_tax = anybody.execute("select count(*), count(tax_number) from marts.general_ledger").fetchall()[0]
    assert after > before[0][0]
    assert with_tax > 0


@pytest.mark.slow
def test_the_warehouse_comes_back_from_raw_without_credentials_or_a_network(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    _, environment, data, _ = first_run
    before = _digests(data / "finago.duckdb")
    for path in (data / "finago.duckdb", data / "work" / "warehouse.duckdb"):
        path.unlink()
    offline = {name: value for name, value in environment.items() if not name.startswith("FINAGO_CLIENT")}
    offline["FINAGO_API_URL"] = offline["FINAGO_TOKEN_URL"] = "http://127.0.0.1:9"
    done = _rebuild(offline)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert _digests(data / "finago.duckdb") == before


@pytest.mark.slow
def test_a_difference_from_the_erp_withholds_publication_when_it_is_told_to(
    first_run: tuple[Running, dict[str, str], Path, str],
) -> None:
    office, environment, data, _ = first_run
    before = _digests(data / "finago.duckdb")
    (line,) = next(office.books.ledger.between(date(2024, 1, 10), date(2024, 2, 1)))[:1]
    office.control.delete_line(msgspec.json.decode(line)["id"])
    balances = ("asset", "materialize", "-m", "finago_assets.definitions", "--select", "key:finago/accountbalances")
    fetched = _dagster(environment, *balances)
    assert fetched.returncode == 0, (fetched.stdout + fetched.stderr)[-4000:]
    built = _rebuild({**environment, "FINAGO_TIE_OUT": "block"})
    assert built.returncode != 0
    assert "1 differ" in built.stdout + built.stderr
    assert _digests(data / "finago.duckdb") == before
    assert _rebuild(environment).returncode == 0
    assert _digests(data / "finago.duckdb") != before


def _digests(published: Path) -> dict[str, str]:
    """One order-free digest for each mart."""
    with closing(duckdb.connect(published, read_only=True)) as warehouse:
        marts = warehouse.execute("select table_name from information_schema.tables where table_schema = 'marts'")
        return {name: _digest(warehouse, name) for (name,) in marts.fetchall()}


def _digest(warehouse: duckdb.DuckDBPyConnection, mart: str) -> str:
    rows = f"select md5(mart::varchar) as row from marts.{mart} as mart"
    found = warehouse.execute(f"select md5(coalesce(string_agg(row, '|' order by row), '')) from ({rows})").fetchall()
    return str(found[0][0])
