"""What is wrong with a journal, in words for whoever wrote it: one finding for each place, and all of them at once.

Owns the shape and how a value is shortened. Which rules there are is rules.py's, when they apply is for whoever finds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.rules import RULES, WHAT_WAS_FOUND, Severity

if TYPE_CHECKING:
    from finago_assets.core.posting.journal import Entry

_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class PostingFinding:
    """One thing that a rule found. `row` is as the user counts: a line of CSV, a row of Excel, a row of a table.

    Without a row it is about a column, a voucher or the whole table. `value` is what stands there, shortened.
    """

    rule: str
    severity: Severity
    message: str
    row: int | None = None
    column: str | None = None
    value: str = ""
    voucher: str = ""
    bundle: str = ""

    @property
    def blocks(self) -> bool:
        """True where nothing may be sent because of it."""
        return self.severity is Severity.BLOCK


def find(  # noqa: PLR0913  a finding's own fields
    rule: str,
    detail: str = "",
    *,
    row: int | None = None,
    column: str | None = None,
    value: object = "",
    voucher: str = "",
    bundle: str = "",
) -> PostingFinding:
    """Make the finding of a rule. `detail` is what was found here, else a sentence of the rule stands for it."""
    known = RULES[rule]
    message = f"{detail or WHAT_WAS_FOUND.get(rule, known.says)} {known.advice}"
    return PostingFinding(rule, known.severity, message, row, column, shorten(value), voucher, bundle)


def find_in(entry: Entry, rule: str, column: str, detail: str = "") -> PostingFinding:
    """Make the finding of a rule at a column of an entry."""
    return find(rule, detail, row=entry.row, column=column, value=getattr(entry, column))


def soften(finding: PostingFinding) -> PostingFinding:
    """Return the finding as a warning, for the vendor is told to ignore it."""
    return replace(finding, severity=Severity.WARN)


def shorten(value: object) -> str:
    """Return a value as it is shown to people: on one line, characters that cannot be seen escaped, and cut."""
    if value is None:
        return ""
    text = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
