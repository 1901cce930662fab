"""Bodies of the ledger's writes: a voucher, and the announcement of a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from finago_assets.core.catalogue.notation import array, day, money, number, record, text, whole
from finago_assets.core.catalogue.operation import RequestBody

_TAX: Final = record(
    "number",
    number=whole(0),
    amount=money(),
    baseRate=whole(0, 100),
    specificationNumber=whole(),
)

_VOUCHER_LINE: Final = record(
    "accountNumber amount tax",
    accountNumber=whole(),
    amount=money(),
    tax=_TAX,
    comment=text(most=75),
    date=day(),
    periodDate=day(),
    currency=record("code rate", code=text(pattern="^[A-Z]{3}$"), rate=number(0)),
    dimensions=array(record("dimensionType value", dimensionType=whole(), value=text()), most=10),
    invoice=record(
        dueDate=day(),
        number=text(most=50),
        remittanceReference=text(most=32),
        bankAccount=text(most=50),
    ),
)

TRANSACTION: Final = RequestBody(
    record(
        "transactionTypeNumber date lines",
        transactionTypeNumber=whole(1),
        date=day(),
        comment=text(most=75),
        documentId=whole(),
        lines=array(_VOUCHER_LINE, most=1000),
    ),
    {
        "transactionTypeNumber": 9,
        "date": "2025-11-28",
        "comment": "Office rent, December",
        "lines": [
            {
                "accountNumber": 6300,
                "amount": Decimal("18750.40"),
                "tax": {"number": 0},
                "periodDate": "2025-12-01",
                "dimensions": [{"dimensionType": 2, "value": "10"}],
            },
            {"accountNumber": 1920, "amount": Decimal("-18750.40"), "tax": {"number": 0}},
        ],
    },
)

FILE_UPLOAD: Final = RequestBody(record("contentType", contentType=text()), {"contentType": "application/pdf"})
