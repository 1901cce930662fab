"""What run history says, for commands that are not Dagster's own.

Owns opening the instance. Which home is meant is told by dagster_command.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import dagster as dg

from finago_assets.orchestration.liveness import find_dead_runs

if TYPE_CHECKING:
    from pathlib import Path


def read_dead_runs(home: Path) -> dict[str, str]:
    """Return the runs that count as under way although nothing executes them; empty where there is no history yet."""
    if not (home / "dagster.yaml").exists():
        return {}
    with dg.DagsterInstance.from_config(os.fspath(home)) as instance:
        return find_dead_runs(instance)
