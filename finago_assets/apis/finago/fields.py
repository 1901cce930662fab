"""The fields of a record of each endpoint, from version 0.60.1 of the API description.

Owns the table; `core/catalogue/fields.py` says how it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.fields import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.fields import JsonShape, Record

TEXT, DAY, MOMENT = Scalar.TEXT, Scalar.DAY, Scalar.MOMENT
INTEGER, NUMBER, FLAG = Scalar.INTEGER, Scalar.NUMBER, Scalar.FLAG

# published clients had to accept several lines where the description has one
_LINES: Final[JsonShape] = (TEXT, [TEXT])
_PERIOD: Final[Record] = {"startDate": DAY, "length": INTEGER}
_NUMBER_AND_TYPE: Final[Record] = {"number": TEXT, "type": TEXT}
_STAMPS: Final[Record] = {"createdAt": MOMENT, "modifiedAt": MOMENT}
_POSTAL_PLACE: Final[Record] = {"street": _LINES, "postalCode": TEXT, "postalArea": TEXT, "countrySubdivision": TEXT}
_POSTAL_ADDRESS: Final[Record] = {**_POSTAL_PLACE, "countryCode": TEXT}
_NAMED_ADDRESS: Final[Record] = {"name": TEXT, **_POSTAL_ADDRESS}
_ORDER_PARTY: Final[Record] = {"id": INTEGER, "name": TEXT, **_POSTAL_ADDRESS, "city": TEXT}

FIELDS: Final[Mapping[str, Record]] = {
    # ledger
    "transactionlines": {
        "id!": TEXT,
        "transaction": {"id": TEXT, "number": INTEGER},
        "account!": {"id": INTEGER, "number": INTEGER, "name": TEXT},
        "transactionType": {"id": INTEGER},
        "tax": {"id": INTEGER, "rate": NUMBER},
        "amount!": NUMBER,
        "currency": {"code": TEXT, "rate!": NUMBER},
        "date!": DAY,
        "invoice": {"number": TEXT, "dueDate": DAY, "remittanceReference": TEXT},
        "customer": {"id": INTEGER},
        "dimensions": [{"dimensionType!": INTEGER, "dimensionTypeName": TEXT, "value!": TEXT, "name!": TEXT}],
        "comment": TEXT,
        "periodDate": DAY,
        "documentId": INTEGER,
        **_STAMPS,
    },
    "fiscalperiods": {"id!": TEXT, "type": TEXT, "startingDate": DAY, "endingDate": DAY},
    "accountbalances": {
        "account!": {"id!": INTEGER, "number": INTEGER, "name": TEXT},
        "balances": [{"date": DAY, "opening": NUMBER, "change": NUMBER, "closing": NUMBER}],
    },
    "accounts": {"id!": INTEGER, "number": INTEGER, "name": TEXT, "taxId": INTEGER},
    "taxes": {"id!": INTEGER, "number": INTEGER, "name": TEXT, "rate": NUMBER},
    "transactiontypes": {"id!": INTEGER, "number": INTEGER, "name": TEXT},
    "currencies": {"code!": TEXT, "rate": NUMBER},
    "dimensions": {"id!": INTEGER, "name!": TEXT},
    "dimension_elements": {"dimensionType!": INTEGER, "value!": TEXT, "name!": TEXT},
    # invoicing
    "salesorders": {
        "id!": INTEGER,
        "status": TEXT,
        "date": DAY,
        "deliveryDate": DAY,
        "customer": {**_ORDER_PARTY, "organizationNumber": TEXT, "gln": TEXT, "invoiceEmailAddresses": [TEXT]},
        "deliveryCustomer": _ORDER_PARTY,
        "currency": {"code": TEXT, "rate": NUMBER},
        "netAmount": NUMBER,
        "taxAmount": NUMBER,
        "grossAmount": NUMBER,
        "invoice": {
            "number": INTEGER,
            "date": DAY,
            "dueDate": DAY,
            "distributionMethod": TEXT,
            "paymentTerms": {"type!": TEXT, "value!": (INTEGER, TEXT)},
            "remittanceReference": TEXT,
            "transaction": {"id": TEXT},
        },
        "accrual": _PERIOD,
        "paymentMethod": {"id": INTEGER},
        "salesType": {"id": INTEGER},
        "yourReference": {"id": INTEGER, "name": TEXT},
        "ourReference": {"id": INTEGER},
        "referenceNumber": TEXT,
        "memo": TEXT,
        "internalMemo": TEXT,
        **_STAMPS,
    },
    "salesorder_lines": {
        "id!": INTEGER,
        "type": TEXT,
        "product": {"id": INTEGER, "number": TEXT},
        "description": TEXT,
        "quantity": NUMBER,
        "price": NUMBER,
        "costPrice": NUMBER,
        "discountRate": NUMBER,
        "tax": {"id": INTEGER, "number": INTEGER, "rate": NUMBER},
        "account": {"id": INTEGER, "number": INTEGER, "name": TEXT},
        "isHidden": FLAG,
        "dimensions": [{"dimensionType!": INTEGER, "value!": TEXT, "name!": TEXT}],
        "accrual": _PERIOD,
    },
    "salesorder_attachments": {
        "fileId!": TEXT,
        "orderId": INTEGER,
        "fileName": TEXT,
        "mediaType": TEXT,
        "size": INTEGER,
        "timestamp": MOMENT,
        "tags": [TEXT],
    },
    "paymentmethods": {"id!": INTEGER, "name!": TEXT, "account": {"id": INTEGER}},
    "salestypes": {"id!": INTEGER, "name": TEXT, "account": {"id": INTEGER}},
    # crm
    "customers": {
        "id!": INTEGER,
        "name": TEXT,
        "externalReference": TEXT,
        "pricelistId": INTEGER,
        "person": {"firstName": TEXT, "lastName": TEXT},
        "isCompany": FLAG,
        "isSupplier": FLAG,
        "organizationNumber": TEXT,
        "address": {
            "visit": _POSTAL_ADDRESS,
            "postal": _POSTAL_PLACE,
            "billing": _NAMED_ADDRESS,
            "delivery": _NAMED_ADDRESS,
        },
        "email": {"contact": TEXT, "billing": TEXT},
        "phone": TEXT,
        "mobilePhone": TEXT,
        "note": TEXT,
        **_STAMPS,
    },
    "customer_bankaccounts": {
        "number!": TEXT,
        "type!": TEXT,
        "isDefault!": FLAG,
        "name": TEXT,
        "countryCode": TEXT,
        "address": TEXT,
        "bsc": TEXT,
        "bic": TEXT,
    },
    # product
    "products": {
        "id!": INTEGER,
        "name": TEXT,
        "number": TEXT,
        "type": TEXT,
        "status": TEXT,
        "description": TEXT,
        "costPrice": NUMBER,
        "salesPrice": NUMBER,
        "indirectCost": NUMBER,
        "webshopEnabled": FLAG,
        "stock": {"isManaged": FLAG, "quantity": NUMBER, "location": TEXT},
        "ean": TEXT,
        "eanAlternative": TEXT,
        "supplierProduct": {"itemCode": TEXT, "number": TEXT, "name": TEXT, "price": NUMBER},
        "units": {"id": INTEGER, "name": TEXT, "symbol": TEXT},
        "category": {"id": INTEGER, "name": TEXT},
        "supplier": {"id": INTEGER, "name": TEXT},
        **_STAMPS,
    },
    "product_dimensions": {"dimensionType!": INTEGER, "dimensionTypeName!": TEXT, "value!": TEXT, "name!": TEXT},
    "product_salestype_overrides": {"productId!": INTEGER, "salesTypeId!": INTEGER, "accountNumber!": INTEGER},
    "productcategories": {
        "id!": INTEGER,
        "name": TEXT,
        "parentId": INTEGER,
        "alternativeReference": TEXT,
        "modifiedAt": MOMENT,
    },
    "productunits": {"id": INTEGER, "name": TEXT, "symbol": TEXT},
    "pricelists": {
        "id!": INTEGER,
        "name!": TEXT,
        "description": TEXT,
        "currencyCode!": TEXT,
        "isInclusiveTax!": FLAG,
    },
    "prices": {"productId!": INTEGER, "price!": NUMBER},
    # bank
    "bankaccounts": {
        "id!": TEXT,
        "number!": TEXT,
        "bic!": TEXT,
        "type!": TEXT,
        "name!": TEXT,
        "owner!": {
            "name!": TEXT,
            "organizationNumber!": TEXT,
            "contact!": {"name!": TEXT, "email!": TEXT},
        },
        "transactionType": {"number!": INTEGER},
        "ledgerAccount": {"number!": INTEGER},
        "balance": {"amount": NUMBER, "timestamp": MOMENT, "currency": {"code!": TEXT}},
        "createdAt!": MOMENT,
        "modifiedAt!": MOMENT,
    },
    "banktransactions": {
        "bankTransactionReference!": TEXT,
        "type!": TEXT,
        "bankAccount!": {"id!": TEXT},
        "paymentReference!": {"type!": TEXT, "value!": TEXT},
        "amount!": {"value!": NUMBER, "currency!": {"code!": TEXT}},
        "date!": DAY,
        "fromBankAccount": _NUMBER_AND_TYPE,
        "toBankAccount": _NUMBER_AND_TYPE,
        "bankTransactionCode": {"domainCode": TEXT, "familyCode": TEXT, "subFamilyCode": TEXT},
        "status!": TEXT,
        "createdAt!": MOMENT,
        "modifiedAt!": MOMENT,
    },
    # organization
    "organization_information": {
        "id!": INTEGER,
        "name": TEXT,
        "email": TEXT,
        "invoiceEmail": TEXT,
        "address": {**_POSTAL_ADDRESS, "city": TEXT},
        "status": TEXT,
        "settings": {"currencyCode": TEXT},
        "contact": {"name": TEXT, "phone": TEXT, "email": TEXT, "language": TEXT},
    },
    "organization_people": {
        "id!": INTEGER,
        "identityId": TEXT,
        "firstName": TEXT,
        "lastName": TEXT,
        "personType": TEXT,
        "hasLicense": FLAG,
    },
}
