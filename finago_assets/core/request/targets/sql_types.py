"""A column's type in a database, and what a column that is there can hold; tried on SQLite and PostgreSQL.

Owns the translation both ways. Whether the two fit is fit.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.types import Boolean, Date, DateTime, Float, Integer, Numeric, String, Time

from finago_assets.core.request.fields import ColumnKind
from finago_assets.core.request.targets.fit import Holds, Place

if TYPE_CHECKING:
    from finago_assets.core.request.columns import Column

_WIDEST: Final = 38
# SQLite would keep a decimal as a float, and PostgreSQL's own has no width to outgrow
_DECIMALS: Final[dict[str, sa.types.TypeEngine[Any]]] = {"sqlite": sa.UnicodeText(), "postgresql": sa.Numeric()}
_DAYS: Final = (Date, DateTime, Time)
_PARSED: Final = {"postgresql": (*_DAYS, sa.Uuid, sa.JSON), "sqlite": (Date, DateTime)}


def type_of(column: Column, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
    """Return the type of a column that is made for the answer."""
    match column.kind:
        case ColumnKind.FLAG:
            return sa.Boolean()
        case ColumnKind.INTEGER:
            return sa.BigInteger()
        case ColumnKind.DECIMAL:
            return _DECIMALS.get(dialect.name) or sa.Numeric(_WIDEST, column.scale)
        case _:
            return sa.UnicodeText()


def place_of(type_: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Place:
    """Return what a column that is there holds exactly."""
    name = type_.__class__.__name__
    match type_:
        case Float():
            return Place(Holds.OTHER, name)
        case Numeric():
            # SQLite would make a float of it
            return Place(Holds.OTHER if dialect.name == "sqlite" else Holds.DECIMAL, name, type_.scale)
        case Boolean():
            return Place(Holds.FLAG, name)
        case Integer():
            return Place(Holds.INTEGER, name)
        case String():
            return Place(Holds.TEXT, name)
        case _:
            return Place(Holds.PARSED if isinstance(type_, _PARSED.get(dialect.name, _DAYS)) else Holds.OTHER, name)
