"""What `finago-assets post` shows: tables and sentences for people.

Owns the layout. The words of findings, previews and receipts are `core/posting`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from finago_assets.core.posting.check import CheckedJournal
    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.preview_tables import PreviewTable
    from finago_assets.core.posting.receipts import PostingReceipt
    from finago_assets.core.posting.results import BundleResult
    from finago_assets.settings import Settings

VOUCHERS_SHOWN: Final = 20
_RESULT_STYLES: Final = {"posted": "green", "already posted": "green", "not sent": "yellow"}


def print_checked(checked: CheckedJournal, console: Console) -> None:
    """Show every finding, what could not be checked, and the verdict."""
    from finago_assets.core.posting.preview_tables import tabulate_findings, tabulate_not_checked

    if checked.faults:
        _print_table(tabulate_findings("Faults: nothing can be sent", checked.faults), console)
    if checked.warnings:
        _print_table(tabulate_findings("Look at these", checked.warnings), console)
    if checked.not_checked:
        _print_table(tabulate_not_checked(checked), console)
    entries, source = len(checked.journal.entries), checked.journal.source
    if checked.ok:
        console.print(
            f"{source}: {entries:,} rows, nothing against sending them. Digest {checked.digest[:16]}.", markup=False
        )
    else:
        many = len(checked.faults)
        faults = "1 fault" if many == 1 else f"{many:,} faults"
        console.print(f"{source}: {faults}; mend the table and check it again.", style="red", markup=False)


def print_preview(checked: CheckedJournal, settings: Settings, console: Console) -> None:
    """Show the vouchers, the accounts, the VAT and what is sent."""
    from finago_assets.core.posting.balances import read_balances
    from finago_assets.core.posting.preview import preview_journal
    from finago_assets.core.posting.preview_tables import tabulate_preview

    organization = checked.lists.organization_id
    balances = read_balances(settings.published_warehouse, organization, checked.options.today)
    preview = preview_journal(checked, balances)
    tables = list(tabulate_preview(preview))
    vouchers = len(preview.vouchers)
    for table in [*tables[: min(vouchers, VOUCHERS_SHOWN)], *tables[vouchers:]]:
        _print_table(table, console)
    if vouchers > VOUCHERS_SHOWN:
        console.print(f"{vouchers - VOUCHERS_SHOWN:,} more vouchers are not shown.")
    console.print(f"To send just this: --expect {checked.digest[:16]}")


def print_results(results: Sequence[BundleResult], console: Console) -> None:
    """Show what became of each bundle, and what the server said in its own words."""
    from finago_assets.core.posting.results import counted

    for result in results:
        style = _RESULT_STYLES.get(result.outcome, "red")
        console.print(f"[{style}]{result.outcome}[/]  {escape(result.told())}")
        if result.description:
            console.print(f"    The server says: {result.description}", markup=False)
    counts = ", ".join(
        f"{count:,} {outcome}" for outcome, count in _counted(f"{one.outcome}" for one in results).items()
    )
    console.print(f"{counted(len(results), 'bundle')}: {counts}.")


def print_status(
    rows: Sequence[OutboxRow], receipts: Sequence[PostingReceipt], console: Console, *, every: bool
) -> bool:
    """Show how all stands that was ever posted; tell whether nothing of it is unknown."""
    from finago_assets.core.posting.receipts import ReceiptStatus

    if not rows:
        console.print("Nothing was posted from this data folder.")
        return True
    console.print(", ".join(f"{count:,} {state}" for state, count in _counted(row.state for row in rows).items()) + ".")
    titles = {
        ReceiptStatus.UNDECIDED: "Not known: look, then say what you found",
        ReceiptStatus.DIFFERS: "In the ledger, and different",
        ReceiptStatus.MISSING: "Posted, and not in the ledger",
        ReceiptStatus.DRAFT: "Drafts that nobody has booked, oldest first",
        ReceiptStatus.WAITS: "Posted, and not landed since",
        ReceiptStatus.IN_THE_LEDGER: "In the ledger, to the øre",
    }
    for kind, title in titles.items():
        found = sorted((one for one in receipts if one.status is kind), key=lambda one: -one.days)
        if found and (every or kind is not ReceiptStatus.IN_THE_LEDGER):
            console.print(_tabulate_receipts(title, found))
    refused = [row for row in rows if row.state in {"refused", "prepared"}]
    if refused:
        console.print(_tabulate_rows("Not posted", refused))
    return not any(one.status is ReceiptStatus.UNDECIDED for one in receipts)


def _tabulate_receipts(title: str, receipts: Iterable[PostingReceipt]) -> Table:
    table = _named_table(title, ("days", "bundle", "marker", "numbers", "from", "by", "what is known"))
    for one in receipts:
        row = one.row
        numbers = ", ".join(f"{number}" for number in row.numbers)
        cells = (f"{one.days}", row.name, row.marker, numbers, row.source, row.who, one.sentence)
        table.add_row(*map(escape, cells))
    return table


def _tabulate_rows(title: str, rows: Iterable[OutboxRow]) -> Table:
    table = _named_table(title, ("on", "bundle", "marker", "state", "from", "by", "why"))
    for row in rows:
        cells = (row.changed_at[:10], row.name, row.marker, row.state, row.source, row.who, row.reason)
        table.add_row(*map(escape, cells))
    return table


def _print_table(shown: PreviewTable, console: Console) -> None:
    table = Table(title=escape(shown.title), title_justify="left", show_header=any(shown.columns))
    for name in shown.columns:
        right = name in shown.figures
        table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for row in shown.rows:
        table.add_row(*map(escape, row))
    console.print(table)


def _named_table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _counted(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found
