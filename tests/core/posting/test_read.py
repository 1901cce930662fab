"""A journal is read strictly: the same from every source, nothing guessed, and every fault named where it stands."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy as sa
from pyarrow import parquet

from finago_assets.core.errors import FinagoError, RequestRefused
from finago_assets.core.posting.read import ReadJournal, read_journal
from tests.core.posting.workbooks import day, failed, flag, number, rewrite_sheet, text, uncalculated, write_workbook
from tests.postgresql import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = ("voucher", "transaction_type_number", "date", "account_number", "amount")
ROWS: Final = (
    ("A", 9, dt.date(2026, 11, 30), 6300, Decimal("1250.50")),
    ("A", 9, dt.date(2026, 11, 30), 1920, Decimal("-1250.50")),
    ("B", 9, dt.date(2026, 11, 30), 6300, Decimal(3)),
    ("B", 9, dt.date(2026, 11, 30), 1920, Decimal(-3)),
)


def csv(tmp_path: Path, content: str | bytes, name: str = "journal.csv") -> ReadJournal:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_journal(str(file))


def line(**cells: str) -> str:
    """Two lines of CSV: the header of a journal with these columns, and one row."""
    row = {"voucher": "A", "transaction_type_number": "9", "date": "2026-11-30", "account_number": "6300"}
    row |= {"amount": "1.00"} | cells
    return ";".join(row) + "\n" + ";".join(row.values()) + "\n"


def typed(**columns: list[Any] | pa.Array) -> ReadJournal:
    """Read one row with these columns from a table of Python's."""
    row = {name: [value] for name, value in zip(HEAD, ROWS[0], strict=True)}
    return read_journal(pa.table(row | columns))


def rules(read: ReadJournal) -> list[tuple[str, int | None, str | None]]:
    return [(finding.rule, finding.row, finding.column) for finding in read.findings]


def figures(read: ReadJournal) -> list[tuple[object, ...]]:
    assert read.findings == ()
    return [
        (voucher.name, voucher.transaction_type_number, entry.date, entry.account_number, entry.amount)
        for bundle in read.journal.bundles
        for voucher in bundle.vouchers
        for entry in voucher.entries
    ]


def as_csv(tmp_path: Path) -> str:
    lines = [";".join(HEAD), *(";".join(f"{value}".replace(".", ",") for value in row) for row in ROWS)]
    (tmp_path / "journal.csv").write_text("\ufeff" + "\r\n".join(lines) + "\r\n;;;;\r\n\r\n")
    return str(tmp_path / "journal.csv")


def as_parquet(tmp_path: Path) -> str:
    parquet.write_table(pa.table(dict(zip(HEAD, zip(*ROWS, strict=True), strict=True))), tmp_path / "journal.parquet")
    return str(tmp_path / "journal.parquet")


def as_workbook(tmp_path: Path) -> str:
    def cell(value: object) -> str:
        if isinstance(value, dt.date):
            return day(f"{(value - dt.date(1899, 12, 30)).days}")
        return text(value) if isinstance(value, str) else number(f"{value}")

    sheet = [list(map(text, HEAD)), *([cell(value) for value in row] for row in ROWS)]
    write_workbook(tmp_path / "journal.xlsx", ("notes", [[text("x")]]), ("Ark 2", sheet))
    return f"{tmp_path / 'journal.xlsx'}#Ark 2"


def as_duckdb(tmp_path: Path) -> str:
    with duckdb.connect(tmp_path / "books.duckdb") as connection:
        connection.execute(
            "create schema marts; create table marts.accruals as select * from values "
            + ", ".join(f"('{a}', {b}, date '{c}', {d}, {e}::decimal(18,2))" for a, b, c, d, e in ROWS)
            + f" v({', '.join(HEAD)})"
        )
    return f"duckdb:{tmp_path / 'books.duckdb'}#marts.accruals"


