"""Fixtures that every test may ask for, and which tests stay together when several processes share them out."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING, Final

from xdist.scheduler import LoadScopeScheduling

from tests.postgresql import postgresql, postgresql_server
from tests.sandbox_server import caller, sandbox, start_sandbox

if TYPE_CHECKING:
    import pytest

__all__ = ["caller", "postgresql", "postgresql_server", "sandbox", "start_sandbox"]


def pytest_configure() -> None:
    """Collect without looking for garbage; let processes hear Ctrl-C, which a shell has its background jobs ignore."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # what is imported and collected stays: looking for garbage in it takes a third of the time that collecting does
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, among what tests make, and rarely among what stays."""
    # nothing is frozen: libraries ask who refers to an object, and are not told of frozen ones
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


# what takes longest comes first, so that no process is left alone with it at the end
FIRST: Final = ("tests/dbt/", "tests/test_end_to_end.py", "tests/security/", "tests/orchestration/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in an order that two processes get through sooner."""
    items.sort(key=lambda item: next((place for place, part in enumerate(FIRST) if item.nodeid.startswith(part)), 9))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist comes without types
    """A file's tests share a process, and so do all that look at the warehouses that are built once for tests/dbt."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/dbt" if nodeid.startswith("tests/dbt/") else nodeid.partition("::")[0]


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: tests wait for the processes that they start."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Share the tests out by file."""
    return ByFile(config, log)
