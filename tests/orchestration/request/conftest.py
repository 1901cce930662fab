"""A desk to send requests from: office and run history shared by a module's tests, everything else a test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running
from tests.orchestration.request.stage import Desk
from tests.security.stage import Impatient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def tiny_office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield found


@pytest.fixture(scope="module")
def history() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def desk(
    tiny_office: Running, history: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    made = Desk(tiny_office, tmp_path / "data", history, monkeypatch, Impatient())
    made.set(**tiny_office.environment(), FINAGO_DATA_DIR=str(made.data))
    made.asked()
    yield made
    tiny_office.control.set_faults()
    tiny_office.control.grant()
