"""What no document of the vendor settles about posting: each a setting, with the opinion that is usual.

Owns the choices and the variables that make them. That a choice was wrong is noticed by the read-back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class TaxIdentifier(StrEnum):
    """What the server takes in a line's tax field."""

    NUMBER = "number"
    ID = "id"


class VatComputedBy(StrEnum):
    """Who computes the VAT of what is saved to the ledger; that of a draft is always the server's."""

    SENDER = "sender"
    SERVER = "server"


class LineAmounts(StrEnum):
    """What the amount of a ledger line is in, where the line has a currency of its own."""

    CURRENCY = "currency"
    BASE = "base"


class TimestampZone(StrEnum):
    """What a timestamp without an offset is in."""

    UTC = "utc"
    OSLO = "oslo"


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """One opinion on each of them."""

    tax: TaxIdentifier = TaxIdentifier.NUMBER
    ledger_vat: VatComputedBy = VatComputedBy.SENDER
    amounts: LineAmounts = LineAmounts.BASE
    timestamps: TimestampZone = TimestampZone.UTC


FACT_VARIABLES: Final = {
    "tax": "FINAGO_POSTING_TAX",
    "ledger_vat": "FINAGO_POSTING_LEDGER_VAT",
    "amounts": "FINAGO_POSTING_AMOUNTS",
    "timestamps": "FINAGO_POSTING_TIMESTAMPS",
}
"""The variable that makes each choice."""


def contradictions_in(read_back: str) -> list[str]:
    """Return the sentences of a read-back that name a setting which the ledger contradicts."""
    sentences = (one.strip().rstrip(".") for one in read_back.split(". "))
    return [f"{one}." for one in sentences if any(variable in one for variable in FACT_VARIABLES.values())]
