"""What the page of landing asks: how far each endpoint has landed, and which days are missing in between.

Owns the counting. What landed is asked of the raw files themselves, which may be newer than the published build.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from finago_assets.apis import LANDED_APIS
from finago_assets.core.catalogue.model import EndpointKind
from finago_assets.core.landing.landed_data import open_landed_data
from finago_assets.core.landing.model import Content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from finago_assets.core.landing.model import Landing
    from finago_assets.look.books import OpenBooks

_A_DAY: Final = timedelta(days=1)

LandedContents = dict[tuple[str, str], dict[date, Content]]


@dataclass(frozen=True, slots=True)
class LandingStatus:
    """How far an endpoint has landed for an organization.

    `rows` are those of all days; of a list, which is landed whole each time, those of the newest. `holes` are spans of
    days between the first and the last that have not landed, both ends included; a list has none. `newer` days are not
    in the published build: they landed, or landed again with another content, after it.
    """

    endpoint: str
    organization: str
    is_list: bool
    days: int
    first: date
    last: date
    fetched_at: datetime
    rows: int
    holes: tuple[tuple[date, date], ...]
    newer: int

    @property
    def missing_days(self) -> int:
        """How many days the holes are."""
        return sum((last - first).days + 1 for first, last in self.holes)


def built_from(books: OpenBooks) -> LandedContents:
    """Return what the published build was made of; nothing where the whole build is not beside it."""
    found: LandedContents = {}
    if books.has_details:
        for row in books.rows("select * from details.build.partitions"):
            content = Content(row["stamp"], row["digest"], row["rows"], datetime.fromisoformat(row["fetched_at"]))
            found.setdefault((row["endpoint"], row["organization_id"]), {})[row["date"]] = content
    return found


def read_landed(data_dir: Path, landing: Landing, known: LandedContents) -> LandedContents:
    """Return what has landed by now; of what is `known` and did not land again no file is opened. Raises Locked."""
    endpoints = [endpoint for api in LANDED_APIS for endpoint in api.endpoints.values()]
    return {**known, **open_landed_data(data_dir, landing, endpoints).contents(known)}


def landing_statuses(landed: LandedContents, built: LandedContents) -> list[LandingStatus]:
    """Return the status of each endpoint and organization, by their names."""
    lists = {
        endpoint.full_name
        for api in LANDED_APIS
        for endpoint in api.endpoints.values()
        if endpoint.kind is not EndpointKind.WINDOWED
    }
    return [
        _status(endpoint, organization, days, built.get((endpoint, organization), {}), is_list=endpoint in lists)
        for (endpoint, organization), days in sorted(landed.items())
        if days
    ]


def _status(
    endpoint: str, organization: str, days: Mapping[date, Content], built: Mapping[date, Content], *, is_list: bool
) -> LandingStatus:
    first, last = min(days), max(days)
    return LandingStatus(
        endpoint,
        organization,
        is_list,
        len(days),
        first,
        last,
        max(content.fetched_at for content in days.values()),
        days[last].rows if is_list else sum(content.rows for content in days.values()),
        () if is_list else tuple(_holes(days)),
        sum(day not in built or built[day].digest != content.digest for day, content in days.items()),
    )


def _holes(days: Collection[date]) -> Iterator[tuple[date, date]]:
    in_order = sorted(days)
    for before, after in pairwise(in_order):
        if after - before > _A_DAY:
            yield before + _A_DAY, after - _A_DAY
