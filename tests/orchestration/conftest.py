"""An office to land from, and the environment that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.options import ListOrder
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A tiny office of one year; the settings of this process point at it and at a data folder of the test's own."""
    with running(size=Size.TINY, years=1, order=ListOrder.SHUFFLED) as found:
        for name, value in {**found.environment(), "FINAGO_DATA_DIR": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance of the test's own."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made
