"""What the outbox and its receipts look like in Dagster: counts and tables without entries, amounts or comments.

Owns the columns. The words are `core/posting`'s.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from finago_assets.core.posting.receipts import ReceiptStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finago_assets.core.posting.outbox_row import OutboxRow
    from finago_assets.core.posting.receipts import PostingReceipt
    from finago_assets.core.posting.results import BundleResult

MOST_SHOWN: Final = 50


def outbox_facts(rows: Sequence[OutboxRow]) -> dict[str, Any]:
    """Return what an outbox holds: how many bundles in which state, and the newest of them."""
    states = Counter(row.state.value for row in rows)
    newest = sorted(rows, key=lambda row: row.changed_at, reverse=True)
    return {
        "dagster/row_count": len(rows),
        **{f"bundles_{state}": count for state, count in sorted(states.items())},
        "newest": text_table(
            ("changed at (UTC)", "organization", "bundle", "marker", "as", "over", "state", "numbers", "from", "by"),
            (
                (
                    row.changed_at[:16],
                    row.organization_id,
                    row.name,
                    row.marker,
                    row.save_as,
                    row.route,
                    row.state,
                    spell(row.numbers),
                    row.source,
                    row.who,
                )
                for row in newest
            ),
        ),
    }


def receipt_facts(receipts: Sequence[PostingReceipt]) -> dict[str, Any]:
    """Return how many bundles the books have, and a table of those that they do not have, or have otherwise."""
    counts = Counter(one.status for one in receipts)
    return {
        "dagster/row_count": len(receipts),
        **{kind.value.replace(" ", "_"): counts[kind] for kind in ReceiptStatus},
        "not_in_the_ledger": receipt_table(one for one in receipts if one.status is not ReceiptStatus.IN_THE_LEDGER),
    }


def receipt_table(receipts: Iterable[PostingReceipt]) -> dg.TableMetadataValue:
    """Return receipts as a table, oldest first."""
    return text_table(
        ("days", "organization", "bundle", "marker", "numbers", "status", "what is known"),
        (
            (
                one.days,
                one.row.organization_id,
                one.row.name,
                one.row.marker,
                spell(one.row.numbers),
                one.status,
                one.sentence,
            )
            for one in sorted(receipts, key=lambda one: -one.days)
        ),
    )


def result_table(results: Iterable[BundleResult]) -> dg.TableMetadataValue:
    """Return what became of each bundle in a run; the server's own text is left out, since it may repeat an entry."""
    return text_table(
        ("bundle", "outcome", "marker", "what it means"),
        ((one.bundle.name, one.outcome, one.row.marker if one.row else "", one.sentence) for one in results),
    )


def text_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> dg.TableMetadataValue:
    """Return a table of text, a bounded number of rows of it."""
    records = [dg.TableRecord(dict(zip(columns, map(str, row), strict=True))) for row in rows]
    return dg.MetadataValue.table(
        records[:MOST_SHOWN], schema=dg.TableSchema([dg.TableColumn(name) for name in columns])
    )


def spell(numbers: Sequence[int]) -> str:
    """Write voucher numbers, which follow each other in most bundles."""
    return ", ".join(f"{number}" for number in numbers)
