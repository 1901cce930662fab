"""T14: whatever happens, neither the client secret nor a token comes to rest anywhere. Bytes are searched, not text."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running
from tests.security.answers import ANSWERS
from tests.security.canaries import SECRET
from tests.security.mistakes import MISTAKES
from tests.security.places import Search, open_to_others
from tests.security.stage import LOG, Stage, with_canaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCENARIOS = {played.__name__.replace("_", " "): played for played in (*ANSWERS, *MISTAKES)}
LEAST_FILES = 200
# Dagster commits every event to the disk; in memory that costs nothing
IN_MEMORY = Path("/dev/shm")  # noqa: S108  the folder in it has a name nobody can guess


@dataclass(slots=True)
class Theatre:
    """What all scenarios share, so that only the first one pays for it."""

    place: Path
    office: Running
    instance: dg.DagsterInstance
    search: Search = field(default_factory=Search)
    played: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    place = Path(tempfile.mkdtemp(prefix="canary-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    home = place / "dagster"
    home.mkdir()
    with running(size=Size.TINY, years=1) as office, dg.DagsterInstance.local_temp(str(home)) as instance:
        yield Theatre(place, with_canaries(office), instance)
    shutil.rmtree(place)


@pytest.fixture
def stage(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    made = Stage(Path(tempfile.mkdtemp(dir=theatre.place)), theatre.instance, theatre.office, monkeypatch)
    for name, value in theatre.office.environment().items():
        monkeypatch.setenv(name, value)
    made.set(client_secret=SECRET, data_dir=str(made.data), landing="parquet")
    log = logging.FileHandler(made.folder / LOG)
    logging.root.addHandler(log)
    umask = os.umask(0o022)
    yield made
    os.umask(umask)
    logging.root.removeHandler(log)
    log.close()
    theatre.office.control.set_faults()
    theatre.office.control.grant()


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_no_canary_comes_to_rest_after(
    scenario: Callable[[Stage], None], stage: Stage, theatre: Theatre, capfd: pytest.CaptureFixture[str]
) -> None:
    scenario(stage)
    stage.note(*capfd.readouterr())
    scan = theatre.search.through(theatre.place)
    assert scan.hits == []
    assert scan.unread == stage.damaged
    assert open_to_others(stage.data) == []
    theatre.played.add(scenario.__name__)


def test_t14_every_scenario_was_played_and_everything_was_searched(
    request: pytest.FixtureRequest, theatre: Theatre
) -> None:
    asked = [item for item in request.session.items if item.name.startswith("test_no_canary_comes_to_rest_after")]
    if len(asked) < len(SCENARIOS):
        pytest.skip("only some of the scenarios were asked for")
    scan = Search().through(theatre.place).covered(LEAST_FILES)
    assert scan.hits == []
    assert len(theatre.played) == len(SCENARIOS) >= 25
    print(f"T14: {len(theatre.played)}/{len(SCENARIOS)} scenarios, 0 hits, {scan.files} files, {scan.bytes:,} bytes")
