"""A year of ledger lines as the API spells them, serialised before anything is measured.

Owns the invented records and how a page is cut out of them. Serves nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from sys import intern
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEAR: Final = 2025
FIRST: Final = date(YEAR, 1, 1)
DAYS: Final = 365
ACCOUNTS: Final = (
    (1500, "Kundefordringer"),
    (1920, "Bankinnskudd"),
    (2700, "Utgående merverdiavgift"),
    (3000, "Salgsinntekt, avgiftspliktig"),
    (4300, "Innkjøp av varer for videresalg"),
    (5000, "Lønn til ansatte"),
    (6540, "Inventar"),
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every line in posting order in one buffer, comma-separated, with the place and the day of each."""

    blob: bytearray
    starts: array[int]
    days: list[str]

    def page(self, first_day: str, end_day: str, number: int, size: int) -> tuple[bytes, bool]:
        """Return the JSON array of one page of the days from `first_day` up to `end_day`, and whether more follow."""
        low, high = bisect_left(self.days, first_day), bisect_left(self.days, end_day)
        begin = min(low + (number - 1) * size, high)
        end = min(begin + size, high)
        records = memoryview(self.blob)[self.starts[begin] : self.starts[end] - 1] if end > begin else b""
        return b"".join((b"[", records, b"]")), end < high

    def write_ndjson(self, path: Path) -> None:
        """Write one record a line: the same JSON on disk, for the floor."""
        with path.open("wb") as file:
            for begin, end in zip(self.starts, self.starts[1:], strict=False):
                file.write(self.blob[begin : end - 1] + b"\n")


def generate(lines: int) -> Ledger:
    """Return a ledger of exactly `lines` lines spread evenly over the year; the same every time."""
    # ten million lines are 6.5 GB: no second copy of them, and no object for each
    blob, starts, days = bytearray(), array("q"), list[str]()
    for day, record in _records(lines):
        starts.append(len(blob))
        days.append(intern(day))
        blob += record
        blob += b","
    starts.append(len(blob))
    return Ledger(blob, starts, days)


def _records(lines: int) -> Iterator[tuple[str, bytes]]:
    chance = Random(24)  # noqa: S311  invented books, not keys
    for serial in range(lines):
        day = FIRST + timedelta(days=serial * DAYS // lines)
        yield f"{day}", _record(serial, day, chance).encode()


def _record(serial: int, day: date, chance: Random) -> str:
    number, name = ACCOUNTS[chance.randrange(len(ACCOUNTS))]
    voucher = serial // 3
    fields = [
        f'"id":"{serial:08x}-51ce-4b1c-9f00-{serial:012x}"',
        f'"transaction":{{"id":"{voucher:08x}-77aa-4b1c-8f00-{voucher:012x}","number":{voucher + 1}}}',
        f'"account":{{"id":{number * 7},"number":{number},"name":"{name}"}}',
        f'"transactionType":{{"id":{chance.randrange(12)}}}',
        f'"tax":{{"id":{chance.randrange(9)},"rate":{chance.choice(("0", "15.00", "25.00"))}}}',
        f'"amount":{_money(chance.randrange(-5_000_000, 5_000_000))}',
        '"currency":{"code":"LOCAL","rate":1}',
        f'"date":"{day}","periodDate":"{day}"',
    ]
    if chance.random() < 0.6:
        due = day + timedelta(days=30)
        reference = f'"remittanceReference":"{voucher:012d}7"'
        fields.append(f'"invoice":{{"number":"{100_000 + voucher}","dueDate":"{due}",{reference}}}')
    if chance.random() < 0.7:
        fields.append(f'"customer":{{"id":{chance.randrange(20_000)}}}')
    fields.append(f'"comment":"Faktura {100_000 + voucher} \\"Åsgård & Sønn\\" AS"')
    stamp = f"{day}T08:{serial % 60:02d}:{serial * 7 % 60:02d}Z"
    fields.append(f'"createdAt":"{stamp}","modifiedAt":"{stamp}"')
    fields.append(f'"dimensions":[{",".join(_dimensions(chance))}]')
    return f"{{{','.join(fields)}}}"


def _dimensions(chance: Random) -> Iterator[str]:
    for kind in range(1, 1 + chance.randrange(4)):
        value = chance.randrange(100, 1000)
        yield f'{{"dimensionType":{kind},"value":"{value}","name":"Avdeling {value % 40} Øst"}}'


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
