"""Sending: each bundle at most once, whatever happens on the way, and each end is known or named unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.core.errors import NoSpace, RequestRefused
from finago_assets.core.posting.journal import SaveAs, TransactionType
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.outbox_row import OutboxRow, PostingState
from finago_assets.core.posting.results import PostingOutcome, PostingWishes, exit_status
from finago_assets.core.posting.send import SENDING_STEPS, Sender
from finago_assets.core.posting.settle import settle_by_hand
from tests.core.posting.fake_route import FakeRoute, Mishap
from tests.core.posting.small_journals import DAY, LISTS, bundle, entry, journal, voucher

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.posting.journal import Journal
    from finago_assets.core.posting.results import BundleResult

LEDGER = PostingWishes(SaveAs.LEDGER)
AGAIN = PostingWishes(SaveAs.LEDGER, again=True)
START = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)


class Bench:
    """A route, an outbox, and sending over both, each time as another process would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.route = FakeRoute(folder / "books.json")
        self.time = START

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.folder / "posting", who="ada", now=lambda: self.time)

    def sender(self, *mishaps: Mishap | None, wishes: PostingWishes = LEDGER, **changes: Any) -> Sender:
        self.route.mishaps = iter(mishaps)
        return Sender(self.route, self.outbox, LISTS, wishes, **changes)

    def send(
        self, *mishaps: Mishap | None, wishes: PostingWishes = LEDGER, sent: Journal | None = None
    ) -> list[BundleResult]:
        return self.sender(*mishaps, wishes=wishes).send(sent or journal())

    def outcomes(self, *mishaps: Mishap | None, **changes: Any) -> list[PostingOutcome]:
        return [one.outcome for one in self.send(*mishaps, **changes)]

    def row(self) -> OutboxRow:
        (row,) = self.outbox.rows()
        return row


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def three() -> Journal:
    return journal(*(bundle(voucher(name, amount)) for name, amount in (("A", "1"), ("B", "2"), ("C", "3"))))


def test_a_journal_is_posted_and_read_back_and_the_second_time_it_is_there(bench: Bench) -> None:
    (result,) = bench.send()
    (second,) = bench.send()

    assert result.outcome is PostingOutcome.POSTED
    assert result.sentence == "Posted into the ledger under number 199. It is in the ledger, to the øre."
    assert second.outcome is PostingOutcome.ALREADY_POSTED
    assert "under number 199, on 2024-06-01 by ada; nothing was sent" in second.sentence
    assert list(bench.route.times().values()) == [1]
    assert exit_status([second]) == 0


def test_vouchers_are_numbered_by_their_series(bench: Bench) -> None:
    mixed = bundle(voucher("A"), voucher("B", "2", kind=5), voucher("C", "3"), voucher("D", "4", kind=12), name="Mixed")
    bench.send(sent=journal(mixed))

    assert bench.row().numbers == (199, 200, 201, 298)
    assert bench.row().next_numbers == {2: 199, 3: 298}


def test_a_draft_is_saved_as_one_and_its_number_is_not_given_again(bench: Bench) -> None:
    drafts = PostingWishes(SaveAs.DRAFT)
    results = bench.send(wishes=drafts, sent=three())

    assert [one.row.numbers for one in results if one.row] == [(199,), (200,), (201,)]
    assert "until a person books it" in results[0].sentence
    assert [one.draft for one in bench.route.books()] == [True] * 3


def test_the_organization_is_confirmed_before_each_bundle(bench: Bench) -> None:
    bench.send(sent=three())
    assert bench.route.asked == 3


def test_a_lost_answer_is_settled_by_the_ledger_and_nothing_is_repeated(bench: Bench) -> None:
    (result,) = bench.send(Mishap.LOST_AFTER)

    assert result.outcome is PostingOutcome.POSTED
    assert "found in the ledger" in result.sentence
    assert list(bench.route.times().values()) == [1]


def test_what_was_lost_on_the_way_is_known_to_be_absent_and_sent_by_a_new_command_alone(bench: Bench) -> None:
    (lost,) = bench.send(Mishap.LOST_BEFORE)
    (waits,) = bench.send()
    before = bench.route.times()
    (sent,) = bench.send(wishes=AGAIN)

    assert (lost.outcome, waits.outcome, before) == (PostingOutcome.REFUSED, PostingOutcome.NOT_SENT, {})
    assert "Nothing was saved" in lost.sentence
    assert "--again" in waits.sentence
    assert sent.outcome is PostingOutcome.POSTED


