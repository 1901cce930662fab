"""The search of T14 finds what is planted: each canary, in every disguise, in every kind of place."""

from __future__ import annotations

import base64
import gzip
import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.security.canaries import SECRET, STRETCHES, TOKEN, sightings
from tests.security.places import Search, open_to_others, within_reach

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AROUND = "said the server to everybody"


def _shifted(canary: str, by: int) -> str:
    return base64.b64encode((AROUND[:by] + canary + AROUND).encode()).decode()


DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64 from the first byte": lambda canary: _shifted(canary, 0),
    "base64 from the second byte": lambda canary: _shifted(canary, 1),
    "base64 from the third byte": lambda canary: _shifted(canary, 2),
    "base64 for URLs": lambda canary: base64.urlsafe_b64encode(canary.encode()).decode(),
    "URL-encoded": lambda canary: quote(canary, safe=""),
    "form-encoded": quote_plus,
    "JSON": lambda canary: json.dumps({"secret": canary}),
    "JSON in JSON": lambda canary: json.dumps(json.dumps({"secret": canary}, ensure_ascii=False)),
    "repr": repr,
    "reversed": lambda canary: canary[::-1],
    "hex": lambda canary: canary.encode().hex(),
    "capital hex": lambda canary: canary.encode().hex().upper(),
    "every byte as a percent sign": lambda canary: "".join(f"%{byte:02X}" for byte in canary.encode()),
    "its first twenty characters": lambda canary: canary[:20],
    "its last twenty characters": lambda canary: canary[-20:],
}


def _text(path: Path, planted: str) -> None:
    path.write_text(f"{AROUND}\n{planted}\n{AROUND}", encoding="utf-8")


def _gzip(path: Path, planted: str) -> None:
    path.write_bytes(gzip.compress(planted.encode()))


def _parquet(path: Path, planted: str) -> None:
    pq.write_table(pa.table({"ordinal": [0, 1], "payload": [AROUND, planted]}), path, compression="zstd")


def _parquet_metadata(path: Path, planted: str) -> None:
    pq.write_table(pa.table({"ordinal": [0]}).replace_schema_metadata({"trace_ids": planted}), path)


def _sqlite(path: Path, planted: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table events (id integer, body text)")
        connection.executemany("insert into events values (?, ?)", [(n, AROUND * 50) for n in range(100)])
        connection.execute("insert into events values (101, ?)", [AROUND * 300 + planted])


def _sqlite_free_page(path: Path, planted: str) -> None:
    _sqlite(path, planted)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma secure_delete = off")
        connection.execute("delete from events")


def _duckdb(path: Path, planted: str) -> None:
    with closing(duckdb.connect(os.fspath(path))) as connection:
        connection.execute("create schema marts; create table marts.customers (id integer, name varchar)")
        connection.execute("insert into marts.customers select 1, ? from range(10)", [f"{AROUND}{planted}"])


PLACES: dict[str, Callable[[Path, str], None]] = {
    "text": _text,
    "gzip": _gzip,
    "parquet": _parquet,
    "parquet metadata": _parquet_metadata,
    "SQLite": _sqlite,
    "a free page of SQLite": _sqlite_free_page,
    "DuckDB": _duckdb,
}


@pytest.mark.parametrize(
    ("kind", "canary"), [*((kind, SECRET) for kind in PLACES), ("text", TOKEN)], ids=[*PLACES, "text, the token"]
)
def test_a_planted_canary_is_found_in_every_disguise(tmp_path: Path, kind: str, canary: str) -> None:
    for disguise, disguised in DISGUISES.items():
        folder = tmp_path / disguise.replace(" ", "-")
        folder.mkdir()
        PLACES[kind](folder / "planted", disguised(canary))
        scan = Search().through(folder)
        assert scan.hits, f"{disguise} in {kind} was overlooked"
        assert scan.unread == []


def test_a_canary_in_utf_16_or_in_a_files_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "wide").write_text(SECRET, encoding="utf-16")
    (tmp_path / f"{STRETCHES[0]}.log").touch()
    assert {hit.rpartition("/")[2].split()[0] for hit in Search().through(tmp_path).hits} >= {
        "wide",
        f"{STRETCHES[0]}.log",
    }


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_canary_is_not_found(tmp_path: Path, kind: str) -> None:
    PLACES[kind](
        tmp_path / "planted", f"sandbox-secret-that-opens-nothing {base64.b64encode(os.urandom(4096)).decode()}"
    )
    assert Search().through(tmp_path).hits == []
    assert sightings(b"Canary") == []


def test_a_file_is_searched_again_when_it_has_changed_and_only_then(tmp_path: Path) -> None:
    search = Search()
    (tmp_path / "log").write_text(AROUND)
    assert search.through(tmp_path).files == 1
    assert search.through(tmp_path).files == 0
    (tmp_path / "log").write_text(AROUND + SECRET)
    assert search.through(tmp_path).hits


def test_an_empty_folder_does_not_pass_for_a_clean_one(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="only 0 files"):
        Search().through(tmp_path).covered(1)


def test_files_that_others_can_read_are_named_unless_a_folder_on_the_way_keeps_them_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name, mode in (("private", 0o700), ("public", 0o755)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        (tmp_path / name / "file").chmod(0o644)
        (tmp_path / name).chmod(mode)
    assert len(open_to_others(tmp_path)) == 2
    assert within_reach(tmp_path) == [str(tmp_path / "public" / "file")]
