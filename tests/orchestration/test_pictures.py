"""Pictures: drawn, and free of anything that names a person."""

from __future__ import annotations

import base64
import io
import re

import dagster as dg
import duckdb
from PIL import Image

from finago_assets.orchestration.plots import PLOTS, SHADES, drawn
from finago_assets.orchestration.tables import ROWS_SHOWN, show_rows


def _png(markdown: dg.MarkdownMetadataValue) -> bytes:
    return base64.b64decode(str(markdown.value).partition("base64,")[2].rstrip(")"))


def test_a_plot_is_a_png_that_the_ui_shows_in_place() -> None:
    rows = [("2024-01", 100, -80), ("2024-02", None, -20)]
    assert _png(drawn(PLOTS["trial_balance"], rows)).startswith(b"\x89PNG")


def test_a_plot_of_a_year_is_small_enough_to_be_kept_with_every_run_and_has_each_colour_as_it_is() -> None:
    rows = [(f"2024-{month:02}", 9000.5, 800 * month, 700, 600 * month, 500, -400) for month in range(1, 13)]
    drawing = drawn(PLOTS["aged_receivables"], rows)
    assert len(str(drawing.value)) < 15_000
    dots = Image.open(io.BytesIO(_png(drawing))).convert("RGB").getcolors(maxcolors=256) or []
    assert {tuple(bytes.fromhex(shade[1:])) for shade in SHADES} <= {colour for count, colour in dots if count > 500}


def test_no_plot_asks_for_a_column_that_names_a_person() -> None:
    for plot in PLOTS.values():
        assert not {"customer_name", "party_name", "comment", "name"} & set(re.findall(r"\w+", plot.query))


def test_a_table_in_metadata_is_bounded_and_leaves_out_what_could_name_a_person() -> None:
    with duckdb.connect() as warehouse:
        table = show_rows(
            warehouse, "select range as account_number, 'Kari Nordmann' as customer_name from range(1000)"
        )
    assert len(table.records) == ROWS_SHOWN
    assert [column.name for column in table.schema.columns] == ["account_number"]
