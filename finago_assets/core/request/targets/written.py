"""What a target is and what it says when it is done or cannot.

Owns the protocol and the words of a failed write; the kinds of targets are beside this file.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from finago_assets.core.errors import NoSpace, NotWritable
from finago_assets.core.landing.files import FULL, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.request.answer import Answer

NOTHING_CHANGED: Final = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows are there now, and where; `place` never holds a password."""

    rows: int
    place: str


class Target(Protocol):
    """A place for an answer's records. Writing again replaces what was there, so that a run can be repeated."""

    @property
    def place(self) -> str:
        """Where, without any password."""
        ...

    @property
    def file(self) -> Path | None:
        """The file that is written or holds the table, where there is one of the user's choice."""
        ...

    def write(self, answer: Answer) -> Written:
        """Write every record, or raise and leave everything as it was.

        Raises Malformed for records that do not fit, NotWritable, NoSpace, Locked, RequestRefused.
        """
        ...


def not_writable(place: str, why: str) -> NotWritable:
    """Build the error for a target that refuses."""
    return NotWritable(f"{place} cannot be written: {why}. {NOTHING_CHANGED}")


@contextmanager
def typed_file_errors(place: str) -> Iterator[None]:
    """Turn an OSError into NoSpace or NotWritable."""
    try:
        yield
    except OSError as error:
        name = code_of(error)
        if error.errno in FULL:
            raise NoSpace(f"{place} cannot be written ({name}): no room left. {NOTHING_CHANGED}") from None
        raise not_writable(place, f"{name}; check the path and this user's rights") from None
