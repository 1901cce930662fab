"""What the user has added under `finago_assets/defs`, if anything.

Owns when to look. Dagster finds the folder through pyproject.toml, which an installed wheel does not have; and looking
costs a second or two at every start, which nobody pays who has added nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import dagster as dg

from finago_assets.orchestration.components.endpoint import own_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.model import Endpoint

CHECKOUT: Final = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Own:
    """The user's definitions, and the catalogue rows among them by name."""

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    definitions: dg.Definitions = field(default_factory=dg.Definitions)


def read_own(checkout: Path = CHECKOUT) -> Own:
    """Load what the user has added. Nothing, where there is no checkout: another project's file is not ours to obey."""
    if not (checkout / "pyproject.toml").is_file() or not _added(checkout / "finago_assets" / "defs"):
        return Own()
    return load_own(checkout)


def load_own(project: Path) -> Own:
    """Load what is under the `defs` folder of a dg project."""
    # in this order: Dagster says in which file something does not fit
    definitions = dg.load_from_defs_folder(path_within_project=project)
    return Own(own_rows(dg.ComponentTree.for_project(project)), definitions)


def _added(folder: Path) -> bool:
    return any(
        path.suffix in {".yaml", ".yml", ".py"} and path != folder / "__init__.py" for path in folder.rglob("*.*")
    )
