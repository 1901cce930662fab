"""A registry in a table, or a view, of the user's own database, over SQLAlchemy; tried on SQLite and PostgreSQL.

Owns the reading. Only the registry's own columns are asked for, so the table may have others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from finago_assets.core.connections.address import typed_sql_errors
from finago_assets.core.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.connections.address import Address
    from finago_assets.core.connections.model import ConnectionKind

# what a kind needs besides is told of each row
_ROW_OF_ANY_KIND: Final = ("name", "organization_id")


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
    """Return the columns to ask for: of those that a kind may have, the ones that are there.

    Where there is no `kind`, every row is of the first and needs what that needs.
    """
    needed = kinds[0].required
    try:
        found = {column["name"] for column in sa.inspect(connection).get_columns(address.table, address.schema)}
    except NoSuchTableError:
        raise SettingInvalid(
            f"The registry {address.place} is not there: no such table. Name another one after '#', or create it with "
            f"the columns {', '.join(needed)}."
        ) from None
    asked = _ROW_OF_ANY_KIND if "kind" in found else needed
    if lacking := [name for name in asked if name not in found]:
        raise SettingInvalid(
            f"The registry {address.place} lacks the column{'s'[: len(lacking) > 1]} {', '.join(lacking)}. "
            f"It needs {', '.join(asked)}; enabled and kind may be left out."
        )
    return [name for name in dict.fromkeys(name for kind in kinds for name in kind.columns) if name in found]


def _unreadable(address: Address, kind: str) -> SettingInvalid:
    return SettingInvalid(
        f"The registry {address.place} cannot be read ({kind}); check the address, the user's rights and that the "
        "database runs."
    )
