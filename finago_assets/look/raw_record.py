"""From a ledger line to the record it was made of, byte for byte as the API sent it.

Owns finding it. The published build says under which day and at which place it landed; the raw store has the record,
or, where the day landed again since, the one with the same id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.landing.store import Partition, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from pathlib import Path

    from finago_assets.core.landing.model import Landing
    from finago_assets.look.books import OpenBooks

SOURCE: Final = "finago"
ENDPOINT: Final = "transactionlines"

_LANDED_AT: Final = """
    select partition_date, _ordinal from details.staging.stg_transactionlines
    where organization_id = ? and line_id = ? order by partition_date limit 20
"""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as the API sent it, and where it lies: `day` is the partition's, `ordinal` its place in it, from 0.

    `moved`: the build read it at another place, so the day has landed again since.
    """

    day: date
    ordinal: int
    fetched_at: datetime
    payload: str
    moved: bool


def raw_records(
    books: OpenBooks, landing: Landing, organization: str, line_id: str, posting_date: date
) -> list[RawRecord]:
    """Return the raw records with a line's id; none where its day is not landed any more.

    Raises CorruptFile and Locked.
    """
    places: dict[date, int | None] = {posting_date: None}
    if books.has_details:
        found = books.rows(_LANDED_AT, [organization, line_id])
        places = {row["partition_date"]: row["_ordinal"] for row in found} or places
    return [
        record
        for day, ordinal in places.items()
        for record in _of_day(
            books.file.parent, landing, Partition(SOURCE, ENDPOINT, organization, day), line_id, ordinal
        )
    ]


def _of_day(
    data_dir: Path, landing: Landing, partition: Partition, line_id: str, expected: int | None
) -> Iterator[RawRecord]:
    store = open_store(data_dir, landing, SOURCE)
    manifest = store.manifest(partition)
    if manifest is None:
        return
    for ordinal, (_, payload) in enumerate(store.records(partition)):
        if _has_id(payload, line_id):
            moved = expected is not None and ordinal != expected
            yield RawRecord(partition.date, ordinal, manifest.fetched_at, payload.decode(), moved)


class _Identified(msgspec.Struct):
    """Of a record its id alone, as it is spelled."""

    id: msgspec.Raw = msgspec.Raw(b"null")


def _has_id(payload: bytes, line_id: str) -> bool:
    """Tell whether a record has an id, which is text wherever it goes, also where it was sent as a number."""
    try:
        spelled = bytes(msgspec.json.decode(payload, type=_Identified).id)
    except msgspec.DecodeError:
        return False
    return (msgspec.json.decode(spelled) if spelled.startswith(b'"') else spelled.decode()) == line_id


def indent_json(payload: str) -> str:
    """Return a JSON text with a line for each field, every number spelled as it was sent."""
    return msgspec.json.format(payload, indent=2)
