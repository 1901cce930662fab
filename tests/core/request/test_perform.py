"""The two exits, row by row: what leads to which, what the answer tells, and where its body lies."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

import duckdb
import pytest
from pydantic import BaseModel, ConfigDict

from finago_assets.apis.finago import FINAGO
from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    FinagoError,
    Forbidden,
    LoopingPages,
    Malformed,
    NotFound,
    NotWritable,
    RateLimited,
    TooLarge,
    Truncated,
    Unavailable,
)
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import ConnectError, Response
from finago_assets.core.request.payloads import arrays_in
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import by_hand, from_template
from finago_assets.core.request.result import Exit, RequestResult
from tests.core.http.office import API, Asked, Clock, Office, client_of, records, reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.request import Request

ACCOUNTS = from_template(FINAGO, "accounts.list")
WINDOW = {"dateFrom": "2026-01-01", "dateTo": "2026-02-01"}
LINES = from_template(FINAGO, "transactionlines.list", query=WINDOW, all_pages=True)
SENT = b'[{"id" : 1,"amount":1234567890123456.78} ,\n {"id":2,"amount":1.10,"name":"\xc3\xa6"}]'


def done(answer: Callable[[Asked], Response], folder: Path, request: Request = ACCOUNTS) -> RequestResult:
    with client_of(Office(answer), Clock(), RetryPolicy(attempts=4)) as client:
        return perform(request, client, folder)


def answered(body: bytes, folder: Path, request: Request = ACCOUNTS) -> Answer:
    outcome = done(lambda _: reply(body), folder, request)
    assert (outcome.exit, outcome.problem) == (Exit.SUCCESS, None)
    assert outcome.answer is not None
    return outcome.answer


def test_a_2xx_takes_the_success_exit_with_its_body_on_disk_exactly_as_sent(tmp_path: Path) -> None:
    headers = {"X-Trace-Id": "t-1", "Content-Type": "application/json", "Link": "<x>; rel=last", "Set-Cookie": "a=b"}
    outcome = done(lambda _: reply(SENT, 200, headers), tmp_path / "new" / "folder")
    answer = outcome.answer
    assert (outcome.exit, outcome.problem, outcome.asked) == (Exit.SUCCESS, None, ACCOUNTS.what)
    assert answer is not None
    assert answer.body.read_bytes() == SENT
    assert (answer.status, answer.trace_id, answer.headers) == (200, "t-1", {"content-type": "application/json"})
    assert (answer.many, answer.records, answer.pages, answer.requests, answer.retries) == (True, 2, 1, 1, 0)
    assert (answer.size, answer.errors) == (len(SENT), ())
    assert stat.S_IMODE(answer.body.stat().st_mode) == 0o600
    assert stat.S_IMODE(answer.body.parent.stat().st_mode) == 0o700


REFUSALS: dict[str, tuple[int, type[FinagoError]]] = {
    "400": (400, BadRequest),
    "401": (401, AuthRefused),
    "403": (403, Forbidden),
    "404": (404, NotFound),
    "409": (409, BadRequest),
    "429": (429, RateLimited),
    "500": (500, Unavailable),
    "503": (503, Unavailable),
}


@pytest.mark.parametrize("request_", [ACCOUNTS, LINES], ids=["one page", "all pages"])
@pytest.mark.parametrize(("status", "kind"), REFUSALS.values(), ids=REFUSALS)
def test_an_http_error_takes_the_error_exit_with_status_trace_id_names_and_body(
    status: int, kind: type[FinagoError], request_: Request, tmp_path: Path
) -> None:
    parts = [{"path": "lines/0/amount", "keyword": "required"}, {"path": "a b", "keyword": "<script>"}]
    payload = {"validationErrors": parts, "errors": [{"type": "NoLines", "message": "Kari Nordmann", "arguments": [1]}]}
    body = json.dumps({"error": {"name": "ValidationError", "message": "Kari", "payload": payload}}).encode()
    outcome = done(lambda _: reply(body, status, {"X-Trace-Id": "t-2"}), tmp_path, request_)
    assert outcome.exit is Exit.ERROR
    assert type(outcome.problem) is kind
    assert (outcome.problem.status, outcome.problem.trace_id) == (status, "t-2")
    assert outcome.answer is not None
    assert (outcome.answer.status, outcome.answer.trace_id) == (status, "t-2")
    assert outcome.answer.body.read_bytes() == body
    assert outcome.answer.errors == ("ValidationError", "NoLines", "required lines/0/amount")
    assert list(outcome.answer.payloads()) == []
    assert "Kari" not in f"{outcome!r} {outcome.problem}"


def test_an_empty_answer_is_a_list_without_records_and_never_an_object(tmp_path: Path) -> None:
    one = from_template(FINAGO, "accounts.get", variables={"id": "7"})
    outcomes = [done(lambda _: reply(b""), tmp_path, request) for request in (ACCOUNTS, one)]
    assert [outcome.exit for outcome in outcomes] == [Exit.SUCCESS, Exit.ERROR]
    assert isinstance(outcomes[1].problem, Truncated)


def test_an_exception_takes_the_error_exit_too_and_leaves_no_file(tmp_path: Path) -> None:
    def refuse(_: Asked) -> Response:
        raise ConnectError("refused")

    outcome = done(refuse, tmp_path)
    assert (outcome.exit, outcome.answer) == (Exit.ERROR, None)
    assert isinstance(outcome.problem, Unavailable)
    assert (outcome.problem.status, outcome.problem.__traceback__, outcome.problem.__context__) == (None, None, None)
    assert list(tmp_path.iterdir()) == []


NOT_JSON: dict[str, tuple[bytes, type[FinagoError]]] = {
    "a page of HTML": (b"<!DOCTYPE html><p>Soon back", Malformed),
    "text": (b"OK, done", Malformed),
    "JSON cut in the middle": (SENT[:-20], Truncated),
    "JSON cut between two records": (b'[{"a":1}', Truncated),
    "JSON cut after a comma": (b'[{"a":1},', Truncated),
    "text after the end": (SENT + b"x", Truncated),
    "two arrays": (b"[1][2]", Malformed),
    "a comma too many": (b'[{"a":1},]', Malformed),
    "no comma": (b'[{"a":1}{"a":2}]', Malformed),
    "NaN": (b'[{"a":NaN}]', Malformed),
    "not UTF-8": (b'[{"a":"\xff"}]', Malformed),
    "half a surrogate": (b'[{"a":"\\ud800"}]', Malformed),
    "nesting without end": (b"[" * 100_000 + b"]" * 100_000, Malformed),
    "nesting a little too deep": (b"[" * 70 + b"]" * 70, TooLarge),
}


def test_a_byte_order_mark_is_passed_over_and_stays_on_disk(tmp_path: Path) -> None:
    answer = answered(b"\xef\xbb\xbf" + SENT, tmp_path)
    assert answer.body.read_bytes() == b"\xef\xbb\xbf" + SENT
    assert (answer.many, answer.records) == (True, 2)
    assert next(iter(answer.payloads())) == b'{"id" : 1,"amount":1234567890123456.78}'
    assert [row.id for row in answer.rows(Account)] == [1, 2]
    with duckdb.connect() as connection:
        assert answer.relation(connection).order("id").fetchall()[1][0] == 2
    one = answered(b"\xef\xbb\xbf {}", tmp_path)
    assert (one.many, list(one.payloads())) == (False, [b"{}"])


@pytest.mark.parametrize(("body", "kind"), NOT_JSON.values(), ids=NOT_JSON)
def test_an_answer_that_is_not_json_takes_the_error_exit_with_its_body_on_disk(
    body: bytes, kind: type[FinagoError], tmp_path: Path
) -> None:
    outcome = done(lambda _: reply(body, 200, {"X-Trace-Id": "t-3"}), tmp_path)
    assert outcome.exit is Exit.ERROR
    assert type(outcome.problem) is kind
    assert (outcome.problem.status, outcome.problem.trace_id) == (200, "t-3")
    assert outcome.answer is not None
    assert outcome.answer.body.read_bytes() == body
    assert outcome.answer.records == 0


def test_a_folder_that_cannot_be_made_takes_the_error_exit_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    office = Office(lambda _: reply())
    with client_of(office, Clock()) as client:
        outcome = perform(ACCOUNTS, client, tmp_path / "file" / "below")
    assert outcome.exit is Exit.ERROR
    assert isinstance(outcome.problem, NotWritable)
    assert office.asked == []


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_has_no_records_and_every_view_of_it_is_empty(status: int, tmp_path: Path) -> None:
    outcome = done(lambda _: reply(b"", status), tmp_path)
    assert outcome.answer is not None
    answer = outcome.answer
    assert (outcome.exit, answer.records, answer.many) == (Exit.SUCCESS, 0, False)
    assert (list(answer.payloads()), list(answer.rows(Account)), list(answer.batches())) == ([], [], [])
    assert answer.relation(duckdb.connect()).fetchall() == []


def test_one_object_is_one_record(tmp_path: Path) -> None:
    answer = answered(
        b' {"id":7,"name":"Sandkassen"} ', tmp_path, from_template(FINAGO, "organization_information.get")
    )
    assert (answer.many, answer.records) == (False, 1)
    assert list(answer.payloads()) == [b'{"id":7,"name":"Sandkassen"}']
    assert answer.relation(duckdb.connect()).fetchall() == [(7, "Sandkassen")]


def paged(asked: Asked) -> Response:
    page = int(asked.params.get("page", "1"))
    link = {"Link": f"<{API}/transactionlines?{_query(asked)}&page={page + 1}>; rel=next"} if page < 3 else {}
    return reply(records(page * 10, page * 10 + (4 if page < 3 else 0)), 200, link)


def _query(asked: Asked) -> str:
    return "&".join(f"{name}={value}" for name, value in asked.params.items() if name != "page")


def test_all_pages_are_one_array_of_the_records_as_sent(tmp_path: Path) -> None:
    outcome = done(paged, tmp_path, LINES)
    answer = outcome.answer
    assert answer is not None
    assert (outcome.exit, answer.many, answer.records, answer.pages, answer.requests) == (Exit.SUCCESS, True, 8, 3, 3)
    assert [row["id"] for row in json.loads(answer.body.read_bytes())] == [*range(10, 14), *range(20, 24)]
    assert next(iter(answer.payloads())) == b'{"id": 10, "amount": 1.1}'
    assert answer.size == answer.body.stat().st_size


@pytest.mark.parametrize("most", [1, 4, 7, 10_000])
def test_a_table_of_all_pages_is_the_same_whether_or_not_it_is_known_where_each_page_lies(
    tmp_path: Path, most: int
) -> None:
    answer = done(paged, tmp_path, LINES).answer
    assert answer is not None
    assert [page.records for page in answer.written] == [4, 4]
    known = arrays_in(answer.body, many=True, most=most, pages=answer.written)
    found = arrays_in(answer.body, many=True, most=most)
    taken, looked_for = [[json.loads(text) for text in texts] for texts in (known, found)]
    assert max(map(len, taken)) <= most
    assert list(chain(*taken)) == list(chain(*looked_for)) == json.loads(answer.body.read_bytes())


def test_all_pages_of_nothing_are_an_empty_array(tmp_path: Path) -> None:
    assert answered(b"[]", tmp_path, LINES).body.read_bytes() == b"[]\n"


def test_a_chain_that_breaks_takes_the_error_exit_and_its_records_are_thrown_away(tmp_path: Path) -> None:
    def breaking(asked: Asked) -> Response:
        return paged(asked) if asked.number == 1 else reply(b"Limit", 400, {"X-Trace-Id": "t-4"})

    outcome = done(breaking, tmp_path, LINES)
    assert isinstance(outcome.problem, BadRequest)
    assert outcome.answer is not None
    assert outcome.answer.body.read_bytes() == b"Limit"
    assert (outcome.answer.status, outcome.answer.records, outcome.answer.requests) == (400, 0, 2)

    def looping(asked: Asked) -> Response:
        return reply(records(1, 3), 200, {"Link": f"<{asked.url}>; rel=next"})

    outcome = done(looping, tmp_path, LINES)
    assert isinstance(outcome.problem, LoopingPages)
    assert outcome.answer is not None
    assert outcome.answer.body.read_bytes() == b""


def test_by_hand_all_pages_of_an_unknown_path_follow_the_links(tmp_path: Path) -> None:
    def linked(asked: Asked) -> Response:
        link = {"Link": "<?cursor=2>; rel=next"} if asked.number == 1 else {}
        return reply(records(asked.number, asked.number + 1), 200, link)

    outcome = done(linked, tmp_path, by_hand(FINAGO, "GET", "/new/things", all_pages=True))
    assert outcome.answer is not None
    assert (outcome.answer.records, outcome.answer.pages) == (2, 2)


class Account(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    amount: Decimal
    name: str | None = None


@dataclass
class Line:
    id: int
    amount: Decimal
    name: str = ""


def test_the_records_are_columns_arrow_or_a_type_of_ones_own_and_no_digit_is_lost(tmp_path: Path) -> None:
    answer = answered(SENT, tmp_path)
    exact = [Decimal("1234567890123456.78"), Decimal("1.10")]
    relation = answer.relation(duckdb.connect())
    assert relation.columns == ["id", "amount", "name"]
    assert str(relation.types[1]).startswith("DECIMAL")
    assert [row[1] for row in relation.fetchall()] == exact
    assert [value for batch in answer.batches(1) for value in batch.column("amount").to_pylist()] == exact
    assert [row.amount for row in answer.rows(Account)] == exact
    assert list(answer.rows(Line))[1] == Line(2, Decimal("1.10"), "æ")
    assert next(iter(answer.payloads())) == b'{"id" : 1,"amount":1234567890123456.78}'


@pytest.mark.parametrize(
    ("type_", "place"),
    [(type("Narrow", (BaseModel,), {"__annotations__": {"amount": int}}), "amount"), (int, "the record")],
)
def test_a_response_type_that_does_not_fit_is_named_by_place_and_rule_and_never_by_value(
    type_: type, place: str, tmp_path: Path
) -> None:
    answer = answered(b'[{"amount":"value-nobody-should-read"}]', tmp_path)
    with pytest.raises(Malformed, match="Record 1") as caught:
        list(answer.rows(type_))
    assert f"{place} (int" in str(caught.value)
    assert "nobody" not in str(caught.value)
    assert (caught.value.status, caught.value.__context__) == (200, None)


def test_records_that_are_no_objects_are_json_all_the_same_but_no_table(tmp_path: Path) -> None:
    answer = answered(b'[1, "x", {"a":1}]', tmp_path)
    assert answer.records == 3
    assert list(answer.payloads()) == [b"1", b'"x"', b'{"a":1}']
    with pytest.raises(Malformed, match="no objects"):
        answer.relation(duckdb.connect())


def test_two_requests_never_share_a_file(tmp_path: Path) -> None:
    first, second = answered(b"[1]", tmp_path), answered(b"[2]", tmp_path)
    assert (first.body.read_bytes(), second.body.read_bytes()) == (b"[1]", b"[2]")


def test_an_answer_says_nothing_of_its_records(tmp_path: Path) -> None:
    assert "nobody" not in repr(answered(b'[{"name":"nobody"}]', tmp_path))
