"""What the user has added under the `defs` folder of his project, if anything.

Owns when to look: it costs a second or two at every start, which nobody pays who has added nothing.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dagster as dg

from finago_assets.orchestration.components.endpoint import own_rows
from finago_assets.project import find_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.project import Project


@dataclass(frozen=True, slots=True)
class Own:
    """The user's definitions, and the catalogue rows among them by name."""

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    definitions: dg.Definitions = field(default_factory=dg.Definitions)


def read_own(project: Project | None = None) -> Own:
    """Load what the user has added in this project, or in the one that we are in. Nothing, where there is none."""
    found = project or find_project()
    return load_own(found.root) if found is not None and _added(found.defs) else Own()


def load_own(project: Path) -> Own:
    """Load what is under the `defs` folder of a dg project."""
    # Dagster imports it by name, and its own commands see to that only where they are typed at the top of the project
    if f"{project}" not in sys.path:
        sys.path.insert(0, f"{project}")
    # in this order: Dagster says in which file something does not fit
    definitions = dg.load_from_defs_folder(path_within_project=project)
    return Own(own_rows(dg.ComponentTree.for_project(project)), definitions)


def _added(folder: Path) -> bool:
    return any(
        path.suffix in {".yaml", ".yml", ".py"} and path != folder / "__init__.py" for path in folder.rglob("*.*")
    )
