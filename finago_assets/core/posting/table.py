"""A table as a source gives it: names, rows with their place, values as they came.

Owns the shape alone. Sources make it, read.py makes a journal of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.posting.findings import PostingFinding

_NOTHING: Final = "Nothing was sent."


@dataclass(frozen=True, slots=True)
class JournalTable:
    """`source` is how people are told about it. A row comes with its place as the user counts, the header with its own.

    `loses_zeros` where the source makes numbers of what people type, as Excel does. `findings` are those of the form.
    """

    source: str
    names: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[object]]]
    header: int | None = None
    loses_zeros: bool = False
    findings: tuple[PostingFinding, ...] = ()


def refuse_source(source: str, why: str) -> RequestRefused:
    """Return the error for a source that is no table at all."""
    return RequestRefused(f"{source} cannot be read as a journal: {why} {_NOTHING}")
