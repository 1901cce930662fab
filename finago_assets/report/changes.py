"""What changed in a month since its last binder: a snapshot of its lines and balances is kept beside it, and compared.

Owns the snapshot's form and the comparison. A binder of the same figures replaces no snapshot: making one again, or
deciding something, does not make what had changed look as if it had not.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb
import msgspec

from finago_assets.core.landing import litter
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.landing.files import Files
from finago_assets.core.request.whole import appearing
from finago_assets.core.sql import sql_text
from finago_assets.report.tables import BinderColumn, BinderKind, BinderRow, BinderTable, lines_anchor

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

SNAPSHOT_FILE: Final = "snapshot.parquet"
EARLIER_SNAPSHOT_FILE: Final = "snapshot-before.parquet"
_FACTS_KEY: Final = "finago_binder"
_SNAPSHOT_FORM: Final = 1
# what makes a line another one; a line is known by its id, and where that repeats by its place among those of that id
_COMPARED: Final = (
    "posting_date",
    "voucher_number",
    "account_number",
    "amount",
    "tax_number",
    "customer_id",
    "invoice_number",
    "due_date",
    "comment",
)
_LINES_NOW: Final = f"""
    select 'line' as kind, coalesce(line_id, '') as line_id,
        row_number() over (partition by line_id order by account_number, amount, voucher_id) as nth,
        voucher_id, {", ".join(_COMPARED)}
    from marts.general_ledger where organization_id = $organization and posting_date between $first and $last
"""
_BALANCES_NOW: Final = """
    select 'balance' as kind, account_number, opening_balance, debit, credit, closing_balance
    from marts.trial_balance where organization_id = $organization and period = $first
"""
_CHANGED_LINES: Final = f"""
    with now as ({_LINES_NOW}),
    earlier as (from read_parquet($snapshot) where kind = 'line')
    select
        case when earlier.line_id is null then 'new' when now.line_id is null then 'removed' else 'changed' end,
        coalesce(now.posting_date, earlier.posting_date), coalesce(now.voucher_number, earlier.voucher_number),
        coalesce(now.account_number, earlier.account_number), earlier.amount, now.amount,
        case when earlier.line_id is not null and now.line_id is not null then concat_ws(', ', {
    ", ".join(
        f"if(now.{name} is distinct from earlier.{name}, "
        f"'{name}: ' || coalesce(earlier.{name}::varchar, 'nothing'), null)"
        for name in _COMPARED
    )
}) else '' end,
        coalesce(now.comment, earlier.comment), coalesce(now.line_id, earlier.line_id)
    from now full outer join earlier on now.line_id = earlier.line_id and now.nth = earlier.nth
    where earlier.line_id is null or now.line_id is null or {
    " or ".join(f"now.{name} is distinct from earlier.{name}" for name in _COMPARED)
}
    order by all
"""
_CHANGED_BALANCES: Final = f"""
    with now as ({_BALANCES_NOW}),
    earlier as (from read_parquet($snapshot) where kind = 'balance')
    select coalesce(now.account_number, earlier.account_number), earlier.opening_balance, now.opening_balance,
        earlier.debit - earlier.credit, now.debit - now.credit, earlier.closing_balance, now.closing_balance,
        try_cast(now.closing_balance - earlier.closing_balance as decimal(18, 2))
    from now full outer join earlier on now.account_number is not distinct from earlier.account_number
    where (now.opening_balance, now.debit, now.credit, now.closing_balance)
        is distinct from (earlier.opening_balance, earlier.debit, earlier.credit, earlier.closing_balance)
    order by 1 nulls last
