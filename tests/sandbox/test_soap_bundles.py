"""Bundles saved to the ledger and to the drafts: what of them shows where, their numbers, VAT, links and currencies."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.sandbox.books.numbers import VoucherNumbers
from finago_assets.sandbox.books.plan import Modes
from tests.sandbox.soap_bundles import DRAFT, LEDGER, bundle, entry, next_number, post, save, voucher
from tests.sandbox.soap_caller import SoapCaller, logged_in
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

MAY = {"dateFrom": "2024-05-01", "dateTo": "2024-06-01", "includeDimensions": "true", "limit": 1000}
PAIR = (entry(6800, "123.45", TaxNo=0, Comment="Papir"), entry(1920, "-123.45"))
NOTHING = "-2147483648"
TAKEN_OUT = [(6800, Decimal(100), 3), (2710, Decimal(25), None)]
LEFT_IN = [(6800, Decimal(125), 3)]


@pytest.fixture
def soap(sandbox: Running) -> SoapCaller:
    return logged_in(sandbox)


def rest(sandbox: Running, number: int, kind: int = 5010) -> list[Any]:
    asked: dict[str, object] = {**MAY, "transactionNumber": number, "transactionTypeId": kind}
    return Caller(sandbox).records("/transactionlines", **asked)


def short(lines: list[Any]) -> list[tuple[int, Decimal, int | None]]:
    return [(x["account"]["number"], Decimal(x["amount"]), x.get("tax", {}).get("id")) for x in lines]


def balance(sandbox: Running, account: int) -> Decimal:
    window = {"dateFrom": "2024-05-01", "dateTo": "2024-05-31", "keepIncoming": "true"}
    records = Caller(sandbox).get("/accountbalances", **window).json
    return Decimal(next((r["balances"][-1]["closing"] for r in records if r["account"]["number"] == account), 0))


def of_number(caller: SoapCaller, number: int) -> list[Any]:
    span = f"<TransactionNoStart>{number}</TransactionNoStart><TransactionNoEnd>{number}</TransactionNoEnd>"
    return caller.transactions(f"<TransactionTypeId>5010</TransactionTypeId>{span}")


def test_a_bundle_for_the_ledger_shows_everywhere_at_once(sandbox: Running, soap: SoapCaller) -> None:
    before, number = balance(sandbox, 6800), next_number(soap)
    assert post(soap, *PAIR) == "Ok"
    lines = rest(sandbox, number)
    assert short(lines) == [(6800, Decimal("123.45"), 0), (1920, Decimal("-123.45"), None)]
    assert [line["id"] for line in lines] == [line["Id"] for line in of_number(soap, number)]
    assert lines[0]["comment"] == "Papir"
    assert balance(sandbox, 6800) == before + Decimal("123.45")
    assert next_number(soap) == number + 1


def test_a_draft_shows_nowhere_until_a_person_books_it(sandbox: Running, soap: SoapCaller) -> None:
    before, number, count = balance(sandbox, 6800), next_number(soap), sandbox.books.ledger.count
    assert post(soap, *PAIR, option=DRAFT) == "Ok"
    assert (rest(sandbox, number), of_number(soap, number), balance(sandbox, 6800)) == ([], [], before)
    assert next_number(soap) == number + 1
    (draft,) = sandbox.control.soap.drafts()
    assert draft["vouchers"][0]["transactionNumber"] == number
    assert [x["amount"] for x in draft["vouchers"][0]["entries"]] == ["123.45", "-123.45"]
    (booked,) = sandbox.control.soap.book(draft["id"])
    assert {x["transaction"]["id"] for x in rest(sandbox, number)} == {booked}
    assert (sandbox.books.ledger.count, sandbox.control.soap.drafts()) == (count + 2, [])
    with pytest.raises(KeyError):
        sandbox.control.soap.book(draft["id"])


def test_a_draft_is_what_is_saved_when_nothing_is_said(sandbox: Running, soap: SoapCaller) -> None:
    sent = f"<BundleList><Bundles>{bundle(voucher(next_number(soap), *PAIR), name='x')}</Bundles></BundleList>"
    assert soap.call("AccountService", "SaveBundleList", sent).result == {"Type": "Ok"}
    assert [draft["name"] for draft in sandbox.control.soap.drafts()] == ["x"]


def test_a_draft_that_is_deleted_gives_its_number_back(sandbox: Running, soap: SoapCaller) -> None:
    number = next_number(soap)
    sent = bundle(voucher(number, *PAIR))
    assert save(soap, sent, option=DRAFT)["Type"] == "Ok"
    sandbox.control.soap.delete(sandbox.control.soap.drafts()[0]["id"])
    assert next_number(soap) == number
    assert save(soap, sent, option=DRAFT)["Type"] == "Ok"


def test_the_same_bundle_is_saved_once_and_a_number_is_used_once(sandbox: Running, soap: SoapCaller) -> None:
    number, count = next_number(soap), sandbox.books.ledger.count
    sent = bundle(voucher(number, *PAIR))
    assert [save(soap, sent)["Type"] for _ in range(3)] == ["Ok", "DataAlreadySaved", "DataAlreadySaved"]
    other = bundle(voucher(number, entry(6800, "1", TaxNo=0), entry(1920, "-1")))
    assert save(soap, other)["Type"] == "DuplicateData"
    assert save(soap, sent, option=DRAFT)["Type"] == "DuplicateData"
    twice = bundle(voucher(number + 1, *PAIR), voucher(number + 1, *PAIR))
    assert save(soap, twice)["Type"] == "DuplicateData"
    assert save(soap, bundle(voucher(number, *PAIR, sort="5")))["Type"] == "Ok"
    assert sandbox.books.ledger.count == count + 4


def test_nothing_of_a_list_is_saved_when_one_bundle_is_refused(sandbox: Running, soap: SoapCaller) -> None:
    number, count = next_number(soap), sandbox.books.ledger.count
    odd = bundle(voucher(number + 1, entry(6800, "1", TaxNo=0), entry(1920, "-2")))
    assert save(soap, bundle(voucher(number, *PAIR)), odd)["Type"] == "NotSaved"
    assert (sandbox.books.ledger.count, next_number(soap)) == (count, number)


def test_rest_counts_on_from_the_highest_number(sandbox: Running, soap: SoapCaller) -> None:
    number = next_number(soap) + 10
    assert save(soap, bundle(voucher(number, *PAIR)))["Type"] == "Ok"
    lines = [
        {"accountNumber": account, "amount": amount, "tax": {"number": 0}}
        for account, amount in ((6800, 1), (1920, -1))
    ]
    body = {"transactionTypeNumber": 9, "date": "2024-05-09", "lines": lines}
    posted = Caller(sandbox).write("POST", "/transactions", body).json["transactionId"]
    found = Caller(sandbox).records("/transactionlines", **MAY, transactionId=posted)
    assert found[0]["transaction"]["number"] == number + 1
    assert next_number(soap) == number + 2


def test_numbers_are_counted_by_fiscal_year(start_sandbox: StartSandbox) -> None:
    soap = logged_in(start_sandbox(fiscal_month=7))
    autumn, spring = next_number(soap, day="2024-08-01"), next_number(soap, day="2025-05-01")
    assert autumn == spring
    assert next_number(soap, series="1") == -1
    assert next_number(soap, day="2040-01-01") == -1
    entries = [
        entry(account, amount, Date="2025-01-05T00:00:00", TaxNo=0) for account, amount in ((6800, "1"), (1920, "-1"))
    ]
    assert save(soap, bundle(voucher(autumn, *entries), YearId=2024))["Type"] == "Ok"
    later = [one.replace("2025-01-05", "2024-12-01") for one in entries]
    assert save(soap, bundle(voucher(autumn, *later), YearId=2025))["Type"] == "DuplicateData"


def test_a_number_can_be_reserved_by_asking(sandbox: Running, soap: SoapCaller) -> None:
    sandbox.control.soap.set(reserves_numbers=True)
    first = next_number(soap)
    assert next_number(soap) == first + 1


@pytest.mark.parametrize(
    ("computes", "option", "direct", "booked"),
    [
        ("drafts", DRAFT, "false", TAKEN_OUT),
        ("drafts", DRAFT, "true", LEFT_IN),
        ("drafts", LEDGER, "false", LEFT_IN),
        ("always", LEDGER, "false", TAKEN_OUT),
        ("never", DRAFT, "false", LEFT_IN),
    ],
)
def test_vat_is_taken_out_where_the_switch_has_it(
    soap: SoapCaller, computes: str, option: int, direct: str, booked: list[tuple[int, Decimal, int | None]]
) -> None:
    control = soap.sandbox.control.soap
    control.set(computes_vat=computes)
    number = next_number(soap)
    sent = bundle(voucher(number, entry(6800, "125", TaxNo=1), entry(1920, "-125")), BundleDirectAccounting=direct)
    assert save(soap, sent, option=option, ignore=("vatisnotinbalance",))["Type"] == "Ok"
    if option == DRAFT:
        control.book(control.drafts()[0]["id"])
    assert short(rest(soap.sandbox, number))[:-1] == booked


def test_a_tax_is_read_by_its_number_unless_the_switch_says_by_its_id(sandbox: Running, soap: SoapCaller) -> None:
    def coded(tax: str) -> str:
        number = next_number(soap)
        answer = post(soap, entry(3100, "-50", TaxNo=tax), entry(1920, "50"), ignore=("vatisnotinbalance",))
        return f"{of_number(soap, number)[0]['VatCode']}" if answer == "Ok" else answer.partition(" ")[0]

    assert (coded("5"), coded("6"), coded("8")) == ("5", "6", "NotSaved")
    sandbox.control.soap.set(reads_tax_as="id")
    assert (coded("5"), coded("8"), coded("81")) == ("13", "5", "NotSaved")


def test_an_entry_without_a_tax_may_take_that_of_its_account(sandbox: Running, soap: SoapCaller) -> None:
    blank = (entry(6800, "125"), entry(1920, "-125"))
    assert post(soap, *blank) == "Ok"
    sandbox.control.soap.set(blank_tax="account")
    assert post(soap, *blank).startswith("NotSaved vatisnotinbalance")


def test_foreign_entries_are_booked_at_their_rate_and_unit(sandbox: Running, soap: SoapCaller) -> None:
    number = next_number(soap)
    euro = {"CurrencyId": "EUR", "CurrencyRate": "1150", "CurrencyUnit": 100}
    assert post(soap, entry(4300, "100", TaxNo=0, **euro), entry(2400, "-100", CustomerId=10001, **euro)) == "Ok"
    lines = rest(sandbox, number)
    assert [(x["amount"], x["currency"]["code"], x["currency"]["rate"]) for x in lines] == [
        (1150, "EUR", Decimal("11.5")),
        (-1150, "EUR", Decimal("11.5")),
    ]
    assert lines[1]["customer"] == {"id": 10001}
    sandbox.control.soap.set(amounts="foreign")
    assert [Decimal(x["Amount"]) for x in of_number(soap, number)] == [100, -100]


def test_everything_that_was_said_of_an_entry_reads_back(sandbox: Running, soap: SoapCaller) -> None:
    number = next_number(soap)
    own = "<UserDefinedDimension><Type>104</Type><Value>V</Value></UserDefinedDimension>"
    more = {
        "DueDate": "2024-06-01T00:00:00",
        "InvoiceReferenceNo": "A-7",
        "InvoiceOcr": "1230",
        "PeriodDate": "2024-04-01T00:00:00",
    }
    where = {"DepartmentId": 20, "ProjectId": 103, "UserDefinedDimensions": own, "StampNo": 77, "CustomerId": 10004}
    assert post(soap, entry(1500, "10", **more, **where), entry(3200, "-10", TaxNo=6)) == "Ok"
    line = rest(sandbox, number)[0]
    assert line["invoice"] == {"number": "A-7", "dueDate": "2024-06-01", "remittanceReference": "1230"}
    assert (line["periodDate"], line["documentId"], line["customer"]) == ("2024-04-01", 77, {"id": 10004})
    assert [(x["dimensionType"], x["value"]) for x in line["dimensions"]] == [(1, "P103"), (2, "20"), (104, "V")]
    found = of_number(soap, number)[0]
    assert (found["OCR"], found["InvoiceNo"], found["PeriodDate"], found["Period"]) == (
        "1230",
        "A-7",
        "2024-04-01",
        "4",
    )
    assert found["DueDate"] == "2024-06-01T00:00:00"
    assert [x["Value"] for x in found["Dimensions"]] == ["10004", "103", "20", "V"]


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2024-05-09T00:00:00", "2024-05-09"),
        ("2024-05-09T23:30:00", "2024-05-09"),
        ("2024-05-09T00:00:00Z", "2024-05-09"),
        ("2024-05-08T22:00:00Z", "2024-05-09"),
        ("2024-05-09T00:00:00+05:00", "2024-05-08"),
    ],
)
def test_a_moment_is_booked_on_its_day_in_oslo(sandbox: Running, soap: SoapCaller, sent: str, day: str) -> None:
    number = next_number(soap)
    assert post(soap, entry(6800, "1", TaxNo=0, Date=sent), entry(1920, "-1", Date=sent)) == "Ok"
    assert {line["date"] for line in rest(sandbox, number)} == {day}


def open_invoice(soap: SoapCaller, amount: str = "100", number: str = "L-1") -> str:
    voucher_number = next_number(soap)
    sides = (entry(1500, amount, CustomerId=10001, InvoiceReferenceNo=number), entry(3200, f"-{amount}", TaxNo=6))
    assert post(soap, *sides) == "Ok"
    line = of_number(soap, voucher_number)[0]
    assert (line["Open"], line.get("LinkId", NOTHING)) == ("true", NOTHING)
    return str(line["Id"])


def state(soap: SoapCaller, *line_ids: str) -> list[tuple[str, bool]]:
    lines = {line["Id"]: line for line in soap.transactions()}
    return [(lines[one]["Open"], lines[one].get("LinkId", NOTHING) != NOTHING) for one in line_ids]


LINK = "11111111-2222-4333-8444-555555555555"


def test_entries_of_a_bundle_settle_each_other_and_lines_of_the_ledger(sandbox: Running, soap: SoapCaller) -> None:
    invoice = open_invoice(soap)
    number = next_number(soap)
    settles = f"<LinkModel><LineId>{invoice}</LineId><LinkId>{LINK}</LinkId></LinkModel>"
    assert post(soap, entry(1500, "-100", CustomerId=10001, LinkId=LINK, Links=settles), entry(1920, "100")) == "Ok"
    payment = of_number(soap, number)[0]["Id"]
    assert state(soap, invoice, payment) == [("false", True), ("false", True)]
    number = next_number(soap)
    both = [entry(1500, amount, CustomerId=10001, LinkId=LINK) for amount in ("7", "-7")]
    assert post(soap, *both) == "Ok"
    assert state(soap, *(line["Id"] for line in of_number(soap, number))) == [("false", True)] * 2
    assert sandbox.control.soap.drafts() == []


def test_a_draft_links_when_it_is_booked(sandbox: Running, soap: SoapCaller) -> None:
    invoice = open_invoice(soap)
    settles = f"<LinkModel><LineId>{invoice}</LineId><LinkId>{LINK}</LinkId></LinkModel>"
    pays = (entry(1500, "-60", CustomerId=10001, LinkId=LINK, Links=settles), entry(1920, "60"))
    assert post(soap, *pays, option=DRAFT) == "Ok"
    assert state(soap, invoice) == [("true", False)]
    sandbox.control.soap.book(1)
    assert state(soap, invoice) == [("true", True)]


def link(soap: SoapCaller, operation: str, number: object, *line_ids: str) -> str:
    inner = "".join(f"<guid>{one}</guid>" for one in line_ids)
    item = f"<linkEntryItem><LineIds>{inner}</LineIds><LinkId>{number}</LinkId></linkEntryItem>"
    return str(soap.call("AccountService", operation, item).result)


def test_lines_of_the_ledger_are_linked_and_linked_anew(soap: SoapCaller) -> None:
    invoice, credit = open_invoice(soap), open_invoice(soap, number="L-2")
    number = next_number(soap)
    assert post(soap, entry(1500, "-100", CustomerId=10001), entry(1920, "100")) == "Ok"
    payment = of_number(soap, number)[0]["Id"]
    first = soap.call("AccountService", "CreateLink").result
    assert link(soap, "AddLinkEntries", first, invoice, payment) == "true"
    assert state(soap, invoice, payment, credit) == [("false", True), ("false", True), ("true", False)]
    second = soap.call("AccountService", "CreateLink").result
    assert link(soap, "AddLinkEntries", second, payment, credit) == "false"
    assert link(soap, "ReplaceLinkEntries", second, payment, credit) == "true"
    assert state(soap, invoice, payment, credit) == [("true", True), ("false", True), ("false", True)]
    assert link(soap, "AddLinkEntries", 9_999_999, invoice) == "false"
    assert link(soap, "AddLinkEntries", second, "00000000-0000-4000-8000-000000000000") == "false"
    cash = of_number(soap, number)[1]["Id"]
    assert link(soap, "ReplaceLinkEntries", second, cash) == "false"


@pytest.mark.parametrize(("answered", "expected"), [("all", [True, False]), ("failed", [False, True])])
def test_due_dates_are_changed_and_nobody_knows_which_come_back(
    sandbox: Running, soap: SoapCaller, answered: str, expected: list[bool]
) -> None:
    sandbox.control.soap.set(due_dates=answered)
    invoice, unknown = open_invoice(soap), "00000000-0000-4000-8000-000000000000"
    items = "".join(
        f"<EntryItem><LineId>{one}</LineId><DueDate>2024-09-09T00:00:00</DueDate></EntryItem>"
        for one in (invoice, unknown)
    )
    found = soap.records("AccountService", "UpdateEntryDueDate", f"<entryItems>{items}</entryItems>")
    assert [one in {item["LineId"] for item in found} for one in (invoice, unknown)] == expected
    line = Caller(sandbox).get(f"/transactionlines/{invoice}").json
    assert line["invoice"] == {"number": "L-1", "dueDate": "2024-09-09"}
    assert line["modifiedAt"] > line["createdAt"]
    assert state(soap, invoice) == [("true", False)]


@pytest.mark.parametrize("modes", [Modes(gross_base=True), Modes(foreign_amounts=True), Modes(tax_on_vat_lines=True)])
def test_links_and_balances_hold_in_every_mode_of_the_books(start_sandbox: StartSandbox, modes: Modes) -> None:
    sandbox = start_sandbox(modes=modes)
    soap, before = logged_in(sandbox), balance(sandbox, 6800)
    vat = (entry(6800, "100", TaxNo=1), entry(2710, "25"), entry(2400, "-125", CustomerId=10001, LinkId=LINK))
    pays = (entry(2400, "125", CustomerId=10001, LinkId=LINK), entry(1920, "-125"))
    number = next_number(soap)
    assert post(soap, *vat, *pays) == "Ok"
    assert balance(sandbox, 6800) == before + 100
    assert {x["Open"] for x in of_number(soap, number) if x["AccountNo"] == "2400"} == {"false"}


def test_numbers_know_their_gaps() -> None:
    numbers = VoucherNumbers()
    assert [numbers.give() for _ in range(3)] == [1, 2, 3]
    numbers.take(6)
    assert [numbers.holds(one) for one in (0, 3, 4, 6)] == [False, True, False, True]
    assert numbers.give() == 7
    numbers.take(4)
    numbers.take(5)
    assert (numbers.unbroken, numbers.beyond, numbers.last) == (7, set(), 7)
    numbers.release(3)
    assert [numbers.holds(one) for one in (2, 3, 4, 7)] == [True, False, True, True]
    numbers.release(7)
    assert numbers.last == 6


def test_a_list_may_be_saved_up_to_the_bundle_that_is_refused(sandbox: Running, soap: SoapCaller) -> None:
    sandbox.control.soap.set(saves_whole=False)
    number, count = next_number(soap), sandbox.books.ledger.count
    odd = bundle(voucher(number + 1, entry(6800, "1", TaxNo=0), entry(1920, "-2")))
    assert save(soap, bundle(voucher(number, *PAIR)), odd, bundle(voucher(number + 2, *PAIR)))["Type"] == "NotSaved"
    assert sandbox.books.ledger.count == count + 2


def test_a_refusal_may_not_say_which_warning_it_is_for(sandbox: Running, soap: SoapCaller) -> None:
    sandbox.control.soap.set(names_warnings=False)
    assert post(soap, entry(6800, "100", TaxNo=1), entry(1920, "-100")) == "NotSaved The bundle was not saved."
    assert "account 1 does not exist" in post(soap, entry(1, "100"), entry(1920, "-100"))


@pytest.mark.parametrize("modes", [Modes(), Modes(foreign_amounts=True, per_hundred=("EUR",))])
def test_drafts_may_show_among_the_ledger_lines_but_never_in_rest(start_sandbox: StartSandbox, modes: Modes) -> None:
    sandbox = start_sandbox(modes=modes)
    soap = logged_in(sandbox)
    number = next_number(soap)
    euro = {"CurrencyId": "EUR", "CurrencyRate": "11.5", "TaxNo": 0, "DepartmentId": 20, "Comment": "x"}
    sides = entry(4300, "10", **euro), entry(2400, "-10", **euro, CustomerId=10004, InvoiceReferenceNo="U-1")
    assert post(soap, *sides, option=DRAFT) == "Ok"
    assert of_number(soap, number) == []
    sandbox.control.soap.set(shows_drafts=True)
    shown = of_number(soap, number)
    sandbox.control.soap.set(shows_drafts=False)
    sandbox.control.soap.book(1)
    differs = {"Id", "RegistrationDate", "DateChanged", "Dimensions"}
    booked = of_number(soap, number)
    assert [{k: v for k, v in line.items() if k not in differs} for line in shown] == [
        {k: v for k, v in line.items() if k not in differs} for line in booked
    ]
    assert not {line["Id"] for line in shown} & {line["id"] for line in rest(sandbox, number)}


def test_a_search_that_finds_too_much_takes_too_long(sandbox: Running, soap: SoapCaller) -> None:
    sandbox.control.soap.set(most_lines=1)
    with pytest.raises(AssertionError, match="Timeout expired"):
        soap.transactions()


def test_of_senders_who_use_the_same_number_at_once_one_is_saved(sandbox: Running, soap: SoapCaller) -> None:
    number, found = next_number(soap), list[str]()

    def send(amount: int) -> None:
        pair = entry(6800, f"{amount}", TaxNo=0), entry(1920, f"-{amount}")
        found.append(save(SoapCaller(sandbox, soap.session), bundle(voucher(number, *pair)))["Type"])

    threads = [Thread(target=send, args=(amount,)) for amount in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["DuplicateData"] * 5 + ["Ok"]


def test_a_vat_line_is_known_by_the_only_code_that_it_can_be_of(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(modes=Modes(tax_on_vat_lines=True))
    soap = logged_in(sandbox)
    number = next_number(soap)
    assert post(soap, entry(6800, "100", TaxNo=1), entry(2710, "25"), entry(1920, "-125")) == "Ok"
    assert short(rest(sandbox, number)) == [
        (6800, Decimal(100), 3),
        (2710, Decimal(25), 3),
        (1920, Decimal(-125), None),
    ]
