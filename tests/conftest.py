"""Fixtures that every test may ask for, and which tests stay together when several processes share them out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sandbox_server import caller, sandbox, start_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["caller", "sandbox", "start_sandbox"]

DBT = Path(__file__).parent / "dbt"


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all that look at the warehouses that are built once for tests/dbt."""
    for item in items:
        together = "dbt" if DBT in item.path.parents else f"{item.path}"
        item.add_marker(pytest.mark.xdist_group(together))