def test_what_is_not_seen_while_the_series_moved_on_is_unknown_and_tells_what_to_look_at(bench: Bench) -> None:
    sender = bench.sender(Mishap.LOST_BEFORE)
    other = FakeRoute(bench.route.file)

    def meanwhile(step: str) -> None:
        if step == "answered":
            Sender(other, Outbox(bench.folder / "elsewhere"), LISTS, LEDGER).send(journal(bundle(voucher("X", "9"))))
            bench.route.hidden = {199}

    (result,) = replace(sender, checkpoint=meanwhile).send(journal())

    assert result.outcome is PostingOutcome.UNKNOWN
    assert "fa-" in result.sentence
    assert "voucher number 199" in result.sentence
    assert "post settle" in result.sentence
    assert exit_status([result]) == 3


def test_another_voucher_under_our_number_is_a_conflict(bench: Bench) -> None:
    sender = bench.sender()
    other = FakeRoute(bench.route.file)

    def meanwhile(step: str) -> None:
        if step == "sending":
            Sender(other, Outbox(bench.folder / "elsewhere"), LISTS, LEDGER).send(journal(bundle(voucher("X", "9"))))

    (result,) = replace(sender, checkpoint=meanwhile).send(journal())

    assert result.outcome is PostingOutcome.UNKNOWN
    assert bench.row().state is PostingState.CONFLICT
    assert "account 6300 on 2024-05-31: 100.00 was sent, 9.00 stands there" in result.sentence


def test_a_lost_draft_is_unknown_for_nobody_but_a_person_sees_drafts(bench: Bench) -> None:
    drafts = PostingWishes(SaveAs.DRAFT, again=True)
    (lost,) = bench.send(Mishap.LOST_AFTER, wishes=drafts)
    (second,) = bench.send(wishes=drafts)

    assert (lost.outcome, second.outcome) == (PostingOutcome.UNKNOWN, PostingOutcome.UNKNOWN)
    assert "among the drafts" in second.sentence
    assert list(bench.route.times().values()) == [1]


def test_a_lost_draft_that_was_booked_meanwhile_is_found(bench: Bench) -> None:
    drafts = PostingWishes(SaveAs.DRAFT)
    bench.send(Mishap.LOST_AFTER, wishes=drafts)
    bench.route.book(bench.row().marker)

    assert bench.outcomes(wishes=drafts) == [PostingOutcome.ALREADY_POSTED]


def test_said_to_be_there_and_the_same_is_posted_and_not_there_is_not(bench: Bench) -> None:
    (result,) = bench.send(Mishap.SAYS_DUPLICATE)
    assert result.outcome is PostingOutcome.REFUSED
    assert bench.route.times() == {}


def test_a_refusal_leaves_the_others_and_is_repeated_on_request_alone(bench: Bench) -> None:
    refused = bench.send(Mishap.REFUSED, sent=three())
    waits = bench.outcomes(sent=three())
    again = bench.outcomes(wishes=AGAIN, sent=three())

    done, old = PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED
    assert [one.outcome for one in refused] == [PostingOutcome.REFUSED, done, done]
    assert exit_status(refused) == 1
    assert waits == [PostingOutcome.NOT_SENT, old, old]
    assert again == [done, old, old]
    assert set(bench.route.times().values()) == {1}


def test_a_server_that_is_not_reached_stops_everything_and_the_next_run_goes_on(bench: Bench) -> None:
    stopped = bench.send(None, Mishap.UNREACHED, sent=three())
    rest = bench.outcomes(sent=three())

    assert [one.outcome for one in stopped] == [PostingOutcome.POSTED, PostingOutcome.NOT_SENT, PostingOutcome.NOT_SENT]
    assert exit_status(stopped) == 2
    assert "not reached" in stopped[1].sentence
    assert rest == [PostingOutcome.ALREADY_POSTED, PostingOutcome.POSTED, PostingOutcome.POSTED]


def test_an_unclear_end_stops_what_comes_after_it(bench: Bench) -> None:
    results = bench.send(Mishap.LOST_BEFORE, sent=three())
    assert [one.outcome for one in results] == [
        PostingOutcome.REFUSED,
        PostingOutcome.NOT_SENT,
        PostingOutcome.NOT_SENT,
    ]
    assert bench.route.times() == {}


def test_a_draft_is_not_sent_to_the_ledger_as_well_unless_that_is_said(bench: Bench) -> None:
    bench.send(wishes=PostingWishes(SaveAs.DRAFT))
    (refused,) = bench.send()
    (allowed,) = bench.send(wishes=replace(LEDGER, although_posted=True))

    assert refused.outcome is PostingOutcome.NOT_SENT
    assert "would stand twice" in refused.sentence
    assert allowed.outcome is PostingOutcome.POSTED


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", SENDING_STEPS)
@pytest.mark.parametrize("mishap", [None, Mishap.LOST_AFTER, Mishap.LOST_BEFORE])
def test_whoever_dies_at_any_step_leaves_nothing_lost_and_nothing_twice(
    bench: Bench, step: str, mishap: Mishap | None
) -> None:
    def die(here: str) -> None:
        if here == step:
            raise Killed

    with pytest.raises(Killed):
        replace(bench.sender(mishap), checkpoint=die).send(journal())
    (looked,) = bench.send()
    (sent,) = bench.send(wishes=AGAIN)

    assert looked.outcome in {PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED, PostingOutcome.NOT_SENT}
    assert sent.outcome in {PostingOutcome.POSTED, PostingOutcome.ALREADY_POSTED}
    assert list(bench.route.times().values()) == [1]


