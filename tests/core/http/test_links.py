"""The Link header, read as RFC 8288 means it. What cannot be read is never taken for the end."""

from __future__ import annotations

import pytest

from finago_assets.core.errors import Malformed
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.links import next_target, parse

READABLE = [
    ('</v1/x?page=2>; rel="next"', "/v1/x?page=2"),
    ("</v1/x?page=2>; rel=next", "/v1/x?page=2"),
    ('</v1/x?page=2>;rel="next"', "/v1/x?page=2"),
    ('<u>; REL="NEXT"', "u"),
    ('<u>; rel="prev next"', "u"),
    ('<u>; rel="next  last"', "u"),
    ('<u>; rel="https://x.test/rel next"', "u"),
    ('<u>; title="a, <b>; rel=prev"; rel=next', "u"),
    ('<u>; title="say \\"next\\""; rel=next', "u"),
    ("<u>; title*=UTF-8''n%c3%a6ste; rel=next", "u"),
    ('<u> ; rel = "next" ; x', "u"),
    ("<u>; crossorigin; rel=next", "u"),
    ('<p>; rel=previous, <u>; rel="next"', "u"),
    (',, <p>; rel="first" ,, <u>; rel="next" ,', "u"),
    ("<u?a=1,2;b>; rel=next", "u?a=1,2;b"),
    ('<p>; rel="prev", <f>; rel="first", <s>; rel="self"', None),
    ('<u>; rel="next", <u>; rel="NEXT"', "u"),
    ('<u>; rel="prev"; rel="next"', None),
    ("<u>; rel=nextish", None),
    ("<u>", None),
    ('<u>;; rel="next";', "u"),
    ("", None),
    ("  ", None),
]
UNREADABLE = [
    "u; rel=next",
    "<u; rel=next",
    '<u>; rel="next',
    "<u> rel=next",
    "<u>; rel=",
    "<u>; =next",
    "<>; rel=next",
    '<a>; rel="next", <b>; rel="next"',
    '<a>; rel="next"; anchor="/elsewhere"',
    "<a<b>; rel=next",
    "<a>; rel=next <b>; rel=prev",
    "next",
    '<a>; rel="next"x',
    "<a>; rel=next" + " " * 70_000,
]


@pytest.mark.parametrize(("header", "target"), READABLE)
def test_a_readable_header_gives_its_next_link(header: str, target: str | None) -> None:
    assert next_target([header]) == target


@pytest.mark.parametrize("header", UNREADABLE)
def test_an_unreadable_header_is_an_error_and_not_the_end(header: str) -> None:
    with pytest.raises(Fault) as caught:
        next_target([header])
    assert caught.value.kind is Malformed
    assert not caught.value.again


def test_several_headers_are_one_list() -> None:
    assert next_target(["<a>; rel=first", '<b>; rel="next"', "<c>; rel=last"]) == "b"
    assert next_target([]) is None


def test_the_first_of_two_parameters_of_one_name_counts() -> None:
    (link,) = parse('<u>; rel="a b"; title="one"; TITLE="two"')
    assert link.params == {"rel": "a b", "title": "one"}
    assert link.relations == {"a", "b"}
