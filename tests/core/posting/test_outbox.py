"""The outbox: a row before a request leaves, one change after another, and nothing that could be posted twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import CorruptFile, NotWritable, RequestRefused
from finago_assets.core.posting.content import marker_of
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.keys import key_of
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.outbox_file import VERSIONS
from finago_assets.core.posting.outbox_row import OutboxRow, PostingOrder, PostingState
from finago_assets.core.posting.route import NumberedBundle
from tests.core.posting.small_journals import LISTS, ORGANIZATION, YEAR, bundle, voucher

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.posting.journal import Bundle

DRAFT = PostingOrder(ORGANIZATION, "soap", SaveAs.DRAFT, "a.csv", "digest of a", "env", ("vatisnotinbalance",))
LEDGER = replace(DRAFT, save_as=SaveAs.LEDGER)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "posting", who="ada")


def numbered(posted: Bundle, *numbers: int) -> NumberedBundle:
    key = key_of(posted, ORGANIZATION)
    return NumberedBundle(posted, YEAR.start, numbers, key, marker_of(key))


def started(
    outbox: Outbox, posted: Bundle, *numbers: int, sending: PostingOrder = DRAFT, although_posted: bool = False
) -> OutboxRow:
    row = outbox.prepare(posted, sending, LISTS.tax_codes.values())
    series = tuple(2 for _ in numbers)
    return outbox.start(
        row, numbered(posted, *numbers), sending, series=series, next_numbers={2: 7}, although_posted=although_posted
    )


def test_a_row_keeps_all_that_a_read_back_and_a_person_need(outbox: Outbox) -> None:
    posted = bundle(voucher("V1", tax_number="1"), voucher("V2"), name="May")
    row = started(outbox, posted, 7, 8)
    again = Outbox(outbox.folder).rows()[0]

    assert again == row
    assert (row.state, row.numbers, row.next_numbers, row.fiscal_year) == ("sending", (7, 8), {2: 7}, "2024-01-01")
    assert (row.who, row.connection, row.ignored_warnings) == ("ada", "env", ("vatisnotinbalance",))
    assert row.posted().bundle == posted
    assert [code.number for code in row.posted().tax_codes] == ["0", "1", "5"]
    assert row.sent_at is not None
    assert row.payload_sha256


def test_the_same_content_has_one_row_whoever_prepares_it(outbox: Outbox) -> None:
    first = outbox.prepare(bundle(), DRAFT)
    second = Outbox(outbox.folder, who="bob").prepare(bundle(), replace(DRAFT, source="b.csv", journal="other"))

    assert (second.id, second.who) == (first.id, "ada")


def test_a_change_counts_once_and_is_kept_with_its_reason(outbox: Outbox) -> None:
    row = started(outbox, bundle(), 7)
    posted = outbox.move(row, PostingState.POSTED, "the server said so", transaction_id="t1")

    with pytest.raises(RequestRefused, match="another process is at it"):
        outbox.move(row, PostingState.REFUSED)
    assert posted.transaction_id == "t1"
    assert [(state, reason) for _, state, reason, _ in outbox.history(row)] == [
        ("prepared", ""),
        ("sending", ""),
        ("posted", "the server said so"),
    ]


@pytest.mark.parametrize("state", [PostingState.POSTED, PostingState.UNKNOWN, PostingState.CONFLICT])
def test_what_may_stand_is_not_sent_again(outbox: Outbox, state: PostingState) -> None:
    row = outbox.move(started(outbox, bundle(), 7), state)
    with pytest.raises(RequestRefused):
        outbox.start(row, numbered(bundle(), 8), DRAFT)


def test_what_was_refused_may_be(outbox: Outbox) -> None:
    row = outbox.move(started(outbox, bundle(), 7), PostingState.REFUSED, "the period is closed")
    assert outbox.start(row, numbered(bundle(), 8), DRAFT).numbers == (8,)


@pytest.mark.parametrize(
    ("posted", "sending"),
    [
        (bundle(), LEDGER),
        (bundle(), replace(DRAFT, route="rest", save_as=SaveAs.LEDGER)),
        (bundle(voucher("Renamed")), replace(DRAFT, journal="another file")),
        (bundle(voucher(), voucher("V2", "5"), name="Larger"), replace(DRAFT, journal="a longer file")),
    ],
    ids=["draft then ledger", "another route", "another name", "part of a larger bundle"],
)
def test_entries_that_stand_are_not_sent_in_another_shape_unless_that_is_said(
    outbox: Outbox, posted: Bundle, sending: PostingOrder
) -> None:
    outbox.move(started(outbox, bundle(), 7), PostingState.POSTED)

    with pytest.raises(
        RequestRefused, match=r"voucher 'V1' of a.csv .* posted as a draft over soap .*--although-posted"
    ):
        started(outbox, posted, 8, 9, sending=sending)
    assert started(outbox, posted, 8, 9, sending=sending, although_posted=True).state is PostingState.SENDING


def test_two_vouchers_alike_in_one_journal_are_two(outbox: Outbox) -> None:
    outbox.move(started(outbox, bundle(voucher("Fee 1")), 7), PostingState.POSTED)
    assert started(outbox, bundle(voucher("Fee 2")), 8).state is PostingState.SENDING


def test_what_was_refused_stands_in_nobodys_way(outbox: Outbox) -> None:
    outbox.move(started(outbox, bundle(), 7), PostingState.REFUSED)
    assert started(outbox, bundle(), 7, sending=LEDGER).state is PostingState.SENDING


def test_another_organization_is_another_matter(outbox: Outbox) -> None:
    outbox.move(started(outbox, bundle(), 7), PostingState.POSTED)
    other = replace(DRAFT, organization_id="1", journal="x")
    assert outbox.prepare(bundle(), other).state is PostingState.PREPARED
    assert [row.organization_id for row in outbox.rows(organization_id="1")] == ["1"]


def test_a_number_that_a_draft_has_taken_unseen_is_known(outbox: Outbox) -> None:
    assert outbox.highest_number(ORGANIZATION, 2, YEAR.start) == 0
    outbox.move(started(outbox, bundle(voucher(), voucher("V2"), name="B"), 7, 8), PostingState.POSTED)
    outbox.move(started(outbox, bundle(voucher("V3", "3")), 9), PostingState.REFUSED)

    assert outbox.highest_number(ORGANIZATION, 2, YEAR.start) == 8
    assert outbox.highest_number(ORGANIZATION, 1, YEAR.start) == 0


def test_asking_makes_no_file_where_nothing_was_ever_posted(outbox: Outbox) -> None:
    assert outbox.rows() == []
    assert not outbox.folder.exists()


def test_the_file_is_its_owners_alone(outbox: Outbox) -> None:
    outbox.prepare(bundle(), DRAFT)
    assert outbox.file.stat().st_mode & 0o777 == 0o600


def test_a_file_of_a_newer_version_is_left_alone(outbox: Outbox) -> None:
    outbox.prepare(bundle(), DRAFT)
    with sqlite3.connect(outbox.file) as connection:
        connection.execute(f"PRAGMA user_version = {len(VERSIONS) + 1}")
    connection.close()

    with pytest.raises(NotWritable, match="newer version"):
        outbox.rows()


def test_a_file_that_is_no_database_is_not_written_over(outbox: Outbox) -> None:
    outbox.folder.mkdir()
    outbox.file.write_bytes(b"not a database, and long enough to be looked at as one" * 20)

    with pytest.raises(CorruptFile, match="backup"):
        outbox.prepare(bundle(), DRAFT)
    assert outbox.file.read_bytes().startswith(b"not a database")


def claim(folder: Path, who: str, barrier: object, said: object) -> None:
    outbox = Outbox(folder, who=who)
    row = outbox.prepare(bundle(), DRAFT)
    barrier.wait()  # type: ignore[attr-defined]
    try:
        outbox.start(row, numbered(bundle(), 7), DRAFT)
    except RequestRefused:
        said.put("refused")  # type: ignore[attr-defined]
    else:
        said.put("sending")  # type: ignore[attr-defined]


def test_of_two_processes_one_may_send(outbox: Outbox) -> None:
    processes = get_context("spawn")
    barrier, said = processes.Barrier(2), processes.Queue()
    both = [processes.Process(target=claim, args=(outbox.folder, who, barrier, said)) for who in "ab"]
    for one in both:
        one.start()
    heard = sorted(said.get(timeout=60) for _ in both)
    for one in both:
        one.join()

    assert heard == ["refused", "sending"]
