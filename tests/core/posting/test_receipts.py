"""Receipts: a posted bundle is in the general ledger of the warehouse, or it is said what is wrong and what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finago_assets.core.posting.facts import PostingFacts
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.receipts import PostingReceipt, ReceiptStatus, read_receipts
from finago_assets.core.posting.results import PostingWishes
from finago_assets.core.posting.send import Sender
from tests.core.posting.fake_route import FakeRoute, Mishap
from tests.core.posting.small_journals import DAY, LISTS, ORGANIZATION, bundle, journal, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.posting.journal import Journal

SENT = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)
LANDED = SENT + dt.timedelta(hours=12)
NOW = SENT + dt.timedelta(days=5)
COLUMNS = """
    create schema marts; create table marts.general_ledger (organization_id varchar, voucher_id varchar,
    line_id varchar, voucher_number bigint, transaction_type_number bigint, posting_date date, account_number bigint,
    amount decimal(18, 2), tax_number bigint, customer_id varchar, invoice_number varchar, comment varchar)
"""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(COLUMNS)
        yield connection


def sent(folder: Path, save_as: SaveAs = SaveAs.LEDGER, what: Journal | None = None, **route: Any) -> Outbox:
    outbox = Outbox(folder / "posting", now=lambda: SENT)
    Sender(FakeRoute(folder / "books.json", **route), outbox, LISTS, PostingWishes(save_as)).send(what or journal())
    return outbox


def booked(warehouse: duckdb.DuckDBPyConnection, number: int, *lines: tuple[int, str], comment: str = "") -> None:
    for place, (account, amount) in enumerate(lines):
        warehouse.execute(
            "insert into marts.general_ledger values (?, ?, ?, ?, 9, ?, ?, ?, null, null, null, ?)",
            [ORGANIZATION, f"v{number}", f"{number}-{place}", number, DAY, account, amount, comment],
        )


def receipts(
    outbox: Outbox, warehouse: duckdb.DuckDBPyConnection | None, landed: dt.datetime | None = LANDED
) -> list[PostingReceipt]:
    return read_receipts(outbox.rows(), warehouse, lambda *_: landed, NOW, PostingFacts())


def status(*given: Any, **more: Any) -> list[ReceiptStatus]:
    return [one.status for one in receipts(*given, **more)]


def test_what_was_posted_is_in_the_ledger(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    outbox = sent(tmp_path)
    booked(warehouse, 199, (6300, "100"), (1920, "-100"))
    assert status(outbox, warehouse) == [ReceiptStatus.IN_THE_LEDGER]


def test_an_ore_less_is_named(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    outbox = sent(tmp_path)
    booked(warehouse, 199, (6300, "99.99"), (1920, "-99.99"))
    (receipt,) = receipts(outbox, warehouse)
    assert receipt.status is ReceiptStatus.DIFFERS
    assert "100.00 was sent, 99.99 stands there" in receipt.sentence


@pytest.mark.parametrize("landed", [None, SENT - dt.timedelta(hours=1)])
def test_what_was_not_landed_since_waits(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, landed: dt.datetime | None
) -> None:
    assert status(sent(tmp_path), warehouse, landed=landed) == [ReceiptStatus.WAITS]
    assert status(sent(tmp_path), None, landed=landed) == [ReceiptStatus.WAITS]


def test_what_was_landed_since_and_is_not_there_is_missing(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (receipt,) = receipts(sent(tmp_path), warehouse)
    assert receipt.status is ReceiptStatus.MISSING
    assert "voucher number 199" in receipt.sentence


def test_a_draft_is_listed_with_its_age_until_it_is_booked(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    outbox = sent(tmp_path, SaveAs.DRAFT)
    (open_draft,) = receipts(outbox, warehouse)
    booked(warehouse, 431, (6300, "100"), (1920, "-100"), comment=f"Rent {outbox.rows()[0].marker}")

    assert (open_draft.status, open_draft.days) == (ReceiptStatus.DRAFT, 5)
    assert "made 5 days ago" in open_draft.sentence
    assert status(outbox, warehouse) == [ReceiptStatus.IN_THE_LEDGER]


def test_vouchers_of_one_bundle_are_told_apart(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    outbox = sent(tmp_path, what=journal(bundle(voucher("A"), voucher("B", "7"), name="Two")))
    booked(warehouse, 199, (6300, "100"), (1920, "-100"))
    (half,) = receipts(outbox, warehouse)
    booked(warehouse, 200, (6300, "7"), (1920, "-7"))

    assert half.status is ReceiptStatus.DIFFERS
    assert "'B' is not there" in half.sentence
    assert status(outbox, warehouse) == [ReceiptStatus.IN_THE_LEDGER]


def test_where_the_server_counts_the_marker_finds_it(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    outbox = sent(tmp_path, counts=False)
    booked(warehouse, 5, (6300, "100"), (1920, "-100"), comment=outbox.rows()[0].marker)
    assert status(outbox, warehouse) == [ReceiptStatus.IN_THE_LEDGER]


def test_what_is_not_known_stays_so_and_tells_what_to_look_at(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    outbox = sent(tmp_path, SaveAs.DRAFT, mishaps=iter([Mishap.LOST_AFTER]))
    (receipt,) = receipts(outbox, warehouse)
    assert receipt.status is ReceiptStatus.UNDECIDED
    assert "post settle" in receipt.sentence


def test_what_was_refused_has_no_receipt(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert status(sent(tmp_path, mishaps=iter([Mishap.REFUSED])), warehouse) == []


def test_another_organizations_voucher_of_the_same_number_is_not_it(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    outbox = sent(tmp_path)
    booked(warehouse, 199, (6300, "100"), (1920, "-100"))
    others = [replace(row, organization_id="1") for row in outbox.rows()]
    (receipt,) = read_receipts(others, warehouse, lambda *_: LANDED, NOW, PostingFacts())
    assert receipt.status is ReceiptStatus.MISSING
