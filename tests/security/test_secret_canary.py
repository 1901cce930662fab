"""T14: whatever happens, neither the client secret nor a token comes to rest anywhere. Bytes are searched, not text."""

from __future__ import annotations

import logging
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running
from tests.security.canaries import SECRET
from tests.security.places import Scan, Search, open_to_others
from tests.security.scenarios import SCENARIOS
from tests.security.stage import Stage, with_canaries

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_FILES = 100
IN_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder for all scenarios, in memory where the machine has some: Dagster commits every event to disk."""
    folder = Path(tempfile.mkdtemp(prefix="canary-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield with_canaries(found)


@pytest.fixture(scope="module")
def instance(place: Path) -> Iterator[dg.DagsterInstance]:
    home = place / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as made:
        yield made


@pytest.fixture(scope="module")
def search() -> Search:
    return Search()


@pytest.fixture
def stage(
    request: pytest.FixtureRequest,
    place: Path,
    office: Running,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(dir=place))
    made = Stage(folder, instance, office, monkeypatch)
    for name, value in office.environment().items():
        monkeypatch.setenv(name, value)
    made.set(client_secret=SECRET, data_dir=str(made.data))
    log = logging.FileHandler(folder / "logging.txt")
    log.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.root.addHandler(log)
    yield made
    logging.root.removeHandler(log)
    log.close()
    office.control.set_faults()
    office.control.grant()


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_canary_comes_to_rest_after(name: str, stage: Stage, search: Search, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    SCENARIOS[name](stage)
    stage.note(*capfd.readouterr())
    scan = search.through(place)
    assert scan.hits == []
    assert scan.unread == stage.damaged
    assert open_to_others(stage.data) == [] if stage.data.is_dir() else True
