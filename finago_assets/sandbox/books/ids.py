"""Identifiers that look opaque and are arithmetic: a GUID gives its number back, so a million lines need no index.

Owns GUIDs, KIDs and organization numbers with valid check digits, all from ranges that no real body uses.
"""

from __future__ import annotations

from enum import IntEnum

GUID_RANGE = 1 << 64
SPREAD = 0x9E3779B97F4A7C15
ORGANIZATION_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


class Thing(IntEnum):
    """What a GUID names; part of the GUID, so that a voucher's is never taken for a line's."""

    LINE = 0x11
    VOUCHER = 0x22
    PERIOD = 0x33
    BANK_ACCOUNT = 0x44
    PERSON = 0x55
    FILE = 0x66
    UPLOAD = 0x77
    IDENTITY = 0x88
    DRAFT_LINE = 0x99


def make_guid(thing: Thing, number: int) -> str:
    """Return the GUID of the `number`th thing of its kind."""
    mixed = f"{(number + 1) * SPREAD % GUID_RANGE:016x}"
    return f"{mixed[:8]}-{mixed[8:12]}-4{thing:03x}-8{mixed[12:15]}-{mixed[15]}{number:011x}"


def number_of(thing: Thing, text: str) -> int:
    """Return the number a GUID was made from. Raises ValueError for a GUID that this sandbox never made."""
    number = int(text[-11:], 16)
    if make_guid(thing, number) != text.lower():
        raise ValueError(f"{text!r} is not the id of a {thing.name.lower()}")
    return number


def luhn(digits: str) -> str:
    """Return the mod 10 check digit of a KID."""
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits)))
    return str(-sum(n // 10 + n % 10 for n in doubled) % 10)


def kid(customer: int, invoice: int) -> str:
    """Return a payment reference: customer, invoice, mod 10 check digit."""
    digits = f"{customer:06d}{invoice:07d}"
    return digits + luhn(digits)


def kid_mod11(customer: int, invoice: int) -> str:
    """Return a payment reference with a mod 11 check digit, which is a dash when the remainder asks for ten."""
    digits = f"{customer:06d}{invoice:07d}"
    check = -sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits))) % 11
    return digits + ("-" if check == 10 else str(check))


def organization_number(serial: int) -> str:
    """Return the `serial`th number with a valid mod 11 check digit from the range kept for invented bodies (31...)."""
    candidate = 31_000_000 + serial * 7
    while (check := _mod11(str(candidate))) == 10:
        candidate += 1
    return f"{candidate}{check}"


def _mod11(digits: str) -> int:
    total = sum(int(d) * w for d, w in zip(digits, ORGANIZATION_WEIGHTS, strict=True))
    return -total % 11
