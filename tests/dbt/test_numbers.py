"""T17, the warehouse's half: a number in a mart is the number that was sent, or its record is rejected by name."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.dbt.conftest import NUMBERS
from tests.dbt.numbers import DAY, ORGANIZATION, Spelled, lines_of, spelled
from tests.dbt.warehouse import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.dbt.warehouse import Warehouse


def _judge(warehouse: Warehouse, numbers: list[Spelled]) -> None:
    where = f"where organization_id = '{ORGANIZATION}'"
    shown = {
        key: (amount, rate)
        for key, amount, rate in warehouse.rows(
            f"select line_id, amount, currency_rate from marts.general_ledger {where}"
        )
    }
    named = dict(warehouse.rows(f"select line_id, reason from marts.ledger_rejects {where}"))
    for n, number in enumerate(numbers):
        for key, place, fits in ((f"a{n}", 0, number.fits(18, 2)), (f"r{n}", 1, number.fits(38, 10))):
            if fits:
                assert shown[key][place] == Decimal(number.text), (key, number)
                assert key not in named
            else:
                assert ("amount", "currency.rate")[place] in named[key], (key, number)
                assert key not in shown
    print(
        f"T17: {len(numbers):,} numbers, each as amount and as rate: {len(shown):,} equal in the mart, "
        f"{len(named):,} rejected by name, 0 rounded"
    )


def test_two_thousand_numbers_are_exact_or_rejected_by_name(small: Warehouse) -> None:
    _judge(small, list(spelled(NUMBERS)))


@pytest.mark.slow
def test_a_hundred_thousand_numbers_are_exact_or_rejected_by_name(empty_warehouse: Callable[[], Warehouse]) -> None:
    numbers, warehouse = list(spelled(100_000, seed=18)), empty_warehouse()
    warehouse.raw.of(ORGANIZATION).land("transactionlines", DAY, lines_of(numbers))
    warehouse.raw.fill_with_placeholders()
    warehouse.dbt(*MODELS, "--select", "+general_ledger", "ledger_rejects")
    _judge(warehouse, numbers)
