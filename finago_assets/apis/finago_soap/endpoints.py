"""What is landed of the SOAP services: one row for each operation that lists something.

Owns names, operations and keys. A list's name is its operation's without `Get`, in lower case.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.finago_soap.calls import search_argument, soap_call
from finago_assets.apis.finago_soap.connection import FINAGO_SOAP_API
from finago_assets.apis.finago_soap.contract import SERVICE_PATHS, Service, contract_of
from finago_assets.apis.finago_soap.fields import SOAP_FIELDS
from finago_assets.apis.finago_soap.ledger import TransactionSearch, soap_day
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Upper, WindowRule
from finago_assets.core.soap.records import records_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.http.call import Call


def _ask_for_list(service: Service, operation: str, _params: Mapping[str, str]) -> Call:
    return soap_call(service, operation, {})


def _ask_for_lines(params: Mapping[str, str]) -> Call:
    search = TransactionSearch(
        dt.date.fromisoformat(params["DateStart"]),
        dt.date.fromisoformat(params["DateEnd"]),
        params["DateSearchParameters"],
    )
    return soap_call(Service.TRANSACTION, "GetTransactions", search_argument(search))


def _make_records(service: Service, operation: str, body: bytes) -> list[bytes]:
    return records_of(contract_of(service), operation, body)


def _soap_row(service: Service, operation: str, title: str, key: str, **row: Any) -> Endpoint:  # noqa: ANN401  columns
    usual = {"kind": EndpointKind.REFERENCE, "ask": partial(_ask_for_list, service, operation), "may_be_empty": False}
    return Endpoint(
        FINAGO_SOAP_API,
        operation.removeprefix("Get").lower(),
        SERVICE_PATHS[service],
        title=title,
        group="soap",
        key=(key,),
        scopes=(),
        action=operation,
        make=partial(_make_records, service, operation),
        keeps_xml=True,
        fields=SOAP_FIELDS[operation.removeprefix("Get").lower()],
        **{**usual, **row},
    )


_SOAP_ROWS: Final = (
    _soap_row(Service.ACCOUNT, "GetAccountList", "Chart of accounts, with the tax code of each", "AccountId"),
    _soap_row(Service.ACCOUNT, "GetTaxCodeList", "Tax codes, with the account of their VAT", "TaxId"),
    _soap_row(Service.ACCOUNT, "GetTypeList", "Voucher types, with the series that their numbers come from", "TypeId"),
    _soap_row(
        Service.TRANSACTION,
        "GetFiscalYears",
        "Fiscal years, and which are locked; the last day is the one before `EndingDate`",
        "Id",
    ),
    _soap_row(Service.TRANSACTION, "GetTransactionTypes", "Voucher types as the ledger has them", "Id"),
    _soap_row(
        Service.TRANSACTION,
        "GetTransactions",
        "Ledger lines by posting date, with open or matched, link and number for payment",
        "Id",
        kind=EndpointKind.WINDOWED,
        ask=_ask_for_lines,
        window=WindowRule(Upper.INCLUSIVE, "DateStart", "DateEnd", "Date", day_of=soap_day),
        params=(("DateSearchParameters", "EntryDate"),),
        changes=(("DateSearchParameters", "DateChangedUTC"),),
        may_be_empty=True,
        personal=("Comment", "Dimensions.Name"),
        note=(
            "There are no pages: a month comes in one answer, or in halves where that is too large. What was changed "
            "since is landed again on its day; a line that was deleted is not told of, and goes when its day is landed "
            "again."
        ),
    ),
)

SOAP_ENDPOINTS: Final = {row.name: row for row in _SOAP_ROWS}
"""Every row by its name."""
