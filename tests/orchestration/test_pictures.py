"""Pictures: drawn, and free of anything that names a person."""

from __future__ import annotations

import base64

import dagster as dg
import duckdb

from finago_assets.orchestration.plots import PLOTS, drawn
from finago_assets.orchestration.tables import ROWS_SHOWN, shown


def _png(markdown: dg.MarkdownMetadataValue) -> bytes:
    return base64.b64decode(str(markdown.value).partition("base64,")[2].rstrip(")"))


def test_a_plot_is_a_png_that_the_ui_shows_in_place() -> None:
    rows = [("2024-01", 100, -80), ("2024-02", None, -20)]
    assert _png(drawn(PLOTS["trial_balance"], rows)).startswith(b"\x89PNG")


def test_no_plot_asks_for_a_column_that_names_a_person() -> None:
    for plot in PLOTS.values():
        assert not {"customer_name", "party_name", "comment", "name"} & set(plot.query.replace(",", " ").split())


def test_a_table_in_metadata_is_bounded_and_leaves_out_what_could_name_a_person() -> None:
    with duckdb.connect() as warehouse:
        table = shown(warehouse, "select range as account_number, 'Kari Nordmann' as customer_name from range(1000)")
    assert len(table.records) == ROWS_SHOWN
    assert [column.name for column in table.schema.columns] == ["account_number"]
