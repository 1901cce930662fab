"""Which ledger lines settle each other: links by number, and whether a line is still open.

Owns what only the SOAP services tell. Lines on the control accounts are open until a link closes them; invoices that
were paid in full when the books were made are linked from the start.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.ids import Thing, number_of
from finago_assets.sandbox.soap.kept_lines import OPEN_ITEM_ACCOUNTS, KeptLine, read_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.sandbox.books.ledger import Ledger

FIRST_LINK: Final = 4_001


@dataclass(slots=True)
class LinkedLines:
    """Links by number, and the link of each line that has one."""

    ledger: Ledger
    of_line: dict[str, int] = field(default_factory=dict)
    _lines: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _closed: set[int] = field(default_factory=set)
    _last: int = FIRST_LINK - 1

    @classmethod
    def of(cls, ledger: Ledger, seeded: int) -> LinkedLines:
        """Return the links among the first lines that were entered: those of an invoice that come to nothing."""
        found = cls(ledger)
        groups: dict[tuple[object, ...], list[KeptLine]] = defaultdict(list)
        marks = tuple(f'"number":{account}'.encode() for account in OPEN_ITEM_ACCOUNTS)
        for day in sorted(ledger.days):
            for raw in ledger.days[day]:
                line = read_line(raw) if any(mark in raw for mark in marks) else None
                if line is not None and line.invoice is not None and _is_seeded(line, seeded):
                    customer = None if line.customer is None else line.customer.id
                    groups[line.account.number, customer, line.invoice.number].append(line)
        for key, lines in groups.items():
            if key[2] is not None and len(lines) > 1 and found.settle(lines):
                link = found.new()
                found.of_line |= {line.id: link for line in lines}
                found._lines[link] += [line.id for line in lines]
                found._closed.add(link)
        return found

    def settle(self, lines: Iterable[KeptLine]) -> bool:
        """Tell whether lines come to nothing, each in its own currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            sums["" if line.is_local else line.currency.code] += line.in_own(self.ledger.modes)
        return not any(sums.values())

    def new(self) -> int:
        """Make an empty link and return its number."""
        self._last += 1
        return self._last

    def exists(self, link: int) -> bool:
        """Tell whether a link was ever made."""
        return FIRST_LINK <= link <= self._last

    def join(self, link: int, line_ids: Iterable[str]) -> None:
        """Put lines into a link, and out of those that they were in."""
        touched = {link}
        for line_id in line_ids:
            if (before := self.of_line.get(line_id)) is not None:
                self._lines[before].remove(line_id)
                touched.add(before)
            self.of_line[line_id] = link
            self._lines[link].append(line_id)
        for one in touched:
            self._close(one)

    def is_open(self, line: KeptLine) -> bool:
        """Tell whether a line waits for another that settles it."""
        return line.account.number in OPEN_ITEM_ACCOUNTS and self.of_line.get(line.id) not in self._closed

    def lines_of(self, line_ids: Iterable[str]) -> list[KeptLine] | None:
        """Return lines by id, None when one of them is not in the ledger."""
        found = []
        for line_id in line_ids:
            try:
                line = read_line(self.ledger.line(line_id))
            except KeyError:
                return None
            if line is None:
                return None
            found.append(line)
        return found

    def within(self, link: int) -> list[str]:
        """Return the ids of the lines of a link."""
        return list(self._lines.get(link, ()))

    def _close(self, link: int) -> None:
        lines = self.lines_of(self._lines[link])
        if lines and len(lines) > 1 and self.settle(lines):
            self._closed.add(link)
        else:
            self._closed.discard(link)


def _is_seeded(line: KeptLine, seeded: int) -> bool:
    try:
        return line.account.number in OPEN_ITEM_ACCOUNTS and number_of(Thing.LINE, line.id) < seeded
    except ValueError:
        return False
