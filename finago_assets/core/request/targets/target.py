"""The text behind `--into` -> a target. Everything that can be known to be wrong is refused here, before a request.

Owns the spelling: `x.parquet`, `x.csv`, `x.xlsx`, `x.ndjson`, `duckdb:FILE#schema.table`, a SQLAlchemy URL with
`#table`, `raw`, and `env:NAME` for a variable that holds one of them. Which files are the pipeline's own is owned.py's.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.core.connections.place import is_address, shown
from finago_assets.core.connections.references import follow
from finago_assets.core.connections.registry import REGISTRY_REFERENCE, REGISTRY_TABLE
from finago_assets.core.errors import RequestRefused, SettingInvalid
from finago_assets.core.request.targets.files import NdjsonFile, ParquetFile
from finago_assets.core.request.targets.owned import is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finago_assets.core.connections.address import Address
    from finago_assets.core.request.targets.duckdb import DuckdbTable
    from finago_assets.core.request.targets.owned import Owned
    from finago_assets.core.request.targets.sql import SqlTable
    from finago_assets.core.request.targets.written import Target

RAW: Final = "raw"
FORMS: Final = (
    "a path that ends in .parquet, .csv, .xlsx, .ndjson or .jsonl, duckdb:FILE#schema.table, a SQLAlchemy URL with "
    "#table or #schema.table, or raw"
)
_ENDINGS: Final = (".parquet", ".csv", ".xlsx", ".ndjson")
_DUCKDB: Final = "duckdb:"
_VARIABLE: Final = "env:"
_TABLE_NAME: Final = re.compile(r"[^\s.#][^.#\0]{0,127}")


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
    return _file_target(text, given)


def refuse_own(
    target: Target | None, owned: Owned, *, registry: str = REGISTRY_REFERENCE, environ: Mapping[str, str] | None = None
) -> None:
    """Refuse a target in what the pipeline keeps for itself, and one that is the registry. Raises RequestRefused.

    Every target replaces what is there, so history, raw files or connections would be lost.
    """
    environ = os.environ if environ is None else environ
    file = None if target is None else target.file
    if file is not None:
        own = owned.with_dagster_home(environ).found(file)
        if own is not None:
            which = f"{own} belongs" if own == file.absolute() else f"{file} leads to {own}, which belongs"
            raise RequestRefused(
                f"{which} to the pipeline, and a target replaces what is there. Name a file outside the data folder, "
                f"or one in {owned.exports}. Nothing was sent."
            )
    if _is_registry(target, file, registry, environ):
        raise RequestRefused(
            "The target is the registry of connections, which would be replaced. Name another file or table. "
            "Nothing was sent."
        )


def _is_registry(target: Target | None, file: Path | None, location: str, environ: Mapping[str, str]) -> bool:
    # a registry that cannot be read is told of where it is opened
    with suppress(SettingInvalid):
        text = follow(environ, "registry's place", location) if location.startswith(_VARIABLE) else location.strip()
        if not is_address(text):
            return file is not None and is_same(file, Path(text))
        from finago_assets.core.connections.address import read_address
        from finago_assets.core.request.targets.sql import SqlTable

        registry = SqlTable(read_address(text, table=REGISTRY_TABLE))
        if isinstance(target, SqlTable):
            return _is_one_table(target.address, registry.address) and _is_one_database(target, registry)
        return file is not None and registry.file is not None and is_same(file, registry.file)
    return False


def _is_one_table(one: Address, other: Address) -> bool:
    # without a schema the database chooses one
    schemas = {address.schema for address in (one, other)} - {None}
    return one.table.casefold() == other.table.casefold() and len(schemas) < 2


def _is_one_database(one: SqlTable, other: SqlTable) -> bool:
    if one.file is not None and other.file is not None:
        return is_same(one.file, other.file)
    return one.address.database == other.address.database


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
    from finago_assets.core.request.targets.duckdb import DuckdbTable

    path, _, name = text.rpartition("#")
    schema, _, table = name.rpartition(".")
    if not path or path.startswith("//") or not all(map(_TABLE_NAME.fullmatch, (table, schema or "main"))):
        raise RequestRefused(
            "A DuckDB target is duckdb:FILE#table or duckdb:FILE#schema.table, FILE a path without any //."
        )
    return DuckdbTable(_in_a_folder(Path(path)), table, schema or "main")


def sql_target(text: str) -> SqlTable:
    """Read a SQLAlchemy URL with `#table`, where it can be nothing else. Raises RequestRefused, repeating nothing."""
    from finago_assets.core.connections.address import read_address
    from finago_assets.core.request.targets.sql import SqlTable

    try:
        address = read_address(text)
        address.engine()
    except SettingInvalid as fault:
        raise RequestRefused(f"{fault} Nothing was sent.") from None
    if address.url.get_backend_name() == "sqlite" and (address.file is None or "uri" in address.url.query):
        # SQLite spells the path in a URI its own way, so that nobody could tell where it leads
        raise RequestRefused("A SQLite target needs a file, a path and no URI: sqlite:///PATH#table. Nothing was sent.")
    target = SqlTable(address)
    if target.file is not None:
        _in_a_folder(target.file)
    return target


def _file_target(text: str, given: str) -> Target:
    path = Path(text)
    match path.suffix.lower():
        case ".parquet":
            return ParquetFile(_in_a_folder(path))
        case ".ndjson" | ".jsonl":
            return NdjsonFile(_in_a_folder(path))
        case ".csv":
            from finago_assets.core.request.targets.spreadsheets import CsvFile

            return CsvFile(_in_a_folder(path))
        case ".xlsx":
            from finago_assets.core.request.targets.excel import ExcelFile

            return ExcelFile(_in_a_folder(path))
        case _:
            if text and path.is_dir():
                raise RequestRefused(f"{shown(given)} is a folder; name a file in it. Nothing was sent.")
            near = get_close_matches(path.suffix.lower(), _ENDINGS, n=1, cutoff=0.7) if path.suffix else []
            hint = f" Did you mean {shown(str(path.with_suffix(near[0])))}?" if near else ""
            raise RequestRefused(f"{shown(given)} is no target; it takes {FORMS}.{hint}")


def _in_a_folder(path: Path) -> Path:
    path = path.absolute()
    if path.is_dir():
        why = "is a folder"
    elif not path.parent.is_dir():
        why = f"lies in {path.parent}, which is no folder; create it first"
    elif path.exists() and not path.is_file():
        # it would be replaced by a file, and whoever reads from it wait for good
        why = "is a pipe or a device; leave the target out and redirect standard output instead"
    else:
        return path
    raise RequestRefused(f"The target {path} {why}. Nothing was sent.")
