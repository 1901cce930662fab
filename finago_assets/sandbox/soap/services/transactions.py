"""The TransactionService: ledger lines, types, fiscal years, the tenant's own dimensions, and sums by account.

Owns how each reads. Which lines a search finds is `searching`'s.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import ROUNDING
from finago_assets.sandbox.books.dimensions import (
    CUSTOMER,
    DEPARTMENT,
    DIMENSION_TYPES,
    ELEMENTS,
    EMPLOYEE,
    PRODUCT,
    PROJECT,
)
from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.vouchers import VoucherType
from finago_assets.sandbox.soap.envelope import SoapFaulted
from finago_assets.sandbox.soap.kept_lines import KeptInvoice
from finago_assets.sandbox.soap.local_days import oslo_day_of
from finago_assets.sandbox.soap.searching import find_lines, project_number
from finago_assets.sandbox.soap.switches import AmountShown

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.call import AsmxAnswering, AsmxCall, AsmxRecord
    from finago_assets.sandbox.soap.searching import FoundLine

OWN_FROM: Final = 100  # types of dimensions that are the tenant's own
TURNOVER: Final = frozenset({VoucherType.INVOICE, VoucherType.CREDIT_NOTE, VoucherType.TILL})
DIMENSION_WORDS: Final = {
    PROJECT: "Project",
    DEPARTMENT: "Department",
    EMPLOYEE: "Employee",
    PRODUCT: "Product",
    CUSTOMER: "Customer",
}
UNTOLD_EVERY: Final = 9  # lines in the base currency that say nothing of it
BARE_EVERY: Final = 2  # lines without dimensions that have an empty list of them
ODD_EVERY: Final = 5  # lines whose system type is the word that no contract has


def get_transactions(call: AsmxCall) -> list[AsmxRecord]:
    """The lines of a search, all at once: there are no pages."""
    search = call.arguments["searchParams"]
    if search is None:
        raise SoapFaulted("searchParams must be given.")
    found = list(find_lines(call.ledger, search, drafts=call.desk.switches.shows_drafts))
    if 0 < call.desk.switches.most_lines < len(found):
        raise SoapFaulted("Timeout expired. The timeout period elapsed prior to completion of the operation.")
    return [_render_line(call, one, place) for place, one in enumerate(found)]


def _render_line(call: AsmxCall, found: FoundLine, place: int) -> AsmxRecord:
    line, desk, period = found.line, call.desk, found.line.period_date or found.line.day
    odd = desk.switches.unknown_enum if place % ODD_EVERY == 0 else ""
    return {
        "Date": desk.spell_day(line.day),
        "AccountNo": line.account.number,
        **_render_money(call, found, place),
        "StampNo": line.document_id,
        "Period": period.month,
        "TransactionTypeId": line.transaction_type.id,
        "Comment": line.comment,
        "TransactionNo": line.transaction.number,
        "VatCode": found.tax_number,
        "Id": line.id,
        "LinkId": found.link,
        "SequenceNo": found.sequence,
        "SystemType": odd or found.system_type,
        **_render_invoice_fields(call, found),
        "Dimensions": _render_dimensions(found) or ([] if place % BARE_EVERY else None),
        "RegistrationDate": desk.spell_moment(line.created_at),
        "DateChanged": desk.spell_moment(line.modified_at),
        "Hidden": line.account.number == ROUNDING,
        "Open": found.is_open,
        "VatDividend": None,
        "HasVatDividend": False,
        "PeriodDate": period.replace(day=1),
    }


def _render_money(call: AsmxCall, found: FoundLine, place: int) -> AsmxRecord:
    """Return the amount, with two or four digits after the point, and its currency."""
    line, modes = found.line, call.books.plan.modes
    own = call.desk.switches.amounts is AmountShown.FOREIGN
    amount = line.in_own(modes) if own else line.in_base(modes)
    told = {"Amount": amount.quantize(Decimal("0.0001" if place % 2 else "0.01"))}
    if line.is_local and place % UNTOLD_EVERY == UNTOLD_EVERY - 1:
        return told
    code = "NOK" if line.is_local else line.currency.code
    return {**told, "Currency": code, "CurrencyRate": line.currency.rate, "CurrencyUnit": line.unit(modes)}


def _render_invoice_fields(call: AsmxCall, found: FoundLine) -> AsmxRecord:
    invoice = found.line.invoice or KeptInvoice()
    due = None if invoice.due_date is None else call.desk.spell_day(invoice.due_date)
    return {"InvoiceNo": invoice.number, "DueDate": due, "OCR": invoice.remittance_reference}


def _render_dimensions(found: FoundLine) -> list[AsmxRecord]:
    line, rendered = found.line, []
    if line.customer is not None:
        rendered.append({"Type": "Customer", "Value": str(line.customer.id)})
    for one in line.dimensions:
        if one.dimension_type >= OWN_FROM:
            rendered.append(_render_own(one.dimension_type, one.name, one.value))
        elif one.dimension_type != CUSTOMER or line.customer is None:
            value = str(project_number(one.value)) if one.dimension_type == PROJECT else one.value
            rendered.append({"Type": DIMENSION_WORDS[one.dimension_type], "Name": one.name, "Value": value})
    return rendered


def _render_own(kind: int, name: str, value: str = "") -> AsmxRecord:
    return {"Type": "UserDefined", "Name": name, "Value": value, "TypeId": kind}


def get_transaction_types(call: AsmxCall) -> list[AsmxRecord]:
    """The types of voucher under other names than the AccountService has for them."""
    _ = call.authenticated
    return [
        {"Turnover": kind in TURNOVER, "Title": kind.value[2], "No": kind.value[1], "Id": kind.id}
        for kind in VoucherType
    ]


def get_fiscal_years(call: AsmxCall) -> list[AsmxRecord]:
    """The fiscal years; the ending date is the first day after it."""
    spell = call.desk.spell_day
    return [
        {"Id": key, "StartingDate": spell(first), "EndingDate": spell(last + timedelta(days=1)), "IsLocked": locked}
        for key, first, last, locked in call.ledger.years()
    ]


def list_own_dimensions(call: AsmxCall) -> list[AsmxRecord]:
    """The tenant's own types of dimensions."""
    _ = call.authenticated
    return [_render_own(kind, name) for kind, name in DIMENSION_TYPES.items() if kind >= OWN_FROM]


