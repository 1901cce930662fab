"""The types of the services beside AccountService: ledger lines, fiscal years, identities, and small lists.

Owns the fields that are used. They are called what the vendor calls them, with `Soap` before a word that others have.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003  the models are made by these annotations
from typing import Final

from finago_assets.core.windows import OSLO

_UTC_MIDNIGHTS: Final = (dt.time(22), dt.time(23))


def calendar_day(moment: dt.datetime) -> dt.date:
    """Return the day that a moment stands for: with an offset that in Oslo, and so for what was midnight there in UTC.

    Any other time of day stays on its day.
    """
    if moment.tzinfo is None and moment.time() in _UTC_MIDNIGHTS:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.date() if moment.tzinfo is None else moment.astimezone(OSLO).date()


def soap_day(text: str) -> dt.date:
    """Return the day that a text of the wire stands for. Raises ValueError."""
    return calendar_day(dt.datetime.fromisoformat(text.strip()))


@dataclass(frozen=True, slots=True)
class IdentityClient:
    """The organization of an identity: its id is what tells tenants apart."""

    id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """One user in one organization."""

    id: str
    client: IdentityClient | None
    is_current: bool = False
    is_default: bool = False
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class SoapTransactionType:
    """A type of voucher: `no` is what is posted with, and the same as `TypeData.type_no`."""

    turnover: bool
    title: str | None
    no: int
    id: int


@dataclass(frozen=True, slots=True)
class SoapFiscalYear:
    """A year from its first day to before `ending_date`, unlike in REST, where that is the last day."""

    id: str
    starting_date: dt.date
    ending_date: dt.date
    is_locked: bool


@dataclass(frozen=True, slots=True)
class SoapCurrency:
    """What `unit` of a currency costs."""

    symbol: str | None
    id: int
    rate: Decimal
    unit: int


@dataclass(frozen=True, slots=True)
class SoapDepartment:
    """A department."""

    id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class ProjectShort:
    """A project that is not deactivated."""

    id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class ClientInformation:
    """The organization's card, as far as it is used."""

    user_id: int
    name: str | None
    organization_number: str | None
    default_currency: str | None


@dataclass(frozen=True, slots=True)
class SoapDimension:
    """A dimension, a value of one, or one on a ledger line: there the customer's `value` is its id."""

    type: str
    name: str
    value: str
    percent: Decimal | None
    type_id: int | None


@dataclass(frozen=True, slots=True)
class SoapTransaction:
    """One ledger line. `link_id` is given anew whenever lines are linked, so it is no key; `id` is."""

    id: str
    date: dt.date | None
    account_no: int | None
    amount: Decimal | None
    currency: str
    currency_rate: Decimal | None
    currency_unit: int | None
    transaction_no: int | None
    transaction_type_id: int | None
    system_type: str
    vat_code: int | None
    comment: str
    invoice_no: str
    ocr: str | None
    due_date: dt.date | None
    period: int | None
    period_date: dt.date | None
    stamp_no: int | None
    sequence_no: int | None
    link_id: int | None
    open: bool
    hidden: bool
    vat_dividend: Decimal | None
    has_vat_dividend: bool
    registration_date: dt.datetime | None
    date_changed: dt.datetime | None
    dimensions: tuple[SoapDimension, ...] = ()

    @property
    def customer_id(self) -> str | None:
        """The customer or supplier of the line, None where it has none."""
        return next((one.value for one in self.dimensions if one.type == "Customer" and one.value), None)


@dataclass(frozen=True, slots=True)
class TransactionSearch:
    """Which ledger lines: all of it holds together, and None filters nothing. `date_end` is the last day, included.

    `date_search_parameters` is `EntryDate`, or `DateChangedUTC` for lines made or changed on those days of UTC.
    """

    date_start: dt.date
    date_end: dt.date
    date_search_parameters: str = "EntryDate"
    transaction_no_start: int | None = None
    transaction_no_end: int | None = None
    transaction_type_id: int | None = None
    account_no_start: int | None = None
    account_no_end: int | None = None
    customer_id: int | None = None
    department_id: int | None = None
    project_id: int | None = None
    link_id: int | None = None
    invoice_no: str | None = None
    vat_code: int | None = None
    has_invoice_id: bool | None = None
    show_open_entries: bool | None = None
    system_type: str | None = None
    registered_after: dt.datetime | None = None


LAST_MOMENT: Final = dt.time(23, 59, 59)
"""Of the last day that is asked for: without it that day would be cut off."""
