"""Which ledger lines a search finds: every parameter that is not at its default narrows it.

Owns the filters. The end of a window is not part of it, so that a day whose hours were left out is cut off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from finago_assets.sandbox.books.dimensions import CUSTOMER, DEPARTMENT, PROJECT
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vouchers import VoucherType
from finago_assets.sandbox.soap.drafts import read_drafted
from finago_assets.sandbox.soap.envelope import SoapFaulted
from finago_assets.sandbox.soap.kept_lines import read_line
from finago_assets.sandbox.soap.lexical import NO_MOMENT
from finago_assets.sandbox.soap.local_days import local_of, utc_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.sandbox.soap.desk import SoapLedger
    from finago_assets.sandbox.soap.kept_lines import KeptLine

Search = Mapping[str, Any]
LineTest = Callable[["FoundLine"], bool]

NO_INT: Final = -(2**31)
NO_SHORT: Final = -(2**15)
ONE_DAY_LONG: Final = timedelta(days=1)
SYSTEM_TYPES: Final = {
    VoucherType.INVOICE: "InvoiceCustomer",
    VoucherType.CREDIT_NOTE: "CreditnoteCustomer",
    VoucherType.PURCHASE: "InvoiceSupplier",
    VoucherType.RECEIPT: "Payment",
    VoucherType.PAYMENT: "Disbursment",
    VoucherType.TILL: "CashSale",
}
MISCELLANEOUS: Final = "Miscellaneous"
_TYPE_OF_ID: Final[dict[object, VoucherType]] = {kind.id: kind for kind in VoucherType}
_TAX_OF_ID: Final[dict[object, int]] = {tax.id: tax.number for tax in TAXES.values()}


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line with what the services know of it: its place in its voucher, its link, and whether it is open."""

    line: KeptLine
    sequence: int
    link: int | None
    is_open: bool

    @property
    def system_type(self) -> str:
        """What kind of business it was."""
        kind = _TYPE_OF_ID.get(self.line.transaction_type.id)
        return MISCELLANEOUS if kind is None else SYSTEM_TYPES.get(kind, MISCELLANEOUS)

    @property
    def tax_number(self) -> int | None:
        """The tax by its number, where the ledger has its id."""
        return None if self.line.tax is None else _TAX_OF_ID.get(self.line.tax.id)

    def value_of(self, dimension: int) -> str | None:
        """Return the value of a dimension."""
        if dimension == CUSTOMER and self.line.customer is not None:
            return str(self.line.customer.id)
        return next((one.value for one in self.line.dimensions if one.dimension_type == dimension), None)


def find_lines(ledger: SoapLedger, search: Search, *, drafts: bool = False) -> Iterator[FoundLine]:
    """Return the lines of a search as they were posted, then those of drafts. Raises SoapFaulted without a window."""
    start, end = search["DateStart"], search["DateEnd"]
    if NO_MOMENT in (start, end):
        raise SoapFaulted("DateStart and DateEnd must be given.")
    tests = _tests_of(search)
    if search["DateSearchParameters"] == "DateChangedUTC":
        tests.append(_changed_within(utc_of(start), utc_of(end)))
        days = list(ledger.books.ledger.days.values())
    else:
        first, last = _days_between(local_of(start), local_of(end))
        tests.append(lambda found: first <= found.line.day < last)
        held = ledger.books.ledger.days
        days = [held[day] for day in sorted(held) if first.toordinal() <= day < last.toordinal()]
    lines = _all_lines(ledger, days)
    found = chain(lines, _drafted_lines(ledger)) if drafts else lines
    return (line for line in found if all(test(line) for test in tests))


def _drafted_lines(ledger: SoapLedger) -> Iterator[FoundLine]:
    for draft in ledger.drafts.kept.values():
        for voucher in draft.bundle.vouchers:
            for place, entry in enumerate(voucher.entries, start=1):
                line = read_drafted(draft, voucher, entry, ledger.books.plan.modes)
                yield FoundLine(line, place, None, ledger.links.is_open(line))


def _days_between(start: datetime, end: datetime) -> tuple[date, date]:
    """Return the first day whose midnight is within a window, and the day after the last one."""
    first = start.date() if start == _start_of_day(start) else start.date() + ONE_DAY_LONG
    last = end.date() if end == _start_of_day(end) else end.date() + ONE_DAY_LONG
    return first, last


def _start_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _all_lines(ledger: SoapLedger, days: list[list[bytes]]) -> Iterator[FoundLine]:
    links, places = ledger.links, Counter[object]()
    for day in days:
        for raw in day:
            line = read_line(raw)
            if line is None:
                continue
            places[line.transaction.id] += 1
            place = places[line.transaction.id]
            yield FoundLine(line, place, links.of_line.get(line.id), links.is_open(line))


def _changed_within(start: datetime, end: datetime) -> LineTest:
    def test(found: FoundLine) -> bool:
        return start <= datetime.fromisoformat(found.line.modified_at) < end

    return test


def _tests_of(search: Search) -> list[LineTest]:
    tests = [*_equal_tests(search), *_range_tests(search)]
    if (shown := search["ShowOpenEntries"]) is not None:
        tests.append(lambda found: found.is_open is shown)
    if (has := search["HasInvoiceId"]) is not None:
        tests.append(lambda found: (found.line.invoice is not None and found.line.invoice.number is not None) is has)
    if (after := search["RegisteredAfter"]) != NO_MOMENT:
        since = utc_of(after)
        tests.append(lambda found: datetime.fromisoformat(found.line.created_at) > since)
    return tests


def _equal_tests(search: Search) -> Iterator[LineTest]:
    wanted: list[tuple[object, object, Callable[[FoundLine], object]]] = [
        (search["LinkId"], NO_INT, lambda found: found.link),
        (search["TransactionTypeId"], NO_INT, lambda found: found.line.transaction_type.id),
        (search["SystemType"], None, lambda found: found.system_type),
        (search["InvoiceNo"], "", lambda found: found.line.invoice and found.line.invoice.number),
        (search["VatCode"], None, lambda found: found.tax_number),
        (search["CustomerId"], NO_INT, lambda found: _number_in(found.value_of(CUSTOMER))),
        (search["DepartmentId"], NO_INT, lambda found: _number_in(found.value_of(DEPARTMENT))),
        (search["ProjectId"], NO_INT, lambda found: project_number(found.value_of(PROJECT))),
    ]
    for value, default, read in wanted:
        if value != default:
            yield _equal_line(value, read)


def _range_tests(search: Search) -> Iterator[LineTest]:
    accounts = (search["AccountNoStart"], search["AccountNoEnd"])
    numbers = (search["TransactionNoStart"], search["TransactionNoEnd"])
    if accounts != (NO_SHORT, NO_SHORT):
        yield _between(accounts, NO_SHORT, lambda found: found.line.account.number)
    if numbers != (NO_INT, NO_INT):
        yield _between(numbers, NO_INT, lambda found: found.line.transaction.number)


def _equal_line(value: object, read: Callable[[FoundLine], object]) -> LineTest:
    return lambda found: read(found) == value


def _between(ends: tuple[int, int], none: int, read: Callable[[FoundLine], object]) -> LineTest:
    first, last = ends

    def test(found: FoundLine) -> bool:
        value = read(found)
        return isinstance(value, int) and first <= value and (last == none or value <= last)

    return test


def project_number(value: str | None) -> int | None:
    """Return what the services call a project that REST calls by a letter and the same number."""
    return None if value is None else _number_in(value.lstrip("P"))


def _number_in(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() else None
