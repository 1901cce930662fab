"""A route to books in a file, so that several processes may post at once and be killed; it numbers as SOAP does.

It saves whole or not at all, refuses a number that is taken, and shows no drafts in its ledger.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock

from finago_assets.core.errors import Unavailable
from finago_assets.core.posting.journal import LedgerLine, SaveAs
from finago_assets.core.posting.route import Answered, SendResult
from tests.core.posting.small_journals import LISTS, ORGANIZATION

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.posting.journal import Journal, Lists
    from finago_assets.core.posting.route import NumberedBundle


class Mishap(StrEnum):
    """What goes wrong with one save."""

    LOST_AFTER = "saved, and the answer lost"
    LOST_BEFORE = "lost on the way, and not saved"
    REFUSED = "refused"
    SAYS_DUPLICATE = "not saved, and said to be there"
    UNREACHED = "not reached"


class Saved(msgspec.Struct):
    """A bundle as the books have it."""

    marker: str
    draft: bool
    lines: list[LedgerLine]


@dataclass
class FakeRoute:
    """The books are in `file`. `mishaps` happen to the saves, in turn; lines of the `hidden` numbers are not seen."""

    file: Path
    mishaps: Iterator[Mishap | None] = field(default_factory=lambda: iter(()))
    name: str = "fake"
    organization_id: str = ORGANIZATION
    saves: frozenset[SaveAs] = frozenset(SaveAs)
    computes_vat: frozenset[SaveAs] = frozenset()
    counts: bool = True
    drafts_take_numbers: bool = False
    asked: int = 0
    hidden: set[int] = field(default_factory=set)

    def confirm_organization(self) -> None:
        self.asked += 1

    def read_lists(self, _: Journal) -> Lists:
        return LISTS

    def next_number(self, series: int, _: dt.date) -> int:
        seen = [one for one in self.books() if self.drafts_take_numbers or not one.draft]
        numbers = [line.transaction_number for one in seen for line in one.lines if _series(line) == series]
        return max(numbers, default=99 * series) + 1

    def save(self, numbered: NumberedBundle, save_as: SaveAs, _: tuple[str, ...]) -> SendResult:
        mishap = next(self.mishaps, None)
        match mishap:
            case Mishap.UNREACHED:
                raise Unavailable("the server was not reached")
            case Mishap.REFUSED:
                return SendResult(Answered.REFUSED, "the period is closed")
            case Mishap.SAYS_DUPLICATE:
                return SendResult(Answered.ALREADY_THERE, "DuplicateData.")
            case Mishap.LOST_BEFORE:
                return SendResult(Answered.UNCLEAR, "No answer came.")
        result = self._keep(numbered, save_as)
        return SendResult(Answered.UNCLEAR, "No answer came.") if mishap is Mishap.LOST_AFTER else result

    def find(self, numbered: NumberedBundle) -> list[LedgerLine]:
        series = {LISTS.types[one.transaction_type_number].series for one in numbered.bundle.vouchers}
        return [
            line
            for one in self.books()
            if not one.draft
            for line in one.lines
            if line.transaction_number not in self.hidden
            if (line.transaction_number in numbered.numbers and _series(line) in series)
            or (not self.counts and one.marker == numbered.marker)
        ]

    def books(self) -> list[Saved]:
        """Return all that was saved."""
        if not self.file.exists():
            return []
        return msgspec.json.decode(self.file.read_bytes(), type=list[Saved])

    def times(self) -> dict[str, int]:
        """Return how often each bundle was saved, by its marker."""
        found: dict[str, int] = defaultdict(int)
        for one in self.books():
            found[one.marker] += 1
        return found

    def book(self, marker: str) -> None:
        """Let a person book a draft."""
        books = self.books()
        for one in books:
            one.draft = one.draft and one.marker != marker
        self.file.write_bytes(msgspec.json.encode(books))

    def _keep(self, numbered: NumberedBundle, save_as: SaveAs) -> SendResult:
        with FileLock(f"{self.file}.lock"):
            books = self.books()
            numbers = numbered.numbers or tuple(1000 + len(books) + n for n in range(len(numbered.bundle.vouchers)))
            lines = [
                LedgerLine(
                    f"{len(books)}-{number}-{place}",
                    number,
                    voucher.transaction_type_number,
                    entry.date,
                    entry.account_number,
                    entry.amount,
                    comment=numbered.marker,
                    tax_number=entry.tax_number,
                )
                for voucher, number in zip(numbered.bundle.vouchers, numbers, strict=True)
                for place, entry in enumerate(voucher.entries)
            ]
            taken = {(_series(line), line.transaction_number) for one in books if not one.draft for line in one.lines}
            if save_as is SaveAs.LEDGER and any((_series(line), line.transaction_number) in taken for line in lines):
                return SendResult(Answered.ALREADY_THERE, "DuplicateData.")
            books.append(Saved(numbered.marker, save_as is SaveAs.DRAFT, lines))
            temporary = self.file.with_suffix(".new")
            temporary.write_bytes(msgspec.json.encode(books))
            temporary.replace(self.file)
        return SendResult(Answered.SAVED, transaction_id=None if self.counts else f"t{len(books)}")


def _series(line: LedgerLine) -> int | None:
    return LISTS.types[line.transaction_type_number or 0].series
