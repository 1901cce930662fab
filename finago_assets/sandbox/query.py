"""Reading a query string the way the vendor does: unknown parameters are ignored, bad values of known ones refused.

Owns parsing and the 400 that names the parameter. What the description says of one (required, type, choices, bounds)
was looked at before.
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
        """Return a whole number. Raises Refused 400 for anything else, described or not."""
        value = self.text(name)
        try:
            return None if value is None else int(value)
        except ValueError:
            raise refuse(name, "type") from None

    def flag(self, name: str) -> bool | None:
        """Return true or false."""
        value = self.text(name)
        return None if value is None else value.lower() == "true"

    def day(self, name: str) -> date | None:
        """Return a calendar day."""
        value = self.text(name)
        return None if value is None else date.fromisoformat(value)

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
        """Return `dateFrom` and `dateTo`, where the description requires both."""
        return date.fromisoformat(self.values["dateFrom"]), date.fromisoformat(self.values["dateTo"])


def refuse(name: str, keyword: str) -> Refused:
    """Return the 400 for one parameter."""
    return Refused(400, f"The query parameter {name} is invalid.", ((name, keyword),))
