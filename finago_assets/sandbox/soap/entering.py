"""Bundles entered into the ledger: entries become postings, with their VAT taken out or left in, and links are made.

Owns that way alone. Whether a bundle may be entered was asked before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.books.modes import as_shown
from finago_assets.sandbox.books.taxes import TAXES, VAT_ACCOUNTS
from finago_assets.sandbox.books.vouchers import BooksVoucher, Posting
from finago_assets.sandbox.books.written_records import stamp
from finago_assets.sandbox.endpoints.writing.vat import with_vat

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.soap.desk import SoapLedger
    from finago_assets.sandbox.soap.sent_bundles import SentBundle, SentVoucher


def enter_bundle(ledger: SoapLedger, bundle: SentBundle, *, computes: bool) -> list[str]:
    """Enter every voucher of a bundle and return their ids; `computes` takes the VAT out of its amounts."""
    links: dict[str, list[str]] = defaultdict(list)
    entered = []
    for voucher in bundle.vouchers:
        voucher_id, line_ids = _enter_voucher(ledger.books, voucher, computes=computes)
        entered.append(voucher_id)
        for entry, line_id in zip(voucher.entries, line_ids, strict=True):
            for settled, link in entry.settles:
                links[link].append(settled)
            if entry.link is not None and line_id is not None:
                links[entry.link].append(line_id)
    for linked in links.values():
        ledger.links.join(ledger.links.new(), linked)
    return entered


def _enter_voucher(books: Books, voucher: SentVoucher, *, computes: bool) -> tuple[str, list[str | None]]:
    """Return the id of a voucher, and of each of its entries the id of its line; a line that was cut up has none."""
    parts = [with_vat(entry.posting, entry.vat) if computes else [entry.posting] for entry in voucher.entries]
    postings = tuple(posting for held in parts for posting in held)
    if not computes:
        postings = _name_vat(postings)
    document = next((entry.document for entry in voucher.entries if entry.document), None)
    first, at = books.ledger.entered, stamp(books.written.now())
    voucher_id = books.journal.enter(
        BooksVoucher(voucher.kind, voucher.day, postings, None, document, at=at, number=voucher.number)
    )
    places = {id(posting): place for place, posting in enumerate(as_shown(postings, books.plan.modes))}
    found = [places.get(id(held[0])) for held in parts]
    return voucher_id, [None if place is None else make_guid(Thing.LINE, first + place) for place in found]


def _name_vat(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Return postings with the code that VAT is of, where it can be of one alone."""
    codes = {posting.tax for posting in postings if posting.tax and posting.account not in VAT_ACCOUNTS}
    named = []
    for posting in postings:
        tells = [code for code in codes if posting.account in (TAXES[code].output, TAXES[code].deductible)]
        one = posting.account in VAT_ACCOUNTS and posting.tax is None and len(tells) == 1
        named.append(replace(posting, vat=tells[0]) if one else posting)
    return tuple(named)