def as_sqlite(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "books.sqlite") as connection:
        connection.execute(f"create table accruals ({', '.join(f'{name} text' for name in HEAD)})")
        connection.executemany("insert into accruals values (?, ?, ?, ?, ?)", [tuple(map(str, row)) for row in ROWS])
    connection.close()
    return f"sqlite:///{tmp_path / 'books.sqlite'}#accruals"


@pytest.mark.parametrize("write", [as_csv, as_parquet, as_workbook, as_duckdb, as_sqlite])
def test_every_source_gives_the_same_journal(tmp_path: Path, write: Any) -> None:
    assert figures(read_journal(write(tmp_path))) == list(ROWS)


def test_a_table_of_postgresql_gives_the_same_journal(postgresql: str) -> None:
    engine = sa.create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table accruals (voucher text, transaction_type_number bigint, date date, account_number int, "
            "amount numeric(18, 2))"
        )
        for row in ROWS:
            connection.execute(
                sa.text("insert into accruals values (:a, :b, :c, :d, :e)"), dict(zip("abcde", row, strict=True))
            )
    engine.dispose()

    read = read_journal(f"{postgresql}#accruals")

    assert figures(read) == list(ROWS)
    assert PASSWORD not in read.journal.source


def test_a_relation_and_a_table_of_python_are_sources_too() -> None:
    table = pa.table(dict(zip(HEAD, zip(*ROWS, strict=True), strict=True)))
    with duckdb.connect() as connection:
        assert figures(read_journal(connection.from_arrow(table))) == figures(read_journal(table)) == list(ROWS)


def test_without_a_bundle_each_voucher_is_one_by_itself() -> None:
    read = read_journal(pa.table(dict(zip(HEAD, zip(*ROWS, strict=True), strict=True))))

    assert [(bundle.name, len(bundle.vouchers)) for bundle in read.journal.bundles] == [("A", 1), ("B", 1)]


def test_a_bundle_holds_the_vouchers_that_name_it(tmp_path: Path) -> None:
    read = csv(tmp_path, ",".join(("bundle", *HEAD)) + "".join(f"\nNov,{v},9,2026-11-30,1920,1.00" for v in "BAB"))

    assert [voucher.name for voucher in read.journal.bundles[0].vouchers] == ["B", "A"]
    assert rules(read) == [("scattered-voucher", 4, "voucher")]


