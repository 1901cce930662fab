"""The text behind `--into`: what it may say, and what is refused before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import RequestRefused
from finago_assets.core.request.targets.duckdb import DuckdbTable
from finago_assets.core.request.targets.files import NdjsonFile, ParquetFile
from finago_assets.core.request.targets.sql import SqlTable
from finago_assets.core.request.targets.target import parse_target, sql_target

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2"


def test_each_form_is_read(tmp_path: Path) -> None:
    assert parse_target(f"{tmp_path}/a.parquet") == ParquetFile(tmp_path / "a.parquet")
    assert parse_target(f" {tmp_path}/a.jsonl ") == NdjsonFile(tmp_path / "a.jsonl")
    assert parse_target(f"duckdb:{tmp_path}/a.db#t") == DuckdbTable(tmp_path / "a.db", "t", "main")
    assert parse_target(f"duckdb:{tmp_path}/a#b.db#s.t") == DuckdbTable(tmp_path / "a#b.db", "t", "s")
    target = parse_target(f"postgresql://me:{SECRET}@db.example:5433/books?sslmode=require#own.accounts")
    assert isinstance(target, SqlTable)
    assert target.place == "postgresql://db.example:5433/books#own.accounts"
    assert SECRET not in repr(target)


def test_a_variable_may_hold_the_address_so_that_no_password_is_typed(tmp_path: Path) -> None:
    environ = {"BOOKS": f"postgresql://me:{SECRET}@db.example/books", "LINES": f"duckdb:{tmp_path}/a.db#t"}
    assert parse_target("env:BOOKS#own.accounts", environ=environ).place == "postgresql://db.example/books#own.accounts"
    assert parse_target("env:LINES", environ=environ) == DuckdbTable(tmp_path / "a.db", "t", "main")
    with pytest.raises(RequestRefused, match="Not set: NOTHING"):
        parse_target("env:NOTHING#t", environ=environ)
    with pytest.raises(RequestRefused, match="must be a reference") as raised:
        parse_target(f"env:{SECRET}", environ=environ)
    assert SECRET not in str(raised.value)
    with pytest.raises(RequestRefused, match="'env:TYPED' is no target") as raised:
        parse_target("env:TYPED", environ={"TYPED": SECRET})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no target; it takes a path that ends in .parquet"),
        ("accounts.tsv", "is no target"),
        ("accounts.xls", "Did you mean 'accounts.xlsx'"),
        ("accounts.JSON", "Did you mean 'accounts.ndjson'"),
        (".", "'.' is a folder; name a file in it"),
        ("nowhere/accounts.parquet", "lies in .*nowhere, which is no folder"),
        ("sqlite:///nowhere/own.db#t", "lies in .*nowhere, which is no folder"),
        ("sqlite://#t", "needs a file"),
        ("sqlite:///:memory:#t", "needs a file"),
        ("duckdb:own.db", "duckdb:FILE#table"),
        ("duckdb:#t", "duckdb:FILE#table"),
        ("duckdb:own.db#", "duckdb:FILE#table"),
        ("duckdb:own.db#a.b.c", "duckdb:FILE#table"),
        ("duckdb:///own.db#t", "duckdb:FILE#table"),
        (f"postgresql://me:{SECRET}@host/books", "names no table"),
        (f"postgresql://me:{SECRET}@host/books#", "names no table"),
        (f"postgresql://me:{SECRET}@host/books#a.b.c", "no table's name"),
        (f"postgresql://me:{SECRET}#x@host/books", "no table's name"),
        (f"postgresql://me:{SECRET}@x@host/books#t", "cannot be read"),
        (f"nosuch://me:{SECRET}@host/books#t", "knows no such kind of database"),
        (f"mssql+pymssql://me:{SECRET}@host/books#t", "driver is not installed"),
        (f"postgresql:me:{SECRET}@host/books#t", "what was given is no target"),
        ("raw", "cannot be written from here"),
    ],
)
def test_what_is_no_target_is_refused_without_a_password(text: str, why: str) -> None:
    with pytest.raises(RequestRefused, match=why) as raised:
        parse_target(text)
    assert SECRET not in str(raised.value)


def test_what_can_only_be_an_address_is_never_repeated() -> None:
    with pytest.raises(RequestRefused, match="address of the database cannot be read") as raised:
        sql_target(f"{SECRET}#accounts")
    assert SECRET not in str(raised.value)


def test_a_folder_is_no_target(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").mkdir()
    with pytest.raises(RequestRefused, match="is a folder"):
        parse_target(str(tmp_path / "x.parquet"))
