"""The other store: the same rows in the tables of one DuckDB file, one transaction for each partition.

Owns the tables and what is in them. Opening the file behind its lock is database.py; spooling is shared with parquet.
"""

from __future__ import annotations

from contextlib import closing, contextmanager, suppress
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.errors import CorruptFile
from finago_assets.core.landing import litter
from finago_assets.core.landing.database import Database
from finago_assets.core.landing.files import Files, typed_errors
from finago_assets.core.landing.model import (
    Content,
    Landed,
    LandingOutcome,
    Manifest,
    Partition,
    checked_names,
    content_of,
)
from finago_assets.core.landing.parts import PartitionParts
from finago_assets.core.landing.paths import refuse_case_twin
from finago_assets.core.landing.rawfile import ROW_GROUP, RawReader, RawWriter, corrupt, not_landed
from finago_assets.core.landing.spool import ChainSpool, placeholder_manifest
from finago_assets.core.progress import silent
from finago_assets.core.sql import sql_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.model import Inspect, Spool

LANDING_PATIENCE_SECONDS: Final = 300.0
_MANIFEST_FIELDS: Final = tuple(field.name for field in fields(Manifest))
# that a file may be older than
_LATER_FIELDS: Final = ("missing", "source", "redaction")
_OF_PARTITION: Final = "organization = ? and date = ?"


def _schema(source: str) -> str:
    columns = ", ".join(f"{name} {'DATE' if name == 'date' else 'VARCHAR'} not null" for name in _MANIFEST_FIELDS)
    return "; ".join(
        [
            f"create schema if not exists {source}",
            f"create table if not exists {source}.manifests ({columns})",
            *(f"alter table {source}.manifests add column if not exists {name} VARCHAR" for name in _LATER_FIELDS),
        ]
    )


