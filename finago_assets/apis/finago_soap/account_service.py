"""The operations of AccountService and its neighbours as methods with types, over one client of one organization.

Owns which operation is asked of which service, and what an answer to a post says of it. Sessions, ceilings, attempts
and errors are the client's; what is posted, and what becomes of an unclear answer, is up to whoever posts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from finago_assets.apis.finago_soap import datatypes as wire
from finago_assets.apis.finago_soap.calls import argument, search_argument, soap_call
from finago_assets.apis.finago_soap.contract import Service, contract_of
from finago_assets.apis.finago_soap.ledger import (
    ClientInformation,
    Identity,
    ProjectShort,
    SoapCurrency,
    SoapDepartment,
    SoapDimension,
    SoapFiscalYear,
    SoapTransaction,
    SoapTransactionType,
    TransactionSearch,
    calendar_day,
)
from finago_assets.apis.finago_soap.protocol import ADVICE
from finago_assets.apis.finago_soap.sign_in import why_not_of
from finago_assets.core.errors import FinagoError, Malformed, OutcomeUnknown, RequestRefused, WrongOrganization
from finago_assets.core.http.call import Tally
from finago_assets.core.http.fault import Fault
from finago_assets.core.posting.route import Answered
from finago_assets.core.soap.answers import read_reply
from finago_assets.core.soap.models import from_wire

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.http.transport import Reply

Listed = TypeVar("Listed")
Found = TypeVar("Found")
COMPANIES_AT_ONCE: Final = 1000
KNOWN_WORDS: Final = frozenset(wire.ResponseType)
SAID_FOR_CERTAIN: Final[Mapping[str, Answered]] = {
    wire.ResponseType.OK: Answered.SAVED,
    wire.ResponseType.NOT_SAVED: Answered.REFUSED,
    wire.ResponseType.DUPLICATE_DATA: Answered.ALREADY_THERE,
    wire.ResponseType.DUPLICATE_DATA_MISSPELT: Answered.ALREADY_THERE,
    wire.ResponseType.DATA_ALREADY_SAVED: Answered.ALREADY_THERE,
}
"""What a word says for certain; any other leaves open what became of the bundles."""


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What became of a bundle list. `type` is the server's word, empty where none came.

    `description` is the server's own text, for a person to read: it may repeat what was sent, and is put into no error.
    """

    answered: Answered
    reason: str
    type: str = ""
    description: str = field(default="", repr=False)


