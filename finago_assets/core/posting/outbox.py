"""The outbox: what was and is being posted, a row for each bundle, on the disk before its request leaves.

Owns who may go from which state to which, and that nothing is posted twice. Sends and reads back nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.content import entries_key_of, marker_of, payload_digest
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.keys import key_of
from finago_assets.core.posting.outbox_file import outbox_transaction
from finago_assets.core.posting.outbox_row import (
    JOURNAL_OPERATION,
    PostedContent,
    PostingOrder,
    PostingState,
    as_json,
    current_user,
    row_from,
)
from finago_assets.core.processes import this_process
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from finago_assets.core.posting.journal import Bundle, TaxCode
    from finago_assets.core.posting.line_changes import LineRoute
    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.route import NumberedBundle

OUTBOX_FILE: Final = "outbox.sqlite"
# what may be in the books, so that the same entries are not sent in another shape
_MAY_STAND: Final = (PostingState.SENDING, PostingState.POSTED, PostingState.UNKNOWN, PostingState.CONFLICT)
_NEXT_STATES: Final[dict[PostingState, set[PostingState]]] = {
    PostingState.PREPARED: {PostingState.SENDING},
    PostingState.SENDING: set(PostingState) - {PostingState.SENDING},
    PostingState.UNKNOWN: {PostingState.POSTED, PostingState.REFUSED, PostingState.CONFLICT, PostingState.UNKNOWN},
    PostingState.CONFLICT: {PostingState.POSTED, PostingState.REFUSED},
    PostingState.REFUSED: {PostingState.SENDING, PostingState.POSTED, PostingState.CONFLICT},
    PostingState.POSTED: set(),
}


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of a data folder. Safe between threads and processes: each change is one transaction."""

    folder: Path
    who: str = field(default_factory=current_user)
    now: Callable[[], dt.datetime] = utc_now

    @property
    def file(self) -> Path:
        """The database. Where it is missing, nothing is known of what was posted."""
        return self.folder / OUTBOX_FILE

    def prepare(self, bundle: Bundle, sending: PostingOrder, tax_codes: Iterable[TaxCode] = ()) -> OutboxRow:
        """Write down that a bundle is to be sent; return its row, which is an older one where it was sent before."""
        key = key_of(bundle, sending.organization_id)
        content = PostedContent(bundle, _related(bundle, list(tax_codes)))
        with outbox_transaction(self.file) as connection:
            found = _find_row_of(connection, sending, key)
            if found is None:
                found = self._insert(connection, key, sending, bundle.name, msgspec.json.encode(content).decode())
                self._insert_vouchers(connection, found, bundle, sending.organization_id)
            return _read_bundle_row(connection, found)

    def start(  # noqa: PLR0913  what is written down of a request
        self,
        row: OutboxRow,
        numbered: NumberedBundle,
        sending: PostingOrder,
        *,
        series: tuple[int | None, ...] = (),
        next_numbers: Mapping[int, int] | None = None,
        although_posted: bool = False,
    ) -> OutboxRow:
        """Write down that a bundle is now being sent. Raises RequestRefused where that could post something twice."""
        year = numbered.fiscal_year.isoformat()
        with outbox_transaction(self.file) as connection:
            if not although_posted:
                _refuse_posted_elsewhere(connection, row, sending)
            values = {
                "fiscal_year": year,
                "numbers": as_json(list(numbered.numbers)),
                "next_numbers": as_json({f"{name}": number for name, number in (next_numbers or {}).items()}),
                "payload_sha256": payload_digest(numbered, sending.save_as, sending.ignored_warnings),
                "sent_at": self._time(),
                "source": sending.source,
                "journal": sending.journal,
                "connection": sending.connection,
                "ignored_warnings": as_json(list(sending.ignored_warnings)),
            }
            self._change(connection, row, PostingState.SENDING, "", values)
            for position, number in enumerate(numbered.numbers):
                connection.execute(
                    "UPDATE vouchers SET series = ?, fiscal_year = ?, number = ? WHERE bundle_id = ? AND position = ?",
                    (series[position] if series else None, year, number, row.id, position),
                )
            return _read_bundle_row(connection, row.id)

    def start_change(self, operation: str, content: str, route: LineRoute) -> OutboxRow:
        """Write down that lines of the ledger are now being changed. It may be made as often as it is asked for."""
        order = PostingOrder(route.organization_id, route.name, SaveAs.LEDGER, operation, "")
        with outbox_transaction(self.file) as connection:
            made = connection.execute("SELECT count(*) FROM bundles").fetchone()[0]
            key = hashlib.sha256(f"{operation} {made} {content}".encode()).hexdigest()
            number = self._insert(connection, key, order, operation, content, operation)
            row = _read_bundle_row(connection, number)
            self._change(connection, row, PostingState.SENDING, "", {"sent_at": self._time()})
            return _read_bundle_row(connection, number)

    def move(
        self,
        row: OutboxRow,
        state: PostingState,
        reason: str = "",
        *,
        transaction_id: str | None = None,
        read_back: str | None = None,
    ) -> OutboxRow:
        """Write down how it stands now. Raises RequestRefused where somebody else has written something meanwhile."""
        values = {"transaction_id": transaction_id or row.transaction_id}
        if read_back is not None:
            values["read_back"] = read_back
        with outbox_transaction(self.file) as connection:
            self._change(connection, row, state, reason, values)
            return _read_bundle_row(connection, row.id)

    def note_read_back(self, row: OutboxRow, read_back: str) -> OutboxRow:
        """Write down what was seen of it in the ledger."""
        with outbox_transaction(self.file) as connection:
            connection.execute("UPDATE bundles SET read_back = ? WHERE id = ?", (read_back, row.id))
            return _read_bundle_row(connection, row.id)

    def note_reason(self, row: OutboxRow, reason: str) -> None:
        """Write down why a bundle that is only prepared was not sent."""
        with outbox_transaction(self.file) as connection:
            connection.execute(
                "UPDATE bundles SET reason = ? WHERE id = ? AND state = ?",
                (reason, row.id, PostingState.PREPARED.value),
            )

    def row(self, number: int) -> OutboxRow:
        """Return a row as it stands."""
        with outbox_transaction(self.file) as connection:
            return _read_bundle_row(connection, number)

    def rows(
        self, *, organization_id: str | None = None, states: Iterable[PostingState] | None = None
    ) -> list[OutboxRow]:
        """Return the rows, oldest first; none at all, and no file is made, where nothing was ever posted."""
        if not self.file.exists():
            return []
        wanted = set(PostingState if states is None else states)
        with outbox_transaction(self.file) as connection:
            every = [row_from(found) for found in connection.execute("SELECT * FROM bundles ORDER BY id")]
        return [one for one in every if one.state in wanted and organization_id in {None, one.organization_id}]

    def highest_number(self, organization_id: str, series: int, fiscal_year: dt.date) -> int:
        """Return the highest number that a bundle of ours has, or may have, taken; 0 for none. Drafts do it unseen."""
        with outbox_transaction(self.file) as connection:
            found = connection.execute(
                "SELECT max(v.number) FROM vouchers v JOIN bundles b ON b.id = v.bundle_id "
                f"WHERE b.organization_id = ? AND v.series = ? AND v.fiscal_year = ? AND b.state IN ({_MARKS})",
                (organization_id, series, fiscal_year.isoformat(), *_MAY_STAND),
            ).fetchone()[0]
        return found or 0

    def history(self, row: OutboxRow) -> list[tuple[str, str, str, str]]:
        """Return every change of a row: when, to which state, why and by whom."""
        with outbox_transaction(self.file) as connection:
            found = connection.execute(
                "SELECT at, state, reason, who FROM changes WHERE bundle_id = ? ORDER BY rowid", (row.id,)
            )
            return [tuple(one) for one in found]

    def _insert(  # noqa: PLR0913, PLR0917  a row's columns
        self,
        connection: sqlite3.Connection,
        key: str,
        sending: PostingOrder,
        name: str,
        content: str,
        operation: str = JOURNAL_OPERATION,
    ) -> int:
        now = self._time()
        values = {
            "operation": operation,
            "key": key,
            "organization_id": sending.organization_id,
            "route": sending.route,
            "save_as": sending.save_as.value,
            "state": PostingState.PREPARED.value,
            "marker": marker_of(key),
            "name": name,
            "source": sending.source,
            "journal": sending.journal,
            "content": content,
            "connection": sending.connection,
            "who": self.who,
            "process": as_json(this_process()),
            "ignored_warnings": as_json(list(sending.ignored_warnings)),
            "made_at": now,
            "changed_at": now,
        }
        places = ", ".join(f":{name}" for name in values)
        # the names are those above
        statement = f"INSERT INTO bundles ({', '.join(values)}) VALUES ({places}) RETURNING id"
        number = int(connection.execute(statement, values).fetchone()[0])
        self._log(connection, number, PostingState.PREPARED, "")
        return number

    def _insert_vouchers(self, connection: sqlite3.Connection, number: int, bundle: Bundle, organization: str) -> None:
        connection.executemany(
            "INSERT INTO vouchers (bundle_id, position, name, entries_key) VALUES (?, ?, ?, ?)",
            [
                (number, position, voucher.name, entries_key_of(voucher, organization))
                for position, voucher in enumerate(bundle.vouchers)
            ],
        )

    def _change(
        self,
        connection: sqlite3.Connection,
        row: OutboxRow,
        state: PostingState,
        reason: str,
        values: Mapping[str, str | None],
    ) -> None:
        stands = _read_bundle_row(connection, row.id).state
        if stands is not row.state or state not in _NEXT_STATES[stands]:
            raise RequestRefused(
                f"The bundle {row.name!r} ({row.marker}) is {stands} by now and was {row.state} a moment ago: another "
                "process is at it. Nothing was changed; see `finago-assets post status`."
            )
        changed = {
            **values,
            "state": state.value,
            "reason": reason,
            "who": self.who,
            "process": as_json(this_process()),
            "changed_at": self._time(),
        }
        # the names are those of this module
        assignments = ", ".join(f"{name} = :{name}" for name in changed)
        connection.execute(f"UPDATE bundles SET {assignments} WHERE id = :id", {**changed, "id": row.id})
        self._log(connection, row.id, state, reason)

    def _log(self, connection: sqlite3.Connection, number: int, state: PostingState, reason: str) -> None:
        connection.execute(
            "INSERT INTO changes (bundle_id, at, state, reason, who) VALUES (?, ?, ?, ?, ?)",
            (number, self._time(), state.value, reason, self.who),
        )

    def _time(self) -> str:
        return self.now().isoformat(timespec="milliseconds")


