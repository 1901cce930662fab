"""The published file, opened for one look: read-only, no other file within reach, and the same one for each query.

Owns how it is opened and what is said where it cannot be. What is asked of it stands beside, a module for each page.
"""

from __future__ import annotations

from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import duckdb

from finago_assets.core.errors import CorruptFile, NotProven
from finago_assets.core.landing.files import stamp_of
from finago_assets.core.sql import sql_text
from finago_assets.core.warehouse.publication import Publisher
from finago_assets.core.windows import OSLO
from finago_assets.project import typed
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

BookRow: TypeAlias = dict[str, Any]

_SEALED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "1GB",
}


@dataclass(frozen=True, slots=True)
class OpenBooks:
    """The published file as it was when it was opened, whatever is published meanwhile.

    `has_details`: whether the whole build lies beside it, as `details`. `built_at` is when its build ended; where the
    file is not the one that was published last, when it was written.
    """

    connection: DuckDBPyConnection
    file: Path
    built_at: datetime
    has_details: bool

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[BookRow]:
        """Return a query's rows, each by the names of its columns; amounts are Decimal."""
        result = self.connection.execute(sql, list(parameters))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, sql: str, parameters: Sequence[object] = ()) -> BookRow:
        """Return the one row of a query, such as a sum."""
        (only,) = self.rows(sql, parameters)
        return only


@contextmanager
def open_published(data_dir: Path) -> Iterator[OpenBooks]:
    """Open what is published in a data folder. Raises NotProven where nothing is, CorruptFile where it cannot be read.

    Nobody who publishes waits for us: a new file is renamed into place, and we keep the one that we have opened.
    """
    settings = Settings(data_dir=data_dir)
    file = settings.published_warehouse
    # a database of its own in memory: DuckDB keeps one instance for each file that it opened, and would hand out the
    # old file for as long as another browser tab had it open
    with closing(duckdb.connect(":memory:", config=_SEALED)) as connection:
        stamp = _attach(connection, file, "books")
        has_details = False
        with suppress(NotProven, CorruptFile):
            _attach(connection, settings.published_details, "details")
            has_details = True
        connection.execute("use books")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        with _other_versions_told(file):
            yield OpenBooks(connection, file, _built_at(settings, stamp), has_details)


def _attach(connection: DuckDBPyConnection, file: Path, name: str) -> str:
    """Attach a file and return its stamp. One that is replaced at this moment is attached again."""
    try:
        while True:
            stamp = stamp_of(file)
            connection.execute(f"attach {sql_text(file)} as {name} (read_only)")
            if stamp_of(file) == stamp:
                return stamp
            connection.execute(f"detach {name}")
    except FileNotFoundError:
        raise NotProven(
            f"Nothing is published in {file.parent} yet. Materialize everything up to `published` in the Dagster UI "
            f"({typed('dev')}), or play the sandbox's books: {typed('demo')}."
        ) from None
    except duckdb.Error as error:
        raise CorruptFile(
            f"{file} cannot be read ({type(error).__name__}). Materialize `published` again in the Dagster UI."
        ) from None


@contextmanager
def _other_versions_told(file: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException):
        raise CorruptFile(
            f"{file} lacks a table or column that this page reads: another version made it. Run the job `rebuild` in "
            "the Dagster UI."
        ) from None


def _built_at(settings: Settings, stamp: str) -> datetime:
    """Return when the build behind the file ended; the record may be that of a file which has been replaced since."""
    details = settings.published_details
    record = Publisher(settings.work_dir, settings.published_warehouse, details).last()
    if record is not None and record.stamp == stamp:
        return record.finished_at.astimezone(OSLO)
    written_ns = int(stamp.split("/")[1])
    return datetime.fromtimestamp(written_ns // 10**9, UTC).astimezone(OSLO)
