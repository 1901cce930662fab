"""Where things lie: the dbt project and the questions that come with the package, and the folder that a user works in.

A project is a folder whose pyproject.toml names `finago_assets.definitions` as its code location: one that
`finago-assets init` made, or the checkout. Owns finding both; what is in them belongs to others.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFINITIONS: Final = "finago_assets.definitions"
ENV_FILE: Final = ".env"
_PACKAGE: Final = Path(__file__).parent
# setup.py puts it there; it is not there in a checkout
_INSTALLED: Final = _PACKAGE / "dbt_project"

IS_INSTALLED: Final = _INSTALLED.is_dir()
DBT_PROJECT: Final = _INSTALLED if IS_INSTALLED else _PACKAGE.with_name("dbt_project")
QUESTIONS: Final = (_PACKAGE if IS_INSTALLED else _PACKAGE.parent) / "docs" / "questions.md"


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a user's own parts; any of them may be missing. `defs_module` is where `dg` keeps YAML."""

    root: Path
    defs_module: str

    @property
    def defs(self) -> Path:
        """The folder of endpoints and requests in YAML."""
        return self.root.joinpath(*self.defs_module.split("."))

    @property
    def own_dbt(self) -> Path:
        """The folder of dbt models, seeds, macros and tests beside ours."""
        return self.root / "own_dbt"


def find_project(environ: Mapping[str, str] | None = None, start: Path | None = None) -> Project | None:
    """Return the project at or above `start` (where we are), or that is DAGSTER_HOME, or the checkout; else None."""
    home = (os.environ if environ is None else environ).get("DAGSTER_HOME", "").strip()
    places = (*([Path(home).expanduser()] if home else []), _PACKAGE.parent)
    return find_project_above(start) or next(filter(None, map(read_project, places)), None)


def find_project_above(start: Path | None = None) -> Project | None:
    """Return the project at or above `start`, where we are if it is not said."""
    here = Path.cwd() if start is None else start.absolute()
    return next(filter(None, map(read_project, (here, *here.parents))), None)


def read_project(folder: Path) -> Project | None:
    """Return the project that a folder is; None for any other folder: another project's file is not ours to obey."""
    try:
        held = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        said = held["tool"]["dg"]["project"]
        if said["code_location_target_module"] != DEFINITIONS:
            return None
        return Project(folder, str(said.get("defs_module") or f"{said['root_module']}.defs"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def typed(command: str) -> str:
    """Return how one of our commands is typed here: in the checkout, make sets everything up first."""
    return f"finago-assets {command}" if IS_INSTALLED else f"make {command}"
