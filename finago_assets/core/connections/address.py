"""A database's address: a SQLAlchemy URL with `#table` or `#schema.table`, whose password never shows.

Owns reading the address, opening the database, and every word about either: a driver's own words repeat addresses and
values, so none of them get out. Reads and writes no table.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from finago_assets.core.errors import FinagoError, SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# what can stand in a table's name and not in the middle of an address whose password holds a '#'
_TABLE: Final = re.compile(r"[^@/:#?\s.][^@/:#?.]{0,127}")
# SQLAlchemy would look for the driver before this one
_POSTGRESQL: Final = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_CONNECT_SECONDS: Final = 15
_HINT: Final = "give driver://user:password@host/database#table, special characters in the password percent-encoded"


@dataclass(frozen=True, slots=True)
class Address:
    """One table of one database. `place` is how people are told about it: no user, no password, no parameters."""

    url: sa.URL = field(repr=False)
    table: str
    schema: str | None = None

    @property
    def place(self) -> str:
        """The address without anything secret."""
        return f"{self.database}#{self.name}"

    @property
    def name(self) -> str:
        """The table's name, with its schema where one was given."""
        return self.table if self.schema is None else f"{self.schema}.{self.table}"

    @property
    def database(self) -> str:
        """The database without anything secret."""
        url = self.url
        driver = url.get_backend_name()
        if driver == "sqlite":
            return f"sqlite:///{url.database or ''}"
        port = f":{url.port}" if url.port else ""
        return f"{driver}://{url.host or ''}{port}/{url.database or ''}"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for every other kind and in memory."""
        in_file = self.url.get_backend_name() == "sqlite" and self.url.database not in (None, "", ":memory:")
        return Path(str(self.url.database)) if in_file else None

    def engine(self) -> sa.Engine:
        """Make an engine that keeps no connection. Raises SettingInvalid for a driver that is not installed."""
        try:
            return sa.create_engine(self.url, poolclass=NullPool, hide_parameters=True)
        except ImportError:
            why = "its driver is not installed; install its package, which for PostgreSQL is finago-assets[postgresql]"
        except (NoSuchModuleError, ArgumentError, TypeError, ValueError):
            why = "SQLAlchemy knows no such kind of database, or an option of the address is wrong"
        raise SettingInvalid(f"{self.database} cannot be used: {why}.")


def read_address(text: str, *, table: str | None = None) -> Address:
    """Read `URL#table` or `URL#schema.table`; `table` stands in for a missing one.

    Raises SettingInvalid, which repeats nothing of the text.
    """
    address, mark, name = text.rpartition("#")
    if not mark:
        address, name = text, table or ""
    schema, dot, bare = name.rpartition(".")
    if not name:
        raise SettingInvalid(f"The address of the database names no table; {_HINT}.")
    if not _TABLE.fullmatch(bare) or (dot and not _TABLE.fullmatch(schema)):
        raise SettingInvalid(f"What follows '#' in the address of the database is no table's name; {_HINT}.")
    return Address(_url(address), bare, schema or None)


@contextmanager
def typed_sql_errors(fault: Callable[[str], FinagoError]) -> Iterator[None]:
    """Turn SQLAlchemy's errors into `fault` of the kind's name, the driver's own if there is one, and no other word."""
    try:
        yield
    except FinagoError:
        raise
    except (SQLAlchemyError, UnicodeError) as error:
        raise fault(type(getattr(error, "orig", None) or error).__name__) from None


def _url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
        # an '@' in a password that is not percent-encoded would make the rest of it the name of a host
        if url.get_backend_name() == "sqlite" or text.count("@") <= 1:
            return _patient(url.set(drivername=_POSTGRESQL.get(url.drivername, url.drivername)))
    except (ArgumentError, ValueError):
        pass
    raise SettingInvalid(f"The address of the database cannot be read; {_HINT}.")


def _patient(url: sa.URL) -> sa.URL:
    """Put an end to waiting for a PostgreSQL server that does not answer, where the address sets none."""
    if url.drivername != _POSTGRESQL["postgresql"] or "connect_timeout" in url.query:
        return url
    return url.update_query_dict({"connect_timeout": f"{_CONNECT_SECONDS}"})
