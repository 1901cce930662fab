"""The ledger as served: each line's JSON by posting day, and the movement of every account by day.

Owns adding, changing and deleting lines, so that balances always follow the lines as they are now. Does not decide
what is posted.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from finago_assets.sandbox.books.ids import Thing, number_of
from finago_assets.sandbox.books.line_json import Heading, line_json
from finago_assets.sandbox.books.money import ORE, rounded
from finago_assets.sandbox.books.numbers import VoucherNumbers
from finago_assets.sandbox.books.plan import Modes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.sandbox.books.vouchers import BooksVoucher

Movements = dict[int, dict[int, int]]  # account number -> ordinal of the day -> øre
DIMENSIONS = b',"dimensions":'


class _Account(msgspec.Struct):
    number: int


class _Currency(msgspec.Struct):
    code: str
    rate: Decimal


class Read(msgspec.Struct, rename="camel"):
    """The fields of a line that identify it and that balances depend on."""

    id: str
    account: _Account
    amount: Decimal
    currency: _Currency
    day: date = msgspec.field(name="date")
    period_date: date | None = None


@dataclass(slots=True)
class Ledger:
    """Lines by day in posting order, and movements by posting date and by period date."""

    modes: Modes = field(default_factory=Modes)
    days: dict[int, list[bytes]] = field(default_factory=dict)
    by_date: Movements = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    by_period: Movements = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    _line_days: array[int] = field(default_factory=lambda: array("i"))
    _voucher_days: array[int] = field(default_factory=lambda: array("i"))
    _spread: dict[int, set[date]] = field(default_factory=dict)  # the days of a voucher that has several
    _numbers: dict[tuple[int, int], VoucherNumbers] = field(default_factory=lambda: defaultdict(VoucherNumbers))

    @property
    def count(self) -> int:
        """How many lines the ledger holds now."""
        return sum(map(len, self.days.values()))

    @property
    def entered(self) -> int:
        """How many lines were ever entered, which is the number of the next one."""
        return len(self._line_days)

    def numbers(self, kind: int, year: int) -> VoucherNumbers:
        """Return the numbers of a voucher type, by its id, in a calendar year."""
        return self._numbers[kind, year]

    def post(self, voucher: BooksVoucher) -> str:
        """Enter a voucher and return its id. Numbers run by voucher type and year, so they repeat across both."""
        numbers = self.numbers(voucher.type.id, voucher.day.year)
        if (number := voucher.number) is None:
            number = numbers.give()
        numbers.take(number)
        heading = Heading.of(voucher, len(self._voucher_days), number)
        if any(posting.day not in (None, voucher.day) for posting in voucher.postings):
            self._spread[len(self._voucher_days)] = {posting.day or voucher.day for posting in voucher.postings}
        self._voucher_days.append(voucher.day.toordinal())
        for posting in voucher.postings:
            day = posting.day or voucher.day
            ordinal, period = day.toordinal(), (posting.period or voucher.period or day).toordinal()
            line = line_json(heading, posting, len(self._line_days), self.modes)
            self.days.setdefault(ordinal, []).append(line)
            self._line_days.append(ordinal)
            self.by_date[posting.account][ordinal] += posting.amount
            self.by_period[posting.account][period] += posting.amount
        return heading.voucher_id

    def balance(self, account: int, until: date, *, by_period: bool = False) -> int:
        """Return the movement of an account, in øre, up to and including `until`."""
        last, moved = until.toordinal(), self.by_period if by_period else self.by_date
        return sum(amount for day, amount in moved[account].items() if day <= last)

    def movement(self, account: int, first: date, last: date) -> int:
        """Return the movement of an account, in øre, over the days from `first` to `last`."""
        span = range(first.toordinal(), last.toordinal() + 1)
        return sum(amount for day, amount in self.by_date[account].items() if day in span)

    def line(self, line_id: str) -> bytes:
        """Return one line. Raises KeyError when there is none with that id."""
        lines, place = self._find(line_id)
        return lines[place]

    def change(self, line_id: str, changes: dict[str, object]) -> bytes:
        """Overwrite top-level fields of a line and return it as it reads now. Raises KeyError for an unknown id."""
        after = _overwritten(self.line(line_id), changes)
        moved = msgspec.json.decode(after, type=Read)
        self.delete(line_id)
        self._line_days[number_of(Thing.LINE, line_id)] = moved.day.toordinal()
        self.days.setdefault(moved.day.toordinal(), []).append(after)
        self._count(moved, 1)
        return after

    def spoil(self, line_id: str, changes: dict[str, object]) -> None:
        """Overwrite fields of a line with what nobody can read: balances know nothing of it any more."""
        lines, place = self._find(line_id)
        self._count(msgspec.json.decode(lines[place], type=Read), -1)
        lines[place] = _overwritten(lines[place], changes)

    def repeat(self, line_id: str) -> None:
        """Serve a line once more at the end of its day; it counts once. Raises KeyError for an unknown id."""
        lines, place = self._find(line_id)
        lines.append(lines[place])

    def delete(self, line_id: str) -> None:
        """Delete one line, leaving no trace, as the real system does. Raises KeyError for an unknown id."""
        lines, place = self._find(line_id)
        self._count(msgspec.json.decode(lines.pop(place), type=Read), -1)

    def delete_voucher(self, voucher_id: str) -> int:
        """Delete every line of a voucher and return how many there were. Raises KeyError for an unknown id."""
        found = self.voucher(voucher_id)
        for line in found:
            self.delete(msgspec.json.decode(line, type=Read).id)
        return len(found)

    def voucher(self, voucher_id: str) -> list[bytes]:
        """Return the lines of a voucher. Raises KeyError for an unknown id."""
        try:
            serial = number_of(Thing.VOUCHER, voucher_id)
            first = date.fromordinal(self._voucher_days[serial])
        except (ValueError, IndexError):
            raise KeyError(voucher_id) from None
        mark = f'"transaction":{{"id":"{voucher_id}"'.encode()
        days = sorted(self._spread.get(serial, {first}))
        return [line for day in days for line in self.days.get(day.toordinal(), []) if mark in line]

    def between(self, first: date, end: date) -> Iterator[list[bytes]]:
        """Yield the lines of each day from `first` up to, not including, `end`, skipping empty days."""
        for ordinal in range(first.toordinal(), end.toordinal()):
            if lines := self.days.get(ordinal):
                yield lines

    def _find(self, line_id: str) -> tuple[list[bytes], int]:
        try:
            lines = self.days[self._line_days[number_of(Thing.LINE, line_id)]]
        except (ValueError, IndexError, KeyError):
            raise KeyError(line_id) from None
        mark = f'{{"id":"{line_id}"'.encode()
        for place, line in enumerate(lines):
            if line.startswith(mark):
                return lines, place
        raise KeyError(line_id)

    def _count(self, line: Read, sign: int) -> None:
        ore = rounded(line.amount * self._factor(line.currency) * ORE) * sign
        self.by_date[line.account.number][line.day.toordinal()] += ore
        self.by_period[line.account.number][(line.period_date or line.day).toordinal()] += ore

    def _factor(self, currency: _Currency) -> Decimal:
        """Return what an amount as served is multiplied with to become the base currency."""
        if currency.code == "LOCAL" or not self.modes.foreign_amounts:
            return Decimal(1)
        return currency.rate / 100 if currency.code in self.modes.per_hundred else currency.rate


def without_dimensions(line: bytes) -> bytes:
    """Return a line as it reads when dimensions were not asked for: they are the last key, so the tail is cut."""
    cut = line.rfind(DIMENSIONS)
    return line if cut < 0 else line[:cut] + b"}"


def _overwritten(line: bytes, changes: dict[str, object]) -> bytes:
    record: dict[str, object] = dict(msgspec.json.decode(line, type=dict[str, msgspec.Raw]))
    record.update(changes)
    return msgspec.json.encode({**{k: v for k, v in record.items() if k != "dimensions"}, **_keep_dimensions(record)})


def _keep_dimensions(record: dict[str, object]) -> dict[str, object]:
    return {"dimensions": record["dimensions"]} if "dimensions" in record else {}
