"""A folder for a user's own parts beside the installed package: YAML, dbt models, and the settings of Dagster.

Owns what is in a new one: the files below `files`, and an example of the environment file. Nothing of the package's
code is copied, so that an upgrade has nothing to merge.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from finago_assets.core.errors import FolderNotEmpty, NotWritable
from finago_assets.core.landing.files import code_of
from finago_assets.variables import example_file

_FILES: Final = Path(__file__).parent / "files"
# a file of the first name would count for the repository that it lies in
_RENAMED: Final = {"gitignore": ".gitignore"}
INSTANCE: Final = _FILES / "dagster.yaml"
WORKSPACE: Final = _FILES / "workspace.yaml"


def make_project(folder: Path) -> None:
    """Make a project in a folder that is empty or not there. Raises FolderNotEmpty, leaving it as it is."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderNotEmpty(
                f"{folder} is not empty, and a project is made in a folder of its own; nothing was written. Name a new "
                "folder. A project that is there already needs nothing: `pip install -U finago-assets` upgrades it."
            )
        for path in _FILES.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                place = folder / path.relative_to(_FILES)
                place = place.with_name(_RENAMED.get(place.name, place.name))
                place.parent.mkdir(parents=True, exist_ok=True)
                # not its mode: an installed file may be read-only
                shutil.copyfile(path, place)
        # made here, it is for this user alone; Dagster would make it for everybody to read
        (folder / "data").mkdir(mode=0o700)
        (folder / ".env.example").write_text(example_file(), encoding="utf-8")
    except OSError as error:
        raise NotWritable(
            f"Making a project in {folder} failed ({code_of(error)}). Name a folder that this user may write."
        ) from None
