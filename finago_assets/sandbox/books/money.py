"""Amounts: integer øre inside, exact decimal text outside. A float never appears on the way.

Owns rounding and spelling. The spelling varies on purpose, because 1250.5, 1250.50 and 1250 are one amount.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from msgspec import Raw

ORE = 100
SPELLINGS = 3


def rounded(value: Decimal) -> int:
    """Return `value` as whole units, halves away from zero, as Norwegian invoices round."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(ore: int, percent: Decimal | int) -> int:
    """Return `percent` of an amount in øre, rounded to whole øre."""
    return rounded(Decimal(ore) * Decimal(percent) / 100)


def converted(ore: int, rate: Decimal) -> int:
    """Return an amount in øre of another currency at `rate` to one."""
    return rounded(Decimal(ore) * rate)


def spelled(ore: int, spelling: int = 0) -> str:
    """Return the decimal text of an amount in øre; `spelling` picks one of several equal texts."""
    sign, whole, part = "-" if ore < 0 else "", abs(ore) // ORE, abs(ore) % ORE
    if spelling % SPELLINGS == 1:
        return f"{sign}{whole}.{part:02d}"
    if part == 0:
        return f"{sign}{whole}" if spelling % SPELLINGS == 0 else f"{sign}{whole}.0"
    return f"{sign}{whole}.{part:02d}".rstrip("0")


def write_amount(ore: int, spelling: int = 0) -> Raw:
    """Return an amount in øre as a JSON number."""
    return Raw(spelled(ore, spelling).encode())


def exact(value: Decimal) -> Raw:
    """Return a decimal as a JSON number with the digits it was written with."""
    return Raw(format(value, "f").encode())
