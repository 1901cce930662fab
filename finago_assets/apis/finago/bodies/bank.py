"""Bodies of the bank's writes: an account, its balance at a moment, and a transaction."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from finago_assets.core.catalogue.notation import choice, email, moment, money, number, record, text, whole
from finago_assets.core.catalogue.operation import RequestBody

_CURRENCY: Final = record("code", code=text())
_OTHER_ACCOUNT: Final = record(number=text(null=True), type=choice("bban", "iban", null=True))

BANKACCOUNT: Final = RequestBody(
    record(
        "name number bic type owner",
        name=text(),
        number=text(),
        bic=text(),
        type=choice("bban", "iban"),
        owner=record(
            "name organizationNumber contact",
            name=text(),
            organizationNumber=text(),
            contact=record("name email", name=text(), email=email()),
        ),
        transactionType=record("number", number=whole()),
        ledgerAccount=record("number", number=whole()),
    ),
    {
        "name": "Operating account",
        "number": "90000000009",
        "bic": "SANDNO22",
        "type": "bban",
        "owner": {
            "name": "Fjordlys Regnskap AS",
            "organizationNumber": "310000000",
            "contact": {"name": "Ingrid Berg", "email": "ingrid@fjordlys.example"},
        },
        "ledgerAccount": {"number": 1920},
    },
)

BALANCE: Final = RequestBody(
    record("amount timestamp currency", amount=money(), timestamp=moment(), currency=_CURRENCY),
    {"amount": Decimal("204880.15"), "timestamp": "2025-11-30T22:59:59Z", "currency": {"code": "NOK"}},
)

BANKTRANSACTION: Final = RequestBody(
    record(
        "type bankTransactionReference bankAccount paymentReference amount date",
        type=choice("inbound", "outbound"),
        bankTransactionReference=text(least=10, most=130),
        bankAccount=record("id", id=text()),
        paymentReference=record(
            "type value",
            type=choice("text", "ocr", "invoiceRef"),
            value=text(most=1000),
        ),
        amount=record("value currency", value=number(above=0), currency=_CURRENCY),
        date=text(),
        fromBankAccount=_OTHER_ACCOUNT,
        toBankAccount=_OTHER_ACCOUNT,
        bankTransactionCode=record(
            domainCode=text(null=True),
            familyCode=text(null=True),
            subFamilyCode=text(null=True),
        ),
    ),
    {
        "type": "inbound",
        "bankTransactionReference": "2025-11-28-000417",
        "bankAccount": {"id": "3c6ef372-fe94-4044-8f82-a00000000001"},
        "paymentReference": {"type": "ocr", "value": "100023"},
        "amount": {"value": Decimal("5312.50"), "currency": {"code": "NOK"}},
        "date": "2025-11-28",
        "fromBankAccount": {"number": "90000010001", "type": "bban"},
    },
)
