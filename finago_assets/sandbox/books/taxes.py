"""The tax codes of this tenant: ids unlike numbers, the accounts their VAT goes to, and the standard code each is.

Owns the one table from number to standard SAF-T code and VAT accounts. What a voucher is coded with, its poster knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.money import exact

if TYPE_CHECKING:
    from msgspec import Raw

NOT_REPORTED: Final = frozenset({"0", "7", "20", "21", "22"})  # standard codes that the VAT return leaves out


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax code: `id` is what lines carry, `number` what people post with, `standard` its code in SAF-T.

    Rate in percent. `output` and `deductible` are the accounts its VAT is posted to: credit on the one, debit on the
    other. Both for reverse charge, neither for a rate of zero. VAT is rounded once for each voucher and code.
    """

    id: int
    number: int
    standard: str
    rate: Decimal
    name: str
    output: int | None = None
    deductible: int | None = None

    @property
    def account(self) -> int | None:
        """The account of a code that goes one way alone."""
        return None if self.is_reverse else self.output or self.deductible

    @property
    def is_reverse(self) -> bool:
        """True where the buyer reckons the VAT, so that the supplier's amount has none in it."""
        return self.standard in REVERSE

    @property
    def directions(self) -> tuple[str, ...]:
        """Where the code shows in a VAT return: sales of rate zero count as output."""
        if self.standard in NOT_REPORTED:
            return ()
        named = (("output", self.output), ("deductible", self.deductible))
        return tuple(name for name, account in named if account is not None) or ("output",)


REVERSE: Final = frozenset({"81", "82", "83", "84", "86", "87", "88", "89", "91", "92"})
LOW: Final = Decimal("12.0")
_TAXES: Final = (
    Tax(0, 0, "0", Decimal(0), "Ingen avgiftsbehandling"),
    Tax(3, 1, "1", Decimal(25), "Inngående avgift, høy sats", None, 2710),
    Tax(4, 11, "11", Decimal(15), "Inngående avgift, middels sats", None, 2711),
    Tax(5, 13, "13", Decimal(12), "Inngående avgift, lav sats", None, 2712),
    Tax(6, 3, "3", Decimal(25), "Utgående avgift, høy sats", 2700),
    Tax(7, 31, "31", Decimal(15), "Utgående avgift, middels sats", 2701),
    Tax(8, 5, "5", Decimal(0), "Avgiftsfritt salg innenlands"),
    Tax(9, 33, "33", LOW, "Utgående avgift, lav sats", 2702),
    Tax(11, 6, "6", Decimal(0), "Utenfor avgiftsområdet"),
    Tax(12, 52, "52", Decimal(0), "Avgiftsfritt salg til utlandet"),
    Tax(14, 21, "21", Decimal(0), "Kostnad ved innførsel av varer"),
    Tax(16, 65, "1", Decimal("16.25"), "Inngående avgift, høy sats, 65 % fradrag", None, 2716),
    Tax(21, 81, "81", Decimal(25), "Innførsel av varer med fradrag, høy sats", 2704, 2714),
    Tax(25, 83, "83", Decimal(15), "Innførsel av varer med fradrag, middels sats", 2704, 2714),
    Tax(22, 86, "86", Decimal(25), "Tjenester fra utlandet med fradrag, høy sats", 2703, 2713),
    Tax(23, 87, "87", Decimal(25), "Tjenester fra utlandet uten fradrag, høy sats", 2703),
    Tax(24, 88, "88", LOW, "Tjenester fra utlandet med fradrag, lav sats", 2703, 2713),
    Tax(26, 91, "91", Decimal(25), "Klimakvoter og gull med fradrag", 2705, 2715),
)

TAXES: Final = {tax.number: tax for tax in _TAXES}
OUTPUT_VAT: Final = tuple(sorted({tax.output for tax in _TAXES if tax.output is not None}))
INPUT_VAT: Final = tuple(sorted({tax.deductible for tax in _TAXES if tax.deductible is not None}))
VAT_ACCOUNTS: Final = OUTPUT_VAT + INPUT_VAT
SETTLEMENT: Final = 2740


def tax_json(tax: Tax) -> bytes:
    """Return a tax code as `/taxes` shows it."""
    rate: Raw = exact(tax.rate)
    return json.encode({"id": tax.id, "number": tax.number, "name": tax.name, "rate": rate})


def standard_codes() -> list[tuple[int, str]]:
    """Return (tax number, standard SAF-T code) of every tax code: what a user would put into a seed."""
    return [(tax.number, tax.standard) for tax in _TAXES]


def vat_accounts() -> list[tuple[int, int, str]]:
    """Return (account, tax number, direction) for every account that VAT is posted to; some share one."""
    outputs = [(tax.output, tax.number, "output") for tax in _TAXES if tax.output is not None]
    return outputs + [(tax.deductible, tax.number, "deductible") for tax in _TAXES if tax.deductible is not None]
