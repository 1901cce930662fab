"""The file of the outbox: an SQLite database that is on the disk when a change of it is done.

Owns opening, the schema and its versions, and the errors. What the rows mean is the outbox's.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import CorruptFile, FinagoError, Locked, NoSpace, NotWritable
from finago_assets.core.landing.files import Files, typed_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_PATIENCE_SECONDS: Final = 30.0
# each takes a file from one version to the next; what has been released is never edited, only followed by another
VERSIONS: Final = (
    (
        """
        CREATE TABLE bundles (
            id INTEGER PRIMARY KEY,
            operation TEXT NOT NULL,
            key TEXT NOT NULL,
            organization_id TEXT NOT NULL,
            route TEXT NOT NULL,
            save_as TEXT NOT NULL,
            state TEXT NOT NULL,
            marker TEXT NOT NULL,
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            journal TEXT NOT NULL,
            content TEXT NOT NULL,
            connection TEXT NOT NULL,
            who TEXT NOT NULL,
            process TEXT NOT NULL,
            ignored_warnings TEXT NOT NULL,
            fiscal_year TEXT,
            numbers TEXT NOT NULL DEFAULT '[]',
            next_numbers TEXT NOT NULL DEFAULT '{}',
            payload_sha256 TEXT NOT NULL DEFAULT '',
            transaction_id TEXT,
            reason TEXT NOT NULL DEFAULT '',
            read_back TEXT NOT NULL DEFAULT '',
            made_at TEXT NOT NULL,
            sent_at TEXT,
            changed_at TEXT NOT NULL,
            UNIQUE (organization_id, key, route, save_as)
        )
        """,
        """
        CREATE TABLE vouchers (
            bundle_id INTEGER NOT NULL REFERENCES bundles (id),
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            entries_key TEXT NOT NULL,
            series INTEGER,
            fiscal_year TEXT,
            number INTEGER,
            PRIMARY KEY (bundle_id, position)
        )
        """,
        "CREATE INDEX vouchers_by_entries ON vouchers (entries_key)",
        """
        CREATE TABLE changes (
            bundle_id INTEGER NOT NULL REFERENCES bundles (id),
            at TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL,
            who TEXT NOT NULL
        )
        """,
    ),
)


@contextmanager
def outbox_transaction(file: Path) -> Iterator[sqlite3.Connection]:
    """Do what the block does as one change, which is on the disk afterwards, or not at all.

    Raises NoSpace, NotWritable, Locked, or CorruptFile where the file is none of ours.
    """
    with _typed_database_errors(file), closing(_open_outbox(file)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            _bring_up_to_date(connection, file)
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _open_outbox(file: Path) -> sqlite3.Connection:
    with typed_errors("Opening the outbox"):
        files = Files()
        files.make_private(file.parent)
        if not file.exists():
            file.touch(mode=0o600)
            files.fsync_directory(file.parent)
    connection = sqlite3.connect(file, timeout=BUSY_PATIENCE_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    # a row must be on the disk before its request leaves: a power cut in between would let it be sent twice
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, file: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(VERSIONS):
        raise NotWritable(
            f"The outbox {file} was written by a newer version of finago-assets (its version {version}, known here: "
            f"{len(VERSIONS)}). Update finago-assets before anything is posted from this data folder."
        )
    for statements in VERSIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(VERSIONS)}")


@contextmanager
def _typed_database_errors(file: Path) -> Iterator[None]:
    error: FinagoError
    try:
        yield
    except sqlite3.OperationalError as raised:
        error = _describe_operational(f"{raised}", file)
    except sqlite3.DatabaseError as raised:
        error = CorruptFile(
            f"The outbox {file} cannot be read ({type(raised).__name__}), so nothing was sent. Take it from a backup: "
            "without it nothing here knows what was posted. Never delete it to go on."
        )
    else:
        return
    raise error


def _describe_operational(message: str, file: Path) -> FinagoError:
    if "full" in message:
        return NoSpace(f"The disk is full: the outbox {file} could not be written, so nothing more was sent.")
    if "locked" in message or "busy" in message:
        return Locked(f"Another process has held the outbox {file} for more than {BUSY_PATIENCE_SECONDS:.0f} s.")
    return NotWritable(f"The outbox {file} cannot be opened or written, so nothing more was sent.")
