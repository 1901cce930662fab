"""Two processes post one journal, are killed at any step and lose answers: nothing is lost, nothing stands twice.

Each end is known, or named unknown with what to look at; a person's look then settles it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.core.posting.content import MARKER_LENGTH
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.outbox_row import PostingState
from finago_assets.core.posting.results import PostingOutcome
from finago_assets.core.posting.settle import UNDECIDED, settle_by_hand
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.sandbox.soap.switches import SoapOptions
from tests.core.posting.fake_route import FakeRoute
from tests.core.posting.posters import BUNDLES, CONTEXT, Place, post, post_until_killed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

YEAR = (dt.date(2024, 1, 1), dt.date(2025, 1, 1))
# a guid may have the same signs in it
MARKER = re.compile(rf"(?<![0-9a-f-])fa-[0-9a-f]{{{MARKER_LENGTH - 3}}}")
DONE = {PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED}


def killed(place: Place, number: int, seed: str) -> int:
    """Let two processes post at once with accidents; return how many died."""
    both = [CONTEXT.Process(target=post_until_killed, args=(place, number, f"{seed} {who}")) for who in "ab"]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert {one.exitcode for one in both} <= {0, -9}
    return sum(one.exitcode == -9 for one in both)


def settled(place: Place, number: int, stands: Callable[[], Counter[str]]) -> int:
    """Post what is left, a person looking at whatever nothing else can decide; return how often that was needed."""
    looked = 0
    for _ in range(2 * BUNDLES + 1):
        outcomes = [one.outcome for one in post(place, number, iter(()))]
        if set(outcomes) <= DONE:
            return looked
        for row in place.outbox.rows(states=UNDECIDED):
            assert "Look in Finago Office" in row.reason
            settle_by_hand(place.outbox, row.marker, posted=bool(stands()[row.marker]))
            looked += 1
    raise AssertionError("it never ends")


def survive(place: Place, rounds: int, stands: Callable[[], Counter[str]], before: Callable[[int], None]) -> None:
    deaths = looks = 0
    for number in range(1, rounds + 1):
        before(number)
        deaths += killed(place, number, f"{place.save_as} {number}")
        before(0)
        looks += settled(place, number, stands)
    rows = place.outbox.rows()
    assert {row.state for row in rows} == {PostingState.POSTED}
    assert stands() == Counter({row.marker: 1 for row in rows})
    assert len(rows) == rounds * BUNDLES
    print(f"{place.save_as}: {deaths} kills in {rounds} rounds, {looks} bundles named unknown, 0 lost, 0 twice")


def in_a_file(place: Place) -> Callable[[], Counter[str]]:
    return lambda: Counter(FakeRoute(place.folder / "books.json").times())


@pytest.mark.parametrize("save_as", SaveAs)
def test_a_few_kills_lose_nothing_and_post_nothing_twice(tmp_path: Path, save_as: SaveAs) -> None:
    place = Place(tmp_path, save_as)
    survive(place, 4, in_a_file(place), lambda _: None)


@pytest.mark.slow
@pytest.mark.parametrize("save_as", SaveAs)
def test_fifty_kills_lose_nothing_and_post_nothing_twice(tmp_path: Path, save_as: SaveAs) -> None:
    place = Place(tmp_path, save_as)
    survive(place, 50, in_a_file(place), lambda _: None)


CUTS = [
    Rule(fault=AnswerFault.RESET),
    Rule(fault=AnswerFault.RESET, work=False),
    Rule(fault=AnswerFault.STATUS, status=500, work=True),
    Rule(fault=AnswerFault.STATUS, status=503),
    Rule(fault=AnswerFault.SHORT),
]


def cutting(sandbox: Running, **where: Any) -> Callable[[int], None]:
    def cut(number: int) -> None:
        rule = CUTS[number % len(CUTS)]
        rules = [replace(rule, nth=(1 + number % 3, 5), **where)] if number else []
        sandbox.control.set_faults(*rules)

    return cut


def in_the_books(sandbox: Running) -> Callable[[], Counter[str]]:
    def stands() -> Counter[str]:
        found = (MARKER.findall(line.decode()) for day in sandbox.books.ledger.between(*YEAR) for line in day)
        lines = Counter(marker for one in found for marker in set(one))
        assert not any(count % 2 for count in lines.values())
        return Counter({marker: count // 2 for marker, count in lines.items()})

    return stands


def among_the_drafts(sandbox: Running) -> Callable[[], Counter[str]]:
    return lambda: Counter(draft["name"] for draft in sandbox.control.soap.drafts())


def survive_cuts(sandbox: Running, tmp_path: Path, rounds: int, way: str) -> None:
    usual = {"FINAGO_DATA_DIR": f"{tmp_path}", "FINAGO_REQUESTS_PER_SECOND": "0"}
    environ = {**sandbox.environment(), **sandbox.soap_environment(), **usual}
    route, save_as = way.split()
    place = Place(tmp_path, SaveAs(save_as), environ, over_soap=route == "soap")
    stands = in_the_books(sandbox) if place.save_as is SaveAs.LEDGER else among_the_drafts(sandbox)
    soap = {"path": "/Economy/*", "operation": "SaveBundleList"}
    where = soap if place.over_soap else {"path": "*/transactions", "method": "POST"}
    survive(place, rounds, stands, cutting(sandbox, **where))


WAYS = ["rest ledger", "soap ledger", "soap draft"]


@pytest.mark.parametrize("way", WAYS)
def test_a_few_cuts_lose_nothing_and_post_nothing_twice(sandbox: Running, tmp_path: Path, way: str) -> None:
    survive_cuts(sandbox, tmp_path, 3, way)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_fifty_cuts_lose_nothing_and_post_nothing_twice(start_sandbox: StartSandbox, tmp_path: Path, way: str) -> None:
    # the pause that an hour's limit of requests would make is no part of this
    survive_cuts(start_sandbox(soap=SoapOptions(hourly_limit=10**6, logins_per_minute=10**6)), tmp_path, 50, way)