def list_own_values(call: AsmxCall) -> list[AsmxRecord]:
    """The values of one of them that are not closed."""
    _, kind = call.authenticated, call.arguments["DimensionType"]
    held = (one for one in ELEMENTS.values() if one.kind == kind and one.active and kind >= OWN_FROM)
    return [_render_own(kind, one.name, one.value) for one in held]


def get_aggregated(call: AsmxCall) -> list[AsmxRecord]:
    """What every account, or those that are named, moved since a day; by month when asked for."""
    start, moved = oslo_day_of(call.arguments["startDate"]), call.books.ledger.by_date
    wanted = call.arguments["accountNos"] or sorted(moved)
    by_month = call.arguments["periodType"] == "Month"
    rows = [_render_sums(call, number, moved[number], start, by_month=by_month) for number in wanted if number in moved]
    return [row for row in rows if row["TotalBalance"] or row["IncomingBalance"] or row.get("Periods")]


def _render_sums(call: AsmxCall, number: int, moved: dict[int, int], start: date, *, by_month: bool) -> AsmxRecord:
    incoming = sum(amount for day, amount in moved.items() if day < start.toordinal())
    since = {date.fromordinal(day): amount for day, amount in moved.items() if day >= start.toordinal()}
    before = incoming if call.arguments["returnIB"] else 0
    row: AsmxRecord = {"IncomingBalance": _kroner(before), "TotalBalance": _kroner(before + sum(since.values()))}
    if by_month:
        months = sorted({f"{day:%Y-%m}" for day in since})
        sums = {month: sum(amount for day, amount in since.items() if f"{day:%Y-%m}" == month) for month in months}
        row["Periods"] = [{"Key": month, "Value": f"{_kroner(amount)}"} for month, amount in sums.items()]
    return {**row, "AccountNo": number}


def _kroner(ore: int) -> Decimal:
    return Decimal(ore) / ORE


HANDLERS: Final[dict[str, AsmxAnswering]] = {
    "GetTransactions": get_transactions,
    "GetTransactionTypes": get_transaction_types,
    "GetFiscalYears": get_fiscal_years,
    "GetUserDefinedDimensions": list_own_dimensions,
    "GetUserDefinedDimensionValues": list_own_values,
    "GetAggregated": get_aggregated,
}
