"""The binder's workbook as a spreadsheet library reads it back: figures of the marts, texts as texts, links to rows."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from finago_assets.report.cells import MONEY_FORMAT
from finago_assets.report.decisions import judge_exceptions
from finago_assets.report.exceptions import raise_exceptions
from finago_assets.report.figures import read_figures
from finago_assets.report.month import Month
from finago_assets.report.parts import parts_of
from finago_assets.report.source import open_publication
from finago_assets.report.workbook import HEADER_ROW, write_workbook
from tests.dbt.month_end_books import TROUBLED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.report.source import Publication
    from tests.dbt.conftest import Staged

MARCH: Final = Month(date(2025, 3, 1))
FEBRUARY: Final = Month(date(2025, 2, 1))
_XML: Final = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def _written(source: Publication, organization: str, month: Month, folder: Path, **options: int) -> bytes:
    figures = read_figures(source, organization, month, folder)
    judged = judge_exceptions(raise_exceptions(figures), [])
    file = io.BytesIO()
    write_workbook(file, figures, parts_of(figures, judged), **options)
    return file.getvalue()


@contextmanager
def _opened(month_end: Path) -> Iterator[Publication]:
    with open_publication(month_end / "finago.duckdb", month_end / "finago_details.duckdb") as source:
        yield source


@pytest.fixture(scope="module")
def troubled(month_end: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with _opened(month_end) as source:
        return _written(source, TROUBLED, MARCH, tmp_path_factory.mktemp("none"))


def _sheet(workbook: bytes, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet under its header, by the titles of the columns; nothing is None."""
    read = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_name(name)
    header, *rows = read.to_python(skip_empty_area=False)[HEADER_ROW:]
    return [{str(title): cell if cell != "" else None for title, cell in zip(header, row, strict=True)} for row in rows]


def _exact(cell: object) -> Decimal | None:
    return None if cell is None else Decimal(repr(cell)).quantize(Decimal("0.01"))


def test_amounts_read_back_are_those_of_the_marts_to_the_oere(staged: Staged, tmp_path: Path) -> None:
    published = staged.warehouse.publish(tmp_path)
    with open_publication(published, staged.warehouse.file) as source:
        ((organization,),) = source.rows("select distinct organization_id from marts.accounts")
        workbook = _written(source, organization, FEBRUARY, tmp_path)
        trial = source.rows(
            "select account_number, opening_balance, debit, credit, closing_balance from marts.trial_balance "
            "where period = '2025-02-01' and row_kind = 'account' order by 1"
        )
        lines = source.rows(
            "select line_id, amount, posting_date from marts.general_ledger "
            "where posting_date >= '2025-02-01' order by 1"
        )
    shown = [
        (int(row["Account"]), *(_exact(row[name]) for name in ("Opening", "Debit", "Credit", "Closing")))
        for row in _sheet(workbook, "Trial balance")
        if row["Account"] is not None
    ]
    assert sorted(shown) == trial
    read = [(row["Line"], _exact(row["Amount"]), row["Posted on"]) for row in _sheet(workbook, "Lines")]
    assert sorted(read) == lines
    assert all(type(row["Posted on"]) is date for row in _sheet(workbook, "Lines"))


def test_no_text_of_the_books_is_a_formula_and_none_is_lost(troubled: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(troubled)) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        for name in sheets:
            # no formula, and no cell that Excel would have to mend
            assert b"<f" not in package.read(name).replace(b"<fo", b""), name
        assert package.testzip() is None
    comments = {row["Comment"] for row in _sheet(troubled, "Lines")}
    assert '=HYPERLINK("http://127.0.0.1:9","x")' in comments
    assert "<script>document.title='taken'</script>" in comments
    assert "bell\u2407 and \u241b[31mred" in comments
    parties = {row["Name"] for row in _sheet(troubled, "Open items")}
    assert "=ABC & <Sønner> AS" in parties


