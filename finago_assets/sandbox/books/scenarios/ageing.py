"""Every open item of the scenarios as of any day, reckoned from the acts: what bare books have open, and nothing else.

Owns matching and ageing without a ledger. The days that a scenario gives itself are literals beside it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.scenarios import scenarios
from finago_assets.sandbox.books.scenarios.model import Bucket, MatchedBy, MoveDue, OpenItem
from finago_assets.sandbox.books.vouchers import VoucherType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.sandbox.books.plan import BooksPlan
    from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting

CONTROL_ACCOUNTS: Final = (1500, 2400)
Key = tuple[
    int, int | None, str | None, MatchedBy, str
]  # account, party, invoice, how, KID or line where that is what it is known by


@dataclass(frozen=True, slots=True)
class _ItemLine:
    day: date
    posting: Posting
    opening: bool


def open_items(plan: BooksPlan, as_of: date) -> tuple[OpenItem, ...]:
    """Return the items with something open as of a day, on the due dates known at the end of the books."""
    lines = sorted(_control_lines(plan), key=lambda line: line.day)
    numbers = {ref.kid: ref.number for line in lines if (ref := line.posting.invoice) and ref.number and ref.kid}
    moved = {str(act.number): act.to for told in scenarios(plan) for act in told.acts if isinstance(act, MoveDue)}
    groups: dict[Key, list[_ItemLine]] = {}
    for place, line in enumerate(lines):
        if line.day <= as_of:
            groups.setdefault(_identify_item(line, numbers, place), []).append(line)
    items = (_make_open_item(key, group, as_of, moved) for key, group in groups.items())
    return tuple(item for item in items if item.open or item.open_currency)


def aged(plan: BooksPlan, as_of: date) -> dict[tuple[str, int | None, Bucket], int]:
    """Return øre by ledger, party and bucket as of a day."""
    found: Counter[tuple[str, int | None, Bucket]] = Counter()
    for item in open_items(plan, as_of):
        found[item.ledger, item.party, item.bucket] += item.open
    return dict(found)


def _control_lines(plan: BooksPlan) -> Iterator[_ItemLine]:
    for told in scenarios(plan):
        for act in told.vouchers:
            opening = getattr(act, "kind", None) is VoucherType.OPENING
            for posting in act.postings:
                if posting.account in CONTROL_ACCOUNTS:
                    yield _ItemLine(act.day, posting, opening)


def _identify_item(line: _ItemLine, numbers: dict[str, str], place: int) -> Key:
    posting, ref = line.posting, line.posting.invoice
    if line.opening:
        return posting.account, None, None, MatchedBy.OPENING, ""
    number = None if ref is None else ref.number or numbers.get(ref.kid or "")
    if number is not None:
        return posting.account, posting.customer, number, MatchedBy.INVOICE_NUMBER, ""
    if ref is not None and ref.kid is not None:
        return posting.account, posting.customer, None, MatchedBy.KID, ref.kid
    return posting.account, posting.customer, None, MatchedBy.LINE, str(place)


def _make_open_item(key: Key, lines: list[_ItemLine], as_of: date, moved: dict[str, date]) -> OpenItem:
    account, party, invoice, matched_by, _ = key
    first = lines[0].posting
    local = first.foreign is None
    return OpenItem(
        as_of=as_of,
        account=account,
        party=party,
        invoice=invoice,
        due=moved.get(invoice or "") or _due(first.invoice) or lines[0].day,
        original=first.amount,
        open=sum(line.posting.amount for line in lines),
        matched_by=matched_by,
        currency="NOK" if local else first.currency,
        open_currency=None if local else sum(line.posting.foreign or 0 for line in lines),
    )


def _due(ref: InvoiceRef | None) -> date | None:
    return None if ref is None else ref.due


def month_ends(plan: BooksPlan) -> list[date]:
    """Return the last day of every month of the books."""
    day, found = plan.start, []
    while day <= plan.last:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(day - timedelta(days=1))
    return found
