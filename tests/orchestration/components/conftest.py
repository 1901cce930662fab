"""Projects to put YAML into."""

from __future__ import annotations

from tests.orchestration.components.projects import project

__all__ = ["project"]