def test_every_column_arrives_as_what_it_is(tmp_path: Path) -> None:
    read = csv(
        tmp_path,
        line(
            bundle="Nov", currency_code="EUR", currency_rate="11.6275", rate_per="1", customer_id="1001",
            tax_number="0", department="010", project="P7", dimensions="102=B3|101=A=12", invoice_number="00077",
            payment_reference="0012345678", due_date="2026-12-30", period_date="2026-11-01", comment='"Rent; ""Nov"""',
            document_id="12", bank_account="01234567892", link="L", links_to="b|a",
        ),
    )  # fmt: skip

    entry = read.journal.entries[0]
    assert read.ok
    assert (entry.row, entry.currency_rate, entry.rate_per, entry.customer_id) == (2, Decimal("11.6275"), 1, 1001)
    assert (entry.department, entry.dimensions, entry.invoice_number) == ("010", ((101, "A=12"), (102, "B3")), "00077")
    assert (entry.payment_reference, entry.bank_account, entry.links_to) == ("0012345678", "01234567892", ("a", "b"))
    assert (entry.due_date, entry.comment, entry.document_id) == (dt.date(2026, 12, 30), 'Rent; "Nov"', 12)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"amount": "1e+06"}, "exponent"),
        ({"amount": "1,5E3"}, "exponent"),
        ({"amount": "12.345,50"}, "thousands-separator"),
        ({"amount": "12 345,50"}, "thousands-separator"),
        ({"amount": "1,234"}, "ambiguous-number"),
        ({"amount": "1.234"}, "ambiguous-number"),
        ({"amount": "1234.567"}, "too-many-decimals"),
        ({"amount": "0.005"}, "too-many-decimals"),
        ({"amount": "1.2345"}, "too-many-decimals"),
        ({"amount": "NaN"}, "not-a-value"),
        ({"amount": "inf"}, "not-a-number"),
        ({"amount": "(100)"}, "not-a-number"),
        ({"amount": "\u2212100"}, "not-a-number"),
        ({"amount": "\u0661"}, "not-a-number"),
        ({"amount": "100 "}, "stray-blank"),
        ({"amount": ""}, "missing-value"),
        ({"amount": "true"}, "not-a-number"),
        ({"account_number": "1920.5"}, "not-whole"),
        ({"account_number": "1920.0"}, "not-whole"),
        ({"account_number": "01920"}, "leading-zero"),
        ({"account_number": "1e3"}, "exponent"),
        ({"account_number": "0"}, "out-of-range"),
        ({"customer_id": "007"}, "leading-zero"),
        ({"customer_id": "99999999999"}, "out-of-range"),
        ({"date": "30.11.2026"}, "not-a-day"),
        ({"date": "2026-02-30"}, "not-a-day"),
        ({"date": "20261130"}, "not-a-day"),
        ({"date": "2026-11-30T13:00:00"}, "day-with-time"),
        ({"date": "2026-11-30T00:00:00Z"}, "day-with-zone"),
        ({"date": "2026-11-30 00:00:00+01:00"}, "day-with-zone"),
        ({"voucher": "A "}, "stray-blank"),
        ({"voucher": "\u00a0A"}, "stray-blank"),
        ({"project": "NULL"}, "not-a-value"),
        ({"dimensions": "101"}, "malformed-list"),
        ({"dimensions": "101=A|101=B"}, "malformed-list"),
        ({"dimensions": "x=A"}, "malformed-list"),
        ({"links_to": "a||b"}, "malformed-list"),
        ({"bundle": ""}, "bundle-missing"),
        ({"currency_rate": "11.12345678901"}, "too-many-decimals"),
    ],
)  # fmt: skip
def test_a_text_that_is_not_clearly_a_value_is_refused(tmp_path: Path, cells: dict[str, str], rule: str) -> None:
    read = csv(tmp_path, line(**cells))

    assert rules(read) == [(rule, 2, next(iter(cells)))]
    assert read.journal.entries == ()
    assert read.findings[0].message.endswith(".")


@pytest.mark.parametrize(
    ("amounts", "read_as"),
    [
        (["1,5", "-2"], ["1.50", "-2.00"]),
        (["1.5", "2.25"], ["1.50", "2.25"]),
        (["1234,500", "1,25"], ["1234.50", "1.25"]),
        (["0,5", "1"], ["0.50", "1.00"]),
    ],
)
def test_a_comma_or_a_point_is_the_decimal_mark_where_that_is_certain(
    tmp_path: Path, amounts: list[str], read_as: list[str]
) -> None:
    rows = "".join(f"\nA;9;2026-11-30;1920;{amount}" for amount in amounts)
    assert [row[4] for row in figures(csv(tmp_path, ";".join(HEAD) + rows))] == list(map(Decimal, read_as))


@pytest.mark.parametrize(
    ("amounts", "faults"),
    [
        (["1,50", "1.50"], [("ambiguous-number", 3)]),
        (["1,234", "1,50"], [("too-many-decimals", 2)]),
        (["1.234", "1,50"], [("ambiguous-number", 2)]),
        (["1,234", "5,678"], [("ambiguous-number", 2), ("ambiguous-number", 3)]),
    ],
)
def test_two_decimal_marks_or_none_that_is_certain_are_refused(
    tmp_path: Path, amounts: list[str], faults: list[tuple[str, int]]
) -> None:
    rows = "".join(f"\nA;9;2026-11-30;1920;{amount}" for amount in amounts)
    assert rules(csv(tmp_path, ";".join(HEAD) + rows)) == [(rule, row, "amount") for rule, row in faults]


