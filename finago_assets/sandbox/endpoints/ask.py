"""What a handler is given, and the two questions that most of them have in common.

Owns looking up one record by a path parameter, and cutting a list that is kept by day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from finago_assets.sandbox.answers import Done, Listing, One, Refused, Result
from finago_assets.sandbox.books.kept import Json, read
from finago_assets.sandbox.books.plan import dice
from finago_assets.sandbox.options import ListOrder
from finago_assets.sandbox.sent import SentBody

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.options import SandboxOptions
    from finago_assets.sandbox.query import Query

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to one organization's books. `chain` counts how often page 1 of this list was asked for.

    `sent` is the body of a write; `origin` is where the sandbox was reached, like http://127.0.0.1:8765.
    """

    books: Books
    options: SandboxOptions
    query: Query
    path: Mapping[str, str]
    chain: int = 0
    sent: SentBody = field(default_factory=SentBody)
    origin: str = ""

    def integer(self, name: str) -> int:
        """Return a path parameter as a number. Raises Refused 404 for anything else."""
        try:
            return int(self.path[name])
        except ValueError:
            raise missing() from None

    def by_day(self, days: list[list[T]], dump: Callable[[T], bytes]) -> Listing:
        """Return a listing over lists kept by day, in the order the options ask for; a page reads only its days."""
        ends = list(accumulate(map(len, days)))

        def cut(offset: int, limit: int) -> list[bytes]:
            records: list[bytes] = []
            place = bisect_right(ends, offset)
            while place < len(days) and len(records) < limit:
                day = self._ordered(days[place], place)
                skip = offset + len(records) - (ends[place] - len(day))
                records.extend(dump(item) for item in day[skip : skip + limit - len(records)])
                place += 1
            return records

        return Listing(ends[-1] if ends else 0, cut)

    def _ordered(self, day: list[T], place: int) -> list[T]:
        if self.options.order is ListOrder.POSTED:
            return day
        salt = self.chain if self.options.order is ListOrder.RESTLESS else 0
        mixed = list(day)
        dice(f"{self.options.seed}/{place}/{salt}").shuffle(mixed)
        return mixed


Handler = Callable[[Ask], Result]
Writer = Callable[[Ask], Done]
Answering = Callable[[Ask], Result | Done]


def one_of(listed: Handler, variable: str) -> Handler:
    """Return what answers with the one record of a list that a variable of the path names."""

    def answered(ask: Ask) -> Result:
        found = listed(ask)
        bodies = found.cut(0, found.count) if isinstance(found, Listing) else []
        for body in bodies:
            if read_key(read(body), variable) == ask.path[variable]:
                return One(body)
        raise missing()

    return answered


def read_key(record: Json, variable: str) -> str:
    """Return what a path names a record by: {customerId} is the id of a customer, {accountNumber} its number."""
    named = [name for name in record if variable.lower().endswith(name.lower())] or ["id", *record]
    return str(record.get(named[0]))


def missing() -> Refused:
    """Return the 404 of a record that is not there."""
    return Refused(404, "The resource does not exist.")
