"""The README says what is there: its table is the catalogue, its variables are the settings'."""

from __future__ import annotations

import re
from pathlib import Path

from finago_assets.apis.document import endpoint_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_endpoints_is_the_catalogue() -> None:
    assert endpoint_table() in README


def test_every_variable_that_the_settings_read_is_explained() -> None:
    read = set(re.findall(r"FINAGO_[A-Z_]+", (ROOT / "finago_assets" / "settings.py").read_text(encoding="utf-8")))
    assert read <= set(re.findall(r"FINAGO_[A-Z_]+", README))


def test_every_picture_and_document_it_links_is_there() -> None:
    linked = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []
