"""What other ops may hand to the action. Owns the shapes, and that none of them can be typed in the launchpad."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class RequestValues:
    """What another op adds to a request, over what its configuration says. It is stored: no secrets."""

    variables: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body_file: Path | None = None


def optional(kind: type, name: str, description: str) -> dg.In:
    """Return an input that may be left unwired; `name` is its type's in the UI.

    Its type has no loader: a value that could be typed in the launchpad would be stored with the run.
    """
    taken = dg.PythonObjectDagsterType((kind, type(None)), name=name)
    return dg.In(taken, default_value=None, description=description)
