"""The lists of a tenant that a journal is checked against, as the REST API has them.

Owns the reading. What the API does not say (number series, locked years, VAT accounts) stays None.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.posting_body import DEPARTMENT_DIMENSION, PROJECT_DIMENSION
from finago_assets.core.calls import call_for
from finago_assets.core.errors import AuthRefused, Forbidden, NotFound
from finago_assets.core.http.call import Tally
from finago_assets.core.posting.journal import (
    Account,
    Currency,
    FiscalYear,
    LedgerLine,
    Lists,
    TaxCode,
    TransactionType,
)
from finago_assets.core.request.request import from_template
from finago_assets.core.windows import ONE_DAY, oslo_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.core.http.call import Call
    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.posting.journal import Journal

_BASE: Final = "NOK"
_EARLIEST: Final = dt.date(1990, 1, 1)
_YEAR_TYPE: Final = "Year"
_RECORD_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(slots=True)
class RestReader:
    """Reads lists and ledger lines over a client; what is asked for twice is read once."""

    client: ApiClient
    _taxes: list[dict[str, Any]] = field(default_factory=list)
    _types: list[dict[str, Any]] = field(default_factory=list)
    _information: dict[str, Any] = field(default_factory=dict)

    def lists(self, journal: Journal) -> Lists:
        """Read all that a journal is checked against. Raises any error of the tree."""
        entries = journal.entries
        taxes = {one["id"]: f"{one['number']}" for one in self._read_taxes()}
        named = {entry.customer_id for entry in entries if entry.customer_id is not None}
        kinds = sorted({kind for entry in entries for kind, _ in entry.dimensions})
        return Lists(
            organization_id=self.client.organization_id,
            base_currency=self._base_currency(),
            accounts={
                int(one["number"]): Account(int(one["number"]), one.get("name") or "", taxes.get(one.get("taxId")))
                for one in self._read("accounts")
            },
            tax_codes={
                f"{one['number']}": TaxCode(
                    f"{one['number']}", f"{one['id']}", one.get("name") or "", Decimal(one.get("rate") or 0)
                )
                for one in self._read_taxes()
            },
            types={
                int(one["number"]): TransactionType(int(one["number"]), one.get("name") or "")
                for one in self._read_types()
            },
            fiscal_years=tuple(
                _fiscal_year(one) for one in self._read("fiscalperiods") if one.get("type") == _YEAR_TYPE
            ),
            currencies={
                one["code"]: Currency(one["code"], Decimal(one["rate"]), 1) for one in self._read("currencies")
            },
            customers=frozenset(one for one in named if self._has_customer(one)),
            departments=self._elements(DEPARTMENT_DIMENSION),
            projects=self._elements(PROJECT_DIMENSION),
            dimensions={kind: self._elements(kind) for kind in kinds},
            invoices=frozenset(self._invoices(journal)),
        )

    def confirm(self) -> None:
        """Raise AuthRefused where the token is another organization's than was asked for."""
        said = f"{self._read_information().get('id') or self.client.organization_id}"
        if said != self.client.organization_id:
            raise AuthRefused(
                f"The API answers for the organization {said}, and {self.client.organization_id} was asked for. "
                "Nothing was sent; check FINAGO_ORGANIZATION_ID and whose credentials these are."
            )

    def marked_lines(self, first: dt.date, last: dt.date, marker: str) -> list[LedgerLine]:
        """Return the lines of every voucher that has a marker in a comment, from a day to a day, both included."""
        found = self._read("transactionlines", **_window_of(first, last))
        # lines that the server adds, such as VAT, need not have the comment
        ours = {one["transaction"]["id"] for one in found if marker in (one.get("comment") or "").split()}
        return [self._line(one) for one in found if one["transaction"]["id"] in ours]

    def _line(self, one: dict[str, Any]) -> LedgerLine:
        currency = one.get("currency") or {}
        foreign = currency.get("code") not in {None, self._base_currency()}
        tax = (one.get("tax") or {}).get("id")
        return LedgerLine(
            line_id=f"{one['id']}",
            transaction_number=int(one["transaction"]["number"]),
            transaction_type_number=self._type_number((one.get("transactionType") or {}).get("id")),
            date=oslo_day(one["date"]),
            account_number=int(one["account"]["number"]),
            amount=Decimal(one["amount"]),
            currency_code=currency.get("code"),
            currency_rate=Decimal(currency["rate"]) if foreign and "rate" in currency else None,
            customer_id=(one.get("customer") or {}).get("id"),
            tax_number=next((f"{code['number']}" for code in self._read_taxes() if code["id"] == tax), None),
            invoice_number=(one.get("invoice") or {}).get("number"),
            comment=one.get("comment"),
        )

    def _type_number(self, found: object) -> int | None:
        return next((int(one["number"]) for one in self._read_types() if one["id"] == found), None)

    def _invoices(self, journal: Journal) -> Iterable[tuple[int, str]]:
        """Yield the pairs of the journal that the ledger has."""
        wanted = {
            (one.customer_id, one.invoice_number)
            for one in journal.entries
            if one.customer_id is not None and one.invoice_number is not None
        }
        last = max((one.date for one in journal.entries), default=_EARLIEST)
        for customer, number in sorted(wanted):
            named = {"customerId": f"{customer}", "invoiceNumber": number}
            if self._read("transactionlines", **_window_of(_EARLIEST, last), **named):
                yield customer, number

    def _has_customer(self, number: int) -> bool:
        try:
            return bool(self._records(from_template(FINAGO, "customers.get", variables={"customerId": f"{number}"})))
        except NotFound:
            return False

    def _elements(self, kind: int) -> frozenset[str]:
        try:
            found = self._records(call_for(FINAGO.endpoints["dimension_elements"], {}, f"{kind}"))
        except NotFound:
            return frozenset()
        return frozenset(f"{one['value']}" for one in found)

    def _base_currency(self) -> str:
        return str((self._read_information().get("settings") or {}).get("currencyCode") or _BASE)

    def _read_information(self) -> dict[str, Any]:
        if not self._information:
            try:
                self._information = next(iter(self._read("organization_information")), {"settings": {}})
            except Forbidden:
                # a scope of its own, which posting does not need: the token is bound to one organization anyway
                self._information = {"settings": {}}
        return self._information

    def _read_taxes(self) -> list[dict[str, Any]]:
        self._taxes = self._taxes or self._read("taxes")
        return self._taxes

    def _read_types(self) -> list[dict[str, Any]]:
        self._types = self._types or self._read("transactiontypes")
        return self._types

    def _read(self, endpoint: str, **params: str) -> list[dict[str, Any]]:
        return self._records(call_for(FINAGO.endpoints[endpoint], params))

    def _records(self, call: Call) -> list[dict[str, Any]]:
        pages = self.client.pages(call, Tally())
        return [_RECORD_DECODER.decode(record) for page in pages for record in page.records]


def _window_of(first: dt.date, last: dt.date) -> dict[str, str]:
    return {"dateFrom": f"{first}", "dateTo": f"{last + ONE_DAY}"}


def _currency_of(one: dict[str, Any]) -> Currency:
    return Currency(one["code"], Decimal(one["rate"]), 1)


def _fiscal_year(one: dict[str, Any]) -> FiscalYear:
    # the last day is the year's own here
    return FiscalYear(oslo_day(one["startingDate"]), oslo_day(one["endingDate"]) + ONE_DAY)
