"""Bodies of sales orders, which become invoices by their status, of their lines and of their attachments."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from finago_assets.core.catalogue.notation import (
    array,
    choice,
    closed,
    day,
    depending_on,
    email,
    flag,
    guid,
    moment,
    money,
    number,
    record,
    text,
    together,
    whole,
)
from finago_assets.core.catalogue.operation import RequestBody

_CUSTOMER: Final = {
    "id": whole(),
    "organizationNumber": text(most=20),
    "invoiceEmailAddresses": array(email()),
    "gln": text(least=13, most=13),
    "name": text(most=200),
    "street": text(most=250),
    "postalCode": text(most=50),
    "postalArea": text(most=50),
    "city": text(most=50),
    "countrySubdivision": text(most=50),
    "countryCode": text(most=2),
}

_DELIVERY_CUSTOMER: Final = record(
    id=whole(),
    name=text(most=250),
    street=text(most=250),
    postalCode=text(most=16),
    postalArea=text(most=200),
    city=text(most=50),
    countrySubdivision=text(most=100),
    countryCode=text(most=2),
)

_PAYMENT_TERMS: Final = depending_on(
    "type",
    {
        "NumberOfDays": record("value", value=whole(0)),
        "OutMonthPlusDays": record("value", value=whole(0)),
        "FixedDate": record("value", value=day()),
    },
)

_INVOICE: Final = record(
    number=whole(),
    date=day(),
    dueDate=day(),
    distributionMethod=choice(
        "",
        "manualdistribution",
        "efakturadistribution",
        "ehfdistribution",
        "postaldistribution",
        "printdistribution",
        "emaildistribution",
    ),
    paymentTerms=_PAYMENT_TERMS,
    remittanceReference=text(),
    transaction=record(id=guid()),
)

_ACCRUAL: Final = together(startDate=day(), length=whole(1))

_DIMENSIONS: Final = array(
    closed(record("dimensionType value name", dimensionType=whole(), value=text(), name=text())),
)

_ORDER: Final = {
    "currency": record(
        code=text(least=3, most=3, pattern="^[A-Z]{3}$"),
        rate=number(Decimal("1e-10"), 1000000000),
    ),
    "status": choice("Draft", "Web", "Proposal", "Confirmed", "Invoice", "AdvanceInvoice", "Inactive"),
    "deliveryCustomer": _DELIVERY_CUSTOMER,
    "deliveryDate": day(),
    "invoice": _INVOICE,
    "accrual": _ACCRUAL,
    "date": day(),
    "internalMemo": text(most=300),
    "memo": text(),
    "yourReference": record(id=number(), name=text()),
    "ourReference": record(id=number()),
    "paymentMethod": record("id", id=whole(null=True)),
    "referenceNumber": text(most=50),
    "salesType": record(id=whole()),
    "createdAt": moment(),
    "modifiedAt": moment(),
    "dimensions": _DIMENSIONS,
}

NEW_SALESORDER: Final = RequestBody(
    record(customer=record("id name", **_CUSTOMER), **_ORDER),
    {
        "customer": {"id": 10001, "name": "Nordlys Kaffe AS"},
        "status": "Draft",
        "date": "2025-11-28",
        "currency": {"code": "NOK", "rate": 1},
        "invoice": {"paymentTerms": {"type": "NumberOfDays", "value": 14}},
        "referenceNumber": "PO-2025-118",
        "memo": "Beans for December",
    },
)

SALESORDER_CHANGES: Final = RequestBody(
    record(customer=record(**_CUSTOMER), **_ORDER),
    {"deliveryDate": "2025-12-05", "internalMemo": "Agreed by telephone"},
)

_ORDER_LINE: Final = closed(
    record(
        type=choice("product", "text"),
        product=record(id=whole(), number=text(most=100)),
        description=text(least=1, most=300),
        quantity=number(),
        price=money(),
        costPrice=number(most=Decimal("999999999999.9999"), step=Decimal("0.0001"), null=True),
        discountRate=number(0, 100),
        tax=record(id=whole(), number=whole(), rate=number(0, 100)),
        account=record(id=whole(), number=whole(), name=text(most=75)),
        isHidden=flag(),
        dimensions=_DIMENSIONS,
        accrual=_ACCRUAL,
    ),
)

NEW_SALESORDER_LINE: Final = RequestBody(
    _ORDER_LINE,
    {
        "type": "product",
        "product": {"id": 101},
        "description": "Coffee beans, dark roast, 1 kg",
        "quantity": 12,
        "price": Decimal("189.90"),
        "discountRate": Decimal("7.5"),
    },
)

SALESORDER_LINE_CHANGES: Final = RequestBody(_ORDER_LINE, {"quantity": 10, "price": Decimal("179.90")})

ATTACHMENT: Final = RequestBody(
    None,
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
    media_types=("application/pdf", "image/png", "multipart/form-data"),
)
