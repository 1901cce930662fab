"""A contract at work: what it lets through, and how the values of an answer are read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from finago_assets.apis.finago_soap.contract import Service, contract_of, source_of
from finago_assets.core.errors import RequestRefused
from finago_assets.core.soap.contract import Contract
from finago_assets.core.soap.xml import parse_xml

ACCOUNTING = "http://24sevenoffice.com/webservices/economy/accounting/"
SERVICES = "http://24sevenOffice.com/webservices"
MIDNIGHT = dt.datetime.fromisoformat("2024-01-02")
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Body>%s</s:Body></s:Envelope>'
)


def _answer(operation: str, inside: str, namespace: str = ACCOUNTING) -> Any:
    wrapped = f'<{operation}Response xmlns="{namespace}">{inside}</{operation}Response>'
    return parse_xml((ENVELOPE % wrapped).encode())


def _transactions(inside: str) -> Any:
    text = f"<GetTransactionsResult>{inside}</GetTransactionsResult>"
    return contract_of(Service.TRANSACTION).read("GetTransactions", _answer("GetTransactions", text))


def test_a_decimal_is_sent_without_an_exponent() -> None:
    values = {"Date": MIDNIGHT, "Amount": Decimal("-1E+7")}
    sent = contract_of(Service.ACCOUNT).message("SaveBundleList", _bundle(values)).body
    assert b"<ns0:Amount>-10000000</ns0:Amount>" in sent
    assert b"<ns0:Date>2024-01-02T00:00:00</ns0:Date>" in sent


def _bundle(entry: dict[str, object]) -> dict[str, object]:
    voucher = {"TransactionNo": 1, "Sort": 2, "Entries": {"Entry": [entry]}}
    return {"BundleList": {"Bundles": {"Bundle": [{"Vouchers": {"Voucher": [voucher]}}]}}}


@pytest.mark.parametrize(
    "entry",
    [
        {"Date": MIDNIGHT, "LinkId": "no guid"},
        {"Date": MIDNIGHT, "Comment": "bell \x07"},
        {"Date": MIDNIGHT, "Unheard": "1"},
        {"Amount": Decimal(1)},
    ],
)
def test_what_the_contract_does_not_take_is_not_sent_and_not_repeated(entry: dict[str, object]) -> None:
    with pytest.raises(RequestRefused) as refused:
        contract_of(Service.ACCOUNT).message("SaveBundleList", _bundle(entry))
    assert f"{refused.value}" == "SaveBundleList was not sent: what was given does not fit its contract."
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_what_must_be_there_and_has_no_value_is_sent_as_nil() -> None:
    sent = contract_of(Service.TRANSACTION).message("GetTransactions", {"searchParams": {}}).body
    assert sent.count(b'xsi:nil="true"') == 2
    assert b"SystemType" in sent
    assert b"HasInvoiceId" in sent


def test_the_action_is_the_contracts_own() -> None:
    message = contract_of(Service.TRANSACTION).message("GetFiscalYears", {})
    assert message.headers == {"SOAPAction": f'"{ACCOUNTING}GetFiscalYears"'}
    assert "Envelope" not in f"{message!r}"


def test_an_absent_element_has_the_contracts_default_and_a_sentinel_is_none() -> None:
    (row,) = _transactions(
        "<Transaction><Date>2024-01-02T00:00:00</Date><Amount>-79228162514264337593543950335</Amount>"
        "<LinkId>-2147483648</LinkId><PeriodDate>0001-01-01</PeriodDate><Hidden>false</Hidden><Open>1</Open>"
        "<HasVatDividend>true</HasVatDividend></Transaction>"
    )
    assert (row["SystemType"], row["Period"], row["InvoiceNo"]) == ("Miscellaneous", 0, "")
    assert [row[name] for name in ("Amount", "LinkId", "PeriodDate", "VatCode", "DueDate", "Id", "OCR")] == [None] * 7
    assert (row["Date"], row["Hidden"], row["Open"], row["Dimensions"]) == (MIDNIGHT, False, True, [])


def test_an_array_is_a_list_also_with_one_element_with_none_and_where_it_is_absent() -> None:
    one = "<Dimension><Type>Customer</Type><Value>7</Value></Dimension>"
    (row,) = _transactions(f"<Transaction><Dimensions>{one}</Dimensions></Transaction>")
    assert row["Dimensions"] == [{"Type": "Customer", "Name": "", "Value": "7", "Percent": None, "TypeId": None}]
    assert _transactions("") == []
    contract = contract_of(Service.TRANSACTION)
    assert contract.read("GetTransactions", _answer("GetTransactions", "")) == []


def test_nil_is_none_also_where_there_is_a_default() -> None:
    text = (
        "<GetTaxCodeListResult><TaxCodeElement><TaxId>8</TaxId><TaxNo>5</TaxNo><TaxRate>25.000</TaxRate>"
        '<AccountNo xsi:nil="true"/></TaxCodeElement></GetTaxCodeListResult>'
    )
    contract = contract_of(Service.ACCOUNT)
    (row,) = contract.read("GetTaxCodeList", _answer("GetTaxCodeList", text, SERVICES))
    assert row == {"TaxId": 8, "TaxNo": "5", "TaxName": None, "TaxRate": Decimal("25.000"), "AccountNo": None}


def test_a_type_that_extends_another_has_the_fields_of_both() -> None:
    row = "<AccountDataErrors><AccountNo>1920</AccountNo><Error>Ok</Error></AccountDataErrors>"
    text = f"<CheckAccountNoResult>{row}</CheckAccountNoResult>"
    contract = contract_of(Service.ACCOUNT)
    (found,) = contract.read("CheckAccountNo", _answer("CheckAccountNo", text, SERVICES))
    assert (found["AccountNo"], found["AccountName"], found["Error"]) == (1920, "", "Ok")


@pytest.mark.parametrize("text", ["1e5", "NaN", "12,50", ""])
def test_an_amount_that_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no decimal"):
        _transactions(f"<Transaction><Amount>{text}</Amount></Transaction>")


def test_an_answer_of_another_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="no answer of GetTransactions"):
        contract_of(Service.TRANSACTION).read("GetTransactions", _answer("GetFiscalYears", ""))


BOMB = '<!DOCTYPE a [<!ENTITY x "yyyyyyyyyy"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'
OUTWARD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize(
    "text", [BOMB, OUTWARD, "<!DOCTYPE a SYSTEM 'http://example.test/a.dtd'><a/>", "<a>", "{}", ""]
)
def test_what_could_unfold_or_reach_out_is_no_xml_of_ours(text: str) -> None:
    with pytest.raises(ValueError, match="no XML, or has a document type"):
        parse_xml(text.encode())


def test_an_answer_that_nests_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no XML"):
        parse_xml(b"<a>" * 5000 + b"</a>" * 5000)


def test_a_contract_that_refers_to_another_document_is_not_followed() -> None:
    source = source_of(Service.PROJECT).replace(
        b"<wsdl:types>", b'<wsdl:import namespace="urn:x" location="http://127.0.0.1:9/x.wsdl"/><wsdl:types>'
    )
    with pytest.raises(Exception, match=r"never fetched|http://127.0.0.1:9/x.wsdl"):
        Contract(source)
