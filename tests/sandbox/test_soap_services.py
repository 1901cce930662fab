"""What the SOAP services tell, beside what REST tells of the same books, and how it is spelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.core.windows import OSLO
from finago_assets.sandbox.books.plan import Modes
from tests.sandbox.soap_caller import ALL, NIL, SoapCaller, logged_in
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

WINDOW = {"dateFrom": "2024-01-01", "dateTo": "2026-01-01", "limit": 1000, "includeDimensions": "true"}
EARLY = "<DateStart>2023-01-01T00:00:00</DateStart><DateEnd>2026-01-01T00:00:00</DateEnd>"
SPAN = "<{0}Start>{1}</{0}Start><{0}End>{2}</{0}End>"
NONE = "-79228162514264337593543950335"


@pytest.fixture
def staged(start_sandbox: StartSandbox) -> Running:
    """Return a sandbox with the scenarios in its books."""
    return start_sandbox(scenarios=True)


def rest_lines(sandbox: Running, **more: object) -> dict[str, Any]:
    return {line["id"]: line for line in Caller(sandbox).records("/transactionlines", **{**WINDOW, **more})}


def soap_lines(sandbox: Running, more: str = "") -> dict[str, Any]:
    return {line["Id"]: line for line in logged_in(sandbox).transactions(more)}


def day(text: str) -> str:
    return text.removesuffix("T00:00:00")


def test_ledger_lines_are_those_of_rest_under_the_same_ids(staged: Running) -> None:
    rest, soap = rest_lines(staged), soap_lines(staged)
    assert list(rest) == list(soap)
    taxes = {tax["id"]: tax["number"] for tax in Caller(staged).records("/taxes")}
    for key, line in rest.items():
        found = soap[key]
        assert Decimal(found["Amount"]) == Decimal(line["amount"])
        assert day(found["Date"]) == line["date"]
        assert int(found["AccountNo"]) == line["account"]["number"]
        assert int(found["TransactionNo"]) == line["transaction"]["number"]
        assert int(found["TransactionTypeId"]) == line["transactionType"]["id"]
        code = found.get("VatCode", "-32768")
        assert (None if code == "-32768" else int(code)) == (taxes[line["tax"]["id"]] if "tax" in line else None)
        assert found.get("InvoiceNo") == (line.get("invoice") or {}).get("number")
        assert found.get("OCR") == (line.get("invoice") or {}).get("remittanceReference")
        assert found["DateChanged"] + "Z" == line["modifiedAt"]
        assert found["PeriodDate"] == line.get("periodDate", line["date"])[:8] + "01"


def test_customers_projects_and_departments_are_dimensions(staged: Running) -> None:
    rest, soap = rest_lines(staged), logged_in(staged)
    reply = soap.call("TransactionService", "GetTransactions", f"<searchParams>{EARLY}{ALL}</searchParams>")
    space = {"x": "http://24sevenoffice.com/webservices/economy/accounting/"}
    for node in reply.element[0]:
        line = rest.get(node.findtext("x:Id", namespaces=space))
        said = {
            (one.findtext("x:Type", namespaces=space), one.findtext("x:Value", namespaces=space))
            for one in node.iterfind("x:Dimensions/x:Dimension", space)
        }
        if line is None:
            continue
        words = {1: "Project", 2: "Department", 3: "Employee", 4: "Product", 5: "Customer"}
        wanted = {
            (
                words.get(one["dimensionType"], "UserDefined"),
                one["value"].lstrip("P") if one["dimensionType"] == 1 else one["value"],
            )
            for one in line.get("dimensions", ())
        }
        assert said == wanted | ({("Customer", str(line["customer"]["id"]))} if "customer" in line else set())


def test_what_is_the_default_is_left_out_and_a_few_sentinels_are_spelled_out(staged: Running) -> None:
    lines = list(soap_lines(staged).values())
    assert {line.get("SystemType", "left out") for line in lines} > {"left out", "InvoiceCustomer", "Payment"}
    assert "Miscellaneous" not in {line.get("SystemType") for line in lines}
    assert {line.get("DueDate") for line in lines} > {None, "0001-01-01T00:00:00"}
    assert {line.get("VatDividend") for line in lines} == {None, NONE}
    assert {line.get("Currency") for line in lines} == {None, "NOK", "EUR"}
    assert any(amount.endswith(".0000") for amount in (line["Amount"] for line in lines))
    accounts = logged_in(staged).records("AccountService", "GetAccountList")
    assert "TaxNo" not in next(one for one in accounts if one["AccountNo"] == "1500")
    codes = {
        one["TaxNo"]: one.get("AccountNo", "left out")
        for one in logged_in(staged).records("AccountService", "GetTaxCodeList")
    }
    assert (codes["1"], codes["3"], codes["86"]) == ("2710", "2700", "2703")
    assert {None, "left out", "0"} <= set(codes.values())


@pytest.mark.parametrize(
    ("more", "test"),
    [
        ("<ShowOpenEntries>true</ShowOpenEntries>", lambda x: x["Open"] == "true"),
        ("<ShowOpenEntries>false</ShowOpenEntries>", lambda x: x["Open"] == "false"),
        (f"<ShowOpenEntries {NIL}/>", lambda _: True),
        (SPAN.format("AccountNo", 1500, 1599), lambda x: x["AccountNo"].startswith("15")),
        (SPAN.format("TransactionNo", 2, 2), lambda x: x["TransactionNo"] == "2"),
        ("<TransactionTypeId>5010</TransactionTypeId>", lambda x: x["TransactionTypeId"] == "5010"),
        ("<VatCode>3</VatCode>", lambda x: x.get("VatCode") == "3"),
        ("<LinkId>4001</LinkId>", lambda x: x.get("LinkId") == "4001"),
        ("<CustomerId>10001</CustomerId>", lambda x: "10001" in str(x.get("Dimensions"))),
    ],
)  # fmt: skip
def test_a_search_is_narrowed_by_each_of_its_parameters(staged: Running, more: str, test: Any) -> None:
    everything = soap_lines(staged)
    assert list(soap_lines(staged, more)) == [key for key, line in everything.items() if test(line)]
    assert soap_lines(staged, more)


def test_a_system_type_narrows_the_search_and_a_manual_line_has_it_left_out(staged: Running) -> None:
    caller = logged_in(staged)
    window = "<DateStart>2024-01-01T00:00:00</DateStart><DateEnd>2025-12-31T23:59:59</DateEnd>"
    asked = (
        f"<searchParams>{window}<SystemType>Miscellaneous</SystemType><HasInvoiceId>true</HasInvoiceId></searchParams>"
    )
    lines = caller.records("TransactionService", "GetTransactions", asked)
    assert lines
    assert all("SystemType" not in line and line["InvoiceNo"] for line in lines)


def test_the_last_day_is_cut_off_unless_its_hours_are_asked_for(sandbox: Running) -> None:
    caller = logged_in(sandbox)

    def days(end: str) -> set[str]:
        window = f"<DateStart>2024-01-01T00:00:00</DateStart><DateEnd>{end}</DateEnd>"
        return {day(line["Date"]) for line in caller.transactions(window=window)}

    last = max(days("2024-03-31T23:59:59"))
    assert last not in days(f"{last}T00:00:00")
    assert days(f"{last}T23:59:59") - days(f"{last}T00:00:00") == {last}
    without = caller.call("TransactionService", "GetTransactions", f"<searchParams>{ALL}</searchParams>")
    assert "DateStart and DateEnd" in without.fault


def test_changes_are_found_by_their_moment(sandbox: Running) -> None:
    changed = next(iter(rest_lines(sandbox)))
    sandbox.control.change_line(changed, modifiedAt="2031-05-05T05:05:05Z")
    window = "<DateSearchParameters>DateChangedUTC</DateSearchParameters>"
    window += "<DateStart>2031-05-05T05:05:05</DateStart><DateEnd>2031-05-05T05:05:06</DateEnd>"
    assert [line["Id"] for line in logged_in(sandbox).transactions(window=window)] == [changed]


def test_invoices_that_were_paid_are_linked_and_closed_and_the_others_are_open(staged: Running) -> None:
    lines = soap_lines(staged).values()
    linked: dict[str, Decimal] = {}
    for line in lines:
        if (link := line.get("LinkId", "-2147483648")) != "-2147483648":
            linked[link] = linked.get(link, Decimal(0)) + Decimal(line["Amount"])
            assert line["Open"] == "false"
        else:
            assert (line["Open"] == "true") is (line["AccountNo"] in ("1500", "2400"))
    assert linked
    assert set(linked.values()) == {Decimal(0)}


def test_fiscal_years_end_on_the_day_after_and_tell_whether_they_are_locked(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(fiscal_month=7)
    caller = logged_in(sandbox)
    years = caller.records("TransactionService", "GetFiscalYears")
    rest = Caller(sandbox).records("/fiscalperiods", type="Year")
    assert [(year["Id"], day(year["StartingDate"])) for year in years] == [(x["id"], x["startingDate"]) for x in rest]
    ends = [(datetime.fromisoformat(x["endingDate"]) + timedelta(days=1)).date().isoformat() for x in rest]
    assert [day(year["EndingDate"]) for year in years] == ends
    assert [year["IsLocked"] for year in years] == ["true", "false", "false", "false", "false"]
    sandbox.control.soap.lock_year(2024)
    assert caller.records("TransactionService", "GetFiscalYears")[2]["IsLocked"] == "true"
    sandbox.control.soap.unlock_year(2024)
    assert caller.records("TransactionService", "GetFiscalYears") == years


def test_both_lists_of_types_join_by_id_and_a_series_is_neither(sandbox: Running) -> None:
    caller = logged_in(sandbox)
    types = caller.records("AccountService", "GetTypeList")
    others = caller.records("TransactionService", "GetTransactionTypes")
    assert [(x["TypeId"], x["TypeNo"]) for x in types] == [(x["Id"], x["No"]) for x in others]
    assert not {x["EntrySeriesId"] for x in types} & {x[name] for x in types for name in ("TypeId", "TypeNo")}


def test_an_account_is_checked_by_number_and_name(sandbox: Running) -> None:
    rows = ((1920, "Bankinnskudd"), (1920, "Kasse"), (1, "x"))
    sent = "".join(
        f"<AccountData><AccountNo>{n}</AccountNo><AccountName>{t}</AccountName></AccountData>" for n, t in rows
    )
    found = logged_in(sandbox).records("AccountService", "CheckAccountNo", f"<accountList>{sent}</accountList>")
    assert [one["Error"] for one in found] == ["Ok", "NameDontMatch", "AccountDontExist"]


def test_companies_have_the_properties_that_were_named(sandbox: Running) -> None:
    caller = logged_in(sandbox)
    page = caller.call(
        "CompanyService",
        "GetCompanySyncList",
        f"<syncSearchParameters><Page>1</Page><Active {NIL}/></syncSearchParameters>",
    ).result
    rest = {str(x["id"]): x["name"] for x in Caller(sandbox).records("/customers")}
    assert {one["CompanyId"] for one in page["Items"]} == set(rest)
    ids = "".join(f"<int>{key}</int>" for key in rest)
    wanted = "<string>Id</string><string>Name</string><string>CurrencyId</string>"
    asked = f"<searchParams><CompanyIds>{ids}</CompanyIds></searchParams><returnProperties>{wanted}</returnProperties>"
    found = caller.records("CompanyService", "GetCompanies", asked)
    assert {one["Id"]: one["Name"] for one in found} == rest
    assert {one.get("CurrencyId") for one in found} == {None, "EUR"}
    assert {name for one in found for name in one} == {"Id", "Name", "CurrencyId"}
    assert "returnProperties" in caller.call("CompanyService", "GetCompanies", asked.partition("<returnP")[0]).fault


def test_the_client_its_currencies_and_the_tenants_dimensions(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(modes=Modes(per_hundred=("SEK",)))
    caller = logged_in(sandbox)
    assert caller.call("ClientService", "GetClientInformation").result["DefaultCurrency"] == "NOK"
    currencies = {one["Symbol"]: one for one in caller.records("ClientService", "GetCurrencyList")}
    assert (currencies["SEK"]["Rate"], currencies["SEK"]["Unit"], currencies["EUR"]["Unit"]) == ("98.7500", "100", "1")
    assert [one["Id"] for one in caller.records("ClientService", "GetDepartmentList")] == ["10", "20", "30", "40"]
    types = caller.records("TransactionService", "GetUserDefinedDimensions")
    assert [one["TypeId"] for one in types] == ["101", "104"]
    values = caller.records("TransactionService", "GetUserDefinedDimensionValues", "<DimensionType>104</DimensionType>")
    assert [one["Value"] for one in values] == ["Ø", "V", "N"]


def test_sums_by_account_are_those_of_the_balances(sandbox: Running) -> None:
    asked = "<startDate>2024-01-01T00:00:00</startDate><periodType>None</periodType><returnIB>true</returnIB>"
    rows = logged_in(sandbox).records("TransactionService", "GetAggregated", asked)
    balances = (
        Caller(sandbox).get("/accountbalances", dateFrom="2025-12-31", dateTo="2025-12-31", keepIncoming="true").json
    )
    closing = {str(x["account"]["number"]): Decimal(x["balances"][-1]["closing"]) for x in balances}
    held = {row["AccountNo"]: Decimal(row["TotalBalance"]) for row in rows if row["AccountNo"] < "3"}
    assert {key: held.get(key, Decimal(0)) for key in closing if key < "3"} == {
        key: closing[key] for key in closing if key < "3"
    }


def test_timestamps_are_in_the_zone_of_the_switch_and_days_may_be_shifted(sandbox: Running) -> None:
    key, line = next(iter(rest_lines(sandbox, dateFrom="2024-07-01").items()))
    moment = datetime.fromisoformat(line["modifiedAt"])
    control = sandbox.control.soap

    def changed() -> str:
        return str(soap_lines(sandbox)[key]["DateChanged"])

    assert changed() == line["modifiedAt"].removesuffix("Z")
    control.set(moments="zulu")
    assert changed() == line["modifiedAt"]
    control.set(moments="oslo")
    assert changed() == moment.astimezone(OSLO).replace(tzinfo=None).isoformat()
    control.set(days="shifted")
    shifted = soap_lines(sandbox)[key]["Date"]
    assert shifted.endswith("T22:00:00Z")
    assert datetime.fromisoformat(shifted).astimezone(OSLO).date().isoformat() == line["date"]


@pytest.mark.parametrize("modes", [Modes(), Modes(foreign_amounts=True, per_hundred=("EUR",))])
def test_amounts_are_in_the_currency_of_the_switch(start_sandbox: StartSandbox, modes: Modes) -> None:
    sandbox = start_sandbox(scenarios=True, modes=modes)

    def sums(amounts: str) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        sandbox.control.soap.set(amounts=amounts)
        plain: dict[str, Decimal] = {}
        times: dict[str, Decimal] = {}
        for line in soap_lines(sandbox, "<TransactionTypeId>5004</TransactionTypeId>").values():
            rate = Decimal(line.get("CurrencyRate", "1")) / Decimal(line.get("CurrencyUnit", "1"))
            rate = Decimal(1) if rate < 0 else rate
            key = f"{line['TransactionNo']}/{line['Date']}"
            plain[key] = plain.get(key, Decimal(0)) + Decimal(line["Amount"])
            times[key] = times.get(key, Decimal(0)) + round(Decimal(line["Amount"]) * rate, 2)
        return plain, times

    base, foreign = sums("base"), sums("foreign")
    assert set(base[0].values()) == {Decimal(0)}
    assert all(abs(value) <= Decimal("0.02") for value in foreign[1].values())
    assert {key: value for key, value in base[1].items() if abs(value) > 1} == {} or base[1] != base[0]
    assert base[0].keys() == foreign[0].keys()


def test_defaults_can_be_written_and_a_word_can_be_unknown(staged: Running) -> None:
    staged.control.soap.set(defaults="written", unknown_enum="InvoiceLoss")
    lines = soap_lines(staged).values()
    assert {"Miscellaneous", "InvoiceLoss"} < {line["SystemType"] for line in lines}
    assert all("VatDividend" in line for line in lines)
    staged.control.soap.set(defaults="omitted")
    assert not any("VatDividend" in line for line in soap_lines(staged).values())


def test_a_list_can_be_cut_to_one(staged: Running) -> None:
    staged.control.soap.set(one_element=True)
    assert len(logged_in(staged).records("AccountService", "GetAccountList")) == 1


def test_a_switch_or_a_position_that_does_not_exist_is_refused(sandbox: Running) -> None:
    for change in ({"moments": "local"}, {"nothing": 1}, {"strict": "yes"}):
        with pytest.raises(ValueError, match=r"."):
            sandbox.control.soap.set(**change)


def test_a_reset_turns_the_switches_back_and_keeps_the_session(sandbox: Running) -> None:
    caller = logged_in(sandbox)
    sandbox.control.soap.set(moments="oslo")
    sandbox.control.soap.lock_year(2025)
    sandbox.control.reset()
    assert sandbox.control.soap.switches.moments == "utc"
    assert caller.records("TransactionService", "GetFiscalYears")[2]["IsLocked"] == "false"
    assert isinstance(caller, SoapCaller)