def _parsed(workbook: bytes, name: str) -> tuple[Any, Any]:
    """The XML of a sheet, and of what its links lead to."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        book = etree.fromstring(package.read("xl/workbook.xml"))
        names = [sheet.get("name") for sheet in book.iterfind(".//x:sheet", _XML)]
        return etree.fromstring(package.read(f"xl/worksheets/sheet{names.index(name) + 1}.xml")), book


def test_a_figure_leads_to_its_rows(troubled: bytes) -> None:
    sheet, _ = _parsed(troubled, "Trial balance")
    links = {link.get("ref"): link.get("location") for link in sheet.iterfind(".//x:hyperlink", _XML)}
    lines = _sheet(troubled, "Lines")
    for at, row in enumerate(_sheet(troubled, "Trial balance"), start=HEADER_ROW + 2):
        found = [place for place, line in enumerate(lines, start=HEADER_ROW + 2) if line["Account"] == row["Account"]]
        # account, debit and credit lead to the first of the account's lines; without lines to nothing
        for column in "BEF":
            assert links.get(f"{column}{at}") == (f"'Lines'!A{found[0]}" if row["Account"] and found else None)
    receivables, _ = _parsed(troubled, "Receivables by age")
    (to, *_) = [link.get("location") for link in receivables.iterfind(".//x:hyperlink", _XML)]
    sheet_name, _, cell = to.partition("!A")
    assert sheet_name == "'Open items'"
    assert _sheet(troubled, "Open items")[int(cell) - HEADER_ROW - 2]["Party"] == "77"


def test_sheets_are_set_up_for_the_screen_and_for_paper(troubled: bytes) -> None:
    sheet, book = _parsed(troubled, "Profit and loss")
    setup = sheet.find("x:pageSetup", _XML)
    assert (setup.get("orientation"), setup.get("paperSize"), setup.get("fitToHeight")) == ("landscape", "9", "0")
    assert sheet.find(".//x:pane", _XML).get("topLeftCell") == "A5"
    assert sheet.find("x:autoFilter", _XML).get("ref").startswith("A4:")
    assert "Page &P of &N" in sheet.findtext(".//x:oddFooter", namespaces=_XML)
    assert "troubled" not in sheet.findtext(".//x:oddFooter", namespaces=_XML)
    assert "Firma AS" in sheet.findtext(".//x:oddFooter", namespaces=_XML)
    titles = [one.text for one in book.iterfind(".//x:definedName", _XML) if one.get("name") == "_xlnm.Print_Titles"]
    assert "'Profit and loss'!$4:$4" in titles
    with zipfile.ZipFile(io.BytesIO(troubled)) as package:
        styles = package.read("xl/styles.xml").decode()
    assert MONEY_FORMAT in styles
    assert 'quotePrefix="1"' in styles


def test_a_journal_that_no_sheet_holds_goes_on_in_the_next_and_links_lead_there(
    month_end: Path, tmp_path: Path
) -> None:
    with _opened(month_end) as source:
        whole = _sheet(_written(source, TROUBLED, MARCH, tmp_path), "Lines")
        workbook = _written(source, TROUBLED, MARCH, tmp_path, sheet_rows=HEADER_ROW + 1 + 5)
    all_names = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).sheet_names
    names = [name for name in all_names if "Lines" in name]
    assert names == ["Lines", "Lines 2"]
    assert "Trial balance 3" in all_names
    parts = [row for name in names for row in _sheet(workbook, name)]
    assert parts == whole
    assert len(_sheet(workbook, "Lines")) == 5
    sheet, _ = _parsed(workbook, "Journal by account")
    targets = [link.get("location") for link in sheet.iterfind(".//x:hyperlink", _XML)]
    for target in targets:
        name, row = re.fullmatch(r"'(Lines(?: 2)?)'!A(\d+)", target).groups()  # type: ignore[union-attr]
        assert 0 <= int(row) - HEADER_ROW - 2 < len(_sheet(workbook, name))


def test_an_amount_of_more_digits_than_excel_keeps_is_a_text(month_end: Path, tmp_path: Path) -> None:
    shutil.copyfile(month_end / "finago.duckdb", tmp_path / "finago.duckdb")
    with duckdb.connect(f"{tmp_path / 'finago.duckdb'}") as connection:
        connection.execute("update marts.general_ledger set amount = 1234567890123456.78 where account_number = 1990")
    with open_publication(tmp_path / "finago.duckdb", tmp_path / "none") as source:
        workbook = _written(source, TROUBLED, MARCH, tmp_path)
    assert "1234567890123456.78" in {row["Amount"] for row in _sheet(workbook, "Lines")}