class DuckdbStore:
    """See `RawStore`. `files` and `checkpoint` let tests make a call fail, or die at a named moment.

    A manifest's row and the partition's rows change in one transaction. No lock is held while a caller's code runs.
    """

    def __init__(
        self,
        data_dir: Path,
        source: str,
        *,
        files: Files | None = None,
        checkpoint: Callable[[str], None] = silent,
        patience_seconds: float = LANDING_PATIENCE_SECONDS,
    ) -> None:
        self.files = files or Files()
        self.checkpoint = checkpoint
        self._data_dir = data_dir
        self.source = source
        self._database = Database(data_dir / "raw.duckdb", _schema(source), self.files, patience_seconds)

    def spool(self, endpoint: Endpoint, organization: str, days: Sequence[dt.date]) -> Spool:
        """See `RawStore.spool`."""
        checked_names(self.source, endpoint.name, organization)
        refuse_case_twin(organization, self._organizations(endpoint.name))
        return ChainSpool(self, endpoint, organization, days)

    def parts(self, endpoint: Endpoint, organization: str, day: dt.date | None, run: str) -> PartitionParts:
        """See `RawStore.parts`."""
        checked_names(self.source, endpoint.name, organization)
        return PartitionParts(self, self._data_dir, endpoint, organization, day=day, run=run)

    def manifest(self, partition: Partition) -> Manifest | None:
        """See `RawStore.manifest`."""
        rows = self._manifests(partition.endpoint, partition.organization, partition.date)
        return self._read(partition, rows[0]) if rows else None

    def landed(self, endpoint: str, organization: str) -> dict[dt.date, Landed]:
        """See `RawStore.landed`."""
        checked_names(self.source, endpoint, organization)
        found = {}
        for row in self._manifests(endpoint, organization):
            partition = Partition(self.source, endpoint, organization, row["date"])
            with suppress(CorruptFile):
                manifest = self._read(partition, row)
                if manifest.outcome is LandingOutcome.LANDED:
                    found[partition.date] = Landed(partition, manifest, self._location(endpoint))
        return found

    def contents(
        self,
        endpoint: str,
        organization: str,
        known: Mapping[dt.date, Content],  # noqa: ARG002  the manifests of an endpoint are read in one go
    ) -> dict[dt.date, Content]:
        """See `RawStore.contents`."""
        checked_names(self.source, endpoint, organization)
        found = {}
        for row in self._manifests(endpoint, organization):
            stamp = f"{row['run']}/{row['fetched_at']}"
            partition = Partition(self.source, endpoint, organization, row["date"])
            content = content_of(stamp, partial(self._read, partition, row))
            if content is not None:
                found[partition.date] = content
        return found

    def held(self, endpoint: str, organization: str) -> int:
        """See `RawStore.held`."""
        checked_names(self.source, endpoint, organization)
        return len(self._manifests(endpoint, organization))

    def newest(self, endpoint: str, organization: str, before: dt.date | None = None) -> Partition | None:
        """See `RawStore.newest`."""
        checked_names(self.source, endpoint, organization)
        for row in reversed(self._manifests(endpoint, organization)):
            partition = Partition(self.source, endpoint, organization, row["date"])
            if before is not None and partition.date >= before:
                continue
            if self._read(partition, row).outcome is LandingOutcome.LANDED:
                return partition
        return None

    def records(self, partition: Partition) -> Iterator[tuple[str | None, bytes]]:
        """See `RawStore.records`."""
        _, reader = self._exported(partition)
        with closing(reader):
            yield from reader.records()

    def verify(self, partition: Partition, look: Inspect | None = None) -> Manifest:
        """See `RawStore.verify`."""
        row, reader = self._exported(partition)
        with closing(reader):
            manifest = self._read(partition, row)
            reader.hold_against(manifest, look)
        return manifest

    def faults(self, endpoint: str, organization: str) -> Iterator[CorruptFile]:
        """See `RawStore.faults`."""
        for row in self._manifests(endpoint, organization):
            try:
                self.verify(Partition(self.source, endpoint, organization, row["date"]))
            except CorruptFile as fault:
                yield fault

    def placeholder(self, endpoint: Endpoint, organization: str, day: dt.date) -> None:
        """See `RawStore.placeholder`."""
        partition = Partition(self.source, endpoint.name, organization, day)
        refuse_case_twin(organization, self._organizations(endpoint.name))
        with typed_errors(f"Preparing {endpoint.name}"), self._database.transaction() as connection:
            if not self._select(connection, "endpoint = ? and organization = ?", [endpoint.name, organization]):
                _create_for(connection, endpoint)
                _insert_manifest(connection, placeholder_manifest(partition))

    def make_readable(self, endpoints: Iterable[Endpoint]) -> None:
        """See `RawStore.make_readable`."""
        with typed_errors(f"Preparing {self.source}"):
            there = self._tables()
            missing = [endpoint for endpoint in endpoints if endpoint.name not in there]
            if missing:
                with self._database.transaction() as connection:
                    for endpoint in missing:
                        _create_for(connection, endpoint)

    def forget(self, endpoint: str, organization: str, before: dt.date) -> int:
        """See `RawStore.forget`."""
        newest = self.newest(endpoint, organization)
        if newest is None:
            return 0
        until = min(before, newest.date)
        old = [row["date"] for row in self._manifests(endpoint, organization) if row["date"] < until]
        if old:
            with typed_errors(f"Removing old lists of {endpoint}"), self._database.transaction() as connection:
                whose = "organization = ? and date < ?"
                connection.execute(f"delete from {self.source}.{endpoint} where {whose}", [organization, until])
                connection.execute(
                    f"delete from {self.source}.manifests where endpoint = ? and {whose}",
                    [endpoint, organization, until],
                )
        return len(old)

    def organizations(self) -> list[str]:
        """See `RawStore.organizations`."""
        return sorted(self._organizations())

    def sweep(self) -> int:
        """See `RawStore.sweep`."""
        with typed_errors("Sweeping the data folder"):
            return litter.remove_litter([self._data_dir])

    # -- what a spool asks of its target

    def temporaries(self, endpoint: str, organization: str) -> Path:  # noqa: ARG002  one folder for all
        """Return the data folder."""
        self.files.make_private(self._data_dir)
        return self._data_dir

    def prepare(self, partitions: Sequence[Partition]) -> None:
        """Tables are made with the first row."""

    def put(self, manifest: Manifest, file: RawWriter) -> str:
        """Replace the partition's rows and its manifest in one transaction."""
        whose = [manifest.organization, manifest.date]
        self.checkpoint("before fsync")
        with self._database.transaction() as connection, closing(RawReader(file.path)) as reader:
            table = f"{self.source}.{manifest.endpoint}"
            _create(connection, table, file.text_column)
            connection.execute(f"delete from {table} where {_OF_PARTITION}", whose)
            connection.register("spooled", reader.stream())
            connection.execute(f"insert into {table} select ?, ?, * from spooled", whose)
            connection.unregister("spooled")
            connection.execute(
                f"delete from {self.source}.manifests where endpoint = ? and {_OF_PARTITION}",
                [manifest.endpoint, *whose],
            )
            _insert_manifest(connection, manifest)
            self.checkpoint("before rename")
        self.checkpoint("after rename")
        return self._location(manifest.endpoint)

    # -- reading

    def _manifests(
        self, endpoint: str, organization: str | None = None, date: dt.date | None = None
    ) -> list[dict[str, Any]]:
        wanted = {"endpoint": endpoint, "organization": organization, "date": date}
        asked = {name: value for name, value in wanted.items() if value is not None}
        with typed_errors(f"Reading {endpoint}"), self._reading() as connection:
            if connection is None:
                return []
            return self._select(connection, " and ".join(f"{name} = ?" for name in asked), list(asked.values()))

    def _organizations(self, endpoint: str | None = None) -> list[str]:
        with typed_errors("Reading the manifests"), self._reading() as connection:
            if connection is None:
                return []
            sql = f"select distinct organization from {self.source}.manifests where endpoint = coalesce(?, endpoint)"
            return [name for (name,) in connection.execute(sql, [endpoint]).fetchall()]

    def _tables(self) -> set[str]:
        with self._reading() as connection:
            if connection is None:
                return set()
            known = "select table_name from duckdb_tables() where schema_name = ?"
            return {name for (name,) in connection.execute(known, [self.source]).fetchall()}

    def _exported(self, partition: Partition) -> tuple[dict[str, Any], RawReader]:
        """Copy the partition to a file that has no name any more, so that no lock is held while it is read."""
        path = litter.temporary(self._data_dir, "export.parquet")
        with typed_errors(f"Reading {partition}"), self._reading() as connection:
            whose = [partition.endpoint, partition.organization, partition.date]
            rows = [] if connection is None else self._select(connection, f"endpoint = ? and {_OF_PARTITION}", whose)
            if connection is None or not rows:
                raise not_landed(partition)
            try:
                _export(connection, partition, path)
                return rows[0], RawReader(path, f"{self._location(partition.endpoint)} {partition.date}")
            finally:
                path.unlink(missing_ok=True)

    def _read(self, partition: Partition, row: dict[str, Any]) -> Manifest:
        try:
            return Manifest.from_metadata({**row, "source": self.source, "date": row["date"].isoformat()})
        except (KeyError, ValueError, TypeError):
            raise corrupt(f"{self._location('manifests')} {partition}", "the manifest cannot be read") from None

    def _location(self, table: str) -> str:
        return f"{self._database.path}:{self.source}.{table}"

    @contextmanager
    def _reading(self) -> Iterator[DuckDBPyConnection | None]:
        """Open for reading; None while nothing of this source has landed."""
        with self._database.reading() as connection:
            known = "from duckdb_tables() where schema_name = ? and table_name = 'manifests'"
            yield connection if connection and connection.execute(known, [self.source]).fetchall() else None

    def _select(self, connection: DuckDBPyConnection, where: str, values: list[Any]) -> list[dict[str, Any]]:
        found = connection.execute(f"select * from {self.source}.manifests where {where} order by date", values)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _create_for(connection: DuckDBPyConnection, endpoint: Endpoint) -> None:
    _create(connection, f"{endpoint.source.name}.{endpoint.name}", endpoint.text_column)


def _create(connection: DuckDBPyConnection, table: str, text_column: str | None) -> None:
    text = "" if text_column is None else f", {text_column} VARCHAR not null"
    connection.execute(
        f"create table if not exists {table} (organization VARCHAR not null, date DATE not null, "
        f"ordinal BIGINT not null, page INTEGER not null, payload VARCHAR not null{text})"
    )


def _insert_manifest(connection: DuckDBPyConnection, manifest: Manifest) -> None:
    values = manifest.to_metadata()
    places = ", ".join("?" * len(_MANIFEST_FIELDS))
    table = f"{manifest.source}.manifests"
    connection.execute(
        f"insert into {table} ({', '.join(_MANIFEST_FIELDS)}) values ({places})",
        [values[name] for name in _MANIFEST_FIELDS],
    )


def _export(connection: DuckDBPyConnection, partition: Partition, path: Path) -> None:
    connection.execute(
        f"copy (select * exclude (organization, date) from {partition.source}.{partition.endpoint} "
        f"where {_OF_PARTITION} order by ordinal) to {sql_text(path)} (format parquet, row_group_size {ROW_GROUP})",
        [partition.organization, partition.date],
    )
