"""Numbers as JSON may spell them, for ledger lines whose amount or rate they are."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from tests.dbt.small_books import line

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = "2024-01-02"
ORGANIZATION = "numbers"
WIDE = Context(prec=200)


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number as text, and what it is."""

    text: str

    def fits(self, digits: int, decimals: int) -> bool:
        """True when the number has a place in DECIMAL(digits, decimals) exactly as it is."""
        scaled = WIDE.scaleb(Decimal(self.text), decimals)
        return scaled == WIDE.to_integral_value(scaled) and abs(scaled) < Decimal(10) ** digits


def spelled(count: int, seed: int = 17) -> Iterator[Spelled]:
    """`count` numbers of 1 to 28 digits: plain, with decimals, exponents, trailing zeros and signed zeros."""
    chance = random.Random(seed)
    for number in range(count):
        digits = f"{chance.randrange(10 ** chance.randrange(1, 29))}"
        if number % 5 == 0:
            digits = f"{chance.randrange(10 ** chance.randrange(1, 17))}"
        point = chance.randrange(len(digits) + 1)
        whole, fraction = (digits[:point] or "0"), digits[point:] + "0" * chance.randrange(3)
        whole = f"{int(whole)}"
        text = f"{whole}.{fraction}" if fraction and number % 3 else digits
        if number % 4 == 0:
            text += f"{chance.choice('eE')}{chance.choice(['', '+', '-'])}{chance.randrange(13)}"
        if number % 50 == 0:
            text = chance.choice(["0", "0.00", "0e5", "0.0000000000000000"])
        yield Spelled(chance.choice(["", "-"]) + text)


def lines_of(numbers: list[Spelled]) -> list[str]:
    """Two ledger lines for each number: `a<n>` has it as its amount, `r<n>` as its rate."""
    amounts = [line(f"a{n}", n, (1920, number.text), DAY) for n, number in enumerate(numbers)]
    rates = [
        line(f"r{n}", n, (1920, "1"), DAY, f'"currency":{{"code":"EUR","rate":{number.text}}}')
        for n, number in enumerate(numbers)
    ]
    return amounts + rates
