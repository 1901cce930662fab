"""The documents say what is there: the catalogue, the variables, the questions, and whatever they link to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from finago_assets.apis.document import documents
from finago_assets.ten_answers import TEN
from finago_assets.variables import variable_table
from scripts.overview_picture import PICTURE, draw

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
HEADING = re.compile(r"(?m)^#{1,6} (.+)$")
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")


def _anchors(page: Path) -> set[str]:
    """Return what GitHub calls the headings of a page."""
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in HEADING.findall(page.read_text("utf-8"))}


@pytest.mark.parametrize(("path", "text"), documents(ROOT).items(), ids=lambda one: getattr(one, "name", ""))
def test_what_repeats_the_catalogue_was_written_from_it(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, "run `python -m finago_assets.apis.document`"


def test_the_table_of_variables_says_what_the_settings_say() -> None:
    assert variable_table() in (ROOT / "docs" / "variables.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.name)
def test_every_picture_document_and_heading_that_a_page_links_is_there(page: Path) -> None:
    for name, heading in LINK.findall(page.read_text("utf-8")):
        target = (page.parent / name) if name else page
        assert target.exists(), name
        if heading:
            assert heading in _anchors(target), f"{name}#{heading}"


def test_every_document_has_its_row_in_the_list_of_documents() -> None:
    listed = {name for name, _ in LINK.findall((ROOT / "docs" / "README.md").read_text("utf-8"))}
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} <= listed


def test_the_readme_asks_the_ten_questions_that_the_demo_answers_in_their_order() -> None:
    assert re.findall(r"(?m)^\| \[(.+\?)\]\(docs/questions\.md#", README) == list(TEN)


def test_the_picture_is_the_one_that_its_script_draws() -> None:
    assert PICTURE.read_text("utf-8") == draw(), "run `python -m scripts.overview_picture`"
