"""Bundles that are refused: each rule by a bundle that breaks it alone, and nothing of it saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.soap_bundles import DRAFT, bundle, entry, next_number, post, save, voucher
from tests.sandbox.soap_caller import SoapCaller, logged_in

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running

LINK = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"
CASH = entry(1920, "-10")
EURO = {"CurrencyId": "EUR", "CurrencyRate": "11.5"}


@pytest.fixture
def soap(sandbox: Running) -> SoapCaller:
    return logged_in(sandbox)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((entry(6800, "10", TaxNo=0), entry(1920, "-9")), "not in balance on 2024-05-09"),
        ((entry(6800, "10", TaxNo=0), entry(1920, "-10", Date="2024-05-10T00:00:00")), "not in balance on 2024-05-09"),
        ((entry(4300, "10", TaxNo=0, **EURO), entry(2400, "-10")), "not in balance"),
        ((entry(4300, "0.05", TaxNo=0, **EURO),) * 2 + (entry(2400, "-0.10", **EURO),), "not in balance"),
        ((entry(1, "10"), CASH), "account 1 does not exist"),
        ((entry(6800, "10.005", TaxNo=0), entry(1920, "-10.005")), "more than two decimals"),
        ((entry(6800, "1000000000000", TaxNo=0), entry(1920, "-1000000000000")), "too large"),
        ((entry(6800, "10", TaxNo=99), CASH), "tax code 99 does not exist"),
        ((entry(6800, "10", TaxNo="01"), CASH), "tax code 01 does not exist"),
        ((entry(6800, "10", TaxNo=0, CustomerId=7), CASH), "customer 7 does not exist"),
        ((entry(6800, "10", TaxNo=0, DepartmentId=7), CASH), "Avdeling 7 does not exist"),
        ((entry(6800, "10", TaxNo=0, ProjectId=102), CASH), "Prosjekt P102 does not exist or is closed"),
        (
            (
                entry(
                    6800,
                    "10",
                    UserDefinedDimensions="<UserDefinedDimension><Type>2</Type><Value>10</Value></UserDefinedDimension>",
                ),
                CASH,
            ),
            "dimension type 2 does not exist",
        ),
        ((entry(6800, "10", TaxNo=0, CurrencyId="XXX"), CASH), "currency XXX does not exist"),
        ((entry(6800, "10", TaxNo=0, CurrencyId="EUR"), CASH), "CurrencyRate of EUR must be more than 0"),
        ((entry(6800, "10", TaxNo=0, CurrencyRate="2"), CASH), "the rate of the base currency is 1"),
        ((entry(6800, "10", TaxNo=0, CurrencyUnit=0), CASH), "CurrencyUnit"),
        ((entry(6800, "10", TaxNo=0, Date="2023-05-09T00:00:00"), CASH), "is locked"),
        ((entry(6800, "10", TaxNo=0, Date="2033-05-09T00:00:00"), CASH), "no fiscal year holds"),
        ((entry(6800, "10", TaxNo=0, Date="2024-03-31T02:30:00"), CASH), "a time that never was"),
        ((entry(6800, "10", TaxNo=0, PeriodDate="2023-05-01T00:00:00"), CASH), "PeriodDate: the fiscal year"),
        ((entry(6800, "10", VatAmount="2"), CASH), "VatAmount without TaxNo"),
        ((entry(6800, "10", VatAmount="-2", TaxNo=1), CASH), "different signs"),
        ((entry(6800, "10", TaxNo=0, BaseRate="101"), CASH), "BaseRate"),
        ((entry(6800, "10", TaxNo=0, InvoiceReferenceNo="x" * 51), CASH), "too long"),
        ((entry(1500, "10", CustomerId=10001, LinkId=LINK), CASH), "that of a single entry"),
        (
            (entry(1500, "10", Links=f"<LinkModel><LineId>{OTHER}</LineId><LinkId>{LINK}</LinkId></LinkModel>"), CASH),
            "a LinkId that no entry has",
        ),
        (
            (
                entry(
                    1500,
                    "10",
                    LinkId=LINK,
                    Links=f"<LinkModel><LineId>{OTHER}</LineId><LinkId>{LINK}</LinkId></LinkModel>",
                ),
                CASH,
            ),
            "a line that does not exist",
        ),
        ((entry(1500, "10", CustomerId=10001, LinkId=LINK), entry(1500, "-10", LinkId=LINK)), "not of one customer"),
        ((entry(1500, "10", LinkId=LINK), entry(2400, "-10", LinkId=LINK)), "not of one customer"),
    ],
)
def test_a_bundle_that_breaks_a_rule_is_not_saved_and_the_rule_is_named(
    sandbox: Running, soap: SoapCaller, entries: tuple[str, ...], words: str
) -> None:
    count, number = sandbox.books.ledger.count, next_number(soap)
    for option in (0, 1):
        answer = post(soap, *entries, option=option)
        assert answer.startswith("NotSaved ")
        assert words in answer
    assert (sandbox.books.ledger.count, next_number(soap)) == (count, number)
    assert sandbox.control.soap.drafts() == []


PAIR = (entry(6800, "10", TaxNo=0), CASH)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (bundle(), "no vouchers"),
        (bundle(voucher(900)), "no entries"),
        (bundle(voucher(900, *PAIR, sort="-1")), "type -1 does not exist or cannot be posted"),
        (bundle(voucher(900, *PAIR, sort="999")), "type 999 does not exist"),
        (bundle(voucher(900, *PAIR), Sort=3), "is not the bundle's"),
        (bundle(voucher(0, *PAIR)), "TransactionNo must be more than 0"),
        (bundle(voucher(900, *PAIR), YearId=2025), "YearId 2025"),
        (
            bundle(voucher(900, *PAIR), voucher(901, *(one.replace("2024-05", "2025-05") for one in PAIR))),
            "several fiscal years",
        ),
    ],
)
def test_a_bundle_that_is_put_together_wrongly_is_not_saved(soap: SoapCaller, sent: str, words: str) -> None:
    found = save(soap, sent)
    assert (found["Type"], words in found["Description"]) == ("NotSaved", True)


def test_what_is_said_of_the_call_is_looked_at_first(soap: SoapCaller) -> None:
    sent = bundle(voucher(900, *PAIR))
    assert "SaveOption 2 does not exist" in save(soap, sent, option=2)["Description"]
    assert "unknown warning: everything" in save(soap, sent, ignore=("everything",))["Description"]
    assert "no bundles" in save(soap)["Description"]
    assert "customer 7 does not exist" in save(soap, sent, DefaultCustomerId=7)["Description"]


def test_a_locked_year_takes_nothing_and_a_draft_is_not_booked_into_it(sandbox: Running, soap: SoapCaller) -> None:
    assert post(soap, *PAIR, option=DRAFT) == "Ok"
    sandbox.control.soap.lock_year(2024)
    assert "is locked" in post(soap, *PAIR)
    with pytest.raises(ValueError, match="is locked"):
        sandbox.control.soap.book(1)
    sandbox.control.soap.unlock_year(2024)
    assert post(soap, *PAIR) == "Ok"


def test_a_draft_may_be_out_of_balance_until_it_is_booked(sandbox: Running, soap: SoapCaller) -> None:
    odd = (entry(6800, "10", TaxNo=0), entry(1920, "-9"))
    assert post(soap, *odd, option=DRAFT, AllowDifference="true") == "Ok"
    assert "not in balance" in post(soap, *odd, AllowDifference="true")
    with pytest.raises(ValueError, match="not in balance"):
        sandbox.control.soap.book(1)
    assert len(sandbox.control.soap.drafts()) == 1


@pytest.mark.parametrize(
    ("entries", "answer"),
    [
        ((entry(6800, "100", TaxNo=1), entry(2710, "25"), entry(1920, "-125")), "Ok"),
        ((entry(6800, "125", TaxNo=1), entry(2710, "25"), entry(6800, "-25", TaxNo=0), entry(1920, "-125")), "Ok"),
        ((entry(6800, "100.01", TaxNo=1), entry(2710, "25"), entry(1920, "-125.01")), "Ok"),
        ((entry(6800, "100", TaxNo=1), entry(1920, "-100")), "vatisnotinbalance"),
        ((entry(6800, "100", TaxNo=1), entry(2710, "15"), entry(1920, "-115")), "vatisnotinbalance"),
        ((entry(6800, "100", TaxNo=1), entry(2711, "25"), entry(1920, "-125")), "vatisnotinbalance"),
        ((entry(2710, "25"), entry(1920, "-25")), "vatismissingfoundation"),
        ((entry(6700, "100", TaxNo=86), entry(2703, "-25"), entry(2713, "25"), entry(1920, "-100")), "Ok"),
        ((entry(6700, "100", TaxNo=86), entry(1920, "-100")), "vatisnotinbalance"),
        ((entry(3000, "-100", TaxNo=3), entry(2700, "-25"), entry(1920, "125")), "Ok"),
        ((entry(3100, "-100", TaxNo=5), entry(1920, "100")), "Ok"),
        ((entry(6540, "100", TaxNo=65), entry(2716, "16.25"), entry(1920, "-116.25")), "Ok"),
    ],
)
def test_vat_must_be_in_the_lines_of_what_goes_to_the_ledger(
    soap: SoapCaller, entries: tuple[str, ...], answer: str
) -> None:
    found = post(soap, *entries)
    assert found == "Ok" if answer == "Ok" else found.startswith(f"NotSaved {answer}: ")
    assert post(soap, *entries, option=DRAFT) == "Ok"
    if answer != "Ok":
        assert post(soap, *entries, ignore=("invoicealreadyexists",)).startswith(f"NotSaved {answer}: ")
        assert post(soap, *entries, ignore=("vatisnotinbalance", "vatismissingfoundation")) == "Ok"


def invoice(amount: str, number: str = "F-9", customer: int = 10001) -> tuple[str, str]:
    other = amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
    return entry(1500, amount, CustomerId=customer, InvoiceReferenceNo=number), entry(3200, other, TaxNo=6)


def test_an_invoice_is_known_by_account_customer_and_number_and_what_pays_it_is_none(soap: SoapCaller) -> None:
    assert post(soap, *invoice("10")) == "Ok"
    assert post(soap, *invoice("11")).startswith("NotSaved invoicealreadyexists: ")
    assert [post(soap, *invoice(amount)) for amount in ("-4", "-5")] == ["Ok", "Ok"]
    assert post(soap, *invoice("11", customer=10004)) == "Ok"
    assert post(soap, *invoice("11"), ignore=("invoicealreadyexists",)) == "Ok"
    supplied = entry(2400, "-11", CustomerId=10001, InvoiceReferenceNo="F-9"), entry(3200, "11", TaxNo=6)
    assert post(soap, *supplied) == "Ok"
    assert post(soap, *supplied).startswith("NotSaved invoicealreadyexists: ")
    number = next_number(soap)
    twice = bundle(voucher(number, *invoice("12", "F-10")), voucher(number + 1, *invoice("13", "F-10")))
    assert save(soap, twice)["Description"].startswith("invoicealreadyexists: ")


def test_a_bank_account_is_compared_with_those_of_the_customer(sandbox: Running, soap: SoapCaller) -> None:
    party = next(one for one in sandbox.books.parties if one.serial % 3 == 0 and not one.is_supplier)
    known = f"9000{party.id:07d}"

    def pays(account: str) -> str:
        sides = entry(1500, "-10", CustomerId=party.id, BankAccountNo=account), entry(1920, "10")
        return post(soap, *sides)

    assert pays(known) == "Ok"
    assert pays("12345678903").startswith("NotSaved customermismatchbankaccount: ")
    unknown = next(one for one in sandbox.books.parties if one.serial % 3 == 1)
    sides = entry(1500, "-10", CustomerId=unknown.id, BankAccountNo="12345678903"), entry(1920, "10")
    assert post(soap, *sides) == "Ok"
