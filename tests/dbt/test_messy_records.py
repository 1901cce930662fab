"""Damaged text and records that come more than once: what is right is in the books, what is odd is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.dbt.kept_books import KeptBooks
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

DAY: Final = "2024-01-10"
SALE: Final = {1500: "1000.00", 3000: "-1000.00"}
EMOJI, CONTROL, LATIN = r'"comment":"cut \ud83d"', '"comment":"a\x01b"', r'"comment":"caf\xe9"'
BOOKS: Final = KeptBooks(
    "messy",
    {DAY: SALE, "2024-01-11": SALE, "2024-01-12": SALE, "2024-01-13": SALE},
    (("2024-01-01", "2024-12-31"),),
    last=date(2024, 1, 31),
    more={
        (DAY, 3000): EMOJI,
        ("2024-01-11", 3000): CONTROL,
        ("2024-01-12", 3000): LATIN,
        ("2024-01-13", 3000): r'"comment":"whole \ud83d\ude00 and C:\\x"',
    },
    taxes=[
        '{"id":1,"number":3,"name":"Utgående","rate":25}',
        '{"id":2,"number":1,"name":"Inngående","rate":25}',
        '{"id":2,"number":1,"name":"Inngående","rate":25}',
        '{"id":3,"number":5,"name":"old","rate":12}',
        '{"id":3,"number":5,"name":"new","rate":15}',
    ],
)
ORDER: Final = (
    r'{"id":7,"status":"Invoiced","date":"2024-01-10","netAmount":80.10,'
    r'"comment":"\\ud83d stays, \ud83d\ude00 too, cut \ud83d",'
    r'"customer":{"id":5,"name":"Bl\ud83d"},"invoice":{}}'
)


def land_books(folder: RawFolder) -> None:
    """Landed as the extractor keeps such records."""
    BOOKS.land(folder)
    raw = folder.of("messy")
    raw.land("salesorders", DAY, [ORDER])
    raw.land("productunits", "2024-02-01", ['{"name":"stk"}', '{"name":"kg"}'])


@pytest.fixture(scope="module")
def messy(own_books: Built) -> Built:
    return own_books


def test_nothing_messy_withholds_the_books(messy: Built) -> None:
    assert set(troubles(messy.statuses).values()) == {"warn"}


def test_a_ledger_line_with_damaged_text_is_a_reject_with_its_key_and_all_others_stand(messy: Built) -> None:
    rejects = messy.rows("select line_id, reason, payload from marts.ledger_rejects order by line_id")
    assert [line for line, _, _ in rejects] == [f"{day}-3000" for day in (DAY, "2024-01-11", "2024-01-12")]
    assert all(reason.startswith("its text was damaged on the way") for _, reason, _ in rejects)
    assert [next(text for text in (EMOJI, CONTROL, LATIN) if text in payload) for _, _, payload in rejects] == [
        EMOJI,
        CONTROL,
        LATIN,
    ]
    assert messy.rows("select count(*), sum(debit) from marts.general_ledger") == [(5, Decimal("4000.00"))]
    assert messy.rows("select comment from marts.general_ledger where comment is not null") == [
        ("whole \U0001f600 and C:\\x",)
    ]


def test_an_order_with_damaged_text_is_read_but_for_that_text(messy: Built) -> None:
    assert messy.rows("select order_id, net_amount, customer_id, customer_name from staging.stg_salesorders") == [
        ("7", Decimal("80.1000000000"), "5", "Bl\ufffd")
    ]


def test_of_a_record_that_came_more_than_once_the_last_one_stands(messy: Built) -> None:
    assert messy.rows("select tax_id, tax_name from staging.stg_taxes order by tax_id") == [
        ("1", "Utgående"),
        ("2", "Inngående"),
        ("3", "new"),
    ]
    # a unit may have no id, and two without one are two
    assert messy.rows("select count(*) from staging.stg_productunits") == [(2,)]


def test_the_check_says_what_is_odd_how_many_which_and_what_to_do(messy: Built) -> None:
    def named(model: str) -> list[tuple[Any, ...]]:
        return messy.rows(
            f"select finding, records, such_as, what_to_do from audit.{model}_rows_are_sound "
            "where finding like 'came%' or finding = 'damaged text' order by finding"
        )

    once, unlike = named("stg_taxes")
    assert once[:3] == ("came more than once", 1, "2")
    assert "Nothing needs to be done" in once[3]
    assert unlike[:3] == ("came more than once and not alike", 1, "3")
    assert "the last one stands" in unlike[3]
    ((finding, records, such_as, advice),) = named("stg_transactionlines")
    assert (finding, records) == ("damaged text", 3)
    assert such_as == f"{DAY}-3000, 2024-01-11-3000, 2024-01-12-3000"
    assert "Type the text anew" in advice
