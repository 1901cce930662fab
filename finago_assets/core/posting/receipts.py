"""Each bundle of the outbox held against the general ledger of a warehouse, to the øre.

Owns that question and its answers. What counts as the same is `compare.py`'s; builds and publishes nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.posting.compare import Comparison, LedgerVerdict, compare_with_ledger
from finago_assets.core.posting.facts import LineAmounts, PostingFacts, VatComputedBy
from finago_assets.core.posting.journal import LedgerLine, SaveAs
from finago_assets.core.posting.outbox_row import JOURNAL_OPERATION, PostingState
from finago_assets.core.posting.settle import UNDECIDED, what_to_look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import duckdb

    from finago_assets.core.posting.outbox_row import OutboxRow

REST_ROUTE: Final = "rest"
_LEDGER_LINES: Final = """
    select voucher_id, line_id, voucher_number, transaction_type_number, posting_date, account_number, amount,
        tax_number, customer_id, invoice_number, comment
    from marts.general_ledger
    where organization_id = $organization and posting_date between $first and $last
"""


class ReceiptStatus(StrEnum):
    """How a posted bundle stands to the books."""

    IN_THE_LEDGER = "in the ledger"
    DIFFERS = "differs"
    MISSING = "missing"
    WAITS = "waits for the next landing"
    DRAFT = "a draft"
    UNDECIDED = "not known"


@dataclass(frozen=True, slots=True)
class PostingReceipt:
    """What the books say of one bundle, in plain words; `days` is its age."""

    row: OutboxRow
    status: ReceiptStatus
    sentence: str
    days: int


def read_receipts(
    rows: Iterable[OutboxRow],
    warehouse: duckdb.DuckDBPyConnection | None,
    landed: Callable[[str, dt.date], dt.datetime | None],
    now: dt.datetime,
    facts: PostingFacts,
) -> list[PostingReceipt]:
    """Return a receipt for each row that was sent; `landed` says up to when a day of an organization is known."""
    asked = {PostingState.POSTED, PostingState.SENDING, *UNDECIDED}
    sent = (row for row in rows if row.state in asked and row.operation == JOURNAL_OPERATION)
    return [_receipt(row, warehouse, landed, now, facts) for row in sent]


def _receipt(
    row: OutboxRow,
    warehouse: duckdb.DuckDBPyConnection | None,
    landed: Callable[[str, dt.date], dt.datetime | None],
    now: dt.datetime,
    facts: PostingFacts,
) -> PostingReceipt:
    sent = dt.datetime.fromisoformat(row.sent_at or row.made_at)
    days = (now - sent).days
    if row.state is not PostingState.POSTED:
        return PostingReceipt(row, ReceiptStatus.UNDECIDED, row.reason or what_to_look_at(row), days)
    seen = Comparison(LedgerVerdict.ABSENT) if warehouse is None else _look(row, warehouse, facts)
    if seen.verdict is LedgerVerdict.SAME:
        return PostingReceipt(row, ReceiptStatus.IN_THE_LEDGER, seen.sentence(), days)
    if seen.verdict is LedgerVerdict.DIFFERENT:
        return PostingReceipt(row, ReceiptStatus.DIFFERS, seen.sentence(), days)
    if row.save_as is SaveAs.DRAFT:
        age = "today" if days == 0 else f"{days} days ago" if days > 1 else "yesterday"
        said = f"A draft, made {age}, that nobody has booked. Book it in Finago Office, or delete it there."
        return PostingReceipt(row, ReceiptStatus.DRAFT, said, days)
    known = [landed(row.organization_id, entry.date) for entry in row.posted().bundle.entries]
    if any(one is None or one <= sent for one in known):
        return PostingReceipt(row, ReceiptStatus.WAITS, "Its days have not been landed and built since.", days)
    said = f"It was posted, its days were landed since, and it is not there. {_whom_to_ask(row)}"
    return PostingReceipt(row, ReceiptStatus.MISSING, said, days)


def _whom_to_ask(row: OutboxRow) -> str:
    number = f" voucher number {row.numbers[0]}" if row.numbers else ""
    return (
        f"See in Finago Office whether{number or ' the voucher'} ({row.marker}) was deleted, or moved to another day."
    )


def _look(row: OutboxRow, warehouse: duckdb.DuckDBPyConnection, facts: PostingFacts) -> Comparison:
    posted = row.posted()
    lines, numbers = _lines_of(row, warehouse)
    # the mart converts what is in another currency
    in_base = replace(facts, amounts=LineAmounts.BASE)
    by_server = row.save_as is SaveAs.DRAFT or row.route == REST_ROUTE or facts.ledger_vat is VatComputedBy.SERVER
    return compare_with_ledger(posted, numbers, lines, in_base, computes_vat=by_server)


def _lines_of(row: OutboxRow, warehouse: duckdb.DuckDBPyConnection) -> tuple[list[LedgerLine], tuple[int, ...]]:
    """Return the lines of the vouchers that bear the marker, or else the numbers, and the number of each voucher.

    A person who books a draft may take its marker away, and may let it have another number.
    """
    found = _ask_warehouse(row, warehouse)
    marked = {one["voucher_id"] for one in found if row.marker in (one["comment"] or "").split()}
    if not marked:
        types = {one.transaction_type_number for one in row.posted().bundle.vouchers}
        marked = {
            one["voucher_id"]
            for one in found
            if one["voucher_number"] in row.numbers and one["transaction_type_number"] in types
        }
    lines = [_ledger_line(one) for one in found if one["voucher_id"] in marked]
    numbers = sorted({line.transaction_number for line in lines})
    if not row.numbers or set(numbers) == set(row.numbers):
        return lines, row.numbers
    vouchers = len(row.posted().bundle.vouchers)
    return lines, tuple(numbers) if len(numbers) == vouchers else row.numbers


def _ask_warehouse(row: OutboxRow, warehouse: duckdb.DuckDBPyConnection) -> Sequence[dict[str, Any]]:
    days = [entry.date for entry in row.posted().bundle.entries]
    values = {"organization": row.organization_id, "first": min(days), "last": max(days)}
    result = warehouse.execute(_LEDGER_LINES, values)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, one, strict=True)) for one in result.fetchall()]


def _ledger_line(one: dict[str, Any]) -> LedgerLine:
    return LedgerLine(
        line_id=one["line_id"],
        transaction_number=one["voucher_number"],
        transaction_type_number=one["transaction_type_number"],
        date=one["posting_date"],
        account_number=one["account_number"],
        amount=one["amount"] if one["amount"] is not None else Decimal(0),
        customer_id=int(one["customer_id"]) if f"{one['customer_id'] or ''}".isdigit() else None,
        tax_number=None if one["tax_number"] is None else f"{one['tax_number']}",
        invoice_number=one["invoice_number"],
        comment=one["comment"],
    )
