"""The text behind `--into` -> a target. Everything that can be known to be wrong is refused here, before a request.

Owns the spelling: `x.parquet`, `x.ndjson`, `duckdb:FILE#schema.table`, a SQLAlchemy URL with `#table`, `raw`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.core.connections.address import is_address, read_address, shown
from finago_assets.core.errors import RequestRefused, SettingInvalid
from finago_assets.core.request.targets.duckdb import DuckdbTable
from finago_assets.core.request.targets.files import NdjsonFile, ParquetFile
from finago_assets.core.request.targets.sql import SqlTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.request.targets.written import Target

RAW: Final = "raw"
FORMS: Final = (
    "a path that ends in .parquet, .ndjson or .jsonl, duckdb:FILE#schema.table, a SQLAlchemy URL with #table or "
    "#schema.table, or raw"
)
_DUCKDB: Final = "duckdb:"
_NAME: Final = re.compile(r"[^\s.#][^.#\0]{0,127}")


def parse_target(text: str, *, raw: Callable[[], Target] | None = None) -> Target:
    """Read a target; `raw` makes the one for the raw store, which has to know the request. Raises RequestRefused.

    The message never repeats an address that may hold a password.
    """
    text = text.strip()
    if text == RAW:
        if raw is None:
            raise RequestRefused(f"The raw store cannot be written from here; it takes another target: {FORMS}.")
        return raw()
    if text.startswith(_DUCKDB):
        return _duckdb(text.removeprefix(_DUCKDB))
    if is_address(text):
        return _sql(text)
    return _file(text)


def _duckdb(text: str) -> DuckdbTable:
    path, _, name = text.rpartition("#")
    schema, _, table = name.rpartition(".")
    if not path or path.startswith("//") or not all(map(_NAME.fullmatch, (table, schema or "main"))):
        raise RequestRefused(
            "A DuckDB target is duckdb:FILE#table or duckdb:FILE#schema.table, FILE a path without any //."
        )
    return DuckdbTable(_in_a_folder(Path(path)), table, schema or "main")


def _sql(text: str) -> SqlTable:
    try:
        address = read_address(text)
        address.engine()
    except SettingInvalid as fault:
        raise RequestRefused(f"{fault} Nothing was sent.") from None
    if address.url.get_backend_name() == "sqlite":
        if address.file is None:
            raise RequestRefused("A SQLite target needs a file: sqlite:///PATH#table. Nothing was sent.")
        _in_a_folder(address.file)
    return SqlTable(address)


def _file(text: str) -> Target:
    path = Path(text)
    match path.suffix.lower():
        case ".parquet":
            return ParquetFile(_in_a_folder(path))
        case ".ndjson" | ".jsonl":
            return NdjsonFile(_in_a_folder(path))
        case _:
            raise RequestRefused(f"{shown(text)} is no target; it takes {FORMS}.")


def _in_a_folder(path: Path) -> Path:
    path = path.absolute()
    if path.is_dir() or not path.parent.is_dir():
        why = "is a folder" if path.is_dir() else f"lies in {path.parent}, which is no folder; create it first"
        raise RequestRefused(f"The target {path} {why}. Nothing was sent.")
    return path