def test_a_rate_with_three_decimals_is_read_where_the_amounts_show_the_mark(tmp_path: Path) -> None:
    shown = csv(tmp_path, line(amount="12,50", currency_code="EUR", currency_rate="11,625"))
    hidden = csv(tmp_path, line(amount="12", currency_code="EUR", currency_rate="11,625"))

    assert shown.journal.entries[0].currency_rate == Decimal("11.625")
    assert rules(hidden) == [("ambiguous-number", 2, "currency_rate")]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"amount": [1.5]}, "float-value"),
        ({"amount": [float("nan")]}, "float-value"),
        ({"amount": [True]}, "bool-as-number"),
        ({"amount": [Decimal("1.005")]}, "too-many-decimals"),
        ({"amount": [b"1"]}, "wrong-kind"),
        ({"account_number": [True]}, "bool-as-number"),
        ({"account_number": [1920.0]}, "float-value"),
        ({"date": [dt.datetime.combine(ROWS[0][2], dt.time(12))]}, "day-with-time"),
        ({"date": [dt.datetime(2026, 11, 30, tzinfo=dt.UTC)]}, "day-with-zone"),
        ({"date": [20261130]}, "not-a-day"),
        ({"payment_reference": [12345678]}, "id-as-number"),
        ({"bank_account": [12345678901]}, "id-as-number"),
        ({"tax_number": [True]}, "bool-as-number"),
        ({"invoice_number": [dt.date(2026, 1, 2)]}, "wrong-kind"),
        ({"links_to": [5]}, "malformed-list"),
    ],
)
def test_a_typed_value_of_the_wrong_kind_is_refused(columns: dict[str, Any], rule: str) -> None:
    assert rules(typed(**columns)) == [(rule, 1, next(iter(columns)))]


def test_typed_values_that_are_exact_are_taken() -> None:
    lists = pa.array([[(101, "A")]], pa.map_(pa.int32(), pa.string()))
    read = typed(
        amount=pa.array([Decimal("12.5000000000")], pa.decimal128(38, 10)),
        date=[dt.datetime.combine(ROWS[0][2], dt.time())],
        account_number=[Decimal(1920)],
        tax_number=[3],
        customer_id=["1001"],
        dimensions=lists,
        links_to=[["b", "a"]],
    )

    entry = read.journal.entries[0]
    assert (entry.amount, entry.date, entry.account_number) == (Decimal("12.50"), dt.date(2026, 11, 30), 1920)
    assert (entry.tax_number, entry.customer_id, entry.dimensions) == ("3", 1001, ((101, "A"),))
    assert entry.links_to == ("a", "b")


def test_a_column_of_floats_is_one_fault_that_says_how_many_rows(tmp_path: Path) -> None:
    table = pa.table(dict(zip(HEAD, zip(*ROWS, strict=True), strict=True)))
    table = table.set_column(4, "amount", table["amount"].cast(pa.float64()))
    parquet.write_table(table, tmp_path / "j.parquet")

    read = read_journal(tmp_path / "j.parquet")

    assert rules(read) == [("float-value", 1, "amount")]
    assert "DECIMAL(18,2)" in read.findings[0].message
    assert "4 rows" in read.findings[0].message


def test_a_workbook_is_read_by_the_shortest_decimal_and_what_is_no_value_is_refused(tmp_path: Path) -> None:
    head = [*map(text, HEAD), text("invoice_number"), text("bank_account")]
    rows = [
        [text("A"), number("9"), day("46356"), number("1920"), number("0.1"), number("77"), text("012")],
        [text("A"), number("9"), day("46356.5"), number("1920.5"), number("110.00000000000001"), "", number("12")],
        [],
        [text("A"), flag(), number("46356"), number("1920"), failed("#DIV/0!"), uncalculated()],
    ]
    write_workbook(
        tmp_path / "j.xlsx", ("hidden", [[text("x")]]), ("Ark1", [head, *rows]), hidden="hidden", first_row=4
    )

    read = read_journal(tmp_path / "j.xlsx")

    assert sorted(rules(read), key=lambda fault: (fault[1] or 0, fault[0])) == [
        ("number-for-text", 5, "invoice_number"),
        ("day-with-time", 6, "date"),
        ("id-as-number", 6, "bank_account"),
        ("not-whole", 6, "account_number"),
        ("too-many-decimals", 6, "amount"),
        ("bool-as-number", 8, "transaction_type_number"),
        ("formula-error", 8, "amount"),
        ("formula-error", 8, "invoice_number"),
        ("not-a-day", 8, "date"),
    ]


