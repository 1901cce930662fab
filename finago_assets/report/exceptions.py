"""The one list of exceptions: each thing that is looked at, with pass, review or blocked, why, and what to do.

Owns the verdicts, their ids, which stay the same from binder to binder, and what each rests on. What a person decided
about one is decisions.py's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from finago_assets.report.tables import count_of, exact_sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from finago_assets.report.figures import MonthFigures
    from finago_assets.report.tables import BinderTable


class ExceptionVerdict(StrEnum):
    """Nothing to do; somebody looks at it; the month cannot be closed with it."""

    PASS = "pass"  # noqa: S105  a verdict
    REVIEW = "review"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class ExceptionItem:
    """One line of the list. `basis`: the figures that it rests on, in words; a decision holds for these alone.

    `target`: the anchor of the rows behind it, or the name of the part that has them.
    """

    id: str
    verdict: ExceptionVerdict
    what: str
    why: str
    to_do: str
    basis: str
    target: str


PASS, REVIEW, BLOCKED = ExceptionVerdict.PASS, ExceptionVerdict.REVIEW, ExceptionVerdict.BLOCKED
NOTHING_TO_DO: Final = "Nothing."
# words in the names of accounts that are to be empty when a month is closed, Norwegian and English
SUSPENSE_WORDS: Final = (
    "avklaring",
    "clearing",
    "feilkonto",
    "hjelpekonto",
    "ikke fordelt",
    "interim",
    "observasjon",
    "suspense",
    "uavklar",
    "uidentifisert",
    "uplassert",
)


def digest_rows(rows: Iterable[Sequence[Any]]) -> str:
    """Return a few signs that are others when any cell of any row is."""
    told = hashlib.sha256()
    for row in rows:
        told.update(repr([None if cell is None else f"{cell}" for cell in row]).encode())
    return told.hexdigest()[:12]


def passed(id_: str, what: str, why: str, target: str) -> ExceptionItem:
    """Return a line for what was looked at and found in order."""
    return ExceptionItem(id_, PASS, what, why, NOTHING_TO_DO, "nothing found", target)


def of_table(  # noqa: PLR0913  what an exception is made of
    id_: str, table: BinderTable, verdict: ExceptionVerdict, noun: str, *, why: str, to_do: str, fine: str
) -> ExceptionItem:
    """Return a line for a table of rows at fault, each a `noun`: `why` is told where it has any, `fine` where none."""
    if not table.rows:
        return passed(id_, table.title, fine, table.name)
    count, digest = len(table.rows), digest_rows(row.cells for row in table.rows)
    told = f"{count_of(count, noun)} {why}"
    return ExceptionItem(id_, verdict, table.title, told, to_do, f"{count_of(count, noun)}, {digest}", table.name)


def raise_exceptions(figures: MonthFigures) -> list[ExceptionItem]:
    """Return the whole list, what is blocked first; within a verdict in the order of the binder."""
    # they look at the same figures from two sides, and each is long enough
    from finago_assets.report.ledger_exceptions import look_at_ledger  # noqa: PLC0415
    from finago_assets.report.other_exceptions import look_at_the_rest  # noqa: PLC0415

    order = (BLOCKED, REVIEW, PASS)
    return sorted((*look_at_ledger(figures), *look_at_the_rest(figures)), key=lambda one: order.index(one.verdict))


def sum_of(table: BinderTable, column: str) -> Decimal | None:
    """Return the sum of a column of money."""
    return exact_sum(record[column] for record in table.records())


def each_or_pass(found: Iterator[ExceptionItem], fine: ExceptionItem) -> Iterator[ExceptionItem]:
    """Yield what was found, or that nothing was."""
    first = next(found, None)
    yield fine if first is None else first
    yield from found
