"""Reading a query string the way the vendor does: unknown parameters are ignored, bad values of known ones refused.

Owns parsing and the 400 that names the parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from finago_assets.sandbox.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one request. Only what an endpoint reads has any effect."""

    values: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """Return a parameter, or None when it is absent or empty."""
        return self.values.get(name) or None

    def integer(self, name: str) -> int | None:
        """Return a whole number. Raises Refused 400 for anything else."""
        value = self.text(name)
        try:
            return None if value is None else int(value)
        except ValueError:
            raise refuse(name, "type") from None

    def flag(self, name: str) -> bool | None:
        """Return true or false. Raises Refused 400 for anything else."""
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise refuse(name, "type")
        return value.lower() == "true"

    def day(self, name: str) -> date | None:
        """Return a calendar day. Raises Refused 400 for anything that is not YYYY-MM-DD."""
        value = self.text(name)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError:
            raise refuse(name, "format") from None

    def moment(self, name: str) -> str | None:
        """Return a timestamp as comparable UTC text. Raises Refused 400 for anything that is no date-time."""
        value = self.text(name)
        if value is None:
            return None
        try:
            parsed = datetime.fromisoformat(value.replace(" ", "T"))
        except ValueError:
            raise refuse(name, "format") from None
        return parsed.strftime("%Y-%m-%dT%H:%M:%S")

    def window(self) -> tuple[date, date]:
        """Return `dateFrom` and `dateTo`, both required. Raises Refused 400 when one is missing or malformed."""
        first, last = self.day("dateFrom"), self.day("dateTo")
        missing = tuple((n, "required") for n, v in (("dateFrom", first), ("dateTo", last)) if v is None)
        if first is None or last is None:
            raise Refused(400, "Required query parameters are missing.", missing)
        return first, last

    def choice(self, name: str, allowed: frozenset[str]) -> str | None:
        """Return one of the allowed words. Raises Refused 400 for another."""
        value = self.text(name)
        if value is not None and value not in allowed:
            raise refuse(name, "enum")
        return value


def refuse(name: str, keyword: str) -> Refused:
    """Return the 400 for one parameter."""
    return Refused(400, f"The query parameter {name} is invalid.", ((name, keyword),))
