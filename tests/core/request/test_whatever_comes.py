"""Whatever a server answers, a request takes one of the exits, and a write is sent once unless it was turned away."""

from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.apis.finago import FINAGO
from finago_assets.core.errors import OutcomeUnknown
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import ConnectError, ReadError, ReadTimeout, RemoteProtocolError, WriteError
from finago_assets.core.request.audit import Audit, Sent
from finago_assets.core.request.perform import AUDIT_FILE, perform
from finago_assets.core.request.request import by_hand
from finago_assets.core.request.result import Exit
from tests.core.http.office import Asked, Clock, Office, client_of, reply

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.http.transport import Response

TIMES: Final = 600
STATUSES: Final = (200, 200, 200, 201, 202, 204, 206, 299, 300, 302, 304, 400, 401, 403, 404, 408, 409, 422, 425, 429)
NEVER_LEFT: Final = 499  # stands for no connection
TROUBLE: Final = (500, 502, 503, 504, 599)
BODIES: Final = (
    b"",
    b" ",
    b"[]",
    b'{"id":1}',
    b'[{"a":1.10}]',
    b"<html>",
    b'{"error":{"name":5}}',
    b"null",
    b"\xff",
    b"[",
)
ERRORS: Final = (ReadError("x"), WriteError("x"), ReadTimeout("x"), RemoteProtocolError("x"), ConnectError("x"))
HEADERS: Final = (
    ("Content-Encoding", "gzip"),
    ("Content-Encoding", "br"),
    ("Content-Length", "7"),
    ("Retry-After", "1"),
    ("Retry-After", "9" * 400),
    ("Location", "//elsewhere.test"),
    ("Link", '<?page=2>; rel="next"'),
    ("X-Trace-Id", "t-1"),
    ("Content-Type", "text/html"),
)


def _whatever(source: random.Random) -> Response:
    if source.random() < 0.15:
        raise source.choice(ERRORS)
    body = source.choice(BODIES)
    headers = dict(source.sample(HEADERS, source.randint(0, 3)))
    if headers.get("Content-Encoding") == "gzip" and source.random() < 0.8:
        body = gzip.compress(body)[: source.choice([None, None, 15])]
    error = source.choice(ERRORS) if source.random() < 0.1 else None
    return reply(body, source.choice(STATUSES + TROUBLE), headers, error=error, length=source.random() < 0.5)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return not text.strip()
    return True


def test_every_answer_to_a_read_leads_to_an_exit_and_a_success_is_json(tmp_path: Path) -> None:
    source, exits = random.Random(6), list[Exit | None]()
    office = Office(lambda _: _whatever(source))
    for number in range(TIMES):
        with client_of(office, Clock(), RetryPolicy(attempts=3)) as client:
            outcome = perform(by_hand(FINAGO, "GET", "/things", all_pages=number % 2 == 0), client, tmp_path)
        exits.append(outcome.exit)
        assert (outcome.problem is None) == (outcome.exit is Exit.SUCCESS)
        if outcome.answer is not None and outcome.exit is Exit.SUCCESS:
            text = outcome.answer.body.read_bytes()
            assert _is_json(text)
            assert outcome.answer.size == len(text)
    assert min(exits.count(way) for way in Exit) > TIMES / 20


def test_every_write_is_sent_once_unless_turned_away_and_its_record_says_what_is_known(tmp_path: Path) -> None:
    source, audit, came = random.Random(7), Audit(tmp_path / AUDIT_FILE), list[int | None]()

    def answer(_: Asked) -> Response:
        try:
            given = _whatever(source)
        except ConnectError:
            came.append(NEVER_LEFT)
            raise
        except (ReadError, WriteError, ReadTimeout, RemoteProtocolError):
            came.append(None)
            raise
        came.append(given.status_code)
        return given

    unknown = 0
    for _ in range(TIMES // 4):
        came.clear()
        with client_of(Office(answer), Clock(), RetryPolicy(attempts=3)) as client:
            outcome = perform(
                by_hand(FINAGO, "POST", "/things", body=b"{}"), client, tmp_path, allow_writes=True, audit=audit
            )
        # every sending but the last was turned away before anybody looked at it
        assert set(came[:-1]) <= {401, 429, NEVER_LEFT}
        last = came[-1]
        refused = last is not None and 400 <= last <= NEVER_LEFT and last != 408
        assert isinstance(outcome.problem, OutcomeUnknown) == (outcome.exit is Exit.ERROR and not refused)
        unknown += isinstance(outcome.problem, OutcomeUnknown)
        ended = Sent.CONFIRMED if outcome.problem is None else Sent.REFUSED if refused else Sent.UNKNOWN
        assert audit.entries()[-1].outcome is ended
        audit.path.unlink()
    assert unknown > TIMES / 4 / 10
