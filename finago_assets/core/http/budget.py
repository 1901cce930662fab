"""The request ceiling of one organization at one API, shared by this machine, and the pause a refusal imposes.

Owns one SQLite file per API and organization: pyrate-limiter's bucket in it counts requests, a table of ours holds the
instant before which nobody asks, an hour away at the most. Every step is one write transaction, so a killed holder
leaves nothing behind that blocks.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import FinagoError, Locked, NoSpace, NotWritable, RateLimited, SettingInvalid
from finago_assets.core.http.connection import checked_organization
from finago_assets.core.http.retry import LONGEST_PAUSE, TOLD_FROM_SECONDS
from finago_assets.core.landing.files import Files
from finago_assets.core.progress import oslo_time, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from pyrate_limiter import Rate

TABLE: Final = "requests"
BUSY_SECONDS: Final = 30
# a request further ahead than this was counted by a clock that has been set back since
CLOCK_SLACK_MS: Final = 1000
SCHEMA: Final = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (name VARCHAR, item_timestamp INTEGER)",
    f"CREATE INDEX IF NOT EXISTS idx_{TABLE} ON {TABLE} (item_timestamp)",
    "CREATE TABLE IF NOT EXISTS pause (one INTEGER PRIMARY KEY CHECK (one = 1), set_at INTEGER, not_before INTEGER)",
)
# A file from before there was a longest pause may hold one of a year: it ends an hour after it was set, too, and until
# then must not outweigh a later one that ends after it.
UNTIL: Final = f"min(not_before, set_at + {int(LONGEST_PAUSE * 1000)})"
PAUSE: Final = f"""
INSERT INTO pause VALUES (1, :now, :until)
ON CONFLICT (one) DO UPDATE SET set_at = :now, not_before = :until
WHERE {UNTIL} < :until OR set_at > :now + :slack
"""


class RequestBudget:
    """At most `per_second` requests a second for the organization; 0 is no ceiling, only the shared pause.

    `directory` holds the file and is made if it is missing; `patience_seconds` is the longest imposed pause that is sat
    out, beyond which RateLimited names its end. `tell` is told of one that lasts half a minute or more. Thread-safe.
    Methods raise RateLimited, Locked, NoSpace or NotWritable.
    """

    def __init__(  # noqa: PLR0913 - the last four are seams with defaults
        self,
        directory: Path,
        api: str,
        organization_id: str,
        per_second: Decimal | float,
        *,
        patience_seconds: float = 120.0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = silent,
    ) -> None:
        self._connection: sqlite3.Connection | None = None
        self._owner = 0
        self._inode: int | None = None
        self._lock = RLock()
        self._file = directory / f"requests-{api}-{checked_organization(organization_id)}.sqlite"
        self._rate = rate_of(per_second)
        self._patience = patience_seconds
        self._now = now
        self._sleep = sleep
        self._tell = tell
        self._told: int | None = None

    def __del__(self) -> None:
        self.close()

    def acquire(self) -> float:
        """Wait for a place and take it. Returns the seconds waited."""
        waited = 0.0
        while delay := self._refused_for():
            self._sleep(delay)
            waited += delay
        return waited

    @property
    def lift(self) -> str:
        """How a person ends a pause."""
        return (
            f"This machine holds back for an hour at the most; to ask sooner, delete {self._file}, which holds the "
            "pause and nothing that will be missed."
        )

    def pause(self, seconds: float) -> None:
        """Keep everybody on this machine from asking within the next `seconds`, of which an hour counts at the most.

        A pause that ends later stays as it is.
        """
        now = self._milliseconds()
        until = now + ceil(min(seconds, LONGEST_PAUSE) * 1000)
        values = {"now": now, "until": until, "slack": CLOCK_SLACK_MS}
        with self._transaction() as connection:
            connection.execute(PAUSE, values)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None and self._owner == os.getpid():
                self._connection.close()
            self._connection = None

    def _refused_for(self) -> float:
        """Seconds until another try is worth it; 0 when a place was taken."""
        if self._rate is None:
            # nothing is written where nothing is counted: a read by itself waits for nobody
            with self._lock, _typed_errors():
                return self._paused_for(self._opened(), self._milliseconds())
        with self._transaction() as connection:
            now = self._milliseconds()
            return self._paused_for(connection, now) or self._crowded_for(connection, now, self._rate)

    def _paused_for(self, connection: sqlite3.Connection, now: int) -> float:
        row = connection.execute(f"SELECT set_at, {UNTIL} FROM pause").fetchone()
        if row is None or row[0] > now + CLOCK_SLACK_MS or row[1] <= now:
            return 0.0
        seconds, until = (row[1] - now) / 1000, datetime.fromtimestamp(row[1] / 1000, UTC)
        if seconds > self._patience:
            raise RateLimited(
                f"Nothing was sent: the server asked this machine to wait until {until.isoformat(timespec='seconds')}. "
                f"Run it again then. {self.lift}",
                retry_at=until,
            )
        if seconds >= TOLD_FROM_SECONDS and self._told != row[1]:
            self._told = row[1]
            self._tell(f"The server asked this machine for a pause; next request at {oslo_time(until)}")
        return float(seconds)

    def _crowded_for(self, connection: sqlite3.Connection, now: int, rate: Rate) -> float:
        from pyrate_limiter import RateItem  # noqa: PLC0415
        from pyrate_limiter.buckets import SQLiteBucket  # noqa: PLC0415

        bounds = (now - rate.interval, now + CLOCK_SLACK_MS)
        connection.execute(f"DELETE FROM {TABLE} WHERE item_timestamp < ? OR item_timestamp > ?", bounds)
        bucket = SQLiteBucket([rate], connection, TABLE)
        item = RateItem("request", now)
        if bucket.put(item):
            return 0.0
        delay = bucket.waiting(item)
        return max(delay, 1) / 1000 if isinstance(delay, int) else 0.001

    def _milliseconds(self) -> int:
        return int(self._now() * 1000)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _typed_errors():
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            finally:
                # the bucket has committed by itself when it took a place
                if connection.in_transaction:
                    connection.commit()

    def _opened(self) -> sqlite3.Connection:
        """One connection for each process, as SQLite's must not be carried across a fork, and to the file as it is."""
        if self._connection is None or self._owner != os.getpid() or self._inode != _inode(self._file):
            self.close()
            self._connection = _database(self._file)
            self._owner, self._inode = os.getpid(), _inode(self._file)
        return self._connection


