"""Pictures and sample rows: short enough to be shown without a click, true, and free of what names a person."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import dagster as dg
import duckdb
import pytest

from finago_assets.orchestration.drawing import Plotted, draw_cells, draw_chart, write_table
from finago_assets.orchestration.plots import PLOTS, STATES, STATUSES, picture
from finago_assets.orchestration.samples import SAMPLES, sample_rows
from finago_assets.orchestration.tables import NEVER_SHOWN, ROWS_SHOWN, show_rows

MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)]
SVG = "{http://www.w3.org/2000/svg}"


def _svg(shown: dg.MarkdownMetadataValue) -> ET.Element:
    """Read the drawing the way a browser does."""
    source = str(shown.value).partition("![](<data:image/svg+xml,")[2].removesuffix(">)")
    return ET.fromstring(unquote(source))  # noqa: S314  our own


def _paths(shown: dg.MarkdownMetadataValue) -> dict[str, str]:
    return {path.attrib["stroke"]: path.attrib["d"] for path in _svg(shown).iter(f"{SVG}path")}


def _texts(shown: dg.MarkdownMetadataValue) -> list[str]:
    return [text.text or "" for text in _svg(shown).iter(f"{SVG}text")]


def test_years_of_amounts_are_drawn_as_far_back_as_the_ui_shows_without_a_click() -> None:
    amounts = [Decimal(place * 1_234_567) - 20_000_000 for place in range(len(MONTHS))]
    lines = [Plotted(name, name, amounts, is_line=True) for name in ("teal", "orange")]
    shown = draw_chart("**In words**", MONTHS, [Plotted("silver", "silver", amounts), *lines])
    # Dagster 1.13 hides what has a thousand (MetadataEntry.tsx)
    assert 900 < len(str(shown.value)) < 1000
    assert str(shown.value).startswith("**In words**\n\n![]")
    assert MONTHS[-1] in _texts(shown)
    assert MONTHS[0] not in _texts(shown)


def test_a_line_goes_through_each_amount_and_is_broken_where_one_is_not_known() -> None:
    line = Plotted("teal", "teal", [0, 50, 100, None, 100], is_line=True)
    path = _paths(draw_chart("", MONTHS[:5], [line]))["teal"]
    assert re.findall("[Ml][^Ml]+", path) == ["M18 134", "l36-58", "l36-58", "M162 18"]


def test_bars_stand_on_those_before_them_and_hang_below_zero_where_they_are_less() -> None:
    series = [Plotted("a", "teal", [50, -100]), Plotted("b", "crimson", [50, None]), Plotted("c", "navy", [-50, -0])]
    paths = _paths(draw_chart("", MONTHS[:2], series))
    # 116 dots from 100 to -100, zero in the middle
    assert paths["teal"] == "m18 76v-29m36 29v58"
    assert paths["crimson"] == "m18 47v-29"
    assert paths["navy"] == "m18 76v29"


def test_cells_of_one_kind_are_one_stroke_that_begins_where_they_begin() -> None:
    cells: dict[str, list[str | None]] = {"1": ["ties", "ties", "differs"], "2": ["ties", None, "ties"]}
    shown = draw_cells("", MONTHS[:3], cells, STATUSES)
    assert _paths(shown) == {"teal": "M16 7h72M16 21h36M88 21h36", "crimson": "M88 7h36"}
    assert _texts(shown)[0] == "12"


def test_a_table_ends_before_it_would_be_hidden_and_its_figures_stand_on_the_right() -> None:
    rows = [["Kunde | A", Decimal("1234.50"), Decimal("25.0000000000"), None] for _ in range(60)]
    lines = str(write_table("", ["name", "amount", "rate", "none"], rows).value).splitlines()
    assert len("\n".join(lines)) < 1000
    assert lines[:3] == [
        "| name | amount | rate | none |",
        "| --- | --: | --: | --: |",
        "| Kunde / A | 1,234.50 | 25.00 |  |",
    ]
    assert 10 < len(lines) < 62


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    warehouse = duckdb.connect()
    warehouse.execute("create schema marts")
    return warehouse


def test_the_tie_out_shows_the_worst_that_is_said_of_a_class_in_a_month(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        """
        create table marts.ledger_tie_out as
        from (values (date '2024-01-01', 1500, 'ties'), ('2024-01-01', 1920, 'differs'), ('2024-01-01', 3000, 'ties'),
            ('2024-02-01', 1500, 'not landed')) as t (period, account_number, status)
        """
    )
    shown = picture(marts, "ledger_tie_out")
    assert shown is not None
    assert str(shown.value).startswith("**Account-months**: 2 tie, 1 differ, 1 not landed.")
    assert _paths(shown) == {"crimson": "M16 7h36", "silver": "M52 7h36", "teal": "M16 21h36"}


def test_one_balance_that_is_not_known_leaves_no_sum_of_the_others(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        """
        create table marts.trial_balance as
        from (values (date '2024-01-01', 1, 'account', 100.00), ('2024-01-01', 2, 'account', -70.00),
            ('2024-01-01', null, 'result_prior_years', -10.00), ('2024-01-01', 3, 'account', -20.00),
            ('2024-02-01', 1, 'account', 100.00), ('2024-02-01', 1, 'account', null),
            ('2024-02-01', 3, 'account', -30.00))
            as t (period, account_class, row_kind, closing_balance)
        """
    )
    rows = marts.execute(PLOTS["trial_balance"][0]).fetchall()
    assert rows == [("2024-01", Decimal(100), Decimal(80), Decimal(20)), ("2024-02", None, None, Decimal(30))]
    assert "assets not known" in str(picture(marts, "trial_balance").value)  # type: ignore[union-attr]


def test_a_mart_without_rows_or_without_a_picture_has_none(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("create table marts.integration_inventory (provider_name varchar, state varchar)")
    assert picture(marts, "integration_inventory") is None
    assert picture(marts, "customers") is None
    assert sample_rows(marts, "marts.customers") is None
    assert set(STATES) >= {"connected", "off"}


def test_no_plot_and_no_sample_asks_for_a_column_that_names_a_person() -> None:
    for query, _ in PLOTS.values():
        assert not {"customer_name", "party_name", "comment", "name"} & set(re.findall(r"\w+", query))
    for columns, *_ in SAMPLES.values():
        assert not (NEVER_SHOWN | {"customer_id", "supplier_name", "payment_reference"}) & set(
            re.findall(r"\w+", columns)
        )


def test_sample_rows_are_of_the_newest_month_the_largest_first(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        """
        create table marts.balance_sheet as
        from (values (date '2024-01-01', 'account', 1500, 'Debtors', 900.00),
            ('2024-02-01', 'account', 1500, 'Debtors', 10.00),
            ('2024-02-01', 'account', 1920, 'Bank', -1200.50), ('2024-02-01', 'result', null, 'Result', 5000.00))
            as t (period, row_kind, account_number, account_name, amount)
        """
    )
    shown = sample_rows(marts, "marts.balance_sheet")
    assert shown is not None
    assert str(shown.value).splitlines() == [
        "**Of 2024-02**:",
        "",
        "| account_number | account_name | amount |",
        "| --: | --- | --: |",
        "| 1920 | Bank | -1,200.50 |",
        "| 1500 | Debtors | 10.00 |",
    ]


def test_a_table_in_metadata_is_bounded_and_leaves_out_what_could_name_a_person() -> None:
    with duckdb.connect() as warehouse:
        table = show_rows(
            warehouse, "select range as account_number, 'Kari Nordmann' as customer_name from range(1000)"
        )
    assert len(table.records) == ROWS_SHOWN
    assert [column.name for column in table.schema.columns] == ["account_number"]
