"""Records into files that spreadsheets open: what a cell holds, read back by the libraries that others would use."""

from __future__ import annotations

import csv
import json
import stat
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from zipfile import ZipFile

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from finago_assets.core.errors import Malformed
from finago_assets.core.request.targets.target import parse_target
from finago_assets.core.request.targets.written import Written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.request.targets.conftest import Answering

RECORDS = [
    {
        "id": 1,
        "name": 'Blåbær, "Øst" AS',
        "amount": -12.5,
        "open": True,
        "lines": [1, {"a": "x"}],
        "to": {"city": "Bø"},
    },
    {"id": -2, "name": "", "amount": 0.05, "open": None, "lines": [], "to": None},
    {"id": 3, "name": None, "amount": 1234567890123456.78, "day": "2024-01-31", "note": "two\nlines"},
]
FORMULAS = [
    "=1+1",
    "+47 22 33 44",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0d1",
    "'=1",
    '=HYPERLINK("x")',
]
PLAIN = ["1=1", "a+b", " =1", "Ola-Kari", "2024-01-01", "o'hara"]


def text(value: object) -> str:
    """Return JSON with every digit of a number as it was sent."""
    return json.dumps(value, ensure_ascii=False).replace("1234567890123456.8", "1234567890123456.78")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_header_points_in_decimals_days_as_sent_and_nested_values_as_json(
    tmp_path: Path, answer: Answering
) -> None:
    path = tmp_path / "all.CSV"
    assert parse_target(str(path)).write(answer(text(RECORDS))) == Written(3, str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b'\xef\xbb\xbf"id","name","amount",')
    first, second, third = rows_of(path)
    assert (first["name"], first["amount"], first["open"], first["to_city"]) == (
        'Blåbær, "Øst" AS',
        "-12.50",
        "true",
        "Bø",
    )
    assert json.loads(first["lines"]) == [1, {"a": "x"}]
    assert (second["id"], second["amount"], second["open"], second["to_city"]) == ("-2", "0.05", "", "")
    assert (third["amount"], third["day"], third["note"]) == ("1234567890123456.78", "2024-01-31", "two\nlines")
    # an empty text is told from no value
    assert b'\r\n-2,"",0.05,' in path.read_bytes()


def test_csv_is_read_with_its_types_by_duckdb(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "all.csv"
    parse_target(str(path)).write(answer('[{"id": 1, "amount": 10.00}, {"id": 2, "amount": 0.10}]'))
    with duckdb.connect() as connection:
        found = connection.execute(f"select sum(amount::decimal(18, 2)), max(id) from '{path}'").fetchall()
    assert found == [(Decimal("10.10"), 2)]


def test_a_text_that_a_spreadsheet_would_evaluate_has_an_apostrophe_and_dropping_it_gives_it_back(
    tmp_path: Path, answer: Answering
) -> None:
    path = tmp_path / "texts.csv"
    sent = [{"n": -1, "=field": one} for one in FORMULAS + PLAIN]
    parse_target(str(path)).write(answer(json.dumps(sent)))
    rows = rows_of(path)
    cells = [row["'=field"] for row in rows]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"]
    assert cells[len(FORMULAS) :] == PLAIN
    assert [cell.removeprefix("'") for cell in cells] == FORMULAS + PLAIN
    assert {row["n"] for row in rows} == {"-1"}


def test_a_column_alone_keeps_its_rows_without_a_value(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "one.csv"
    parse_target(str(path)).write(answer('[{"a": 1}, {"a": null}, {"a": 3}]'))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["a"], ["1"], [""], ["3"]]


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_without_records_there_is_an_empty_file_and_a_damaged_answer_leaves_the_earlier_one(
    tmp_path: Path, answer: Answering, name: str
) -> None:
    target = parse_target(str(tmp_path / name))
    assert target.write(answer("[]")).rows == 0
    target.write(answer('[{"a": 1}]'))
    before = (tmp_path / name).read_bytes()
    broken = answer('[{"a": 2}]')
    broken.body.write_text('[{"a": 2}')
    with pytest.raises(Malformed):
        target.write(broken)
    assert (tmp_path / name).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["body.json", name])


def test_many_rows_are_written_with_one_header(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "many.csv"
    parse_target(str(path)).write(answer(json.dumps([{"n": n} for n in range(25_000)])))
    assert [int(row["n"]) for row in rows_of(path)] == list(range(25_000))


def sheet_of(path: Path) -> list[list[object]]:
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["records"]
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


def strings_marked_in(path: Path) -> int:
    with ZipFile(path) as package:
        return package.read("xl/styles.xml").count(b'quotePrefix="1"')


def test_excel_has_numbers_as_numbers_and_texts_as_they_were_sent(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "all.xlsx"
    assert parse_target(str(path)).write(answer(text(RECORDS))) == Written(3, str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, first, second, third = (dict(zip(sheet_of(path)[0], row, strict=True)) for row in sheet_of(path))
    assert list(header) == ["id", "name", "amount", "open", "lines", "to_city", "day", "note"]
    assert (first["id"], first["amount"], first["open"]) == (1.0, -12.5, True)
    assert (first["name"], first["lines"], first["to_city"]) == ('Blåbær, "Øst" AS', '[1, {"a": "x"}]', "Bø")
    assert (second["id"], second["amount"], second["open"], second["name"]) == (-2.0, 0.05, "", "")
    assert (third["amount"], third["day"], third["note"]) == ("1234567890123456.78", "2024-01-31", "two\nlines")


def test_excel_keeps_every_digit_of_a_number_and_makes_none_of_a_text(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "digits.xlsx"
    numbers = [999_999_999_999_999, -999_999_999_999_999, 1_234_567_890_123_456, 3_000_000_000_000_000, 300000000000001]
    sent = [{"number": number, "text": f"{number:018d}"} for number in numbers]
    parse_target(str(path)).write(answer(json.dumps(sent)))
    rows = sheet_of(path)[1:]
    assert [row[0] for row in rows] == [*map(float, numbers[:2]), "1234567890123456", *map(float, numbers[3:])]
    assert [row[1] for row in rows] == [f"{number:018d}" for number in numbers]


def test_no_text_in_excel_is_a_formula_and_each_is_as_it_was_sent(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "texts.xlsx"
    texts = FORMULAS + PLAIN
    parse_target(str(path)).write(answer(json.dumps([{"=field": one} for one in texts])))
    assert [row[0] for row in sheet_of(path)] == ["=field", *texts]
    with ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet
    assert strings_marked_in(path) >= 2


def test_what_no_cell_of_excel_holds_is_refused_by_its_field_and_leaves_the_earlier_file(
    tmp_path: Path, answer: Answering
) -> None:
    target = parse_target(str(tmp_path / "x.xlsx"))
    target.write(answer('[{"memo": "short"}]'))
    before = (tmp_path / "x.xlsx").read_bytes()
    with pytest.raises(Malformed, match=r"Record 2: 'memo' has more than the 32,767 characters.*Nothing was changed"):
        target.write(answer(json.dumps([{"memo": "a"}, {"memo": "x" * 32_768}])))
    with pytest.raises(Malformed, match=r"1,048,576 records are more than the 1,048,575 rows"):
        target.write(replace(answer("[]"), records=1_048_576))
    assert (tmp_path / "x.xlsx").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["body.json", "x.xlsx"]
    target.write(answer(json.dumps([{"memo": "x" * 32_767}])))
    assert sheet_of(tmp_path / "x.xlsx")[1] == ["x" * 32_767]
