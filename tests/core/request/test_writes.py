"""Writes against the sandbox while things go wrong: sent once, reported as what is known, recorded before and after."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    FinagoError,
    Forbidden,
    NotWritable,
    OutcomeUnknown,
    RateLimited,
    RequestRefused,
    Unavailable,
)
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.transport import ConnectError
from finago_assets.core.request.audit import Audit, Sent
from finago_assets.core.request.perform import AUDIT_FILE, perform
from finago_assets.core.request.request import by_hand, from_template
from finago_assets.core.request.result import Exit, RequestResult
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule
from finago_assets.sandbox.server import Running, running
from tests.core.http.loopback import TOKEN, serving
from tests.core.http.office import Asked, Clock, Office, client_of, reply

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.http.transport import Response

EXAMPLE = FINAGO.operations["customers.create"].body
CUSTOMER = from_template(
    FINAGO,
    "customers.create",
    body=msgspec.json.Encoder(decimal_format="number").encode(EXAMPLE.example if EXAMPLE else None),
)
PATIENCE = RetryPolicy(attempts=3, base_seconds=0, cap_seconds=0, throttle_seconds=0, request_seconds=20)


@dataclass
class Desk:
    """A client of a sandbox, and what its writes left behind."""

    office: Running
    client: ApiClient
    folder: Path

    @property
    def audit(self) -> Audit:
        return Audit(self.folder / AUDIT_FILE, "nightly")

    def write(self, *rules: Rule) -> RequestResult:
        self.office.control.set_faults(*rules)
        self.office.control.sandbox.requests.clear()
        outcome = perform(CUSTOMER, self.client, self.folder, allow_writes=True, audit=self.audit)
        self.office.control.set_faults()
        return outcome

    @property
    def posts(self) -> int:
        """How many writes the server saw."""
        return sum(asked.method == "POST" and asked.path == "/v1/customers" for asked in self.office.requests)

    @property
    def recorded(self) -> list[Sent]:
        return [entry.outcome for entry in self.audit.entries()]


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield found


@pytest.fixture
def desk(office: Running, tmp_path: Path) -> Iterator[Desk]:
    connection = FinagoConnection(
        office.organization_id, office.client_id, Secret(office.client_secret), office.api_url, office.token_url
    )
    with ApiClient(connection, policy=PATIENCE, sleep=lambda _: None) as client:
        client.authenticate()
        yield Desk(office, client, tmp_path / "answers")
    office.control.set_faults()


def test_a_write_that_went_well_is_confirmed_and_there(desk: Desk) -> None:
    outcome = desk.write()
    assert (outcome.exit, desk.posts, desk.recorded) == (Exit.SUCCESS, 1, [Sent.SENT, Sent.CONFIRMED])
    assert outcome.answer is not None
    made = msgspec.json.decode(next(outcome.answer.payloads()))
    shown = perform(
        from_template(FINAGO, "customers.get", variables={"customerId": f"{made['id']}"}), desk.client, desk.folder
    )
    assert shown.answer is not None
    assert msgspec.json.decode(shown.answer.body.read_bytes())["name"] == made["name"]


OPEN = {
    "a reset before the answer": Rule(fault=AnswerFault.RESET),
    "a reset in the answer": Rule(fault=AnswerFault.RESET_MIDWAY),
    "an answer shorter than announced": Rule(fault=AnswerFault.SHORT),
    "an answer whose last chunk is missing": Rule(fault=AnswerFault.CUT_CHUNKED),
    "an answer cut in its gzip": Rule(fault=AnswerFault.CUT_GZIP),
    "an answer cut in its JSON": Rule(fault=AnswerFault.CUT_JSON),
    "a page of HTML": Rule(fault=AnswerFault.HTML),
    "500": Rule(fault=AnswerFault.STATUS, status=500, body=ErrorBody.HTML),
    "502": Rule(fault=AnswerFault.STATUS, status=502, body=ErrorBody.EMPTY),
    "503": Rule(fault=AnswerFault.STATUS, status=503, retry_after="0"),
    "504": Rule(fault=AnswerFault.STATUS, status=504),
    "408": Rule(fault=AnswerFault.STATUS, status=408),
}


@pytest.mark.parametrize("rule", OPEN.values(), ids=OPEN)
def test_a_write_whose_answer_is_lost_is_sent_exactly_once_and_reported_as_unknown(rule: Rule, desk: Desk) -> None:
    outcome = desk.write(rule)
    assert desk.posts == 1
    assert outcome.exit is Exit.ERROR
    assert isinstance(outcome.problem, OutcomeUnknown)
    assert not outcome.problem.retry
    assert "customers.list" in str(outcome.problem)
    assert desk.recorded == [Sent.SENT, Sent.UNKNOWN]


def test_a_write_that_is_answered_too_late_is_sent_once_and_reported_as_unknown(desk: Desk) -> None:
    seconds = 0.2
    impatient = RetryPolicy(attempts=3, request_seconds=seconds / 4)
    connection = FinagoConnection(
        desk.office.organization_id,
        desk.office.client_id,
        Secret(desk.office.client_secret),
        desk.office.api_url,
        desk.office.token_url,
    )
    with ApiClient(connection, policy=impatient, sleep=lambda _: None) as client:
        client.authenticate()
        desk.client = client
        outcome = desk.write(Rule(fault=AnswerFault.LATENCY, seconds=seconds))
    assert isinstance(outcome.problem, OutcomeUnknown)
    assert (desk.posts, desk.recorded) == (1, [Sent.SENT, Sent.UNKNOWN])


REFUSED: dict[str, tuple[Rule, type[FinagoError], int]] = {
    "400": (Rule(fault=AnswerFault.STATUS, status=400), BadRequest, 1),
    "403": (Rule(fault=AnswerFault.STATUS, status=403), Forbidden, 1),
    "409": (Rule(fault=AnswerFault.STATUS, status=409), BadRequest, 1),
    "401 for ever": (Rule(fault=AnswerFault.STATUS, status=401), AuthRefused, 2),
    "429 for ever": (Rule(fault=AnswerFault.STATUS, status=429, retry_after="0"), RateLimited, 3),
}


@pytest.mark.parametrize(("rule", "kind", "times"), REFUSED.values(), ids=REFUSED)
def test_a_write_that_the_server_refused_was_not_carried_out(
    rule: Rule, kind: type[FinagoError], times: int, desk: Desk
) -> None:
    before = len(desk.office.books.parties)
    outcome = desk.write(rule)
    assert type(outcome.problem) is kind
    assert (desk.posts, desk.recorded) == (times, [Sent.SENT, Sent.REFUSED])
    assert len(desk.office.books.parties) == before


@pytest.mark.parametrize(
    "rule",
    [Rule(fault=AnswerFault.STATUS, status=429, retry_after="0", nth=(1,)), Rule(fault=AnswerFault.EXPIRY, nth=(1,))],
    ids=["429", "an expired token"],
)
def test_a_write_that_was_clearly_turned_away_is_sent_again_and_carried_out_once(rule: Rule, desk: Desk) -> None:
    outcome = desk.write(rule)
    assert (outcome.exit, desk.posts, desk.recorded) == (Exit.SUCCESS, 2, [Sent.SENT, Sent.CONFIRMED])
    statuses = [asked.status for asked in desk.office.requests if asked.path == "/v1/customers"]
    assert [status for status in statuses if status < 300] == statuses[-1:]


def test_a_write_needs_the_switch_and_is_neither_sent_nor_recorded_without(tmp_path: Path) -> None:
    office = Office(lambda _: reply())
    deletion = from_template(FINAGO, "customers.delete", variables={"customerId": "1"})
    put = by_hand(FINAGO, "PUT", "/unheard/of", body=b"{}")
    with client_of(office, Clock()) as client:
        for request in (CUSTOMER, deletion, put):
            with pytest.raises(RequestRefused, match=r"--allow-writes in a shell, `allow_writes: true`"):
                perform(request, client, tmp_path)
    assert office.asked == []
    assert list(tmp_path.iterdir()) == []


def test_the_record_of_a_write_is_on_disk_before_the_write_is_sent_and_holds_no_body(tmp_path: Path) -> None:
    audit, seen = Audit(tmp_path / "audit" / "writes.jsonl", "nightly"), list[str]()

    def look(_: Asked) -> Response:
        seen.extend(entry.outcome for entry in audit.entries())
        return reply(b"{}", 200, {"X-Trace-Id": "t-7"})

    with client_of(Office(look), Clock()) as client:
        perform(CUSTOMER, client, tmp_path, allow_writes=True, audit=audit)
    assert seen == [Sent.SENT]
    first, second = audit.entries()
    assert (first.id, first.body_sha256, first.body_bytes) == (second.id, second.body_sha256, second.body_bytes)
    assert (second.outcome, second.status, second.trace_id) == (Sent.CONFIRMED, 200, "t-7")
    assert (second.connection, second.method, second.template) == ("nightly", "POST", "/customers")
    assert second.organization == "123456789012345"
    assert first.body_bytes == len(CUSTOMER.body or b"")
    assert b"Nordlys" not in audit.path.read_bytes()
    assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(audit.path.parent.stat().st_mode) == 0o700


def test_a_write_that_cannot_be_recorded_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    office = Office(lambda _: reply())
    with client_of(office, Clock()) as client:
        outcome = perform(CUSTOMER, client, tmp_path, allow_writes=True, audit=Audit(tmp_path / "file" / "x"))
    assert isinstance(outcome.problem, NotWritable)
    assert office.asked == []


def test_a_write_whose_end_cannot_be_recorded_is_a_success_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    audit = Audit(tmp_path / "audit" / "writes.jsonl")

    def remove(_: Asked) -> Response:
        shutil.rmtree(audit.path.parent)
        audit.path.parent.write_bytes(b"")
        return reply(b"{}")

    with client_of(Office(remove), Clock()) as client:
        outcome = perform(CUSTOMER, client, tmp_path / "answers", allow_writes=True, audit=audit)
    assert outcome.exit is Exit.SUCCESS
    assert "POST /customers: how it ended could not be added" in caplog.text


def test_a_write_whose_answer_this_machine_lost_is_unknown_too(tmp_path: Path) -> None:
    def remove(_: Asked) -> Response:
        for file in tmp_path.glob("answer-*"):
            file.unlink()
        return reply(b"{}")

    with client_of(Office(remove), Clock()) as client:
        outcome = perform(CUSTOMER, client, tmp_path, allow_writes=True)
    assert isinstance(outcome.problem, OutcomeUnknown)
    assert "customers.list" in str(outcome.problem)
    assert [entry.outcome for entry in Audit(tmp_path / AUDIT_FILE).entries()] == [Sent.SENT, Sent.UNKNOWN]


def test_a_write_that_is_interrupted_is_recorded_as_unknown_and_the_interruption_goes_on(tmp_path: Path) -> None:
    def interrupt(_: Asked) -> Response:
        raise KeyboardInterrupt

    with client_of(Office(interrupt), Clock()) as client, pytest.raises(KeyboardInterrupt):
        perform(CUSTOMER, client, tmp_path, allow_writes=True)
    assert [entry.outcome for entry in Audit(tmp_path / AUDIT_FILE).entries()] == [Sent.SENT, Sent.UNKNOWN]


WRITER = """
import sys
from pathlib import Path
from finago_assets.apis.finago import FINAGO
from finago_assets.core.http.client import ApiClient
from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.http.secret import Secret
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import by_hand
origin, folder = sys.argv[1:]
connection = FinagoConnection("1001", "client", Secret("secret"), f"{origin}/v1", f"{origin}/oauth/token")
perform(by_hand(FINAGO, "POST", "/things", body=b"{}"), ApiClient(connection), Path(folder), allow_writes=True)
"""


def test_a_process_killed_while_its_write_is_under_way_leaves_the_line_that_says_so(tmp_path: Path) -> None:
    writers: list[subprocess.Popen[bytes]] = []

    def office(connection: socket.socket, head: bytes) -> None:
        if b"/oauth/token" in head.partition(b"\r\n")[0]:
            connection.sendall(TOKEN)
        else:
            writers[0].kill()

    with serving(office) as heard:
        writers.append(subprocess.Popen([sys.executable, "-c", WRITER, heard.url, str(tmp_path)]))
        assert writers[0].wait(60) == -signal.SIGKILL
    (entry,) = Audit(tmp_path / AUDIT_FILE).entries()
    assert (entry.outcome, entry.method, entry.template, entry.status) == (Sent.SENT, "POST", "/things", None)
    assert len(heard.requests) == 2


def unreachable(_: Asked) -> Response:
    raise ConnectError("refused")


def test_a_write_that_never_left_was_refused(tmp_path: Path) -> None:
    with client_of(Office(unreachable), Clock(), RetryPolicy(attempts=2)) as client:
        outcome = perform(CUSTOMER, client, tmp_path, allow_writes=True)
    assert isinstance(outcome.problem, Unavailable)
    assert [entry.outcome for entry in Audit(tmp_path / AUDIT_FILE).entries()] == [Sent.SENT, Sent.REFUSED]


def test_a_line_that_a_crash_left_half_written_spoils_no_other(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "writes.jsonl")
    audit.open(CUSTOMER, "1")
    whole = audit.path.read_bytes()
    audit.path.write_bytes(whole + whole[:40])
    audit.open(CUSTOMER, "2")
    assert [entry.organization for entry in audit.entries()] == ["1", "2"]


def test_a_link_in_place_of_the_record_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"")
    (tmp_path / "writes.jsonl").symlink_to(tmp_path / "theirs")
    with pytest.raises(FinagoError, match="audit record"):
        Audit(tmp_path / "writes.jsonl").open(CUSTOMER, "1")
    assert (tmp_path / "theirs").read_bytes() == b""
