"""A record whose text was damaged is kept and its neighbours live; one that cannot be is named by its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.calls import call_for
from finago_assets.core.errors import FinagoError, Malformed, Truncated
from finago_assets.core.http.call import Call, Tally
from finago_assets.core.http.damage import kept, legible
from tests.core.http.office import Clock, Office, client_of, plain, reply

if TYPE_CHECKING:
    from finago_assets.core.http.client import ApiClient

CUSTOMERS = ENDPOINTS["customers"]
CALL = call_for(CUSTOMERS, {})
BEFORE, AFTER = b'{"id":1,"name":"Bl\xc3\xa5"}', b'{"id" : 3, "n":"[{,"}'
# what was sent, what is kept, what can be read of it
DAMAGED: list[tuple[bytes, bytes, dict[str, object]]] = [
    (rb'{"id":2,"c":"cut \ud83d"}', rb'{"id":2,"c":"cut \ud83d"}', {"id": 2, "c": "cut \ufffd"}),
    (
        rb'{"id":2,"c":"\ude00 x \ud83d\ude00"}',
        rb'{"id":2,"c":"\ude00 x \ud83d\ude00"}',
        {"id": 2, "c": "\ufffd x \U0001f600"},
    ),
    (b'{"id":2,"c":"a\x01b\nc\td"}', b'{"id":2,"c":"a\x01b\nc\td"}', {"id": 2, "c": "a\ufffdb\ufffdc\ufffdd"}),
    (b'{"id":2,"c":"caf\xe9"}', rb'{"id":2,"c":"caf\xe9"}', {"id": 2, "c": "caf\ufffd"}),
    (b'{"id":2,"c":"\xed\xa0\xbd"}', rb'{"id":2,"c":"\xed\xa0\xbd"}', {"id": 2, "c": "\ufffd\ufffd\ufffd"}),
    (rb'{"id":2,"c":"C:\x \\ \u12"}', rb'{"id":2,"c":"C:\x \\ \u12"}', {"id": 2, "c": "C:\ufffd \\ \ufffd12"}),
    (b'{"id":2,"c":NaN,"d":-Infinity}', b'{"id":2,"c":NaN,"d":-Infinity}', {"id": 2, "c": None, "d": None}),
    (b'{"id":2,"c":[1,],}', b'{"id":2,"c":[1,],}', {"id": 2, "c": [1]}),
]
BEYOND = [b'{"id":2 "c":1}', b"[2]", b"2", b'{"id":}', b"", b'{"id":01}']


def listed(*records: bytes) -> bytes:
    return b" [" + b" ,\n".join(records) + b"]\n"


def asked(body: bytes, call: Call = CALL) -> tuple[list[bytes] | FinagoError, int]:
    """Read a list that answers the same each time; the records or the error, and the number of requests."""
    office = Office(lambda request: reply(body) if "page" not in request.params else reply())
    with client_of(office, Clock()) as client:
        try:
            found: list[bytes] | FinagoError = read(client, call)
        except FinagoError as error:
            found = error
    return found, sum("page" not in call.params for call in office.calls)


def read(client: ApiClient, call: Call) -> list[bytes]:
    return [record for page in client.pages(call, Tally()) for record in page.records]


@pytest.mark.parametrize(("sent", "stays", "seen"), DAMAGED)
def test_a_damaged_record_is_kept_as_sent_and_the_list_lives(
    sent: bytes, stays: bytes, seen: dict[str, object]
) -> None:
    assert asked(listed(BEFORE, sent, AFTER)) == ([BEFORE, stays, AFTER], 2)
    text = legible(stays)
    assert text is not None
    assert json.loads(text) == seen


@pytest.mark.parametrize("odd", BEYOND)
def test_where_a_record_cannot_be_kept_the_error_names_its_place_and_never_says_run_it_again(odd: bytes) -> None:
    error, requests = asked(listed(BEFORE, odd, DAMAGED[0][0]))
    assert isinstance(error, Malformed)
    assert "page 1, record 2" in str(error)
    assert "again" not in str(error)
    assert requests == 2


@pytest.mark.parametrize("body", [b'[{"id":1}] x', b'[{"c":"a" b"}]'])
def test_a_body_that_is_broken_in_the_same_way_twice_is_not_asked_for_a_third_time(body: bytes) -> None:
    error, requests = asked(body)
    assert (type(error), requests) == (Malformed, 2)
    assert "again" not in str(error)


@pytest.mark.parametrize("body", [b'[{"id":1},{"id"', b'[{"id":1}'])
def test_a_body_that_ends_early_may_come_whole_at_any_try(body: bytes) -> None:
    error, requests = asked(body)
    assert (type(error), requests) == (Truncated, 8)


def test_damage_that_does_not_come_back_leaves_no_trace() -> None:
    office = Office(lambda asked: reply(listed(BEFORE, DAMAGED[0][0])) if asked.number == 1 else reply(listed(AFTER)))
    with client_of(office, Clock()) as client:
        assert read(client, call_for(ENDPOINTS["accounts"], {})) == [AFTER]


def test_a_page_of_a_proxy_is_no_damaged_list_and_is_asked_for_as_often_as_any_outage() -> None:
    assert asked(b"<html>come back later</html>", plain())[1] == 8


def test_what_a_user_asks_for_is_refused_rather_than_handed_out_damaged() -> None:
    error, requests = asked(listed(BEFORE, DAMAGED[0][0]), plain())
    assert (type(error), requests) == (Malformed, 2)


def test_depth_is_limited_in_a_damaged_list_too() -> None:
    deep = b'{"id":2,"c":"\x01","d":' + b"[" * 90 + b"]" * 90 + b"}"
    error, _ = asked(listed(BEFORE, deep))
    assert isinstance(error, FinagoError)


def test_a_list_without_damage_is_cut_as_the_strict_reader_cuts_it() -> None:
    assert kept(listed(BEFORE, AFTER), single=False) == ([BEFORE, AFTER], None)
    assert kept(b"[]", single=False) == ([], None)
    assert kept(b" {} ", single=True) == ([b"{}"], None)
