"""An amount is spelled in one way, and one that nobody knows is never a figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finago_assets.core.amounts import spell_amount


@pytest.mark.parametrize(
    ("amount", "spelled"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("-0.05"), "-0.05"),
        (Decimal("9007199254740993.01"), "9,007,199,254,740,993.01"),
        (0, "0.00"),
        (None, "unknown"),
    ],
)
def test_an_amount_is_spelled_to_the_last_oere_however_large_it_is(amount: Decimal | int | None, spelled: str) -> None:
    assert spell_amount(amount) == spelled


def test_a_currency_stands_behind_an_amount_and_not_behind_an_unknown_one() -> None:
    assert [spell_amount(Decimal(2), "NOK"), spell_amount(None, "NOK")] == ["2.00 NOK", "unknown"]
