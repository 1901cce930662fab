"""What people and scripts are told of an operation, and the documentation page made of it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.template_page import template_page
from finago_assets.core.catalogue.describe import command, describe_rules, described, meaning, paging
from finago_assets.core.catalogue.notation import (
    array,
    choice,
    depending_on,
    number,
    record,
    text,
    together,
    whole,
)
from finago_assets.core.catalogue.outline import outline

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import Operation

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda one: one.name)
def test_the_command_line_gives_all_that_is_required_and_nothing_else(operation: Operation) -> None:
    words = shlex.split(command(operation).rpartition(" | ")[2])
    given = {word.partition("=")[0] for word in words if "=" in word}
    assert words[:4] == ["finago-assets", "request", "--template", operation.name]
    assert given == {one.name for one in (*operation.variables, *operation.query) if one.required}
    assert ("--allow-writes" in words) is operation.method.writes
    assert ("--body" in words) is (operation.body is not None)


def test_a_parameter_says_what_may_be_chosen_and_what_is_sent_for_it() -> None:
    operation = FINAGO.operations["fiscalperiods.list"]
    assert meaning(operation, operation.query[0]) == (
        "Years, periods or both; one of Year, Period, All; sent as All unless told otherwise"
    )


def test_paging_is_told_where_there_is_any() -> None:
    assert paging(FINAGO.operations["accounts.list"]) == ""
    told = paging(FINAGO.operations["banktransactions.list"])
    assert told == "by page number, 100 records a page, at most 1000 pages; --all-pages follows it to the end"


def test_everything_is_told_as_plain_data() -> None:
    told = described(FINAGO.operations["customers.update"])
    assert told["variables"][0] == {
        "name": "customerId",
        "type": "integer",
        "required": True,
        "choices": [],
        "example": "10001",
        "title": "Customer",
    }
    assert told["writes"] is True
    assert told["body"]["media_types"] == ["application/json"]


def test_a_body_is_told_field_by_field() -> None:
    schema = record(
        "lines",
        lines=array(
            record("kind", kind=choice("", "text"), note=text(least=3, most=3, null=True), tag=text(least=1, most=9)),
            most=5,
        ),
        terms=depending_on("fixed", {True: record("value", value=whole(1)), False: record()}),
        accrual=together(start=number(), length=number()),
    )
    told = [(one.place, one.type, one.required, describe_rules(one)) for one in outline(schema)]
    assert told == [
        ("lines", "list of object", True, "at most 5 of them"),
        ("lines[].kind", "text", True, 'one of "", text'),
        ("lines[].note", "text or null", False, "exactly 3 characters"),
        ("lines[].tag", "text", False, "not empty; at most 9 characters"),
        ("terms", "object", False, ""),
        ("terms.fixed", "true or false", True, ""),
        ("terms.value", "integer", True, "when fixed is true; at least 1"),
        ("accrual", "object", False, ""),
        ("accrual.start", "number", False, "only with length"),
        ("accrual.length", "number", False, "only with start"),
    ]


def test_a_file_has_no_fields() -> None:
    assert outline(None) == ()


def test_the_page_has_a_section_for_every_template_and_links_to_it() -> None:
    page = template_page()
    assert re.findall(r"^### (.+)$", page, flags=re.MULTILINE) == re.findall(r"^\| \[(.+?)\]", page, flags=re.MULTILINE)
    assert {one.replace(".", "") for one in FINAGO.operations} == set(re.findall(r"\(#(.+?)\)", page))
