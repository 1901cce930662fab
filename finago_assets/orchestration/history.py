"""Where run history is, for commands that are not Dagster's own.

Owns which instance is meant: DAGSTER_HOME, or the dagster.yaml at the top of the project.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from finago_assets.orchestration.liveness import find_dead_runs

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_dead_runs(environ: Mapping[str, str], project: Path) -> dict[str, str]:
    """Return the runs that count as under way although nothing executes them; empty where there is no history yet."""
    home = Path(environ.get("DAGSTER_HOME") or project)
    if not (home / "dagster.yaml").exists():
        return {}
    with dg.DagsterInstance.from_config(os.fspath(home)) as instance:
        return find_dead_runs(instance)