"""
BALANCE_CHANGE_COLUMNS: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("opening_before", "Opened with", BinderKind.MONEY),
    BinderColumn("opening_now", "Opens with now", BinderKind.MONEY),
    BinderColumn("change_before", "Moved", BinderKind.MONEY),
    BinderColumn("change_now", "Moves now", BinderKind.MONEY),
    BinderColumn("closing_before", "Closed with", BinderKind.MONEY),
    BinderColumn("closing_now", "Closes with now", BinderKind.MONEY),
    BinderColumn("difference", "Difference", BinderKind.MONEY, leads=True),
)
LINE_CHANGE_COLUMNS: Final = (
    BinderColumn("what", "What"),
    BinderColumn("posting_date", "Posted on", BinderKind.DAY),
    BinderColumn("voucher_number", "Voucher", BinderKind.NUMBER),
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("amount_before", "Amount then", BinderKind.MONEY),
    BinderColumn("amount_now", "Amount now", BinderKind.MONEY),
    BinderColumn("changed", "What it was before", wide=True),
    BinderColumn("comment", "Comment", wide=True),
    BinderColumn("line_id", "Line"),
)


class SnapshotFacts(msgspec.Struct, frozen=True):
    """What a snapshot says of itself: when its binder was made, and of which build."""

    made_at: str
    built_at: str
    form: int = _SNAPSHOT_FORM


@dataclass(frozen=True, slots=True)
class MonthChanges:
    """What changed since `since`, the binder that is compared with; None where there is none, for the reason `why`.

    `is_new`: the figures are not those of the newest snapshot, so that they become one.
    """

    since: SnapshotFacts | None
    why: str
    balances: BinderTable
    lines: BinderTable
    is_new: bool


def read_changes(source: Publication, organization: str, month: Month, folder: Path) -> MonthChanges:
    """Compare the month with its newest snapshot, or with the one before that where nothing has changed since."""
    newest, earlier = folder / SNAPSHOT_FILE, folder / EARLIER_SNAPSHOT_FILE
    facts = _read_facts(source, newest)
    if facts is None:
        damaged = "The snapshot of the last binder cannot be read, so that nothing can be compared with it."
        return _nothing_to_compare(
            damaged if newest.exists() else "This is the first binder of the month.", is_new=True
        )
    found = _compare(source, organization, month, newest)
    if any(found):
        return _changes_of(facts, found, is_new=True)
    before = _read_facts(source, earlier)
    if before is None:
        return _nothing_to_compare("Nothing has changed since the first binder of the month.", is_new=False)
    return _changes_of(before, _compare(source, organization, month, earlier), is_new=False)


def keep_snapshot(source: Publication, organization: str, month: Month, folder: Path, made_at: str) -> None:
    """Make the month's figures the newest snapshot, and that one the earlier. Raises OSError, NoSpace, NotWritable."""
    newest = folder / SNAPSHOT_FILE
    if newest.exists():
        with newest.open("rb") as kept, appearing(folder / EARLIER_SNAPSHOT_FILE) as copy:
            shutil.copyfileobj(kept, copy)
    facts = msgspec.json.encode(SnapshotFacts(made_at, source.built_at)).decode()
    # by its name, for DuckDB writes it
    written, files = litter.temporary(folder, SNAPSHOT_FILE), Files()
    options = f"format parquet, compression zstd, kv_metadata {{{_FACTS_KEY}: {sql_text(facts)}}}"
    try:
        with typed_database_errors(newest):
            source.published.execute(
                f"copy ({_LINES_NOW} union all by name {_BALANCES_NOW}) to {sql_text(written)} ({options})",
                _values(organization, month),
            )
        written.chmod(0o600)
        with written.open("rb") as file:
            os.fsync(file.fileno())
        files.replace(written, newest)
        files.fsync_directory(folder)
    finally:
        written.unlink(missing_ok=True)


def _values(organization: str, month: Month) -> dict[str, object]:
    return {"organization": organization, "first": month.first, "last": month.last}


def _compare(
    source: Publication, organization: str, month: Month, snapshot: Path
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    values = {**_values(organization, month), "snapshot": f"{snapshot}"}
    lines = source.published.execute(_CHANGED_LINES, values).fetchall()
    del values["last"]
    return lines, source.published.execute(_CHANGED_BALANCES, values).fetchall()


def _read_facts(source: Publication, snapshot: Path) -> SnapshotFacts | None:
    try:
        found = source.rows(
            "select decode(value) from parquet_kv_metadata(?) where decode(key) = ?", f"{snapshot}", _FACTS_KEY
        )
        facts = msgspec.json.decode(found[0][0], type=SnapshotFacts) if found else None
    except (duckdb.Error, msgspec.DecodeError):
        return None
    return facts if facts is not None and facts.form == _SNAPSHOT_FORM else None


def _nothing_to_compare(why: str, *, is_new: bool) -> MonthChanges:
    return MonthChanges(None, why, _balance_changes_of([]), _line_changes_of([]), is_new)


def _changes_of(
    since: SnapshotFacts, found: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]], *, is_new: bool
) -> MonthChanges:
    lines, balances = found
    return MonthChanges(since, "", _balance_changes_of(balances), _line_changes_of(lines), is_new)


def _balance_changes_of(rows: list[tuple[Any, ...]]) -> BinderTable:
    shown = [BinderRow(row, target=lines_anchor(row[0])) for row in rows]
    return BinderTable(
        "changed_balances", "Balances that changed", BALANCE_CHANGE_COLUMNS, shown, nothing="None.", is_optional=True
    )


def _line_changes_of(rows: list[tuple[Any, ...]]) -> BinderTable:
    shown = [BinderRow(row, target=lines_anchor(row[3])) for row in rows]
    return BinderTable(
        "changed_lines", "Lines that changed", LINE_CHANGE_COLUMNS, shown, nothing="None.", is_optional=True
    )
