"""Every path variable and query parameter of the API by the vendor's name: its type, an example, what may be chosen.

Owns what a parameter is. Which endpoint has which is said by the rows of the catalogue and of the writes. A name that
means different things on different paths has a second entry for those. Examples are ids of the sandbox's own books.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from finago_assets.core.catalogue.operation import Parameter, Type
from finago_assets.core.catalogue.parameters import Parameters, index_by_name

_GUID: Final = "5f0c8e1a-9a53-4b6e-8a55-0d9f6b1f7c42"
_BANK_ACCOUNT: Final = "3c6ef372-fe94-4044-8f82-a00000000001"
_IDS: Final = {
    "/accountbalances": "1000031",
    "/accounts": "1000031",
    "/organization/people": "1",
    "/productcategories": "10",
    "/products": "101",
    "/salesorders": "500007",
    "/salestypes": "12",
    "/taxes": "3",
}
_SORTED_BY: Final = tuple(
    f"{field}:{way}"
    for field in ("name", "createdAt", "modifiedAt", "organizationNumber", "id")
    for way in ("asc", "desc")
)


_ANYWHERE: Final = index_by_name(
    # windows and moments
    Parameter("dateFrom", Type.DAY, "2024-01-01", title="First day"),
    Parameter("dateTo", Type.DAY, "2024-02-01", title="Last day; whether it is included is not documented"),
    Parameter("date", Type.DAY, "2024-01-31", title="Exactly this day"),
    Parameter("before", Type.DAY, "2024-02-01", title="The last balance before this day"),
    Parameter("periods", Type.LIST, "2024-01-31,2024-02-28", title="Days that end a period of the answer"),
    Parameter("createdFrom", Type.MOMENT, "2024-01-01T00:00:00Z", title="Created since"),
    Parameter("createdTo", Type.MOMENT, "2024-02-01T00:00:00Z", title="Created until"),
    Parameter("modifiedFrom", Type.MOMENT, "2024-01-01T00:00:00Z", title="Changed since"),
    Parameter("modifiedTo", Type.MOMENT, "2024-02-01T00:00:00Z", title="Changed until"),
    # paging and order
    Parameter("page", Type.INTEGER, "1", title="Which page, from 1"),
    Parameter("limit", Type.INTEGER, "100", title="Records on a page"),
    Parameter("continuationToken", Type.TEXT, "eyJuZXh0IjoxMDB9", title="Where the page before left off"),
    Parameter("sortBy", Type.TEXT, "id:asc", choices=_SORTED_BY, title="Order of the answer"),
    # what comes along
    Parameter("includeDimensions", Type.FLAG, "true", title="With dimensions"),
    Parameter("keepIncoming", Type.FLAG, "true", title="With incoming balances"),
    Parameter("thumb", Type.FLAG, "false", title="With a small picture"),
    Parameter("bigthumb", Type.FLAG, "false", title="With a large picture"),
    Parameter("maxAge", Type.INTEGER, "3600", title="How old the answer may be"),
    # which ones, by id
    Parameter("id", Type.INTEGER, "1", title="Id"),
    Parameter("accountId", Type.INTEGER, "1000031", title="Ledger account by id"),
    Parameter("bankAccountId", Type.TEXT, _BANK_ACCOUNT, title="Bank account"),
    Parameter("bankTransactionReference", Type.TEXT, "20240102-1920-0000003", title="The bank's reference"),
    Parameter("customerId", Type.INTEGER, "10001", title="Customer"),
    Parameter("dimensionId", Type.INTEGER, "2", title="Type of dimension"),
    Parameter("dimensionType", Type.INTEGER, "2", title="Type of dimension"),
    Parameter("documentId", Type.INTEGER, "70003", title="Document"),
    Parameter(
        "fileId",
        Type.TEXT,
        "3c6ef372-fe94-4077-8f82-a00000000001",
        title="File, as named when its upload was announced",
    ),
    Parameter("lineId", Type.INTEGER, "900021", title="Line of the order"),
    Parameter("listId", Type.INTEGER, "1", title="Price list"),
    Parameter("organizationId", Type.INTEGER, "100000000000001", title="Organization"),
    Parameter("personId", Type.INTEGER, "1", title="Person"),
    Parameter("salesTypeId", Type.INTEGER, "12", title="Sales type; the system's own are negative"),
    Parameter("transactionId", Type.TEXT, "daa66d2c-7ddf-4022-8743-f00000000002", title="Voucher"),
    Parameter("transactionTypeId", Type.INTEGER, "5002", title="Voucher type"),
    Parameter("value", Type.TEXT, "10", title="Key of the dimension's element"),
    # which ones, by what is written on them
    Parameter("accountNumber", Type.INTEGER, "1920", title="Ledger account by number"),
    Parameter("categoryIds", Type.LIST, "10,11", title="Product categories"),
    Parameter("currencyCode", Type.TEXT, "NOK", title="Currency"),
    Parameter("ean", Type.TEXT, "7038010000034", title="Article number"),
    Parameter("email", Type.TEXT, "kari@sandbox.example", title="E-mail address"),
    Parameter("externalReference", Type.TEXT, "crm-10001", title="Id in another system"),
    Parameter("invoiceNumber", Type.TEXT, "10001", title="Invoice number"),
    Parameter("isCompany", Type.FLAG, "true", title="Companies, or people"),
    Parameter("isSupplier", Type.FLAG, "false", title="Suppliers, or not"),
    Parameter("organizationNumber", Type.TEXT, "310000078", title="Organization number"),
    Parameter(
        "personType",
        Type.TEXT,
        "Organization",
        choices=("Organization", "External", "Basic", "Client"),
        title="Kind of person",
    ),
    Parameter("productIds", Type.LIST, "101..110,120", title="Products; `1..10` is a range"),
    Parameter("productNumber", Type.TEXT, "V-1000", title="Product number"),
    Parameter("productSearch", Type.TEXT, "%lampe%", title="Words of the product; % stands for anything"),
    Parameter("query", Type.TEXT, "bank", title="Part of the number or name"),
    Parameter("referenceNumber", Type.TEXT, "PO-2024-118", title="The customer's reference"),
    Parameter("supplierIds", Type.LIST, "10049,10050", title="Suppliers"),
    Parameter("transactionNumber", Type.INTEGER, "1", title="Voucher number"),
)


def _require_window(until: str = _ANYWHERE["dateTo"].title) -> tuple[Parameter, Parameter]:
    first, last = _ANYWHERE["dateFrom"], _ANYWHERE["dateTo"]
    return replace(first, required=True), replace(last, required=True, title=until)


_TYPE_OF_BALANCE: Final = Parameter(
    "type", Type.TEXT, "Date", choices=("Date", "Period"), title="Split by day or period"
)

_ON_PATHS: Final[dict[str, dict[str, Parameter]]] = {
    "/transactionlines": index_by_name(*_require_window("The day after the last one")),
    "/banktransactions": index_by_name(*_require_window("Last day, included; at most two years after the first")),
    "/accountbalances": index_by_name(*_require_window(), _TYPE_OF_BALANCE),
    "/accountbalances/{id}": index_by_name(*_require_window(), _TYPE_OF_BALANCE),
    "/transactionlines/{id}": index_by_name(
        Parameter("id", Type.TEXT, "cc623af8-7833-4011-854e-70000000000a", title="Ledger line")
    ),
    "/bankaccounts/{id}": index_by_name(Parameter("id", Type.TEXT, _BANK_ACCOUNT, title="Bank account")),
    "/bankaccounts/{id}/balances": index_by_name(Parameter("id", Type.TEXT, _BANK_ACCOUNT, title="Bank account")),
    "/me/identifiers/{id}": index_by_name(Parameter("id", Type.TEXT, _GUID, title="Identifier")),
    "/me/licenses/{id}/organization": index_by_name(Parameter("id", Type.TEXT, _GUID, title="License")),
    "/customers/{customerId}/bankaccounts/{accountNumber}": index_by_name(
        Parameter("accountNumber", Type.TEXT, "90000010001", title="Number of the bank account"),
    ),
    "/fiscalperiods": index_by_name(
        Parameter("type", Type.TEXT, "All", choices=("Year", "Period", "All"), title="Years, periods or both"),
    ),
    "/salesorders": index_by_name(
        Parameter(
            "status",
            Type.TEXT,
            "Invoice",
            choices=("Draft", "Web", "Proposal", "Confirmed", "Invoice", "AdvanceInvoice"),
            title="Status",
        ),
    ),
    "/me/identifiers": index_by_name(
        Parameter("type", Type.TEXT, "email", title="Kind of identifier"),
        Parameter("status", Type.TEXT, "Confirmed", choices=("Unconfirmed", "Confirmed"), title="Status"),
    ),
}

PARAMETERS: Final = Parameters(_ANYWHERE, _ON_PATHS, _IDS)
"""What a name means, anywhere and on the paths where it means something else."""
