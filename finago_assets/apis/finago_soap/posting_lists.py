"""The lists of a tenant that a journal is checked against, and the ledger's lines, as the SOAP services have them.

Owns the reading. What is asked for twice in a run is read once; the next number is never kept.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago_soap.ledger import TransactionSearch
from finago_assets.core.posting.journal import (
    Account,
    Currency,
    FiscalYear,
    LedgerLine,
    Lists,
    TaxCode,
    TransactionType,
)
from finago_assets.core.windows import ONE_DAY

if TYPE_CHECKING:
    from finago_assets.apis.finago_soap.account_service import AccountService
    from finago_assets.apis.finago_soap.datatypes import TypeData
    from finago_assets.apis.finago_soap.ledger import SoapTransaction
    from finago_assets.core.posting.journal import Journal

_EARLIEST_LINE: Final = dt.date(1990, 1, 1)


@dataclass
class SoapReader:
    """Reads over a facade for as long as one sending takes."""

    service: AccountService

    def lists(self, journal: Journal) -> Lists:
        """Read all that a journal is checked against. Raises any error of the tree."""
        entries = journal.entries
        kinds = sorted({kind for entry in entries for kind, _ in entry.dimensions})
        known = {one.type_id for one in self.service.user_defined_dimensions()} if kinds else set()
        accounts = self.service.account_list()
        return Lists(
            organization_id=self.service.organization_id,
            base_currency=self.base_currency,
            accounts={
                one.account_no: Account(one.account_no, one.account_name, f"{one.tax_no}" if one.tax_no else None)
                for one in accounts
            },
            tax_codes=self.tax_codes,
            types=self.types,
            fiscal_years=self.fiscal_years,
            currencies={
                one.symbol: Currency(one.symbol, one.rate, one.unit)
                for one in self.service.currency_list()
                if one.symbol
            },
            customers=self.service.companies(one.customer_id for one in entries if one.customer_id is not None),
            departments=frozenset(f"{one.id}" for one in self.service.department_list()),
            projects=frozenset(f"{one.id}" for one in self.service.project_names()),
            dimensions={kind: self._values(kind) for kind in kinds if kind in known},
            lines=self._linked_lines(journal),
            invoices=self._invoices(journal),
        )

    @cached_property
    def base_currency(self) -> str:
        """The organization's own currency."""
        return self.service.client_information().default_currency or ""

    @cached_property
    def tax_codes(self) -> dict[str, TaxCode]:
        """The tax codes by number."""
        return {
            one.tax_no: TaxCode(one.tax_no, f"{one.tax_id}", one.tax_name or "", one.tax_rate, one.account_no or None)
            for one in self.service.tax_code_list()
            if one.tax_no is not None
        }

    @cached_property
    def types(self) -> dict[int, TransactionType]:
        """The types of vouchers by number, with the series of their numbers."""
        return {one.type_no: TransactionType(one.type_no, one.title or "", one.entry_series_id) for one in self._types}

    @cached_property
    def fiscal_years(self) -> tuple[FiscalYear, ...]:
        """The fiscal years, and which are locked."""
        found = self.service.fiscal_years()
        return tuple(FiscalYear(one.starting_date, one.ending_date, one.is_locked) for one in found)

    def lines(self, year: dt.date, numbers: tuple[int, ...]) -> list[LedgerLine]:
        """Return the ledger's lines of these voucher numbers in the fiscal year that begins on a day."""
        end = next((one.end for one in self.fiscal_years if one.start == year), year.replace(year=year.year + 1))
        search = TransactionSearch(
            year, end - ONE_DAY, transaction_no_start=min(numbers), transaction_no_end=max(numbers)
        )
        found = self.service.transactions(search)
        return [self._line(one) for one in found if one.transaction_no in numbers and one.date is not None]

    @cached_property
    def _types(self) -> list[TypeData]:
        return self.service.type_list()

    def _line(self, one: SoapTransaction) -> LedgerLine:
        customer = one.customer_id or ""
        return LedgerLine(
            line_id=one.id,
            transaction_number=one.transaction_no or 0,
            transaction_type_number=next(
                (kind.type_no for kind in self._types if kind.type_id == one.transaction_type_id), None
            ),
            date=one.date or _EARLIEST_LINE,
            account_number=one.account_no or 0,
            amount=one.amount if one.amount is not None else Decimal(0),
            currency_code=one.currency or None,
            currency_rate=one.currency_rate if one.currency not in {"", self.base_currency} else None,
            rate_per=one.currency_unit,
            customer_id=int(customer) if customer.isdigit() else None,
            tax_number=None if one.vat_code is None else f"{one.vat_code}",
            invoice_number=one.invoice_no or None,
            comment=one.comment,
            is_open=one.open,
            link_id=one.link_id,
            made_at=one.registration_date,
        )

    def _values(self, kind: int) -> frozenset[str]:
        return frozenset(one.value for one in self.service.user_defined_dimension_values(kind))

    def _linked_lines(self, journal: Journal) -> dict[str, LedgerLine]:
        """Return, of the lines that the journal settles, those that there are: there is no asking for one by its id."""
        wanted = {line for entry in journal.entries for line in entry.links_to}
        asked = {(entry.customer_id, entry.account_number) for entry in journal.entries if entry.links_to}
        found: dict[str, LedgerLine] = {}
        for customer, account in sorted(asked, key=str):
            search = TransactionSearch(
                _EARLIEST_LINE,
                self._last_day(journal),
                customer_id=customer,
                account_no_start=account,
                account_no_end=account,
            )
            found |= {one.id: self._line(one) for one in self.service.transactions(search) if one.id in wanted}
        return found

    def _invoices(self, journal: Journal) -> frozenset[tuple[int, str]]:
        wanted = {
            (one.customer_id, one.invoice_number)
            for one in journal.entries
            if one.customer_id is not None and one.invoice_number is not None
        }
        last = self._last_day(journal)
        return frozenset(
            (customer, number)
            for customer, number in sorted(wanted)
            if self.service.transactions(
                TransactionSearch(_EARLIEST_LINE, last, customer_id=customer, invoice_no=number)
            )
        )

    @staticmethod
    def _last_day(journal: Journal) -> dt.date:
        return max(one.date for one in journal.entries)
