"""The lock around a DuckDB file: patient, typed, and gone with its holder."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import Locked, NotWritable
from finago_assets.core.landing.lock import warehouse_lock

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from finago_assets.core.landing.lock import warehouse_lock
with warehouse_lock(Path(sys.argv[1]), 0):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(path)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_free_lock_is_taken_without_waiting_and_given_back(tmp_path: Path) -> None:
    path, waited = tmp_path / "work" / "warehouse.lock", []
    for _ in range(2):
        with warehouse_lock(path, 0, lambda: waited.append(1)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert waited == []


def test_patience_ends_with_a_typed_error_that_says_what_to_do(tmp_path: Path) -> None:
    path, waited = tmp_path / "warehouse.lock", []
    with _holder(path) as holder:
        with pytest.raises(Locked, match="Wait for the other run"), warehouse_lock(path, 0, lambda: waited.append(1)):
            pytest.fail("two holders")
        holder.communicate("\n")
    assert waited == [1]


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    # the only way out of waiting is that the kernel gives the lock back
    with _holder(path) as holder, warehouse_lock(path, 60, holder.kill):
        assert holder.wait() != 0


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    with pytest.raises(ZeroDivisionError), warehouse_lock(path, 0):
        raise ZeroDivisionError
    with warehouse_lock(path, 0):
        pass


def test_a_second_lock_in_the_same_process_does_not_wait_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    with warehouse_lock(path, 0), pytest.raises(Locked), warehouse_lock(path, 0):
        pytest.fail("two holders")


def test_a_folder_that_cannot_be_made_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("in the way")
    with pytest.raises(NotWritable), warehouse_lock(tmp_path / "work" / "warehouse.lock", 0):
        pytest.fail("locked nothing")