def test_a_disk_that_is_full_after_sending_leaves_the_bundle_to_be_looked_at(bench: Bench) -> None:
    def fail(step: str) -> None:
        if step == "answered":
            raise NoSpace("the disk is full")

    (result,) = replace(bench.sender(), checkpoint=fail).send(journal())
    assert result.outcome is PostingOutcome.UNKNOWN
    assert bench.outcomes() == [PostingOutcome.ALREADY_POSTED]
    assert list(bench.route.times().values()) == [1]


def test_a_route_without_drafts_refuses_one_before_anything_is_kept(bench: Bench) -> None:
    bench.route.saves = frozenset({SaveAs.LEDGER})
    with pytest.raises(RequestRefused, match="has no drafts"):
        bench.send(wishes=PostingWishes(SaveAs.DRAFT))
    assert bench.outbox.rows() == []


def test_where_the_server_counts_each_voucher_is_sent_by_itself(bench: Bench) -> None:
    bench.route.counts = False
    both = journal(bundle(voucher("A"), voucher("B", "2"), name="May"), bundle(voucher("C", "3")))
    results = bench.send(sent=both)

    assert [one.bundle.name for one in results] == ["May/A", "May/B", "C"]
    assert {one.row.transaction_id for one in results if one.row} == {"t1", "t2", "t3"}
    assert set(bench.outcomes(sent=both)) == {PostingOutcome.ALREADY_POSTED}


def test_where_the_server_counts_absence_is_believed_after_a_while(bench: Bench) -> None:
    bench.route.counts = False
    (lost,) = bench.send(Mishap.LOST_BEFORE)
    soon = bench.outcomes(wishes=AGAIN)
    bench.time += dt.timedelta(minutes=16)
    later = bench.outcomes(wishes=AGAIN)

    assert lost.outcome is PostingOutcome.UNKNOWN
    assert (soon, later) == ([PostingOutcome.UNKNOWN], [PostingOutcome.POSTED])
    assert list(bench.route.times().values()) == [1]


def test_a_bundle_over_two_years_is_not_sent(bench: Bench) -> None:
    split = bundle(
        voucher(), replace(voucher("V2"), entries=(entry(6300, "1", date=DAY.replace(year=2025)),)), name="B"
    )
    (result,) = bench.send(sent=journal(split))
    assert (result.outcome, bench.outbox.rows()) == (PostingOutcome.NOT_SENT, [])
    assert "one fiscal year" in result.sentence


def test_a_series_without_a_next_number_is_not_guessed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.route, "next_number", lambda *_: -1)
    (result,) = bench.send()
    assert result.outcome is PostingOutcome.NOT_SENT
    assert "next number" in result.sentence


def test_a_type_without_a_series_is_not_numbered(bench: Bench) -> None:
    lists = replace(LISTS, types={9: TransactionType(9, "Voucher")})
    (result,) = replace(bench.sender(), lists=lists).send(journal())
    assert "no number series" in result.sentence


def test_a_person_decides_what_nothing_here_can(bench: Bench) -> None:
    drafts = PostingWishes(SaveAs.DRAFT, again=True)
    bench.send(Mishap.LOST_BEFORE, wishes=drafts)
    settled = settle_by_hand(bench.outbox, bench.row().marker, posted=False)
    (sent,) = bench.send(Mishap.LOST_AFTER, wishes=drafts)
    last = settle_by_hand(bench.outbox, bench.row().marker, posted=True)

    assert settled.reason == "ada looked: it is not there. Send it again with --again."
    assert (sent.outcome, last.state) == (PostingOutcome.UNKNOWN, PostingState.POSTED)
    assert list(bench.route.times().values()) == [1]
    with pytest.raises(RequestRefused, match="is posted: there is nothing to settle"):
        settle_by_hand(bench.outbox, bench.row().marker, posted=False)
    with pytest.raises(RequestRefused, match="There is no bundle fa-x"):
        settle_by_hand(bench.outbox, "fa-x", posted=False)


def test_what_is_being_sent_is_not_settled_by_hand(bench: Bench) -> None:
    said: list[str] = []

    def settle(step: str) -> None:
        if step == "sending":
            with pytest.raises(RequestRefused) as refused:
                settle_by_hand(bench.outbox, bench.row().marker, posted=False)
            said.append(f"{refused.value}")

    replace(bench.sender(), checkpoint=settle).send(journal())
    assert "is being sent at this moment" in said[0]