def rate_of(per_second: Decimal | float) -> Rate | None:
    """Whole requests in whole milliseconds; above one a second to the nearest simple fraction. None is no ceiling."""
    if not 0 <= per_second < 1_000_000:
        raise SettingInvalid("the request ceiling must be 0 or more a second")
    exact = Fraction(str(per_second))
    if exact == 0:
        return None
    # a sixth of a second, for whoever has a ceiling
    from pyrate_limiter import Rate  # noqa: PLC0415

    if exact < 1:
        return Rate(1, ceil(1000 / exact))
    stepped = exact.limit_denominator(10)
    return Rate(stepped.numerator, stepped.denominator * 1000)


def _database(file: Path) -> sqlite3.Connection:
    try:
        return _connected(file)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        # a power cut may leave a file that is no database any more; it holds nothing worth keeping
        for leftover in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            leftover.unlink(missing_ok=True)
    return _connected(file)


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return None


def _connected(file: Path) -> sqlite3.Connection:
    # with `parents` only the last folder would get the mode, the others what the umask leaves
    Files().make_private(file.parent)
    file.touch(mode=0o600)
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        for statement in SCHEMA:
            connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _typed_errors() -> Iterator[None]:
    error: FinagoError
    try:
        yield
    except sqlite3.OperationalError as raised:
        error = _environment_error(str(raised))
    except OSError:
        error = NotWritable("the folder of the request ceiling cannot be written; check FINAGO_DATA_DIR")
    else:
        return
    raise error


def _environment_error(message: str) -> FinagoError:
    if "full" in message:
        return NoSpace("the disk is full: the request ceiling could not be kept")
    if "locked" in message or "busy" in message:
        return Locked("another process holds the request ceiling for longer than half a minute")
    return NotWritable("the file of the request ceiling cannot be opened or written; check FINAGO_DATA_DIR")
