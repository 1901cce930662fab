"""AccountService as methods: what they send, what they make of answers, and what they say of a post."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from finago_assets.apis.finago_soap import datatypes as wire
from finago_assets.apis.finago_soap.account_service import AccountService
from finago_assets.apis.finago_soap.contract import Service, contract_of, source_of
from finago_assets.apis.finago_soap.ledger import SoapTransaction, TransactionSearch, calendar_day, soap_day
from finago_assets.core.errors import (
    BadRequest,
    Blocked,
    Malformed,
    NotFound,
    OutcomeUnknown,
    RequestRefused,
    Timeout,
    Unavailable,
    WrongOrganization,
)
from finago_assets.core.http.transport import ConnectError, ReadError, ReadTimeout
from finago_assets.core.posting.route import Answered
from finago_assets.core.soap.models import attribute_of, from_wire
from tests.apis.soap_service import (
    ORGANIZATION,
    SESSION,
    Sent,
    SoapOffice,
    client_of,
    enveloped,
    fault,
    schema_of,
)
from tests.core.http.office import reply
from tests.reference import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.transport import Response

LINE = "cc623af8-7833-4011-854e-000000000001"
LINK = "dd623af8-7833-4011-854e-000000000001"
DAY = dt.date(2024, 1, 2)
ENTRY = wire.Entry(DAY, 1920, Decimal("-1E+6"))
BUNDLES = wire.BundleList((wire.Bundle(2024, (wire.Voucher(41, 2, (ENTRY,)),), name="fa-1"),))


def _service(office: SoapOffice) -> AccountService:
    return AccountService(client_of(office))


def _saving(answer: Callable[[], Response | str]) -> SoapOffice:
    return SoapOffice(lambda operation, _: answer() if operation == "SaveBundleList" else None)


def _raise(error: Exception) -> Any:
    raise error


# -- reads


def test_lists_are_models_with_the_contracts_defaults() -> None:
    service = _service(SoapOffice())
    assert service.account_list() == [wire.AccountData(1, 1920, "Bank")]
    assert service.tax_code_list() == [wire.TaxCodeElement(8, "5", "Fri", Decimal(0), None)]
    assert service.type_list() == [wire.TypeData(5002, "Bilag", 7, 2)]
    (year,) = service.fiscal_years()
    assert (year.starting_date, year.ending_date, year.is_locked) == (dt.date(2024, 1, 1), dt.date(2025, 1, 1), False)
    assert service.client_information().default_currency == "NOK"
    assert [one.no for one in service.transaction_types()] == [2]
    assert [(one.symbol, one.rate, one.unit) for one in service.currency_list()] == [("SEK", Decimal("101.5"), 100)]
    assert [one.id for one in service.department_list()] == [4]
    assert [one.name for one in service.project_names()] == ["Bru"]
    assert [one.type_id for one in service.user_defined_dimensions()] == [101]
    assert [one.value for one in service.user_defined_dimension_values(101)] == ["EK1"]


def test_an_empty_list_is_empty_whether_its_element_is_there_or_not() -> None:
    for office in (
        SoapOffice(lambda operation, _: "" if operation == "GetTypeList" else None),
        SoapOffice(lambda operation, _: "<nothing/>" if operation == "GetTypeList" else None),
    ):
        assert _service(office).type_list() == []


def test_ledger_lines_are_asked_for_to_the_end_of_the_last_day_and_without_a_filter_that_nobody_set() -> None:
    office = SoapOffice()
    found = _service(office).transactions(TransactionSearch(dt.date(2024, 1, 1), dt.date(2024, 1, 31)))
    assert [(one.date, one.amount, one.system_type, one.customer_id) for one in found] == [
        (dt.date(2024, 1, 1), Decimal("125.00"), "Miscellaneous", "10001"),
        (dt.date(2024, 1, 2), Decimal("-125.50"), "Miscellaneous", None),
        (dt.date(2024, 1, 31), Decimal("0.50"), "InvoiceLoss", None),
    ]
    asked = {one.tag.rpartition("}")[2]: one.text for one in office.sent[-1].element[0]}
    assert asked == {
        "DateSearchParameters": "EntryDate",
        "DateStart": "2024-01-01T00:00:00",
        "DateEnd": "2024-01-31T23:59:59",
        "SystemType": None,
        "HasInvoiceId": None,
    }


def test_companies_are_those_that_exist_and_nothing_but_their_id_is_asked_for() -> None:
    office = SoapOffice()
    assert _service(office).companies([7, 404, 7, *range(1000, 2100)]) == {7, *range(1000, 2100)}
    asked = [one for one in office.sent if one.operation == "GetCompanies"]
    assert [len(list(one.element.iter("{*}int"))) for one in asked] == [1000, 102]
    assert [each.text for each in asked[0].element.iter("{*}string")] == ["Id"]


def test_the_next_number_is_a_number_or_an_error() -> None:
    office = SoapOffice()
    assert _service(office).entry_id(DAY, 7) == 41
    assert (office.sent[-1].text("argEntryId/Date"), office.sent[-1].text("argEntryId/EntryNo")) == (
        f"{DAY}T00:00:00",
        "0",
    )
    with pytest.raises(RequestRefused, match="no number for series 8 on 2024-01-02"):
        _service(SoapOffice()).entry_id(DAY, 8)


@pytest.mark.parametrize("number", ["0", "-1", "-2147483648"])
def test_no_other_number_is_taken_for_one(number: str) -> None:
    inside = f"<Date>2024-01-02T00:00:00</Date><SortNo>7</SortNo><EntryNo>{number}</EntryNo>"
    with pytest.raises(RequestRefused):
        _service(SoapOffice(lambda operation, _: inside if operation == "GetEntryId" else None)).entry_id(DAY, 7)


def test_accounts_are_checked_by_number_and_name() -> None:
    office = SoapOffice()
    (found,) = _service(office).check_account_no([wire.AccountData(account_no=1, account_name="Kasse")])
    assert (found.account_no, found.error) == (1, wire.ErrorType.ACCOUNT_DONT_EXIST)
    assert office.sent[-1].text("accountList/AccountData/AccountName") == "Kasse"


@pytest.mark.parametrize(
    ("answer", "kind", "times"),
    [
        (lambda: fault("The user may not see account 1920"), BadRequest, 1),
        (lambda: fault("Nothing known", status=200), BadRequest, 1),
        (lambda: fault("Timeout expired."), Timeout, 8),
        (lambda: fault("Transaction was deadlocked"), Unavailable, 8),
        (lambda: reply(b"<html>Proxy</html>", 403), Blocked, 1),
        (lambda: reply(b"<html>No such page</html>", 404), NotFound, 1),
        (lambda: reply(b"<html>Sorry</html>", 502), Unavailable, 8),
        (lambda: reply(b"<html>Welcome</html>"), Malformed, 8),
        (lambda: reply(enveloped("<x:GetFiscalYearsResponse xmlns:x='u'/>")), Malformed, 8),
    ],
)
def test_what_went_wrong_is_told_by_its_kind_and_never_in_the_servers_words(
    answer: Callable[[], Response], kind: type[Exception], times: int
) -> None:
    office = SoapOffice(lambda operation, _: answer() if operation == "GetAccountList" else None)
    with pytest.raises(kind) as raised:
        _service(office).account_list()
    assert office.asked.count("GetAccountList") == times
    assert "POST /Economy/Account/V004/Accountservice.asmx GetAccountList" in f"{raised.value}"
    for word in ("1920", "html", "Welcome", "Nothing known"):
        assert word not in f"{raised.value}"


def test_a_value_that_a_model_cannot_be_without_is_not_made_up() -> None:
    office = SoapOffice(
        lambda operation, _: "<TypeData><Title>Bilag</Title></TypeData>" if operation == "GetTypeList" else None
    )
    with pytest.raises(Malformed, match="lacks a value"):
        _service(office).type_list()


# -- days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-02T00:00:00", "2024-01-02"),
        ("2024-01-01T23:00:00", "2024-01-02"),
        ("2024-06-30T22:00:00", "2024-07-01"),
        ("2024-01-01T23:00:00Z", "2024-01-02"),
        ("2024-01-02T00:00:00+01:00", "2024-01-02"),
        ("2024-03-31T00:00:00", "2024-03-31"),
        ("2024-01-02T13:37:00", "2024-01-02"),
        ("2024-01-02T22:30:00", "2024-01-02"),
    ],
)
def test_a_moment_is_the_day_that_it_was_meant_as(text: str, day: str) -> None:
    assert soap_day(text) == dt.date.fromisoformat(day)


# -- posting


def test_a_bundle_list_is_sent_as_the_contract_orders_it_after_a_look_at_whose_session_it_is() -> None:
    office = SoapOffice()
    entry = wire.Entry(
        DAY,
        2400,
        Decimal("1000000.00"),
        customer_id=10001,
        due_date=dt.date(2024, 2, 1),
        currency_id="NOK",
        tax_no="0",
        comment="Æ & <Co>\u2028",
        link_id=LINK,
        links=(wire.LinkModel(LINE, LINK),),
        user_defined_dimensions=(wire.UserDefinedDimension(101, "EK1"),),
    )
    voucher = wire.Voucher(41, 2, (ENTRY, entry))
    bundles = replace(
        BUNDLES, bundles=(wire.Bundle(2024, (voucher,)),), ignore_warnings=(wire.IgnoreWarnings.INVOICE_ALREADY_EXISTS,)
    )
    outcome = _service(office).save_bundle_list(bundles)
    assert (outcome.answered, outcome.type, office.asked[-2:]) == (
        Answered.SAVED,
        "Ok",
        ["GetIdentity", "SaveBundleList"],
    )
    sent = office.sent[-1]
    assert sent.text("BundleList/SaveOption") == "1"
    assert sent.text("BundleList/IgnoreWarnings/string") == "invoicealreadyexists"
    first, second = sent.element.iter("{*}Entry")
    assert [(one.tag.rpartition("}")[2], one.text) for one in first] == [
        ("AccountNo", "1920"),
        ("Date", "2024-01-02T00:00:00"),
        ("Amount", "-1000000"),
    ]
    assert {one.tag.rpartition("}")[2]: one.text for one in second if one.text} == {
        "CustomerId": "10001",
        "AccountNo": "2400",
        "Date": "2024-01-02T00:00:00",
        "DueDate": "2024-02-01T00:00:00",
        "Amount": "1000000.00",
        "CurrencyId": "NOK",
        "TaxNo": "0",
        "Comment": "Æ & <Co>\u2028",
        "LinkId": LINK,
    }


@pytest.mark.parametrize(
    ("word", "answered"),
    [
        ("Ok", Answered.SAVED),
        ("NotSaved", Answered.REFUSED),
        ("DuplicateData", Answered.ALREADY_THERE),
        ("DublicateData", Answered.ALREADY_THERE),
        ("DataAlreadySaved", Answered.ALREADY_THERE),
        ("NotAuthenticated", Answered.UNCLEAR),
        ("SystemError", Answered.UNCLEAR),
        ("Exception", Answered.UNCLEAR),
        ("Perhaps", Answered.UNCLEAR),
    ],
)
def test_an_answers_word_says_what_became_of_the_bundles(word: str, answered: Answered) -> None:
    office = _saving(lambda: f"<Type>{word}</Type><Description>Konto 1920 finnes ikke</Description>")
    outcome = _service(office).save_bundle_list(BUNDLES)
    assert (outcome.answered, outcome.type, outcome.description) == (answered, word, "Konto 1920 finnes ikke")
    assert "Perhaps" not in outcome.reason
    assert "Konto" not in f"{outcome!r}"
    assert office.asked.count("SaveBundleList") == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda: "",
        lambda: fault("Object reference not set to an instance of an object."),
        lambda: fault("Timeout expired."),
        lambda: fault("No envelope's status", status=200),
        lambda: reply(b"<html>Bad gateway</html>", 502),
        lambda: reply(b"<html>Welcome</html>"),
        lambda: reply(b"", 200),
        lambda: reply(enveloped("<SaveBundleList")),
        lambda: _raise(ReadTimeout("slow")),
        lambda: _raise(ReadError("cut")),
    ],
)
def test_without_a_plain_answer_it_is_unclear_and_nothing_is_sent_again(answer: Callable[[], Response | str]) -> None:
    office = _saving(answer)
    outcome = _service(office).save_bundle_list(BUNDLES)
    assert (outcome.answered, office.asked.count("SaveBundleList")) == (Answered.UNCLEAR, 1)


@pytest.mark.parametrize("status", [400, 404, 413])
def test_a_refusal_with_a_status_of_its_own_is_one(status: int) -> None:
    office = _saving(lambda: reply(b"no", status))
    assert _service(office).save_bundle_list(BUNDLES).answered is Answered.REFUSED
    assert office.asked.count("SaveBundleList") == 1


def test_a_post_on_an_expired_session_is_sent_with_a_new_one_for_nothing_was_done() -> None:
    office = SoapOffice()
    service = _service(office)
    service.account_list()

    def expire(operation: str, sent: Sent) -> Response | None:
        # the session dies between the look at it and the post
        if operation == "SaveBundleList" and sent.cookie.endswith(f"{SESSION}1"):
            return fault("Client is not authenticated on this identity")
        return None

    office.first = expire
    assert service.save_bundle_list(BUNDLES).answered is Answered.SAVED
    assert office.asked[-5:] == ["GetIdentity", "SaveBundleList", "Login", "GetIdentity", "SaveBundleList"]


def test_what_never_left_is_an_error_and_no_outcome() -> None:
    office = _saving(lambda: _raise(ConnectError("refused")))
    with pytest.raises(Unavailable):
        _service(office).save_bundle_list(BUNDLES)


def test_a_session_that_changes_organization_posts_nothing() -> None:
    office = SoapOffice()
    service = _service(office)
    service.account_list()
    office.organization = "100000000000002"
    for write in (
        lambda: service.save_bundle_list(BUNDLES),
        service.create_link,
        lambda: service.update_entry_due_date([wire.EntryItem(LINE, DAY)]),
    ):
        with pytest.raises(WrongOrganization, match=f"not organization {ORGANIZATION}'s"):
            write()
    assert not {"SaveBundleList", "CreateLink", "UpdateEntryDueDate"} & set(office.asked)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (replace(ENTRY, amount=1000.5), "Amount"),  # type: ignore[arg-type]
        (replace(ENTRY, amount=Decimal("NaN")), "Amount"),
        (replace(ENTRY, amount=True), "Amount"),  # type: ignore[arg-type]
        (replace(ENTRY, account_no=True), "AccountNo"),
        (replace(ENTRY, account_no="1920"), "AccountNo"),  # type: ignore[arg-type]
        (replace(ENTRY, date=dt.datetime(2024, 1, 2, tzinfo=dt.UTC)), "Date"),
        (replace(ENTRY, date="2024-01-02"), "Date"),  # type: ignore[arg-type]
        (replace(ENTRY, tax_no=3), "TaxNo"),  # type: ignore[arg-type]
        (replace(ENTRY, comment="bell \x07"), "Comment"),
        (replace(ENTRY, comment="half \ud800"), "Comment"),
    ],
)
def test_a_value_that_would_change_on_the_way_is_refused_by_its_field(entry: wire.Entry, field: str) -> None:
    office = SoapOffice()
    bundles = wire.BundleList((wire.Bundle(2024, (wire.Voucher(1, 2, (entry,)),)),))
    with pytest.raises(RequestRefused, match=rf"BundleList\.Bundles\.Vouchers\.Entries\.{field} was not sent"):
        _service(office).save_bundle_list(bundles)
    assert office.sent == []


def test_a_warning_to_ignore_that_there_is_not_is_refused() -> None:
    office = SoapOffice()
    with pytest.raises(RequestRefused, match=r"1 of the warnings to ignore .* It takes vatisnotinbalance"):
        _service(office).save_bundle_list(replace(BUNDLES, ignore_warnings=("everything",)))  # type: ignore[arg-type]
    assert office.sent == []


def test_a_quarantine_that_meets_a_post_refuses_it_for_nothing_was_done() -> None:
    office = _saving(lambda: fault("Limit exceeded by 1. Request is blocked. Quarantine ends at 13:00:00"))
    outcome = _service(office).save_bundle_list(BUNDLES)
    assert (outcome.answered, office.asked.count("SaveBundleList")) == (Answered.REFUSED, 1)
    assert "the hourly limit is used up" in outcome.reason


def test_an_entry_id_that_is_no_guid_is_refused() -> None:
    bundles = wire.BundleList((wire.Bundle(2024, (wire.Voucher(1, 2, (replace(ENTRY, link_id="x"),)),)),))
    with pytest.raises(RequestRefused, match="does not fit its contract"):
        _service(SoapOffice()).save_bundle_list(bundles)


# -- links and due dates


def test_lines_are_put_under_a_link_and_given_a_due_date() -> None:
    office = SoapOffice()
    service = _service(office)
    assert service.create_link() == 77
    assert service.add_link_entries(wire.LinkEntryItem((LINE, LINK), 77)) is True
    assert service.replace_link_entries(wire.LinkEntryItem((LINE,), 77)) is True
    assert service.update_entry_due_date([wire.EntryItem(LINE, DAY)]) == [wire.EntryItem(LINE, dt.date(2024, 3, 1))]
    asked = {one.operation: one for one in office.sent}
    assert [each.text for each in asked["AddLinkEntries"].element.iter("{*}guid")] == [LINE, LINK]
    assert asked["ReplaceLinkEntries"].text("linkEntryItem/LinkId") == "77"
    assert asked["UpdateEntryDueDate"].text("entryItems/EntryItem/DueDate") == f"{DAY}T00:00:00"
    assert office.asked.count("GetIdentity") == 5


def test_a_link_that_the_server_did_not_make_is_not_true_and_one_without_an_answer_is_unknown() -> None:
    item = wire.LinkEntryItem((LINE,), 77)
    office = SoapOffice(lambda operation, _: "false" if operation == "AddLinkEntries" else None)
    assert _service(office).add_link_entries(item) is False
    office = SoapOffice(lambda operation, _: fault("oops") if operation == "ReplaceLinkEntries" else None)
    with pytest.raises(OutcomeUnknown, match="look at the journals and the ledger in Finago Office"):
        _service(office).replace_link_entries(item)
    assert office.asked.count("ReplaceLinkEntries") == 1


# -- the models and the contract

MODELS: dict[str, type[Any]] = {
    "BundleList": wire.BundleList,
    "Bundle": wire.Bundle,
    "Voucher": wire.Voucher,
    "Entry": wire.Entry,
    "UserDefinedDimension": wire.UserDefinedDimension,
    "LinkModel": wire.LinkModel,
    "DifferenceOptions": wire.DifferenceOptions,
    "SaveResponse": wire.SaveBundleListResult,
    "EntryId": wire.EntryId,
    "EntryItem": wire.EntryItem,
    "LinkEntryItem": wire.LinkEntryItem,
    "AccountData": wire.AccountData,
    "TypeData": wire.TypeData,
    "TaxCodeElement": wire.TaxCodeElement,
    "ArrayOfAccountData": wire.AccountList,
}
XSD = "{http://www.w3.org/2001/XMLSchema}"


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_fields_of_its_type_in_the_contract_and_no_other(name: str) -> None:
    wsdl = etree.fromstring(source_of(Service.ACCOUNT))
    (type_,) = (one for one in wsdl.iter(f"{XSD}complexType") if one.get("name") == name)
    known = {attribute_of(one.get("name")): one.get("minOccurs") for one in type_.iter(f"{XSD}element")}
    ours = {one.name: one for one in fields(MODELS[name])}
    assert set(ours) == set(known)


@pytest.mark.parametrize("enum", ["ResponsType", "ErrorType"])
def test_the_words_are_those_of_the_contract(enum: str) -> None:
    wsdl = etree.fromstring(source_of(Service.ACCOUNT))
    (type_,) = (one for one in wsdl.iter(f"{XSD}simpleType") if one.get("name") == enum)
    known = {one.get("value") for one in type_.iter(f"{XSD}enumeration")}
    ours = {one.value for one in (wire.ResponseType if enum == "ResponsType" else wire.ErrorType)}
    assert ours - {"DublicateData"} == known


def test_every_operation_that_is_asked_validates_against_the_vendors_own_contract() -> None:
    office = SoapOffice()
    service = _service(office)
    _ask_everything(service)
    used = {name for one in Service for name in contract_of(one).operations}
    assert used - set(office.asked) == {"GetIdentitiesWithCredential"}
    published = REFERENCE / "soap"
    for one in Service:
        source = published / f"{one}.wsdl"
        schema = schema_of(source.read_bytes() if source.exists() else source_of(one))
        for sent in office.sent:
            if sent.operation in contract_of(one).operations:
                assert schema.validate(etree.fromstring(etree.tostring(sent.element))), schema.error_log


def _ask_everything(service: AccountService) -> None:
    for read in (
        service.account_list,
        service.tax_code_list,
        service.type_list,
        service.transaction_types,
        service.fiscal_years,
        service.user_defined_dimensions,
        service.currency_list,
        service.department_list,
        service.project_names,
        service.client_information,
        service.create_link,
    ):
        read()
    service.user_defined_dimension_values(101)
    service.companies([1])
    service.transactions(TransactionSearch(DAY, DAY, "DateChangedUTC", account_no_start=1000, show_open_entries=True))
    service.check_account_no([wire.AccountData(1, 1920, "Bank")])
    service.entry_id(DAY, 7)
    service.save_bundle_list(BUNDLES)
    service.add_link_entries(wire.LinkEntryItem((LINE,), 1))
    service.replace_link_entries(wire.LinkEntryItem((LINE,), 1))
    service.update_entry_due_date([wire.EntryItem(LINE, DAY)])


def test_a_ledger_line_without_an_id_is_none() -> None:
    with pytest.raises(ValueError, match="SoapTransaction without id"):
        from_wire(SoapTransaction, {"Date": None}, calendar_day)