def test_unknown_repeated_and_missing_columns_are_named_with_the_nearest_name(tmp_path: Path) -> None:
    read = csv(tmp_path, "voucher,date,acount_number,amount,amount,posting_date\nA,2026-11-30,1920,1,1,x\n")

    assert rules(read) == [
        ("unknown-column", 1, "acount_number"),
        ("repeated-column", 1, "amount"),
        ("unknown-column", 1, "posting_date"),
        ("missing-column", 1, "transaction_type_number"),
        ("missing-column", 1, "account_number"),
    ]
    assert "did you mean account_number?" in read.findings[0].message


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    assert rules(csv(tmp_path, ",".join(HEAD) + "\n")) == [("empty-table", None, None)]


def test_a_row_that_is_cut_wrongly_keeps_every_voucher_back(tmp_path: Path) -> None:
    read = csv(
        tmp_path, ",".join(HEAD) + '\nA,9,2026-11-30,1920,"1\n2",\n\nA,9,2026-11-30,1920,x\nB,9,2026-11-30,1920,1'
    )

    assert rules(read) == [("ragged-row", 2, None), ("not-a-number", 5, "amount")]
    assert read.journal.entries == ()


def test_a_voucher_with_a_fault_is_kept_back_and_the_others_are_handed_on(tmp_path: Path) -> None:
    read = csv(tmp_path, ",".join(HEAD) + "\nA,9,2026-11-30,1920,x\nA,9,2026-11-30,1920,1\nB,9,2026-11-30,1920,1\n")

    assert [entry.row for entry in read.journal.entries] == [4]
    assert not read.ok


def test_a_row_that_does_not_say_whose_it_is_keeps_every_voucher_back(tmp_path: Path) -> None:
    read = csv(tmp_path, ",".join(HEAD) + "\nA,9,2026-11-30,1920,1\n,9,2026-11-30,1920,1\nB,9,2026-11-30,1920,1\n")

    assert rules(read) == [("missing-value", 3, "voucher")]
    assert read.journal.entries == ()


def test_a_duckdb_file_is_opened_for_reading_alone(tmp_path: Path) -> None:
    source = as_duckdb(tmp_path)

    # a process that has it open for reading lets nobody open it otherwise
    with duckdb.connect(tmp_path / "books.duckdb", read_only=True):
        assert figures(read_journal(source)) == list(ROWS)


def test_a_view_is_a_source_and_a_file_may_be_called_as_its_schema(tmp_path: Path) -> None:
    as_duckdb(tmp_path)
    with duckdb.connect(tmp_path / "books.duckdb") as connection:
        connection.execute("create view marts.posted as select * from marts.accruals")

    assert figures(read_journal(f"duckdb:{tmp_path}/books.duckdb#marts.posted")) == list(ROWS)
    (tmp_path / "books.duckdb").rename(tmp_path / "marts.duckdb")
    assert figures(read_journal(f"duckdb:{tmp_path}/marts.duckdb#marts.accruals")) == list(ROWS)


def test_a_hidden_row_of_a_workbook_is_read_and_named(tmp_path: Path) -> None:
    source = as_workbook(tmp_path)
    rewrite_sheet(tmp_path / "journal.xlsx", re.compile(rb'<row r="3"'), b'<row r="3" hidden="1"', sheet=2)

    read = read_journal(source)

    assert rules(read) == [("hidden-row", 3, None)]
    assert read.ok
    assert len(read.journal.entries) == len(ROWS)


