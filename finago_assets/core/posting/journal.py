"""The words of posting: an entry, a voucher, a bundle, a journal, and the lists of a tenant that they are held against.

Owns shapes only. Tables are read elsewhere, and so are the rules and what a route sends of it.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  msgspec reads the annotations
from dataclasses import dataclass, field
from decimal import Decimal  # noqa: TC003  msgspec reads the annotations
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class SaveAs(StrEnum):
    """Where a journal goes: a draft that a person books, or the ledger at once."""

    DRAFT = "draft"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a voucher. `row` is its place in the table that it came from, counted from 1.

    `amount` is in `currency_code`, debit positive; `currency_rate` is what `rate_per` of that currency costs. `link`
    names entries of the same bundle that settle each other, `links_to` are ids of ledger lines that this one settles.
    None stands for what the table does not say.
    """

    row: int
    account_number: int
    date: dt.date
    amount: Decimal
    currency_code: str | None = None
    currency_rate: Decimal | None = None
    rate_per: int | None = None
    customer_id: int | None = None
    tax_number: str | None = None
    department: str | None = None
    project: str | None = None
    dimensions: tuple[tuple[int, str], ...] = ()
    invoice_number: str | None = None
    payment_reference: str | None = None
    due_date: dt.date | None = None
    period_date: dt.date | None = None
    comment: str | None = None
    document_id: int | None = None
    bank_account: str | None = None
    link: str | None = None
    links_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Voucher:
    """The entries that a table calls by one name, in the table's order."""

    name: str
    transaction_type_number: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is sent in one call: vouchers of one fiscal year. `name` is the table's own, or that of its only voucher."""

    name: str
    vouchers: tuple[Voucher, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, voucher after voucher."""
        return tuple(entry for voucher in self.vouchers for entry in voucher.entries)


@dataclass(frozen=True, slots=True)
class Journal:
    """A table that was read: `source` is how its user called it."""

    source: str
    bundles: tuple[Bundle, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, bundle after bundle."""
        return tuple(entry for bundle in self.bundles for entry in bundle.entries)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart; `tax_number` is its own tax code, None where it has none."""

    number: int
    name: str
    tax_number: str | None = None


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax code by its number, which is what is posted; `tax_id` is another number, and mixing them up is a fault.

    `rate` is in percent. `account_number` is where its VAT is posted, None where there is no such account.
    """

    number: str
    tax_id: str
    name: str
    rate: Decimal
    account_number: int | None = None


@dataclass(frozen=True, slots=True)
class TransactionType:
    """A type of voucher. Numbers of vouchers are counted by `series`; a `number` of 0 or less is the system's own."""

    number: int
    title: str
    series: int | None = None


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """From `start` to before `end`. `locked` is None where the route cannot tell."""

    start: dt.date
    end: dt.date
    locked: bool | None = None

    def holds(self, day: dt.date) -> bool:
        """Tell whether a day belongs to the year."""
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Currency:
    """What `rate_per` of a currency costs in the organization's own."""

    code: str
    rate: Decimal
    rate_per: int


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of the ledger as a route reads it back. `is_open` and `link_id` are None where the route cannot tell."""

    line_id: str
    transaction_number: int
    transaction_type_number: int | None
    date: dt.date
    account_number: int
    amount: Decimal
    currency_code: str | None = None
    currency_rate: Decimal | None = None
    rate_per: int | None = None
    customer_id: int | None = None
    tax_number: str | None = None
    invoice_number: str | None = None
    comment: str | None = None
    is_open: bool | None = None
    link_id: int | None = None
    made_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Lists:
    """What one tenant has, read in this run over the route that will send; None for a list that it does not offer.

    `customers` and `lines` hold, of those that the journal names, the ones that exist. `invoices` are the pairs of
    customer and invoice number of the journal that the ledger has already. `year_ids` are not part of it: a bundle's
    year is that of its dates.
    """

    organization_id: str
    base_currency: str
    accounts: Mapping[int, Account]
    tax_codes: Mapping[str, TaxCode]
    types: Mapping[int, TransactionType]
    fiscal_years: tuple[FiscalYear, ...]
    currencies: Mapping[str, Currency] | None = None
    customers: frozenset[int] | None = None
    departments: frozenset[str] | None = None
    projects: frozenset[str] | None = None
    dimensions: Mapping[int, frozenset[str]] | None = None
    lines: Mapping[str, LedgerLine] = field(default_factory=dict)
    invoices: frozenset[tuple[int, str]] = frozenset()
