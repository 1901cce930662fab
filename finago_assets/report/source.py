"""The two files that a binder reads, each opened once and read-only: what is published, and the build behind it.

Owns opening, and refusing what no binder can be made of. A file that is replaced meanwhile is read on as it was.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

from finago_assets.core.errors import NotLanded, NotProven, RequestRefused
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.landing.files import stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finago_assets.report.month import Month

# what a published file has had since it holds all that a binder says; each as `schema.table.column`
NEEDED: Final = (
    "marts.accounts.account_name",
    "marts.aged_receivables.unallocated",
    "marts.aged_payables.unallocated",
    "marts.balance_sheet.statement_line",
    "marts.currency_verdict.base_currency",
    "marts.general_ledger.account_name",
    "marts.general_ledger.tax_base",
    "marts.ledger_rejects.partition_date",
    "marts.ledger_tie_out.opening_difference",
    "marts.open_items.item_kind",
    "marts.trial_balance.statement_line",
    "marts.vat_by_period.late_tax_amount",
    "reporting.balance_sheet.change_year_to_date",
    "reporting.profit_and_loss.amount_year_to_date_last_year",
    "reporting.trial_balance.change_year_to_date",
    "reporting.trial_balance.is_bank",
)
_MACROS_NEEDED: Final = ("open_items_as_of", "aged_receivables_as_of", "aged_payables_as_of")
_READING_MEMORY: Final = "300MB"
_NOTHING_WRITTEN: Final = "Nothing was written."


@dataclass(frozen=True, slots=True)
class Publication:
    """The open files; `path` is the published one.

    `details` is None where the build behind it is not there, or is another one. `stamp` changes whenever another build
    is published.
    """

    path: Path
    published: DuckDBPyConnection
    details: DuckDBPyConnection | None
    stamp: str
    built_at: str

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the published file."""
        return self.published.execute(sql, list(values)).fetchall()

    def value(self, sql: str, *values: object) -> Any:  # noqa: ANN401  whatever the query gives
        """Return the one value of a query over the published file."""
        ((found,),) = self.rows(sql, *values)
        return found


@contextmanager
def open_publication(published: Path, details: Path, built_at: str = "") -> Iterator[Publication]:
    """Open both files. `built_at` is when the published build was finished, as far as that is known.

    Raises NotLanded where nothing is published, NotProven for a file of an older form, CorruptFile for no database.
    """
    if not published.is_file():
        raise NotLanded(
            f"Nothing is published: there is no {published}. Materialize everything, `published` with it, or set "
            f"FINAGO_DATA_DIR to where it lies. {_NOTHING_WRITTEN}"
        )
    with ExitStack() as stack:
        with typed_database_errors(published):
            stamp = stamp_of(published)
            connection = stack.enter_context(closing(_open_read_only(published)))
            _check_form(connection, published)
        yield Publication(published, connection, stack.enter_context(_open_details(details, built_at)), stamp, built_at)


def _open_read_only(path: Path) -> DuckDBPyConnection:
    # spilled by nothing: what is read at once is a month
    return duckdb.connect(path, read_only=True, config={"memory_limit": _READING_MEMORY, "threads": 2})


def _check_form(connection: DuckDBPyConnection, published: Path) -> None:
    held = connection.execute("select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()")
    columns = {name for (name,) in held.fetchall()}
    found = connection.execute("select function_name from duckdb_functions() where function_type = 'table_macro'")
    macros = {name for (name,) in found.fetchall()}
    lacking = [name for name in NEEDED if name not in columns] + [name for name in _MACROS_NEEDED if name not in macros]
    if lacking:
        raise NotProven(
            f"{published} was published by an older version: it lacks {', '.join(lacking[:3])}"
            f"{' and more' if len(lacking) > 3 else ''}. Run the job `rebuild`, which publishes it anew from what has "
            f"landed. {_NOTHING_WRITTEN}"
        )


@contextmanager
def _open_details(path: Path, built_at: str) -> Iterator[DuckDBPyConnection | None]:
    """Give the build behind the published file, unless it is not that one or cannot be read: a binder does without."""
    try:
        connection = _open_read_only(path) if path.is_file() else None
    except duckdb.Error:
        connection = None
    if connection is None:
        yield None
        return
    with closing(connection):
        yield connection if _is_that_build(connection, built_at) else None


def _is_that_build(connection: DuckDBPyConnection, built_at: str) -> bool:
    if not built_at:
        return True
    try:
        found = connection.execute("select finished_at from build.latest").fetchall()
    except duckdb.Error:
        return False
    return found == [(built_at,)]


def organizations_in(publication: Publication) -> list[str]:
    """Return every organization with books in the published file."""
    found = publication.rows("select distinct organization_id from marts.trial_balance order by 1")
    return [organization for (organization,) in found]


def choose_organizations(publication: Publication, wanted: str | None, month: Month) -> list[str]:
    """Return those a binder is made for: the one that is wanted, or all of which something of the month has landed.

    Raises RequestRefused for one that is not there, NotLanded where nothing of the month has landed.
    """
    known = organizations_in(publication)
    if wanted is not None and wanted not in known:
        raise RequestRefused(
            f"The organization {wanted!r:.80} is not in the published file, which holds {_name_some(known)}. "
            f"{_NOTHING_WRITTEN}"
        )
    asked = known if wanted is None else [wanted]
    landed = [one for one in asked if _has_landed(publication, one, month)]
    if not landed:
        first, last = publication.rows(
            "select min(period), max(period) from marts.trial_balance where ? is null or organization_id = ?",
            wanted,
            wanted,
        )[0]
        raise NotLanded(
            f"Nothing of {month} has landed{'' if wanted is None else f' of {wanted}'}"
            f"{_months_there(first, last)}. Land the month and publish it, or name another one. {_NOTHING_WRITTEN}"
        )
    return landed


def _name_some(known: Sequence[str]) -> str:
    if not known:
        return "none"
    return ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")


def _months_there(first: date | None, last: date | None) -> str:
    return "" if first is None or last is None else f"; the books are there from {first:%Y-%m} to {last:%Y-%m}"


def _has_landed(publication: Publication, organization: str, month: Month) -> bool:
    return bool(
        publication.value(
            """
            select exists (
                from marts.trial_balance where organization_id = ? and period = ? and is_whole_month
            ) or exists (
                from marts.general_ledger where organization_id = ? and posting_date between ? and ?
            )
            """,
            organization,
            month.first,
            organization,
            month.first,
            month.last,
        )
    )
