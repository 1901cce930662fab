"""Where an organization's binder of a month lies, what its files are called, and that one at a time is made there.

Owns names and the lock. What is in the files is each module's own.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from finago_assets.core.landing import litter
from finago_assets.core.landing.files import Files, typed_errors
from finago_assets.core.landing.lock import file_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.report.month import Month

_BINDER_PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class BinderPlace:
    """The folder of one organization's month; nothing need be there yet."""

    folder: Path
    month: Month

    @property
    def workbook(self) -> Path:
        """The Excel workbook."""
        return self.folder / f"binder-{self.month}.xlsx"

    @property
    def page(self) -> Path:
        """The HTML page."""
        return self.folder / f"binder-{self.month}.html"

    @property
    def exceptions(self) -> Path:
        """The list of exceptions as the last binder has it, for programs, and for deciding."""
        return self.folder / "exceptions.json"

    @property
    def decisions(self) -> Path:
        """What people decided. Never safe to delete."""
        return self.folder / "decisions.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, made if it is not there: nobody else writes into it. Raises Locked and NotWritable."""
        with typed_errors("Making the binder's folder"):
            Files().make_private(self.folder)
        with file_lock(self.folder / ".lock", _BINDER_PATIENCE_SECONDS):
            litter.remove_litter([self.folder])
            yield


def binder_place(root: Path, organization: str, month: Month) -> BinderPlace:
    """Return where a binder lies below `root`, in a folder called after the organization's id."""
    # whatever an id holds, it names one folder and leads out of none
    name = quote(organization, safe="").replace(".", "%2E") or "%"
    return BinderPlace(root / name / f"{month}", month)
