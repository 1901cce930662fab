"""Whether a table that is there can hold a column exactly. Nothing is rounded, cut or guessed to make it fit.

Owns the rule. What a database calls its types is told by the two files that write to databases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from finago_assets.core.request.fields import ColumnKind
from finago_assets.core.request.targets.written import not_writable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finago_assets.core.errors import NotWritable
    from finago_assets.core.request.columns import Column


class Holds(StrEnum):
    """What a table's column takes without changing it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLAG = "flag"
    PARSED = "what the database itself reads from a text: a day, a time, an id"
    OTHER = "anything else, a float above all"


@dataclass(frozen=True, slots=True)
class Place:
    """One column of a table that is there; `scale` None means any."""

    holds: Holds
    type_name: str
    scale: int | None = None

    def fits(self, column: Column) -> bool:
        """Tell whether every value of the column arrives as it is."""
        match column.kind, self.holds:
            case (ColumnKind.NOTHING, _) | (_, Holds.TEXT):
                return True
            case (ColumnKind.INTEGER, Holds.INTEGER | Holds.DECIMAL) | (ColumnKind.FLAG, Holds.FLAG):
                return True
            case ColumnKind.TEXT | ColumnKind.JSON, Holds.PARSED:
                return True
            case ColumnKind.DECIMAL, Holds.DECIMAL:
                return self.scale is None or column.scale <= self.scale
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Fit:
    """Under which name each column goes into a table that is there, and which columns it lacks."""

    names: Mapping[str, str]
    lacking: tuple[Column, ...]


def fit(place: str, columns: Sequence[Column], there: Mapping[str, Place]) -> Fit:
    """Match columns by name, in the same letters if possible and else in any. Raises NotWritable for a narrow one."""
    in_any_letters = {name.casefold(): name for name in there}
    names = {
        column.name: column.name if column.name in there else in_any_letters.get(column.name.casefold(), column.name)
        for column in columns
    }
    wrong = [
        f"{column.name!r:.80} is {there[name].type_name:.40} there and {_describe_type(column)} in the answer"
        for column in columns
        if (name := names[column.name]) in there and not there[name].fits(column)
    ]
    if wrong:
        raise _misfit(place, wrong)
    return Fit(names, tuple(column for column in columns if names[column.name] not in there))


def _misfit(place: str, wrong: list[str]) -> NotWritable:
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return not_writable(
        place, f"{'; '.join(wrong[:5])}{more}. Alter or drop the table, or name another one; a text column takes all"
    )


def _describe_type(column: Column) -> str:
    if column.kind is ColumnKind.DECIMAL:
        return f"decimal with {column.scale} places"
    return column.kind.value
