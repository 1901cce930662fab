"""A row of the outbox: one bundle, how it stands, and all that a read-back or a person needs of it.

Owns the shape and its reading out of the database. Who may change it is the outbox's.
"""

from __future__ import annotations

import getpass
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.posting.journal import Bundle, SaveAs, TaxCode
from finago_assets.core.processes import Process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping


JOURNAL_OPERATION: Final = "journal"


class PostingState(StrEnum):
    """How a bundle stands. One that is `sending` by a process that has ended counts as unknown."""

    PREPARED = "prepared"  # written down, and certainly not sent
    SENDING = "sending"
    POSTED = "posted"
    REFUSED = "refused"  # certainly not saved
    UNKNOWN = "unknown"
    CONFLICT = "conflict"  # something else stands where it should


class PostedContent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row is about, as far as a read-back needs it: the bundle, and the tax codes that it names."""

    bundle: Bundle
    tax_codes: list[TaxCode] = []


@dataclass(frozen=True, slots=True)
class PostingOrder:
    """On whose behalf and how a journal is sent. `journal` is its digest, `source` what its user calls it."""

    organization_id: str
    route: str
    save_as: SaveAs
    source: str
    journal: str
    connection: str = ""
    ignored_warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One bundle. `numbers` are those of its vouchers in order, `next_numbers` what each series was at then.

    `read_back` says what was seen of it in the ledger; times are UTC.
    """

    id: int
    operation: str
    key: str
    organization_id: str
    route: str
    save_as: SaveAs
    state: PostingState
    marker: str
    name: str
    source: str
    journal: str
    content: bytes
    connection: str
    who: str
    process: Process
    ignored_warnings: tuple[str, ...]
    fiscal_year: str | None
    numbers: tuple[int, ...]
    next_numbers: Mapping[int, int]
    payload_sha256: str
    transaction_id: str | None
    reason: str
    read_back: str
    made_at: str
    sent_at: str | None
    changed_at: str

    def posted(self) -> PostedContent:
        """Return the bundle that it is about."""
        return msgspec.json.decode(self.content, type=PostedContent)


def current_user() -> str:
    """Return who runs this process, as far as the machine knows."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return "unknown"


def row_from(found: sqlite3.Row) -> OutboxRow:
    """Read a row of the table."""
    decode = msgspec.json.decode
    values = {name: found[name] for name in found.keys() if name in OutboxRow.__dataclass_fields__}  # noqa: SIM118  a Row iterates its values
    return OutboxRow(
        **{
            **values,
            "save_as": SaveAs(found["save_as"]),
            "state": PostingState(found["state"]),
            "content": found["content"].encode(),
            "process": decode(found["process"], type=Process),
            "ignored_warnings": tuple(decode(found["ignored_warnings"])),
            "numbers": tuple(decode(found["numbers"])),
            "next_numbers": {int(name): number for name, number in decode(found["next_numbers"]).items()},
        }
    )


def as_json(value: object) -> str:
    """Return a value as the table keeps it."""
    return msgspec.json.encode(value).decode()