def _related(bundle: Bundle, codes: list[TaxCode]) -> list[TaxCode]:
    """Return the codes that a bundle names, and those that it would name if a number were taken for an id."""
    used = {one.tax_number for one in bundle.entries}
    ids = {one.tax_id for one in codes if one.number in used}
    return [one for one in codes if one.number in used or one.tax_id in used or one.number in ids]


_MARKS: Final = ", ".join("?" for _ in _MAY_STAND)


def _refuse_posted_elsewhere(connection: sqlite3.Connection, row: OutboxRow, sending: PostingOrder) -> None:
    """Refuse entries that another bundle has, or may have: renamed, in another bundle, by another route, as a draft.

    Two vouchers alike in one and the same journal are two vouchers.
    """
    found = connection.execute(
        "SELECT v.name AS voucher, b.* FROM vouchers mine JOIN vouchers v ON v.entries_key = mine.entries_key "
        "JOIN bundles b ON b.id = v.bundle_id WHERE mine.bundle_id = ? AND b.id <> mine.bundle_id "
        "AND NOT (b.journal = ? AND b.route = ? AND b.save_as = ?) "
        f"AND b.state IN ({_MARKS}) ORDER BY b.id LIMIT 1",
        (row.id, sending.journal, sending.route, sending.save_as.value, *_MAY_STAND),
    ).fetchone()
    if found is None:
        return
    other = row_from(found)
    booked = "; once that draft is booked, they would stand twice" if other.save_as is SaveAs.DRAFT else ""
    raise RequestRefused(
        f"The entries of a voucher in the bundle {row.name!r} are in the outbox already: voucher {found['voucher']!r} "
        f"of {other.source} ({other.marker}), {other.state} as {_name_place(other.save_as)} over {other.route} on "
        f"{(other.sent_at or other.made_at)[:10]}{booked}. Nothing was sent. If they are meant to be posted once more, "
        "say so with --although-posted."
    )


def _name_place(save_as: SaveAs) -> str:
    return "a draft" if save_as is SaveAs.DRAFT else "part of the ledger"


def _find_row_of(connection: sqlite3.Connection, sending: PostingOrder, key: str) -> int | None:
    found = connection.execute(
        "SELECT id FROM bundles WHERE organization_id = ? AND key = ? AND route = ? AND save_as = ?",
        (sending.organization_id, key, sending.route, sending.save_as.value),
    ).fetchone()
    return None if found is None else int(found[0])


def _read_bundle_row(connection: sqlite3.Connection, number: int) -> OutboxRow:
    return row_from(connection.execute("SELECT * FROM bundles WHERE id = ?", (number,)).fetchone())
