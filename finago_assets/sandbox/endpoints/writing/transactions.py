"""Vouchers as they are posted: balanced for each date, in a fiscal year, on accounts and codes that exist.

Owns what a body makes of a voucher. How VAT is taken out of an amount is `vat`.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Done
from finago_assets.sandbox.books.accounts import ROUNDING
from finago_assets.sandbox.books.dimensions import CUSTOMER
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vouchers import BooksVoucher, InvoiceRef, Posting, VoucherType, abroad
from finago_assets.sandbox.books.written_records import stamp
from finago_assets.sandbox.endpoints.writing.checks import (
    account_of,
    bounded,
    dimensions_in,
    invalid,
    open_day,
    ore,
    read_day,
)
from finago_assets.sandbox.endpoints.writing.vat import with_vat

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.endpoints.ask import Ask, Writer

VOUCHER_TYPES: Final = {kind.value[1]: kind for kind in VoucherType if kind.value[1] > 0}


def post(ask: Ask) -> Done:
    """A voucher of up to a thousand lines. Lines may have a date of their own, and each date must balance."""
    books, body = ask.books, ask.sent.json
    kind = VOUCHER_TYPES.get(body["transactionTypeNumber"])
    if kind is None:
        raise invalid("transactionTypeNumber", "reference")
    if not body["lines"]:
        raise invalid("lines", "minItems")
    document = body.get("documentId")
    if document is not None and books.written.of_document(document) is None:
        raise invalid("documentId", "reference")
    postings, first = _postings(books, body), read_day(body["date"], "date")
    voucher = BooksVoucher(kind, first, tuple(postings), None, document, at=stamp(books.written.now()))
    return Done(201, json.encode({"transactionId": books.journal.enter(voucher)}))


def _postings(books: Books, body: Json) -> list[Posting]:
    """Return the lines of a voucher, VAT on lines of its own."""
    lines = [_posting(books, body, line, f"lines.{place}") for place, line in enumerate(body["lines"])]
    rounding = _rounding(lines)
    postings: list[Posting] = []
    for place, (line, sent) in enumerate(zip(lines, body["lines"], strict=True)):
        said = sent["tax"].get("amount")
        postings += with_vat(line, None if said is None else ore(said, f"lines.{place}.tax.amount"))
    return postings + rounding


def _posting(books: Books, body: Json, line: Json, path: str) -> Posting:
    """Return a line as it was sent, its VAT still in it."""
    posted = open_day(books, line.get("date", body["date"]), f"{path}.date")
    account = account_of(line["accountNumber"], f"{path}.accountNumber")
    if line["tax"]["number"] not in TAXES:
        raise invalid(f"{path}.tax.number", "reference")
    currency = line.get("currency", {"code": "NOK", "rate": 1})
    dimensions = dimensions_in(books, line.get("dimensions", []), f"{path}.dimensions")
    return abroad(
        account.number,
        ore(line["amount"], f"{path}.amount"),
        currency["code"],
        bounded(currency["rate"], f"{path}.currency.rate"),
        tax=line["tax"]["number"],
        customer=next((int(value) for kind, value in dimensions if kind == CUSTOMER), None),
        invoice=_read_invoice_reference(line.get("invoice", {}), path),
        dimensions=dimensions,
        comment=line.get("comment", body.get("comment")),
        day=posted,
        period=read_day(line.get("periodDate", posted.isoformat()), f"{path}.periodDate"),
    )


def _read_invoice_reference(body: Json, path: str) -> InvoiceRef | None:
    number, reference = body.get("number"), body.get("remittanceReference")
    due = read_day(body["dueDate"], f"{path}.invoice.dueDate") if "dueDate" in body else None
    return InvoiceRef(number, due, reference) if number or reference or due else None


def _rounding(lines: list[Posting]) -> list[Posting]:
    """Return the lines that take up what converting left over. Raises Refused 400 for a date that does not balance."""
    exact: dict[date | None, Decimal] = defaultdict(Decimal)
    whole: dict[date | None, int] = defaultdict(int)
    for line in lines:
        exact[line.day] += Decimal(line.stated) * line.rate
        whole[line.day] += line.amount
    if any(whole[one] and exact[one] for one in whole):
        raise invalid("lines", "balance")
    return [Posting(ROUNDING, -left, comment="Avrunding", day=one, period=one) for one, left in whole.items() if left]


WRITERS: Final[dict[str, Writer]] = {"POST /transactions": post}
