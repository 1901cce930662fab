"""The locks around a DuckDB file: patient, typed, gone with their holder, and the queued one fair."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import Locked, NotWritable
from finago_assets.core.landing.lock import POLL_SECONDS, file_lock, queued_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    Lock = Callable[[Path, float], AbstractContextManager[None]]

HOLD = """
import sys
from pathlib import Path
from finago_assets.core.landing.lock import queued_lock
path, who = Path(sys.argv[1]), sys.argv[2]
with queued_lock(path, 600, who=who, on_wait=lambda first: print("waits for " + first, flush=True)):
    print("held", flush=True)
    sys.stdin.readline()
"""
BOTH = pytest.mark.parametrize("lock", [file_lock, queued_lock])


def _holder(path: Path, who: str = "holder") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(path), who]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _says(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()


def _end(holder: subprocess.Popen[str]) -> None:
    holder.communicate("\n")
    assert holder.returncode == 0


@BOTH
def test_a_free_lock_is_taken_without_waiting_and_given_back(tmp_path: Path, lock: Lock) -> None:
    path = tmp_path / "work" / "warehouse.lock"
    for _ in range(2):
        with lock(path, 0):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


@BOTH
def test_patience_ends_with_a_typed_error_that_says_what_to_do(tmp_path: Path, lock: Lock) -> None:
    path = tmp_path / "warehouse.lock"
    with _holder(path) as holder:
        assert _says(holder) == "held"
        with pytest.raises(Locked, match="Wait for the other run"), lock(path, 0):
            pytest.fail("two holders")
        _end(holder)


@BOTH
def test_an_error_inside_frees_the_lock(tmp_path: Path, lock: Lock) -> None:
    path = tmp_path / "warehouse.lock"
    with pytest.raises(ZeroDivisionError), lock(path, 0):
        raise ZeroDivisionError
    with lock(path, 0):
        pass


@BOTH
def test_a_second_lock_in_the_same_process_does_not_wait_for_itself(tmp_path: Path, lock: Lock) -> None:
    path = tmp_path / "warehouse.lock"
    with lock(path, 0), pytest.raises(Locked), lock(path, 0):
        pytest.fail("two holders")


@BOTH
def test_a_folder_that_cannot_be_made_is_not_writable(tmp_path: Path, lock: Lock) -> None:
    (tmp_path / "work").write_text("in the way")
    with pytest.raises(NotWritable), lock(tmp_path / "work" / "warehouse.lock", 0):
        pytest.fail("locked nothing")


def test_a_killed_holder_frees_the_lock_and_leaves_no_ticket(tmp_path: Path) -> None:
    path, waited = tmp_path / "warehouse.lock", []
    with _holder(path) as holder:
        assert _says(holder) == "held"

        def kill(first: str) -> None:
            waited.append(first)
            holder.kill()

        # the only way out of waiting is that the kernel gives the lock back
        with queued_lock(path, 60, who="next", on_wait=kill):
            assert holder.wait() != 0
    assert waited == ["holder"]
    assert [ticket.name for ticket in (tmp_path / "warehouse.lock.queue").iterdir()] == ["guard"]


def test_whoever_asks_first_is_served_first_and_is_told_who_is_ahead(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    with _holder(path, "run-0") as running:
        assert _says(running) == "held"
        with _holder(path, "run-1") as one:
            assert _says(one) == "waits for run-0"
            with _holder(path, "run-2") as two:
                assert _says(two) == "waits for run-0"
                _end(running)
                # the later one learns that it is now behind the earlier one, which has the lock
                assert _says(one) == "held"
                assert _says(two) == "waits for run-1"
                _end(one)
                assert _says(two) == "held"
                _end(two)


def test_a_waiter_that_dies_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    with _holder(path, "run-0") as running, _holder(path, "run-1") as dead:
        heard = {_says(running), _says(dead)}
        assert "held" in heard
        dead.kill()
        dead.wait()
        running.kill()
        running.wait()
    with queued_lock(path, 0, who="run-2"):
        pass


def test_patience_is_counted_anew_whenever_the_queue_moves(tmp_path: Path) -> None:
    path, slept = tmp_path / "warehouse.lock", []
    with _holder(path, "run-0") as running:
        assert _says(running) == "held"
        with _holder(path, "run-1") as next_one:
            assert _says(next_one) == "waits for run-0"

            def pass_time(seconds: float) -> None:
                slept.append(seconds)
                if len(slept) == 3:
                    _end(running)
                    assert _says(next_one) == "held"

            with (
                pytest.raises(Locked, match=r"^run-1 has held"),
                queued_lock(path, 4 * POLL_SECONDS, who="run-2", sleep=pass_time),
            ):
                pytest.fail("two holders")
            assert len(slept) >= 6  # three behind run-0, and then the whole patience behind run-1
            _end(next_one)
