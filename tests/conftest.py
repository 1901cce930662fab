"""Fixtures that every test may ask for, and which tests stay together when several processes share them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

from tests.postgresql import postgresql, postgresql_server
from tests.sandbox_server import caller, sandbox, start_sandbox

if TYPE_CHECKING:
    import pytest

__all__ = ["caller", "postgresql", "postgresql_server", "sandbox", "start_sandbox"]


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist comes without types
    """A file's tests share a process, and so do all that look at the warehouses that are built once for tests/dbt."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/dbt" if nodeid.startswith("tests/dbt/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Share the tests out by file."""
    return ByFile(config, log)
