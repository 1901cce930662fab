"""The README and what is written beside it say what is there: the catalogue, and the settings' variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from finago_assets.apis.document import documents
from finago_assets.variables import variable_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "text"), documents(ROOT).items(), ids=lambda one: getattr(one, "name", ""))
def test_what_repeats_the_catalogue_was_written_from_it(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, "run `python -m finago_assets.apis.document`"


def test_the_table_of_variables_says_what_the_settings_say() -> None:
    assert variable_table() in README


def test_every_picture_and_document_it_links_is_there() -> None:
    linked = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []
