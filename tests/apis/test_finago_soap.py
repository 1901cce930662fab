"""The SOAP services as an API of the house: what lands, by which day, and with the element that it was made of."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import duckdb
import pyarrow.parquet as pq
import pytest

from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.apis.finago_soap.contract import Service, contract_of
from finago_assets.core.errors import Malformed, OutsideWindow
from finago_assets.core.extract import Extractor
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.soap.contract import repeated_in
from finago_assets.core.soap.records import records_of
from finago_assets.core.window_pages import changed_days
from finago_assets.core.windows import Window
from tests.apis.soap_service import (
    LINES,
    LISTS,
    ORGANIZATION,
    PASSWORD,
    SESSION,
    Sent,
    SoapOffice,
    client_of,
    enveloped,
    fault,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.transport import Response
    from finago_assets.core.landing.store import Landed, RawStore

NOW = datetime(2024, 2, 1, 12, tzinfo=UTC)
JANUARY = Window(date(2024, 1, 1), date(2024, 2, 1))
B = "http://24sevenoffice.com/webservices/economy/accounting/"


def _extractor(office: SoapOffice, store: RawStore) -> Extractor:
    first = date(2023, 1, 1)
    return Extractor(client_of(office), store, ORGANIZATION, "run-1", first, FINAGO_SOAP.endpoints, now=lambda: NOW)


def _land(
    office: SoapOffice, folder: Path, landing: Landing, window: Window = JANUARY
) -> tuple[RawStore, list[Landed]]:
    store = open_store(folder, landing, "finago_soap")
    endpoint = FINAGO_SOAP.endpoints["transactions"]
    return store, list(_extractor(office, store).land_window(endpoint, window))


def _rows(store: RawStore, landed: Landed) -> list[dict[str, Any]]:
    return [json.loads(payload) for _, payload in store.records(landed.partition)]


def _texts(folder: Path, landing: Landing, landed: Landed) -> list[tuple[str, str]]:
    columns = "payload, xml"
    if landing is Landing.PARQUET:
        table = pq.read_table(landed.location, columns=["payload", "xml"], partitioning=None)
        return list(zip(table["payload"].to_pylist(), table["xml"].to_pylist(), strict=True))
    with duckdb.connect(folder / "raw.duckdb", read_only=True) as connection:
        table = f"finago_soap.{landed.partition.endpoint} where date = ? order by ordinal"
        return connection.execute(f"select {columns} from {table}", [landed.partition.date]).fetchall()


@pytest.mark.parametrize("landing", Landing)
def test_ledger_lines_are_asked_for_by_month_and_land_by_day_with_the_element_as_it_was_sent(
    tmp_path: Path, landing: Landing
) -> None:
    office = SoapOffice()
    store, landed = _land(office, tmp_path, landing)
    assert [one.partition.date for one in landed] == list(JANUARY.days)
    assert office.asked.count("GetTransactions") == 1
    assert {f"{one.partition.date}" for one in landed if one.manifest.rows} == set(LINES)
    first = landed[0]
    assert _rows(store, first) == [
        {
            "Date": "2024-01-01T00:00:00",
            "AccountNo": "1920",
            "Currency": "NOK",
            "Amount": "125.00",
            "TransactionTypeId": "5002",
            "TransactionNo": "1",
            "Id": "cc623af8-7833-4011-854e-000000000001",
            "Dimensions": [{"Type": "Customer", "Name": "Kari & Co æ", "Value": "10001"}],
            "Hidden": "false",
            "Open": "true",
            "HasVatDividend": "false",
        }
    ]
    ((payload, xml),) = _texts(tmp_path, landing, first)
    assert xml == LINES["2024-01-01"]
    assert json.loads(payload)["Amount"] == "125.00"
    for one in landed:
        assert store.verify(one.partition) == one.manifest
        assert (one.manifest.source, one.manifest.catalogue_version) == ("finago_soap", "V004")


@pytest.mark.parametrize("landing", Landing)
@pytest.mark.parametrize("name", [name for name in FINAGO_SOAP.endpoints if name != "transactions"])
def test_every_list_lands_under_the_day_it_was_fetched(tmp_path: Path, landing: Landing, name: str) -> None:
    store = open_store(tmp_path, landing, "finago_soap")
    endpoint = FINAGO_SOAP.endpoints[name]
    landed = _extractor(SoapOffice(), store).land_reference(endpoint)
    assert (landed.partition.date, landed.manifest.rows, landed.manifest.distinct_ids) == (date(2024, 2, 1), 1, 1)
    ((payload, xml),) = _texts(tmp_path, landing, landed)
    assert xml == LISTS[endpoint.action]
    assert set(endpoint.key) <= set(json.loads(payload))
    assert store.verify(landed.partition) == landed.manifest


def test_a_nil_value_is_null_and_an_absent_one_is_absent(tmp_path: Path) -> None:
    store = open_store(tmp_path, Landing.PARQUET, "finago_soap")
    landed = _extractor(SoapOffice(), store).land_reference(FINAGO_SOAP.endpoints["taxcodelist"])
    assert _rows(store, landed) == [{"TaxId": "8", "TaxNo": "5", "TaxName": "Fri", "TaxRate": "0", "AccountNo": None}]


def test_the_same_lines_have_the_same_digest_however_their_elements_are_written(tmp_path: Path) -> None:
    _, plain = _land(SoapOffice(), tmp_path / "a", Landing.PARQUET)
    spaced = "".join(line.replace("><", ">\n  <") for line in LINES.values())
    office = SoapOffice(lambda operation, _: spaced if operation == "GetTransactions" else None)
    _, others = _land(office, tmp_path / "b", Landing.PARQUET)
    assert [one.manifest.digest for one in plain] == [one.manifest.digest for one in others]


@pytest.mark.parametrize("landing", Landing)
def test_a_placeholder_has_the_column_too(tmp_path: Path, landing: Landing) -> None:
    store = open_store(tmp_path, landing, "finago_soap")
    endpoint = FINAGO_SOAP.endpoints["transactions"]
    store.placeholder(endpoint, ORGANIZATION, date(2024, 1, 1))
    _, landed = _land(SoapOffice(), tmp_path, landing, Window(date(2024, 1, 1), date(2024, 1, 2)))
    assert [len(_texts(tmp_path, landing, one)) for one in landed] == [1]


def test_midnight_in_utc_is_the_day_that_begins_in_oslo(tmp_path: Path) -> None:
    line = LINES["2024-01-02"].replace("2024-01-02T00:00:00", "2024-01-01T23:00:00Z")
    office = SoapOffice(lambda operation, _: line if operation == "GetTransactions" else None)
    _, landed = _land(office, tmp_path, Landing.PARQUET)
    assert [one.partition.date for one in landed if one.manifest.rows] == [date(2024, 1, 2)]


@pytest.mark.parametrize(
    ("date_element", "kind"), [("<Date>2024-03-02T00:00:00</Date>", OutsideWindow), ("", Malformed)]
)
def test_a_line_outside_the_window_and_one_without_a_day_stop_the_landing(
    tmp_path: Path, date_element: str, kind: type[Exception]
) -> None:
    line = LINES["2024-01-02"].replace("<Date>2024-01-02T00:00:00</Date>", date_element)
    office = SoapOffice(lambda operation, _: line if operation == "GetTransactions" else None)
    with pytest.raises(kind, match=r"POST /Economy/Accounting/V001/TransactionService\.asmx GetTransactions"):
        _land(office, tmp_path, Landing.PARQUET)
    assert list(tmp_path.rglob("data.parquet")) == []


@pytest.mark.parametrize(
    ("answer", "tries"), [(lambda: "x" * (70 * 1024 * 1024), 1), (lambda: fault("Timeout expired."), 8)]
)
def test_a_month_that_is_too_large_or_takes_too_long_is_asked_for_in_halves(
    tmp_path: Path, answer: Callable[[], str | Response], tries: int
) -> None:
    def answer_less(operation: str, sent: Sent) -> str | Response | None:
        if operation != "GetTransactions":
            return None
        first, last = (datetime.fromisoformat(sent.text(f"searchParams/Date{end}") or "") for end in ("Start", "End"))
        return answer() if last - first > timedelta(days=20) else None

    office = SoapOffice(answer_less)
    _, landed = _land(office, tmp_path, Landing.PARQUET)
    assert sum(one.manifest.rows for one in landed) == len(LINES)
    assert office.asked.count("GetTransactions") == tries + 2


def test_days_of_changed_lines_are_found_wherever_they_lie(tmp_path: Path) -> None:
    office = SoapOffice(lambda operation, _: "".join(LINES.values()) if operation == "GetTransactions" else None)
    store = open_store(tmp_path, Landing.PARQUET, "finago_soap")
    endpoint = FINAGO_SOAP.endpoints["transactions"]
    window = Window(date(2024, 1, 20), date(2024, 2, 2))
    found = changed_days(_extractor(office, store).client, endpoint, window)
    assert found == {date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 31)}
    asked = [one for one in office.sent if one.operation == "GetTransactions"]
    assert {one.text("searchParams/DateSearchParameters") for one in asked} == {"DateChangedUTC"}
    assert asked[-1].text("searchParams/DateEnd") == "2024-02-01T23:59:59"


def test_no_secret_reaches_the_disk(tmp_path: Path) -> None:
    _land(SoapOffice(), tmp_path, Landing.PARQUET)
    for file in tmp_path.rglob("*"):
        held = b"" if file.is_dir() else file.read_bytes()
        assert PASSWORD.encode() not in held, file
        assert SESSION.encode() not in held, file


@pytest.mark.parametrize("name", FINAGO_SOAP.endpoints)
def test_the_fields_that_are_known_are_those_of_the_contract(name: str) -> None:
    endpoint = FINAGO_SOAP.endpoints[name]
    service = next(one for one in Service if endpoint.action in contract_of(one).operations)
    item = repeated_in(contract_of(service).result_type(endpoint.action))
    known = endpoint.fields or {}
    assert {one.rstrip("!") for one in known} == {one for one, _ in item.type.elements}
    assert [f"{key}!" for key in endpoint.key] == [one for one in known if one.endswith("!")]
    for one, member in item.type.elements:
        if (inner := repeated_in(member.type)) is not None:
            (shape,) = cast("list[dict[str, object]]", known[one])
            assert set(shape) == {each for each, _ in inner.type.elements}


# -- the making of records


def _made(inside: str) -> list[dict[str, Any]]:
    result = f"<GetTransactionsResult>{inside}</GetTransactionsResult>"
    body = enveloped(f'<GetTransactionsResponse xmlns="{B}">{result}</GetTransactionsResponse>')
    return [json.loads(one) for one in records_of(contract_of(Service.TRANSACTION), "GetTransactions", body)]


def test_an_array_is_a_list_with_none_with_one_and_with_two() -> None:
    one = "<Dimension><Value>1</Value></Dimension>"
    for count in range(3):
        (row,) = _made(f"<Transaction><Dimensions>{one * count}</Dimensions></Transaction>")
        assert row == {"Dimensions": [{"Value": "1"}] * count}
    assert _made('<Transaction><Dimensions xsi:nil="true"/></Transaction>') == [{"Dimensions": None}]


def test_what_the_contract_does_not_know_is_kept_and_a_list_where_it_repeats() -> None:
    (row,) = _made("<Transaction><New>1</New><Tag>a</Tag><Tag>b</Tag><Odd><Deep>x</Deep></Odd><Comment/></Transaction>")
    assert row == {"New": "1", "Tag": ["a", "b"], "Odd": {"Deep": "x"}, "Comment": ""}


def test_texts_stay_as_they_are() -> None:
    (row,) = _made("<Transaction><Comment> a &amp; &lt;b&gt; &#xE6; <![CDATA[<c>]]>\n</Comment></Transaction>")
    assert row == {"Comment": " a & <b> æ <c>\n"}


def test_an_empty_record_is_an_object_and_a_nil_one_is_none() -> None:
    assert _made('<Transaction/><Transaction xsi:nil="true"/><Transaction></Transaction>') == [{}, {}]


def test_an_answer_without_a_result_lists_nothing() -> None:
    body = enveloped(f'<GetTransactionsResponse xmlns="{B}"/>')
    assert records_of(contract_of(Service.TRANSACTION), "GetTransactions", body) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        b"{}",
        enveloped("<GetFiscalYearsResponse xmlns='u'/>"),
        enveloped(f'<GetTransactionsResponse xmlns="{B}">')[:-20],
        b'<!DOCTYPE a [<!ENTITY x "y">]>' + enveloped(f'<GetTransactionsResponse xmlns="{B}"/>').partition(b"?>")[2],
        b'<Envelope xmlns="urn:other"><Body><GetTransactionsResponse/></Body></Envelope>',
        enveloped(f'<GetTransactionsResponse xmlns="{B}">' + "<a>" * 100 + "</a>" * 100 + "</GetTransactionsResponse>"),
        enveloped(f'<GetTransactionsResponse xmlns="{B}"/>').decode().encode("utf-16"),
    ],
)
def test_what_is_no_answer_of_the_operation_makes_no_records(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"answer|type|deeply"):
        records_of(contract_of(Service.TRANSACTION), "GetTransactions", body)
