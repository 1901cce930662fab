"""Links and due dates of ledger lines over SOAP, against the sandbox: guarded, sent once, and looked at afterwards."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from finago_assets.apis.finago_soap.account_service import AccountService
from finago_assets.apis.finago_soap.ledger import TransactionSearch
from finago_assets.apis.finago_soap.posting_lines import SoapLineRoute
from finago_assets.cli import app
from finago_assets.connect import open_client
from finago_assets.core.errors import RequestRefused
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.posting.line_changes import LineChange, LineOperation, change_lines
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.outbox_row import PostingState
from finago_assets.core.posting.results import PostingOutcome
from finago_assets.credentials import read_soap_connection
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

QUICK = RetryPolicy(attempts=2, base_seconds=0.001, cap_seconds=0.001)
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
DUE = dt.date(2025, 6, 30)


class Bench:
    """A route over a sandbox, open lines of one customer, and an outbox."""

    def __init__(self, office: Running, folder: Path, route: SoapLineRoute) -> None:
        self.office, self.folder, self.route = office, folder, route
        self.outbox = Outbox(folder / "posting", who="ada")

    def change(self, change: LineChange, checkpoint: Callable[[str], None] = lambda _: None) -> PostingOutcome:
        return change_lines(self.route, self.outbox, change, checkpoint=checkpoint).outcome

    def environ(self) -> dict[str, str]:
        usual = {"FINAGO_DATA_DIR": f"{self.folder}", "FINAGO_REQUESTS_PER_SECOND": "0", "TERM": "dumb"}
        return {**self.office.environment(), **self.office.soap_environment(), **usual}

    def type(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["post", *words], env=self.environ())

    def open_lines(self) -> tuple[str, str]:
        """Return two open lines of one customer on one account."""
        by_party: dict[tuple[int, int | None], list[str]] = {}
        probe = LineChange(LineOperation.LINK, tuple(self.every_line()), FIRST, LAST)
        for name, line in self.route.read_lines(probe).items():
            if line.is_open and line.customer_id and line.account_number in {1500, 2400}:
                by_party.setdefault((line.account_number, line.customer_id), []).append(name)
        first, second = next(names for names in by_party.values() if len(names) > 1)[:2]
        return first, second

    def every_line(self) -> list[str]:
        return [one.id for one in self.route.service.transactions(TransactionSearch(FIRST, LAST))]


@pytest.fixture
def bench(start_sandbox: StartSandbox, tmp_path: Path) -> Iterator[Bench]:
    # every look at the lines reads the whole books
    bench = Bench(start_sandbox(years=1), tmp_path, None)  # type: ignore[arg-type]
    settings = read_settings(bench.environ())
    connection = read_soap_connection(settings, bench.environ())
    assert connection is not None
    with open_client(settings, connection, policy=QUICK) as client:
        bench.route = SoapLineRoute(AccountService(client))
        yield bench


def link(lines: tuple[str, ...]) -> LineChange:
    return LineChange(LineOperation.LINK, lines, FIRST, LAST)


def due(lines: tuple[str, ...], day: dt.date = DUE) -> LineChange:
    return LineChange(LineOperation.DUE_DATE, lines, FIRST, LAST, due_date=day)


def test_lines_are_linked_once_and_the_outbox_knows(bench: Bench) -> None:
    change = link(bench.open_lines())

    assert bench.change(change) is PostingOutcome.POSTED
    assert bench.change(change) is PostingOutcome.ALREADY_POSTED
    (row,) = bench.outbox.rows()
    assert (row.operation, row.state, row.who) == ("link", "posted", "ada")
    states = bench.route.read_lines(change).values()
    assert len({state.link_id for state in states}) == 1


def test_a_due_date_is_changed_and_changed_back(bench: Bench) -> None:
    lines = bench.open_lines()[:1]

    outcomes = [bench.change(due(lines, day)) for day in (DUE, DUE, DUE.replace(day=1), DUE)]
    posted, already = PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED
    assert outcomes == [posted, already, posted, posted]
    assert [row.state for row in bench.outbox.rows()] == ["posted"] * 3


@pytest.mark.parametrize("operation", ["AddLinkEntries", "UpdateEntryDueDate"])
@pytest.mark.parametrize("work", [True, False])
def test_a_lost_answer_is_settled_by_the_lines(bench: Bench, operation: str, *, work: bool) -> None:
    lines = bench.open_lines()
    change = link(lines) if operation == "AddLinkEntries" else due(lines)
    rule = Rule(fault=AnswerFault.RESET, work=work, path="/Economy/*", operation=operation, times=1)
    bench.office.control.set_faults(rule)
    lost, again = bench.change(change), bench.change(change)

    if work:
        assert (lost, again) == (PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED)
    else:
        assert (lost, again) == (PostingOutcome.UNKNOWN, PostingOutcome.POSTED)
    assert {row.state for row in bench.outbox.rows()} <= {PostingState.POSTED, PostingState.REFUSED}


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", ["linked", "sending", "answered"])
def test_whoever_dies_on_the_way_leaves_lines_that_the_next_one_looks_at(bench: Bench, step: str) -> None:
    change = due(bench.open_lines())

    def die(here: str) -> None:
        if here == step:
            raise Killed

    with pytest.raises(Killed):
        bench.change(change, die)
    assert bench.change(change) in {PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED}
    assert {row.state for row in bench.outbox.rows()} <= {PostingState.POSTED, PostingState.REFUSED}
    assert {state.due_date for state in bench.route.read_lines(change).values()} == {DUE}


def test_lines_that_are_not_there_or_are_settled_are_refused_unsent(bench: Bench) -> None:
    lines = bench.open_lines()
    bench.change(link(lines))
    nowhere = "00000000-0000-0000-0000-000000000001"

    with pytest.raises(RequestRefused, match="1 of 1 lines are not among those"):
        bench.change(due((nowhere,)))
    with pytest.raises(RequestRefused, match="Nothing was sent"):
        bench.change(replace_lines(lines, bench))
    assert len(bench.outbox.rows()) == 1


def replace_lines(lines: tuple[str, ...], bench: Bench) -> LineChange:
    """Return a link of a settled line with an open one of another party."""
    states = bench.route.read_lines(LineChange(LineOperation.LINK, tuple(bench.every_line()), FIRST, LAST))
    other = next(name for name, state in states.items() if state.is_open and name not in lines)
    return link((lines[0], other))


def test_the_command_needs_the_switch_and_says_what_came_of_it(bench: Bench) -> None:
    first, second = bench.open_lines()
    window = ("--from", f"{FIRST}", "--to", f"{LAST}")

    refused = bench.type("link", first, second, *window)
    linked = bench.type("link", first, second, *window, "--allow-writes")
    dated = bench.type("due-date", f"{DUE}", first, *window, "--allow-writes")
    wrong = bench.type("due-date", "30.06.2025", first, *window, "--allow-writes")

    assert [one.exit_code for one in (refused, linked, dated, wrong)] == [2, 0, 0, 2]
    assert "posted: Done, and the lines are so." in linked.output
    assert "is no day" in wrong.output
    assert bench.type("link", first, *window, "--allow-writes").exit_code == 2
