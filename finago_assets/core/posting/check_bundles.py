"""The rules between vouchers: one year in a bundle, its size, invoices that are there twice, links that are closed.

Owns what needs more than one voucher, or the whole bundle, to be seen.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from finago_assets.core.posting.check_entries import INVISIBLE, year_of
from finago_assets.core.posting.findings import find, find_in, soften
from finago_assets.core.posting.keys import describe_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from finago_assets.core.posting.findings import PostingFinding
    from finago_assets.core.posting.journal import Bundle, Entry, Journal, Lists
    from finago_assets.core.posting.options import PostingOptions

MOST_VOUCHERS: Final = 100
MOST_BYTES_SENT: Final = 4_000_000
# what an entry takes in a request besides its text: the names of its elements, generously
_BYTES_OF_ENTRY: Final = 1_100
_BYTES_OF_VOUCHER: Final = 400


def check_bundle(bundle: Bundle, lists: Lists) -> Iterator[PostingFinding]:
    """Find everything that is wrong with a bundle as a whole."""
    row = bundle.entries[0].row
    if len(bundle.vouchers) > MOST_VOUCHERS:
        detail = f"The bundle has {len(bundle.vouchers):,} vouchers."
        yield find("too-many-vouchers", detail, row=row, column="bundle", value=bundle.name)
    if (size := estimate_bytes(bundle)) > MOST_BYTES_SENT:
        detail = f"The bundle would be sent as about {size / 1_000_000:,.1f} MB."
        yield find("request-too-large", detail, row=row, column="bundle", value=bundle.name)
    for name, column in ((bundle.name, "bundle"), *((voucher.name, "voucher") for voucher in bundle.vouchers)):
        if INVISIBLE.search(name):
            yield find("control-character", row=row, column=column, value=name)
    years = {year.start: entry for entry in bundle.entries if (year := year_of(entry.date, lists))}
    if len(years) > 1:
        detail = f"The bundle has dates in {len(years)} fiscal years."
        yield find_in(years[max(years)], "two-years", "date", detail)


def estimate_bytes(bundle: Bundle) -> int:
    """Return about how large a bundle is when it is sent, rather too much than too little."""
    texts = sum(
        len(escape(text).encode("utf-8", "surrogatepass"))
        for entry in bundle.entries
        for text in (entry.comment, entry.invoice_number, entry.payment_reference, entry.bank_account)
        if text
    )
    parts = sum(len(entry.dimensions) + len(entry.links_to) for entry in bundle.entries)
    return texts + (len(bundle.entries) + parts) * _BYTES_OF_ENTRY + len(bundle.vouchers) * _BYTES_OF_VOUCHER


def check_twice(journal: Journal) -> Iterator[PostingFinding]:
    """Find vouchers that are the same but for their names."""
    seen: dict[tuple[object, ...], str] = {}
    for bundle in journal.bundles:
        for voucher in bundle.vouchers:
            content = (voucher.transaction_type_number, *describe_entries(voucher))
            if content in seen:
                detail = f"The voucher is the same as {seen[content]:.40}."
                yield find("voucher-twice", detail, row=voucher.entries[0].row, column="voucher", value=voucher.name)
            seen.setdefault(content, voucher.name)


def check_invoices(journal: Journal, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    """Find invoices that are in the journal twice or in the ledger already. Payments of them are none."""
    seen: dict[tuple[object, ...], Entry] = {}
    may_be_ours = {entry.row for one in journal.bundles if one.name in options.sent_before for entry in one.entries}
    for entry in journal.entries:
        if entry.customer_id is None or entry.invoice_number is None or not _is_of_subledger(entry):
            continue
        key = (entry.customer_id, entry.invoice_number, entry.amount > 0)
        found = None
        if key in seen:
            detail = f"Customer {entry.customer_id} has this invoice number in row {seen[key].row}, with the same sign."
            found = find_in(entry, "invoice-twice", "invoice_number", detail)
        elif entry.row not in may_be_ours and _opens_item(entry) and key[:2] in lists.invoices:
            detail = f"The ledger has an invoice of this number of customer {entry.customer_id}."
            found = find_in(entry, "invoice-in-ledger", "invoice_number", detail)
        seen.setdefault(key, entry)
        if found is not None:
            yield soften(found) if options.ignores("invoicealreadyexists") else found


def _is_of_subledger(entry: Entry) -> bool:
    """Tell whether a line is on an account of the balance sheet, where the items of a subledger are."""
    return f"{entry.account_number}"[0] in "12"


def _opens_item(entry: Entry) -> bool:
    """Tell whether a line is an invoice: a customer's in debit or a supplier's in credit."""
    return (entry.amount > 0) == f"{entry.account_number}".startswith("1")


def check_links(journal: Journal, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    """Find links that tie nothing, tie what does not belong together, or reach a line that cannot be settled."""
    if not options.offers_links:
        yield from _check_that_none_links(journal, options)
        return
    tied: dict[str, list[Entry]] = defaultdict(list)
    bundles: dict[str, str] = {}
    for bundle in journal.bundles:
        for entry in bundle.entries:
            if entry.link is None:
                continue
            if bundles.setdefault(entry.link, bundle.name) != bundle.name:
                detail = f"Bundle {bundles[entry.link]:.40} has this link too."
                yield find_in(entry, "link-across-bundles", "link", detail)
            tied[entry.link].append(entry)
    for entries in tied.values():
        yield from _check_tied(entries)
    # what was sent before may be what settled them
    due = (bundle for bundle in journal.bundles if bundle.name not in options.sent_before)
    yield from _check_lines([entry for bundle in due for entry in bundle.entries], lists)


def _check_that_none_links(journal: Journal, options: PostingOptions) -> Iterator[PostingFinding]:
    for entry in journal.entries:
        if entry.link or entry.links_to:
            column = "link" if entry.link else "links_to"
            yield find_in(entry, "links-not-offered", column, f"Posting over {options.route} knows no links.")


def _check_tied(entries: list[Entry]) -> Iterator[PostingFinding]:
    first = entries[0]
    if len(entries) < 2 and not first.links_to:
        yield find_in(first, "link-alone", "link", "No other entry has this link, and it names no line of the ledger.")
    for entry in entries[1:]:
        if (entry.customer_id, entry.account_number) != (first.customer_id, first.account_number):
            detail = f"Row {first.row} has this link, and another customer or account."
            yield find_in(entry, "link-differs", "link", detail)


def _check_lines(entries: Iterable[Entry], lists: Lists) -> Iterator[PostingFinding]:
    seen: dict[str, int] = {}
    for entry in entries:
        for line_id in entry.links_to:
            if (row := seen.setdefault(line_id, entry.row)) != entry.row or entry.links_to.count(line_id) > 1:
                yield find_in(entry, "links-to-twice", "links_to", f"{line_id:.40} is in row {row} too.")
            yield from _check_line(entry, line_id, lists)


def _check_line(entry: Entry, line_id: str, lists: Lists) -> Iterator[PostingFinding]:
    line = lists.lines.get(line_id)
    if line is None:
        yield find_in(entry, "links-to-unknown", "links_to", f"The ledger has no line {line_id:.40}.")
    elif line.is_open is False:
        yield find_in(entry, "links-to-closed", "links_to", f"Line {line_id:.40} is settled already.")
    elif (line.customer_id, line.account_number) != (entry.customer_id, entry.account_number):
        detail = f"Line {line_id:.40} is of customer {line.customer_id} on account {line.account_number}."
        yield find_in(entry, "links-to-differs", "links_to", detail)
