"""A voucher as the body of `POST /transactions`.

Owns the spelling of fields. What a voucher may hold is the check's; what cannot be spelled here is refused unsent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.content import comment_with

if TYPE_CHECKING:
    from finago_assets.core.posting.journal import Entry, Voucher

PROJECT_DIMENSION: Final = 1
DEPARTMENT_DIMENSION: Final = 2
CUSTOMER_DIMENSION: Final = 5
NO_VAT: Final = "0"
# an amount goes out as it is: a text would be refused, a float would be another amount
_BODY_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def body_of(voucher: Voucher, marker: str) -> bytes:
    """Return the body; `marker` goes into every comment, for there is nothing else that a voucher is found by.

    Raises RequestRefused for what this way of posting has no field for.
    """
    first = voucher.entries[0]
    documents = {one.document_id for one in voucher.entries} - {None}
    if len(documents) > 1:
        raise RequestRefused(f"The voucher {voucher.name!r} names several documents, and REST takes one. Not sent.")
    if any(one.link or one.links_to for one in voucher.entries):
        raise RequestRefused(
            f"The voucher {voucher.name!r} links lines, which REST cannot do. Nothing was sent; post it with "
            "--route soap, or leave the columns link and links_to out."
        )
    body: dict[str, Any] = {
        "transactionTypeNumber": voucher.transaction_type_number,
        "date": first.date.isoformat(),
        "comment": marker,
        "documentId": next(iter(documents), None),
        "lines": [_spell_line(one, marker) for one in voucher.entries],
    }
    return _BODY_ENCODER.encode(_without_nothing(body))


def _spell_line(entry: Entry, marker: str) -> dict[str, Any]:
    return _without_nothing(
        {
            "accountNumber": entry.account_number,
            "amount": _plain_number(entry.amount),
            "tax": {"number": int(entry.tax_number or NO_VAT)},
            "comment": comment_with(entry.comment, marker),
            "date": entry.date.isoformat(),
            "periodDate": None if entry.period_date is None else entry.period_date.isoformat(),
            "currency": _spell_currency(entry),
            "dimensions": _spell_dimensions(entry) or None,
            "invoice": _spell_invoice(entry) or None,
        }
    )


def _spell_currency(entry: Entry) -> dict[str, Any] | None:
    if entry.currency_code is None:
        return None
    rate = 1 if entry.currency_rate is None else _plain_number(entry.currency_rate / (entry.rate_per or 1))
    return {"code": entry.currency_code, "rate": rate}


def _spell_dimensions(entry: Entry) -> list[dict[str, Any]]:
    known = (
        (PROJECT_DIMENSION, entry.project),
        (DEPARTMENT_DIMENSION, entry.department),
        (CUSTOMER_DIMENSION, entry.customer_id),
    )
    said = [(kind, f"{value}") for kind, value in known if value is not None]
    return [{"dimensionType": kind, "value": value} for kind, value in (*said, *entry.dimensions)]


def _spell_invoice(entry: Entry) -> dict[str, Any]:
    return _without_nothing(
        {
            "number": entry.invoice_number,
            "remittanceReference": entry.payment_reference,
            "dueDate": None if entry.due_date is None else entry.due_date.isoformat(),
            "bankAccount": entry.bank_account,
        }
    )


def _plain_number(value: Decimal) -> Decimal:
    # JSON may spell an exponent, but nobody is known to read one here
    return Decimal(format(value.normalize(), "f"))


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
