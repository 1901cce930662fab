"""Litter of dead processes goes; what a living one is writing stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from finago_assets.core.landing import litter
from finago_assets.core.processes import started
from tests.core.landing.samples import LINES, ORGANIZATION, THREE_DAYS, Store, facts, land, payloads, temporaries

if TYPE_CHECKING:
    from pathlib import Path


def _touched(directory: Path, *, pid: int | None = None, start: int | None = None, host: str | None = None) -> Path:
    own = litter.temporary(directory, "data.parquet")
    *stem, own_host, own_pid, own_start, token, suffix = own.name.split(".")
    parts = [*stem, host or own_host, str(pid or own_pid), str(start or own_start), token, suffix]
    path = directory / ".".join(parts)
    path.touch()
    return path


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_litter_of_a_dead_process_goes(tmp_path: Path) -> None:
    path = _touched(tmp_path, pid=_dead_pid())
    assert litter.remove_litter([tmp_path]) == 1
    assert not path.exists()


def test_what_a_living_process_writes_stays(tmp_path: Path) -> None:
    own = _touched(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as other:
        others = _touched(tmp_path, pid=other.pid, start=started(other.pid))
        assert litter.remove_litter([tmp_path]) == 0
        assert own.exists()
        assert others.exists()
    assert litter.remove_litter([tmp_path]) == 1
    assert not others.exists()


def test_a_process_number_used_again_does_not_protect_the_litter_of_its_first_owner(tmp_path: Path) -> None:
    path = _touched(tmp_path, pid=os.getpid(), start=1)
    assert litter.remove_litter([tmp_path]) == 1
    assert not path.exists()


def test_another_machines_file_goes_only_after_a_week_without_a_write(tmp_path: Path) -> None:
    fresh, old = _touched(tmp_path, host="elsewhere-1"), _touched(tmp_path, host="elsewhere-1")
    week_ago = time.time() - litter.FOREIGN_AFTER_SECONDS - 60
    os.utime(old, (week_ago, week_ago))
    assert litter.remove_litter([tmp_path]) == 1
    assert fresh.exists()
    assert not old.exists()


def test_other_hidden_files_are_left_alone(tmp_path: Path) -> None:
    names = [".gitignore", ".x.tmp", "data.parquet", ".data.parquet.host.notapid.1.ab.tmp"]
    for name in names:
        (tmp_path / name).touch()
    assert litter.remove_litter([tmp_path, tmp_path / "missing", tmp_path / "data.parquet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_a_sweep_finds_what_a_dead_chain_left_and_keeps_a_living_one(store: Store, tmp_path: Path) -> None:
    land(store, THREE_DAYS, {THREE_DAYS.start: [b"{}"]})
    with store.spool(LINES, ORGANIZATION, THREE_DAYS.days) as spool:
        for page in range(10):
            spool.add(page, [b"x" * 1000] * 1000, THREE_DAYS.start, None)
        (living,) = temporaries(tmp_path)
        dead = _touched(living.parent, pid=_dead_pid())
        assert store.sweep() == 1
        assert not dead.exists()
        list(spool.publish(facts(THREE_DAYS)))
    assert len(payloads(store, THREE_DAYS.start)) == 10_000
    assert store.sweep() == 0
    assert temporaries(tmp_path) == []
