"""The numbers of one series of vouchers: given one after the other, or taken out of turn by whoever brings their own.

Owns which are taken. What a series is, the ledger knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class VoucherNumbers:
    """Numbers from 1: all up to `unbroken` are taken, and those in `beyond`, so that a jump costs nothing."""

    unbroken: int = 0
    beyond: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        """The highest number that is taken."""
        return max(self.beyond, default=self.unbroken)

    def holds(self, number: int) -> bool:
        """Tell whether a number is taken."""
        return 0 < number <= self.unbroken or number in self.beyond

    def take(self, number: int) -> None:
        """Take a number; one that is taken stays so."""
        if not self.holds(number):
            self.beyond.add(number)
        while self.unbroken + 1 in self.beyond:
            self.unbroken += 1
            self.beyond.remove(self.unbroken)

    def release(self, number: int) -> None:
        """Give a number back, so that it can be taken again."""
        if number in self.beyond:
            self.beyond.remove(number)
        elif 0 < number <= self.unbroken:
            self.beyond.update(range(number + 1, self.unbroken + 1))
            self.unbroken = number - 1

    def give(self) -> int:
        """Take the number after the last one and return it."""
        number = self.last + 1
        self.take(number)
        return number
