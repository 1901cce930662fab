"""Which files the pipeline keeps for itself, whatever leads to them: links, `..`, a second name, other letters' case.

Owns that judgement over paths. Which folders they are is told by the settings; what is said of a target is target.py's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPORTS: Final = "exports"
# what Dagster makes in its home; other files there, such as a checkout's, are people's own
_OF_DAGSTER: Final = ("history", "schedules", "storage")


@dataclass(frozen=True, slots=True)
class Owned:
    """Everything below the `folders` but the `exports` of each, and each of the `places`, a file or a folder, whole."""

    folders: tuple[Path, ...]
    places: tuple[Path, ...] = ()

    def with_dagster_home(self, environ: Mapping[str, str]) -> Owned:
        """Return it with what Dagster keeps in DAGSTER_HOME, where that is set."""
        home = environ.get("DAGSTER_HOME", "").strip()
        found = (Path(home).expanduser() / name for name in _OF_DAGSTER) if home else ()
        return Owned(self.folders, (*self.places, *found))

    @property
    def exports(self) -> Path:
        """The folder for targets beside what the pipeline owns."""
        return self.folders[0] / EXPORTS

    def found(self, file: Path) -> Path | None:
        """Return the pipeline's own file that `file` is, or would be if it were there; None for somebody else's."""
        owned = {_identity(path) for path in (*self.folders, *self.places)} - {None}
        whole = {_identity(path) for path in self.folders} - {None}
        real = Path(os.path.realpath(file))
        # a folder is told by what it is, not by its name: on some file systems DATA and data are one
        for path in (real, *real.parents):
            if _identity(path) in owned:
                return real
            # it need not be there yet, and a link of that name has been followed by now
            if path.name == EXPORTS and _identity(path.parent) in whole:
                break
        return self._second_name(real)

    def _second_name(self, real: Path) -> Path | None:
        """Look for the file itself among the pipeline's, where a hard link may have given it another name outside."""
        if not real.is_file() or real.stat().st_nlink == 1:
            return None
        free = [folder / EXPORTS for folder in self.folders]
        for place in (*self.folders, *self.places):
            for folder, names, files in os.walk(place):
                names[:] = [name for name in names if Path(folder, name) not in free]
                for name in files:
                    if _identity(Path(folder, name)) == _identity(real):
                        return Path(folder, name)
        return None


def is_same(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file or folder that is there."""
    identity = _identity(one)
    return identity is not None and identity == _identity(other)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
