"""The dbt project that is run: ours as it lies in the checkout, or ours and the user's own laid together.

dbt writes the compiled SQL of a model to its path below `target`, and over the model itself where that lies outside the
project; and an installed package may be read-only. So a folder in the data folder is made of links. A user's models
are part of our project, where folders of the same name mean the same; a seed of his replaces ours of that name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.core.landing import litter

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS: Final = ("macros", "models", "tests")
SEEDS: Final = "seeds"
# where dbt keeps what it parsed
TARGET_FOLDER: Final = "target"
# where dbt_project.yml looks for what is not ours
OWN: Final = "own"
READ_SUFFIXES: Final = (".csv", ".md", ".py", ".sql", ".yaml", ".yml")


def lay_together(ours: Path, own: Path | None, into: Path) -> None:
    """Make `into` a dbt project of `ours` and `own`; what is right already is left alone. One process at a time."""
    wanted = {Path(path.name): path for path in ours.iterdir() if path.name in PARTS or _is_read(path)}
    wanted |= {Path(SEEDS) / name: path for name, path in _files(ours / SEEDS)}
    if own is not None:
        wanted[Path(OWN)] = own
        wanted |= {Path(SEEDS) / name: path for name, path in _files(own / SEEDS)}
    for place in _find_links(into):
        if place.relative_to(into) not in wanted:
            place.unlink()
    for name, path in wanted.items():
        _link(into / name, path)


def sources_of(folder: Path) -> list[tuple[str, int, int]]:
    """Return what dbt reads below a folder, as names, sizes and times: not the same after any change."""
    found = ((name, path.stat()) for name, path in _files(folder))
    return sorted((f"{name}", stat.st_size, stat.st_mtime_ns) for name, stat in found)


def _files(folder: Path) -> Iterator[tuple[Path, Path]]:
    for path in folder.rglob("*"):
        if _is_read(path) and TARGET_FOLDER not in path.relative_to(folder).parts:
            yield path.relative_to(folder), path


def _is_read(path: Path) -> bool:
    return path.suffix in READ_SUFFIXES and not path.name.startswith(".") and path.is_file()


def _find_links(folder: Path) -> list[Path]:
    """Return the links that were made before. They are not followed: what lies behind them is not ours to remove."""
    found = []
    for where, folders, files in os.walk(folder):
        found += [path for name in (*folders, *files) if (path := Path(where, name)).is_symlink()]
        folders[:] = [name for name in folders if name != TARGET_FOLDER]
    return found


def _link(place: Path, to: Path) -> None:
    if place.is_symlink() and place.readlink() == to:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    # in one step: somebody may be reading
    temporary = litter.temporary(place.parent, place.name)
    temporary.symlink_to(to)
    temporary.replace(place)
