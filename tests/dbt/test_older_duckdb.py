"""The published file in versions of DuckDB that are years behind, each installed from a package index for itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.conftest import Staged

pytestmark = pytest.mark.slow

# the oldest that is promised; one that reads stored queries in its own way; the last of the 1.x that there was
VERSIONS = ("1.2.0", "1.4.0", "1.5.0")
MACROS = ("open_items", "aged_receivables", "aged_payables", "days_sales_outstanding")
ASKS = """
import json, sys, duckdb
assert duckdb.__version__ == sys.argv[1], duckdb.__version__
connection = duckdb.connect(sys.argv[2], read_only=True)
print(json.dumps([connection.execute(query).fetchall() for query in json.load(sys.stdin)], default=str))
"""


@pytest.fixture(params=VERSIONS)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """A version, and the folder that it lies in."""
    folder = tmp_path / "older"
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--target", f"{folder}"]
    command = [sys.executable, "-m", "pip", "install", *options, f"duckdb=={request.param}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no package index has DuckDB {request.param} for this Python: {done.stderr[-200:]}")
    return request.param, folder


def _queries(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Everything that stands in the file: a digest of each table, comments, keys, and what each macro answers."""
    columns = """
        select schema_name || '.' || table_name, string_agg('coalesce("' || column_name || '"::varchar, chr(0))', ', ')
        from duckdb_columns() where not internal group by 1 order by 1
    """
    # a row as text is spelled otherwise by each version, a column is not
    rows = "select concat_ws('|', {}) as x from {}"
    keys = "select table_name, constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
    return [
        *(
            f"select count(*), md5(string_agg(x, '|' order by x)) from ({rows.format(listed, name)})"
            for name, listed in connection.execute(columns).fetchall()
        ),
        "select table_name, column_name, data_type, comment from duckdb_columns() where not internal order by all",
        "select table_name, comment from duckdb_tables() order by all",
        f"{keys} order by all",
        *(f"select * from marts.{name}_as_of(date '2024-06-30') order by all" for name in MACROS),
    ]


def test_an_older_version_reads_every_table_comment_key_and_macro_as_this_one_does(
    staged: Staged, tmp_path: Path, older: tuple[str, Path]
) -> None:
    version, folder = older
    published = staged.warehouse.publish(tmp_path)
    with duckdb.connect(os.fspath(published), read_only=True) as connection:
        queries = _queries(connection)
        ours: list[Any] = [connection.execute(query).fetchall() for query in queries]
    done = subprocess.run(
        [sys.executable, "-c", ASKS, version, f"{published}"],
        input=json.dumps(queries),
        env={**os.environ, "PYTHONPATH": f"{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == json.loads(json.dumps(ours, default=str))
    assert all(rows for rows in ours)
