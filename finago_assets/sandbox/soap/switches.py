"""What nobody has said about the SOAP services, each as a switch, and the limits that they keep.

Owns the choices and what they are until somebody turns them. A switch may be turned while the sandbox runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from finago_assets.sandbox.soap.writing import DefaultsWritten

VENDORS_HOURLY_LIMIT: Final = 7_200


class TaxRead(StrEnum):
    """What the tax of an entry is taken for."""

    NUMBER = "number"
    ID = "id"


class VatComputed(StrEnum):
    """Where the server takes the VAT out of what was posted."""

    DRAFTS = "drafts"  # when a draft is booked that did not ask for direct accounting
    ALWAYS = "always"
    NEVER = "never"


class MomentZone(StrEnum):
    """The zone of timestamps."""

    UTC = "utc"  # and nothing that says so
    ZULU = "zulu"  # with a Z
    OSLO = "oslo"  # local, and nothing that says so


class DaySpelling(StrEnum):
    """How a day of the books is written."""

    MIDNIGHT = "midnight"
    SHIFTED = "shifted"  # midnight in Oslo as a moment of UTC: the evening before


class AmountShown(StrEnum):
    """The currency of the amount of a ledger line."""

    BASE = "base"
    FOREIGN = "foreign"


class BlankTax(StrEnum):
    """What an entry without a tax is coded with."""

    NONE = "none"
    ACCOUNT = "account"  # the tax of its account


class DueDatesAnswered(StrEnum):
    """Which items come back when due dates are changed."""

    ALL = "all"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapSwitches:
    """The choices. `unknown_enum` is a word of no contract that some lines have as their system type.

    `most_lines` is how many lines a search may find before it takes too long; 0 is any number.
    """

    reads_tax_as: TaxRead = TaxRead.NUMBER
    computes_vat: VatComputed = VatComputed.DRAFTS
    moments: MomentZone = MomentZone.UTC
    days: DaySpelling = DaySpelling.MIDNIGHT
    amounts: AmountShown = AmountShown.BASE
    defaults: DefaultsWritten = DefaultsWritten.MIXED
    blank_tax: BlankTax = BlankTax.NONE
    due_dates: DueDatesAnswered = DueDatesAnswered.ALL
    strict: bool = True  # what the contract does not have is refused, and not ignored
    reserves_numbers: bool = False  # the next number is given to nobody else
    saves_whole: bool = True  # a list of bundles is saved whole or not at all, and not up to the first that is refused
    names_warnings: bool = True  # a refusal says which warning it was for
    shows_drafts: bool = False  # among the ledger lines
    one_element: bool = False  # lists are cut to their first element
    most_lines: int = 0
    unknown_enum: str = ""

    def turned(self, **changes: object) -> SoapSwitches:
        """Return the switches with some turned. Raises ValueError for a switch or a position that does not exist."""
        kinds = {one.name: type(getattr(self, one.name)) for one in fields(self)}
        if unknown := sorted(changes.keys() - kinds.keys()):
            raise ValueError(f"There are no switches {unknown}; there are {sorted(kinds)}.")
        read: dict[str, Any] = {name: _position(kinds[name], value) for name, value in changes.items()}
        return replace(self, **read)


def _position(kind: type, value: object) -> object:
    if kind is bool and not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false.")
    return kind(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapOptions:
    """Limits and switches. Of no limit is said 0; `blocked_status` is that of a request beyond the hourly limit."""

    hourly_limit: int = VENDORS_HOURLY_LIMIT
    logins_per_minute: int = 200
    session_lifetime: float = 3600.0
    blocked_status: int = 500
    switches: SoapSwitches = field(default_factory=SoapSwitches)
