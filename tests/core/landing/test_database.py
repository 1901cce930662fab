"""One DuckDB file, attached again and again to one engine: whatever happened, the next look finds it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.core.errors import Environment
from finago_assets.core.landing.database import Database
from finago_assets.core.landing.files import Files

if TYPE_CHECKING:
    from pathlib import Path


def _database(path: Path) -> Database:
    return Database(path, "create table if not exists counted (number integer)", Files(), patience_seconds=0)


def _count(database: Database) -> int:
    with database.reading() as connection:
        assert connection is not None
        ((found,),) = connection.execute("select count(*) from counted").fetchall()
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("name", ["raw", "memory", "Temp", "main", "system", "two.dots", "Ås 'og' \"ø\""])
def test_a_file_of_any_name_is_written_and_read_and_called_what_duckdb_calls_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.duckdb"
    database = _database(path)
    with database.transaction() as connection:
        connection.execute("insert into counted values (1)")
        ((called,),) = connection.execute("select current_database()").fetchall()
    assert _count(database) == 1
    assert not path.with_name(f"{path.name}.wal").exists()
    with duckdb.connect(path, read_only=True) as alone:
        expected = alone.execute("select current_database()").fetchall()
    assert [(called,)] == expected or called == "memory_db"


def test_what_fails_leaves_nothing_and_nobody_after_it_notices(tmp_path: Path) -> None:
    database = _database(tmp_path / "raw.duckdb")
    for failing in ("select error('no')", "insert into nowhere values (1)"):
        with pytest.raises(Environment), database.transaction() as connection:
            connection.execute(f"insert into counted values (1); {failing}")
        with database.transaction() as connection:
            connection.execute("insert into counted values (1)")
    assert _count(database) == 2


def test_a_look_that_leaves_something_open_is_closed_with_its_engine(tmp_path: Path) -> None:
    database = _database(tmp_path / "raw.duckdb")
    with database.transaction():
        pass
    for _ in range(2):
        with database.reading() as connection:
            assert connection is not None
            connection.begin()
            connection.execute("from counted").fetchone()
    assert _count(database) == 0
