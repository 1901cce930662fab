"""How one ledger line reads: which keys are there, which are missing, and in what spelling.

Owns the awkwardness of a line: omitted keys, `LOCAL`, unknown extra keys, money with and without trailing zeros.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.dimensions import dimension_json
from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.books.money import exact, write_amount
from finago_assets.sandbox.books.taxes import TAXES

if TYPE_CHECKING:
    from decimal import Decimal

    from finago_assets.sandbox.books.plan import Modes
    from finago_assets.sandbox.books.vouchers import BooksVoucher, InvoiceRef, Posting

EXTRA_KEY_EVERY: Final = 97
NAMED_ACCOUNT_EVERY: Final = 5
EMPTY_DIMENSIONS_EVERY: Final = 4
NOK_SPELLED_OUT_EVERY: Final = 6


@dataclass(frozen=True, slots=True)
class Heading:
    """What all the lines of a voucher share."""

    voucher_id: str
    transaction: dict[str, object]
    type: dict[str, int]
    day: str
    period: str | None
    document: int | None
    created: str

    @classmethod
    def of(cls, voucher: BooksVoucher, serial: int, number: int) -> Heading:
        """Return the heading of the voucher entered as the `serial`th of all and the `number`th of its series."""
        voucher_id = make_guid(Thing.VOUCHER, serial)
        return cls(
            voucher_id,
            {"id": voucher_id, "number": number},
            {"id": voucher.type.id},
            voucher.day.isoformat(),
            _choose_period_date(voucher, serial),
            voucher.document,
            voucher.at or make_moment(voucher.day + timedelta(days=voucher.entered), serial),
        )


def _choose_period_date(voucher: BooksVoucher, serial: int) -> str | None:
    if voucher.period is not None:
        return voucher.period.isoformat()
    return None if serial % 3 == 0 else voucher.day.isoformat()


def make_moment(day: date, serial: int) -> str:
    """Return a timestamp in office hours of a day, the same for the same serial."""
    return f"{day.isoformat()}T{7 + serial % 9:02d}:{serial * 7 % 60:02d}:{serial * 13 % 60:02d}Z"


def line_json(heading: Heading, posting: Posting, serial: int, modes: Modes) -> bytes:
    """Return a line with its dimensions last, so that they can be cut off for callers who did not ask for them."""
    code = posting.vat if posting.tax is None and modes.tax_on_vat_lines else posting.tax
    body: dict[str, object] = {
        "id": make_guid(Thing.LINE, serial),
        "transaction": heading.transaction,
        "account": _render_account(posting.account, serial),
        "transactionType": heading.type,
    }
    if code is not None:
        tax = TAXES[code]
        body["tax"] = {"id": tax.id, "rate": exact(tax.rate)}
    body["amount"] = write_amount(posting.stated if modes.foreign_amounts else posting.amount, serial)
    body["currency"] = _render_currency(posting, serial, modes)
    body |= _days(heading, posting)
    if posting.invoice is not None:
        body["invoice"] = _render_invoice_reference(posting.invoice)
    if posting.customer is not None:
        body["customer"] = {"id": posting.customer}
    if posting.comment is not None:
        body["comment"] = posting.comment
    if heading.document is not None:
        body["documentId"] = heading.document
    body["createdAt"] = body["modifiedAt"] = heading.created
    if serial % EXTRA_KEY_EVERY == 0:
        body["postedVia"] = {"channel": "import", "batch": serial}
    if posting.dimensions:
        body["dimensions"] = [dimension_json(kind, value) for kind, value in posting.dimensions]
    elif serial % EMPTY_DIMENSIONS_EVERY == 0:
        body["dimensions"] = []
    return json.encode(body)


def _days(heading: Heading, posting: Posting) -> dict[str, object]:
    day = heading.day if posting.day is None else posting.day.isoformat()
    period = heading.period if posting.period is None else posting.period.isoformat()
    return {"date": day} if period is None else {"date": day, "periodDate": period}


def quoted(currency: str, rate: Decimal, modes: Modes) -> Decimal:
    """Return a rate as the API quotes it: for one, or for a hundred of some currencies."""
    return rate * 100 if currency in modes.per_hundred else rate


def _render_account(account_number: int, serial: int) -> dict[str, object]:
    account = ACCOUNTS[account_number]
    body: dict[str, object] = {"id": account.id, "number": account.number}
    if serial % NAMED_ACCOUNT_EVERY == 0:
        body["name"] = account.name
    return body


def _render_currency(posting: Posting, serial: int, modes: Modes) -> dict[str, object]:
    if posting.currency == "LOCAL" and serial % NOK_SPELLED_OUT_EVERY == 0:
        return {"code": "NOK", "rate": 1}
    return {"code": posting.currency, "rate": exact(quoted(posting.currency, posting.rate, modes))}


def _render_invoice_reference(invoice: InvoiceRef) -> dict[str, object]:
    body: dict[str, object] = {} if invoice.number is None else {"number": invoice.number}
    if invoice.due is not None:
        body["dueDate"] = invoice.due.isoformat()
    if invoice.kid is not None:
        body["remittanceReference"] = invoice.kid
    return body
