"""The text behind `--into` -> a target. Everything that can be known to be wrong is refused here, before a request.

Owns the spelling: `x.parquet`, `x.ndjson`, `duckdb:FILE#schema.table`, a SQLAlchemy URL with `#table`, `raw`, and
`env:NAME` for a variable that holds one of them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.core.connections.address import is_address, read_address, shown
from finago_assets.core.connections.references import follow
from finago_assets.core.errors import RequestRefused, SettingInvalid
from finago_assets.core.request.targets.duckdb import DuckdbTable
from finago_assets.core.request.targets.files import NdjsonFile, ParquetFile
from finago_assets.core.request.targets.sql import SqlTable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from finago_assets.core.request.targets.written import Target

RAW: Final = "raw"
FORMS: Final = (
    "a path that ends in .parquet, .ndjson or .jsonl, duckdb:FILE#schema.table, a SQLAlchemy URL with #table or "
    "#schema.table, or raw"
)
_DUCKDB: Final = "duckdb:"
_VARIABLE: Final = "env:"
_NAME: Final = re.compile(r"[^\s.#][^.#\0]{0,127}")


def parse_target(
    text: str, *, raw: Callable[[], Target] | None = None, environ: Mapping[str, str] | None = None
) -> Target:
    """Read a target; `raw` makes the one for the raw store, which has to know the request. Raises RequestRefused.

    `env:NAME` stands for a target, and `env:NAME#table` for an address, that a variable holds, so that no password has
    to be typed. The message never repeats an address that may hold one.
    """
    given = text.strip()
    text = _looked_up(given, os.environ if environ is None else environ)
    if text == RAW:
        if raw is None:
            raise RequestRefused(f"The raw store cannot be written from here; it takes another target: {FORMS}.")
        return raw()
    if text.startswith(_DUCKDB):
        return _duckdb(text.removeprefix(_DUCKDB))
    if is_address(text):
        return sql_target(text)
    return _file(text, given)


def refuse_own(target: Target | None, own: Collection[Path]) -> None:
    """Refuse a target in one of the project's `own` DuckDB files. Raises RequestRefused."""
    if isinstance(target, DuckdbTable) and target.path.resolve() in {file.resolve() for file in own}:
        raise RequestRefused(
            f"{target.path} belongs to the pipeline, whose next build would take the table away. Name a file of your "
            "own. Nothing was sent."
        )


def _looked_up(text: str, environ: Mapping[str, str]) -> str:
    if not text.startswith(_VARIABLE):
        return text
    reference, mark, table = text.partition("#")
    try:
        found = follow(environ, "target", reference)
    except SettingInvalid as fault:
        raise RequestRefused(f"{fault} Nothing was sent.") from None
    if not found:
        raise RequestRefused(f"Not set: {reference.removeprefix(_VARIABLE)}. It takes {FORMS}. Nothing was sent.")
    return f"{found}{mark}{table}"


def _duckdb(text: str) -> DuckdbTable:
    path, _, name = text.rpartition("#")
    schema, _, table = name.rpartition(".")
    if not path or path.startswith("//") or not all(map(_NAME.fullmatch, (table, schema or "main"))):
        raise RequestRefused(
            "A DuckDB target is duckdb:FILE#table or duckdb:FILE#schema.table, FILE a path without any //."
        )
    return DuckdbTable(_in_a_folder(Path(path)), table, schema or "main")


def sql_target(text: str) -> SqlTable:
    """Read a SQLAlchemy URL with `#table`, where it can be nothing else. Raises RequestRefused, repeating nothing."""
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


def _file(text: str, given: str) -> Target:
    path = Path(text)
    match path.suffix.lower():
        case ".parquet":
            return ParquetFile(_in_a_folder(path))
        case ".ndjson" | ".jsonl":
            return NdjsonFile(_in_a_folder(path))
        case _:
            raise RequestRefused(f"{shown(given)} is no target; it takes {FORMS}.")


def _in_a_folder(path: Path) -> Path:
    path = path.absolute()
    if path.is_dir() or not path.parent.is_dir():
        why = "is a folder" if path.is_dir() else f"lies in {path.parent}, which is no folder; create it first"
        raise RequestRefused(f"The target {path} {why}. Nothing was sent.")
    return path
