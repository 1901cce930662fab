"""What may be asked is checked before it is asked; what it cost adds up."""

from __future__ import annotations

import pytest

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import BadRequest
from finago_assets.core.http.call import TRACES_KEPT, Call, Tally

from .office import Clock, Office, client_of, lines, reply


def to(path: str) -> Call:
    return Call("/dimensions/{type}/elements", path, {}, frozenset(), Paging.NONE)


def test_a_misspelt_filter_is_refused_by_name_and_nothing_is_sent() -> None:
    office = Office(lambda _: reply())
    with client_of(office, Clock()) as client, pytest.raises(BadRequest, match="datefrom"):
        list(client.pages(lines(datefrom="2026-01-01"), Tally()))
    assert office.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "accounts",
        "/",
        "//x",
        "/a//b",
        "/../x",
        "/a/..",
        "/a/%2e%2e/b",
        "/a%2fb",
        "/a b",
        "/a?b=c",
        "/a#b",
        "/å",
        "/%",
        "/./a",
    ],
)
def test_a_path_with_anything_but_plain_segments_is_refused(path: str) -> None:
    with pytest.raises(BadRequest):
        to(path)


@pytest.mark.parametrize("path", ["/dimensions/101/elements", "/a/%C3%A5", "/a/-1", "/a/x.y~z"])
def test_a_plain_path_is_accepted(path: str) -> None:
    assert to(path).path == path


def test_tallies_add_up_and_keep_a_bounded_number_of_trace_ids() -> None:
    one, other = Tally(1, 2, 3, 0.5, 10, ["a"]), Tally(10, 20, 30, 1.5, 100, ["b"] * 500)
    one.add(other)
    assert (one.requests, one.retries, one.pages, one.waited_seconds, one.wire_bytes) == (11, 22, 33, 2.0, 110)
    assert one.trace_ids[:2] == ["a", "b"]
    assert len(one.trace_ids) == TRACES_KEPT
