"""A registry in a table, or a view, of the user's own database, over SQLAlchemy; tried on SQLite and PostgreSQL.

Owns the reading. Only the registry's own columns are asked for, so the table may have others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from finago_assets.core.connections.address import typed_sql_errors
from finago_assets.core.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.connections.address import Address
    from finago_assets.core.connections.model import ConnectionKind


def rows_of_table(address: Address, kinds: Sequence[ConnectionKind]) -> list[object]:
    """Return the rows, ordered by name. Raises SettingInvalid, which names the place without user and password."""
    if address.file is not None and not address.file.is_file():
        # SQLite would make an empty file of it
        raise SettingInvalid(f"The registry {address.place} is not there: no such file.")
    engine = address.engine()
    with typed_sql_errors(lambda kind: _unreadable(address, kind)), engine.connect() as connection:
        columns = _choose_columns(connection, address, kinds)
        table = sa.table(address.table, *(sa.column(name) for name in columns), schema=address.schema)
        rows = connection.execute(sa.select(table).order_by(table.c.name)).mappings()
        return [dict(row) for row in rows]


def _choose_columns(connection: sa.Connection, address: Address, kinds: Sequence[ConnectionKind]) -> list[str]:
    """Return the columns to ask for: all of the first kind, those of others and the kind's own where there are any."""
    usual, *others = kinds
    needed = usual.columns[:-1]
    try:
        found = {column["name"] for column in sa.inspect(connection).get_columns(address.table, address.schema)}
    except NoSuchTableError:
        raise SettingInvalid(
            f"The registry {address.place} is not there: no such table. Name another one after '#', or create it with "
            f"the columns {', '.join(needed)}."
        ) from None
    lacking = [name for name in needed if name not in found]
    if lacking and "kind" not in found:
        raise SettingInvalid(f"The registry {address.place} lacks the columns {', '.join(lacking)}.")
    return [
        name for name in dict.fromkeys([*usual.columns, *(n for kind in others for n in kind.columns)]) if name in found
    ]


def _unreadable(address: Address, kind: str) -> SettingInvalid:
    return SettingInvalid(
        f"The registry {address.place} cannot be read ({kind}); check the address, the user's rights and that the "
        "database runs."
    )
