"""The page that maps the vendor's data types to ours: every row of theirs is there, and leads to something of ours."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from enum import EnumType
from pathlib import Path
from typing import Final

import pytest

from finago_assets.apis.finago_soap import datatypes
from tests.reference import REFERENCE

PAGE: Final = (Path(__file__).parents[2] / "docs" / "soap.md").read_text(encoding="utf-8")
SEED: Final = REFERENCE.parent / "seeds" / "account-service-datatypes.txt"
ACCOUNT: Final = "AccountNo AccountName AccountTax TaxNo"
ROWS: Final = {
    "BundleList": "Bundles SaveOption DirectLedger DefaultCustomerId AllowDifference IgnoreWarnings",
    "IgnoreWarnings": "vatisnotinbalance vatismissingfoundation invoicealreadyexists customermismatchbankaccount",
    "Bundle": "YearId Vouchers Sort Name BundleDirectAccounting",
    "Voucher": "TransactionNo Entries Sort DifferenceOptions",
    "Entry": "SequenceId CustomerId AccountNo Date DueDate Amount CurrencyId CurrencyRate CurrencyUnit DepartmentId "
    "ProjectId InvoiceReferenceNo InvoiceOcr TaxNo PeriodDate Comment StampNo BankAccountNo LinkId Links LineId",
    "EntryItem": "LineId DueDate",
    "LinkEntryItem": "LineIds LinkId",
    "AccountData": f"AccountId {ACCOUNT}",
    "AccountDataErrors": "Error",
    "TypeData": "TypeId TypeNo Title EntrySeriesID",
    "TaxMappingList": "GroupId Name Description IsTemplate ElementList",
    "TaxMappingElements": "Symbol TaxNo",
    "TaxCodeElement": "TaxId TaxNo TaxName TaxRate AccountNo",
    "SaveBundleListResult": "Type Description",
    "GetEntryIdResult": "Date SortNo EntryNo",
    "AccountList": f"AccountData {ACCOUNT}",
    "ArgEntryId": "Date SortNo EntryNo",
}
"""The vendor's page, as it was last edited on 7 January 2026."""


def _mapped() -> list[tuple[str, str]]:
    lines = re.findall(r"^\| (?:`([\w.]+)` )?\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE)
    return [(theirs, ours) for theirs, ours in lines]


def test_every_row_of_the_vendors_page_is_mapped_once_and_in_its_order() -> None:
    assert [theirs for theirs, _ in _mapped() if theirs] == [
        f"{type_}.{name}" for type_, names in ROWS.items() for name in names.split()
    ]


def test_each_leads_to_a_field_that_is_there() -> None:
    for _, ours in _mapped():
        type_, name = ours.split(".")
        found = getattr(datatypes, type_)
        assert name in (found.__members__ if isinstance(found, EnumType) else {one.name for one in fields(found)}), ours


def test_no_field_of_ours_is_left_out() -> None:
    mapped = {ours for _, ours in _mapped()}
    # described by a row that leads to them
    known = {"DifferenceOptions", "LinkModel", "UserDefinedDimension", "AccountList", "AccountDataErrors", "EntryId"}
    for name, found in vars(datatypes).items():
        if isinstance(found, type) and is_dataclass(found) and name not in known:
            assert {f"{name}.{one.name}" for one in fields(found)} <= mapped, name


@pytest.mark.skipif(not SEED.exists(), reason="the vendor's page is not beside this checkout")
def test_the_rows_are_those_of_the_vendors_page() -> None:
    lines = [line.strip() for line in SEED.read_text("utf-8").splitlines() if line.strip()]
    for type_, names in ROWS.items():
        start = next(
            place
            for place, line in enumerate(lines)
            if line == type_ and "Description" in "".join(lines[place : place + 3])
        )
        head = next(place for place in range(start, len(lines)) if lines[place].endswith("Description"))
        wanted = names.split()
        assert [line.startswith(name) for name, line in zip(wanted, lines[head + 1 :], strict=False)] == [True] * len(
            wanted
        )
        after = lines[head + 1 + len(wanted)]
        assert after in ROWS or after == "Back to AccountService", (type_, after)