class AccountService:
    """One organization's. Reads raise any error of the tree; `tally` counts what all of it has cost.

    Before each write it is asked whose session it is. A write that may have arrived is never sent a second time.
    """

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self.organization_id = client.organization_id
        self.tally = Tally()

    # -- whose session it is

    def identity(self) -> Identity | None:
        """Return the identity of the session; None where the server knows none."""
        return self._read(Service.AUTHENTICATE, "GetIdentity", {}, _model(Identity))

    def assert_tenant(self) -> Identity:
        """Return the identity of the session. Raises WrongOrganization unless it is the organization's own."""
        found = self.identity()
        if found is None:
            # an expired session may say so by knowing nobody; a new one has seen whose it is
            self._client.authenticate_again()
            found = self.identity()
        why = why_not_of(found, self.organization_id)
        if found is None or why:
            raise WrongOrganization(f"{why}. {ADVICE[WrongOrganization]}")
        return found

    # -- lists

    def account_list(self) -> list[wire.AccountData]:
        """Return the chart of accounts."""
        return self._list(Service.ACCOUNT, "GetAccountList", wire.AccountData)

    def tax_code_list(self) -> list[wire.TaxCodeElement]:
        """Return the tax codes."""
        return self._list(Service.ACCOUNT, "GetTaxCodeList", wire.TaxCodeElement)

    def type_list(self) -> list[wire.TypeData]:
        """Return the types of vouchers with their series."""
        return self._list(Service.ACCOUNT, "GetTypeList", wire.TypeData)

    def transaction_types(self) -> list[SoapTransactionType]:
        """Return the types of vouchers as the ledger's service has them."""
        return self._list(Service.TRANSACTION, "GetTransactionTypes", SoapTransactionType)

    def fiscal_years(self) -> list[SoapFiscalYear]:
        """Return the fiscal years, and which are locked."""
        return self._list(Service.TRANSACTION, "GetFiscalYears", SoapFiscalYear)

    def user_defined_dimensions(self) -> list[SoapDimension]:
        """Return the organization's own types of dimensions."""
        return self._list(Service.TRANSACTION, "GetUserDefinedDimensions", SoapDimension)

    def user_defined_dimension_values(self, dimension_type: int) -> list[SoapDimension]:
        """Return the values of one of these types."""
        values = {"DimensionType": dimension_type}
        return self._list(Service.TRANSACTION, "GetUserDefinedDimensionValues", SoapDimension, values)

    def currency_list(self) -> list[SoapCurrency]:
        """Return the currencies with their rates."""
        return self._list(Service.CLIENT, "GetCurrencyList", SoapCurrency)

    def department_list(self) -> list[SoapDepartment]:
        """Return the departments."""
        return self._list(Service.CLIENT, "GetDepartmentList", SoapDepartment)

    def project_names(self) -> list[ProjectShort]:
        """Return the projects that are not deactivated, from the vendor's other host."""
        return self._list(Service.PROJECT, "GetProjectNameList", ProjectShort)

    def client_information(self) -> ClientInformation:
        """Return the organization's card."""
        found = self._read(Service.CLIENT, "GetClientInformation", {}, _model(ClientInformation))
        if found is None:
            raise Malformed("GetClientInformation answers without a card of the organization.")
        return found

    def companies(self, ids: Iterable[int]) -> frozenset[int]:
        """Return those of the ids that are a customer's or a supplier's."""
        found = set[int]()
        wanted = sorted(set(ids))
        for first in range(0, len(wanted), COMPANIES_AT_ONCE):
            some = wanted[first : first + COMPANIES_AT_ONCE]
            values = {"searchParams": {"CompanyIds": {"int": some}}, "returnProperties": {"string": ["Id"]}}
            rows = self._read(Service.COMPANY, "GetCompanies", values, _as_it_came)
            # a server that does not know the filter answers more than was asked
            found |= {row["Id"] for row in rows if row is not None} & set(some)
        return frozenset(found)

    def transactions(self, search: TransactionSearch) -> list[SoapTransaction]:
        """Return the ledger's lines. There are no pages: what is asked for comes in one answer."""
        return self._list(Service.TRANSACTION, "GetTransactions", SoapTransaction, search_argument(search))

    def check_account_no(self, accounts: Iterable[wire.AccountData]) -> list[wire.AccountDataErrors]:
        """Return what the server says of accounts by their numbers and names."""
        values = self._argument("CheckAccountNo", "accountList", wire.AccountList(tuple(accounts)))
        return self._list(Service.ACCOUNT, "CheckAccountNo", wire.AccountDataErrors, values)

    def entry_id(self, day: dt.date, series: int) -> int:
        """Return the next free number of a series in the fiscal year of a day; it is not reserved.

        Raises RequestRefused where the server has none: there is no such series, or no fiscal year for the day.
        """
        asked = wire.EntryId(day, series, 0)
        values = self._argument("GetEntryId", "argEntryId", asked)
        found = self._read(Service.ACCOUNT, "GetEntryId", values, _as_it_came)
        number = (found or {}).get("EntryNo") or 0
        if number < 1:
            raise RequestRefused(
                f"GetEntryId gives no number for series {series} on {day}: the series is not one of GetTypeList, or no "
                "fiscal year holds the day."
            )
        return int(number)

    # -- writes

    def save_bundle_list(self, bundles: wire.BundleList) -> SaveOutcome:
        """Save bundles, once. Raises only where nothing was sent; an answer, or none, is what is returned."""
        unknown = set(bundles.ignore_warnings) - set(wire.IgnoreWarnings)
        if unknown:
            raise RequestRefused(
                f"SaveBundleList was not sent: {len(unknown)} of the warnings to ignore are none that there are. It "
                f"takes {', '.join(wire.IgnoreWarnings)}."
            )
        values = self._argument("SaveBundleList", "BundleList", bundles)
        call = soap_call(Service.ACCOUNT, "SaveBundleList", values, writes=True)
        self.assert_tenant()
        try:
            found = self._client.exchange(call, self.tally, _reading_of(Service.ACCOUNT, "SaveBundleList", _as_it_came))
        except OutcomeUnknown as error:
            return SaveOutcome(Answered.UNCLEAR, f"{error}")
        except FinagoError as error:
            if error.status is None:
                raise
            return SaveOutcome(Answered.REFUSED, f"{error}")
        return _outcome(found)

    def create_link(self) -> int:
        """Make an empty link and return its number. Raises OutcomeUnknown where no answer came."""
        return int(self._write("CreateLink", {}))

    def add_link_entries(self, item: wire.LinkEntryItem) -> bool:
        """Put ledger lines under a link; False where the server did not. Raises OutcomeUnknown where none came."""
        return bool(self._write("AddLinkEntries", self._argument("AddLinkEntries", "linkEntryItem", item)))

    def replace_link_entries(self, item: wire.LinkEntryItem) -> bool:
        """Put ledger lines under a link in place of their own; False where the server did not."""
        return bool(self._write("ReplaceLinkEntries", self._argument("ReplaceLinkEntries", "linkEntryItem", item)))

    def update_entry_due_date(self, items: Iterable[wire.EntryItem]) -> list[wire.EntryItem]:
        """Give ledger lines another due date; whether all or only the failed ones come back is not documented."""
        values = self._argument("UpdateEntryDueDate", "entryItems", tuple(items))
        return _models(wire.EntryItem, self._write("UpdateEntryDueDate", values))

    # -- asking

    def _list(
        self, service: Service, operation: str, kind: type[Listed], values: Mapping[str, object] | None = None
    ) -> list[Listed]:
        return self._read(service, operation, values or {}, lambda rows: _models(kind, rows))

    def _read(
        self, service: Service, operation: str, values: Mapping[str, object], make: Callable[[Any], Found]
    ) -> Found:
        call = soap_call(service, operation, values)
        return self._client.exchange(call, self.tally, _reading_of(service, operation, make))

    def _write(self, operation: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401  as the contract says
        call = soap_call(Service.ACCOUNT, operation, values, writes=True)
        self.assert_tenant()
        return self._client.exchange(call, self.tally, _reading_of(Service.ACCOUNT, operation, _as_it_came))

    @staticmethod
    def _argument(operation: str, name: str, model: object) -> dict[str, object]:
        return argument(Service.ACCOUNT, operation, name, model)


def _reading_of(service: Service, operation: str, make: Callable[[Any], Found]) -> Callable[[Reply], Found]:
    def read(reply: Reply) -> Found:
        found = read_reply(contract_of(service), operation, reply)
        try:
            return make(found)
        except ValueError:
            pass
        raise Fault(Malformed, f"the answer of {operation} lacks a value", status=reply.status, trace=reply.trace)

    return read


def _as_it_came(found: Any) -> Any:  # noqa: ANN401  as the contract says
    return found


def _models(kind: type[Listed], rows: Iterable[Mapping[str, Any] | None] | None) -> list[Listed]:
    return [from_wire(kind, row, calendar_day) for row in rows or () if row is not None]


def _model(kind: type[Listed]) -> Callable[[Mapping[str, Any] | None], Listed | None]:
    return lambda found: None if found is None else from_wire(kind, found, calendar_day)


def _outcome(found: Mapping[str, Any] | None) -> SaveOutcome:
    word, description = (found or {}).get("Type") or "", (found or {}).get("Description") or ""
    answered = SAID_FOR_CERTAIN.get(word, Answered.UNCLEAR)
    if not word:
        reason = "the answer does not say what became of the bundles"
    elif word in KNOWN_WORDS:
        reason = f"the server answers {word}"
    else:
        reason = "the server answers a word that is not known"
    return SaveOutcome(answered, reason, word, description)
