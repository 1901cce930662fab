"""The demo beside the run that it starts: what of Dagster's history is there when, and what an interruption leaves."""

from __future__ import annotations

import io
import signal
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from rich.console import Console

from finago_assets.core.windows import ONE_DAY, Window
from finago_assets.demo import demo_days, run_demo
from finago_assets.sandbox.books.company import keep_books
from finago_assets.sandbox.books.plan import BooksPlan
from finago_assets.settings import Settings
from finago_assets.supervisor import Interrupted, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable


DAYS = demo_days(date(2026, 3, 1))


class Watched(Supervisor):
    """Runs a function in place of a command, and starts nothing."""

    def __init__(self, work: Callable[[Path], int]) -> None:
        super().__init__()
        self._work = work

    def run(self, *_: Any, env: Any, **__: Any) -> int:
        return self._work(Path(env["DAGSTER_HOME"]))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("FINAGO_DATA_DIR", f"{tmp_path / 'data'}")
    return tmp_path


def _stamped(home: Path) -> list[str]:
    """Return the revision of each file of the history that is there and whole."""
    found = []
    for name in ("runs.db", "index.db", "schedules.db"):
        for file in home.rglob(name):
            with closing(sqlite3.connect(file)) as history:
                found += [revision for (revision,) in history.execute("select version_num from alembic_version")]
    return found


def test_the_history_is_whole_before_the_run_opens_it_so_that_no_two_make_its_tables(folder: Path) -> None:
    seen: list[str] = []

    def work(home: Path) -> int:
        seen.extend(_stamped(home))
        return 1

    console = Console(file=io.StringIO())
    assert run_demo({"FINAGO_DATA_DIR": f"{folder / 'data'}"}, DAYS, console, Watched(work)) == 1
    assert len(seen) >= 2


def test_a_run_that_is_interrupted_at_once_leaves_no_more_than_the_interruption(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def work(_: Path) -> int:
        raise Interrupted(signal.SIGINT)

    with pytest.raises(Interrupted):
        run_demo({"FINAGO_DATA_DIR": f"{folder / 'data'}"}, DAYS, Console(file=io.StringIO()), Watched(work))
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("said", [None, {}, {"telemetry": {"enabled": False}}])
def test_a_home_of_ones_own_may_say_nothing_of_its_history(
    folder: Path, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    home = folder / "home"
    home.mkdir()
    if said is not None:
        (home / "dagster.yaml").write_text(yaml.safe_dump(said))
    monkeypatch.setenv("DAGSTER_HOME", f"{home}")
    environment = {"FINAGO_DATA_DIR": f"{folder / 'data'}"}
    assert run_demo(environment, DAYS, Console(file=io.StringIO()), Watched(lambda _: 1)) == 1


def test_the_demo_ends_yesterday_and_has_a_year_before_it_to_compare_with() -> None:
    assert demo_days(date(2026, 12, 31)) == Window(date(2025, 1, 1), date(2026, 12, 31))
    assert demo_days(date(2026, 1, 1)) == Window(date(2024, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 11, 29)])
def test_tomorrow_the_books_of_the_demo_hold_the_same_save_for_the_days_that_every_night_lands_again(
    today: date,
) -> None:
    days = demo_days(today)
    earlier, later = (
        keep_books(BooksPlan(start=days.start, until=days.end - ONE_DAY + timedelta(days=more))) for more in (0, 1)
    )
    other = [day for day, lines in earlier.ledger.days.items() if lines != later.ledger.days.get(day)]
    assert all(days.end.toordinal() - day < Settings().lookback_days for day in other)