def test_a_number_that_a_workbook_has_cut_is_refused(tmp_path: Path) -> None:
    head = [*map(text, HEAD), text("invoice_number")]
    cells = [text("A"), number("9"), day("46356"), number("1920"), number("1")]
    rows = [[*cells, number("999999999999999")], [*cells, number("1234567890123450000")]]
    write_workbook(tmp_path / "j.xlsx", ("Ark1", [head, *rows]))

    read = read_journal(tmp_path / "j.xlsx")

    assert set(rules(read)) == {("number-for-text", 2, "invoice_number"), ("id-as-number", 3, "invoice_number")}
    assert "more digits than a workbook keeps" in read.findings[-1].message


def test_cells_of_a_workbook_that_do_not_say_where_they_are_follow_each_other(tmp_path: Path) -> None:
    head = [*map(text, HEAD)]
    write_workbook(tmp_path / "j.xlsx", ("Ark1", [head, [text("A"), number("9"), day("46356"), failed("#N/A")]]))
    rewrite_sheet(tmp_path / "j.xlsx", re.compile(rb' r="[A-Z]*[0-9]+"'), b"")

    assert ("formula-error", 2, "account_number") in rules(read_journal(tmp_path / "j.xlsx"))


def test_a_voucher_of_two_types_is_refused(tmp_path: Path) -> None:
    read = csv(tmp_path, ",".join(HEAD) + "\nA,9,2026-11-30,1920,1\nA,8,2026-11-30,1920,-1\n")

    assert rules(read) == [("type-differs", 3, "transaction_type_number")]
    assert read.journal.bundles == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("b\xf8lge,amount\n".encode("cp1252"), "not UTF-8"),
        ("voucher,amount".encode("utf-16"), "UTF-16"),
        (b"voucher,amount\n\0", "zero bytes"),
        (b"", "first line"),
        (b"one,two\n1,2", "first line"),
        (b"voucher\n1", "first line"),
        (b'voucher,amount\nA,"1\n', "quote"),
    ],
)
def test_a_file_that_is_no_csv_of_ours_is_refused_with_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        csv(tmp_path, content)


@pytest.mark.parametrize(
    "source",
    [
        "nowhere.csv", "journal.txt", "journal", "nowhere.xlsx#A", "duckdb:nowhere.duckdb#main.t", "duckdb:x", "",
        "sqlite:///nowhere.sqlite#t", "postgresql://user:hunter2@127.0.0.1:1/db#t", "mystery://user:hunter2@h/db#t",
        "postgresql://user:hunter2@127.0.0.1:1/db",
    ],
)  # fmt: skip
def test_a_source_that_is_not_there_is_refused_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(FinagoError) as refused:
        read_journal(source)

    assert "hunter2" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_not_what_their_name_says_and_tables_that_are_missing_are_refused(tmp_path: Path) -> None:
    for name in ("j.parquet", "j.xlsx", "j.duckdb"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 nothing of the kind")
    write_workbook(tmp_path / "good.xlsx", ("Ark1", []))
    as_duckdb(tmp_path)
    as_sqlite(tmp_path)

    for source in (
        f"{tmp_path}/j.parquet", f"{tmp_path}/j.xlsx", f"duckdb:{tmp_path}/j.duckdb#t", f"{tmp_path}/good.xlsx#Ark2",
        f"{tmp_path}/good.xlsx", f"duckdb:{tmp_path}/books.duckdb#marts.x", f"sqlite:///{tmp_path}/books.sqlite#x",
    ):  # fmt: skip
        with pytest.raises(FinagoError):
            read_journal(source)


def test_a_sheet_that_reaches_over_millions_of_cells_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    write_workbook(tmp_path / "j.xlsx", ("Ark1", [[text("voucher")]]))
    end = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    rewrite_sheet(tmp_path / "j.xlsx", re.compile(b"</sheetData>"), end)

    with pytest.raises(RequestRefused, match="millions of cells"):
        read_journal(tmp_path / "j.xlsx")
