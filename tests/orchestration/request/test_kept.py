"""Answers are kept for a while, in private, and then they go."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from finago_assets.orchestration.request.kept import KEPT_FOR, answers_folder, sweep
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"


def test_an_old_runs_answers_go_and_a_young_runs_stay(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    old, new = (answers_folder(settings, run) for run in (OLD, NEW))
    (old / "body.json").write_text("[]")
    _age(tmp_path / "requests" / OLD, KEPT_FOR + timedelta(hours=1))
    assert sweep(settings) == 1
    assert not old.exists()
    assert new.is_dir()


def test_what_is_not_a_runs_folder_is_never_touched(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    answers_folder(settings, NEW)
    requests, precious = tmp_path / "data" / "requests", tmp_path / "precious"
    precious.mkdir()
    (requests / "audit.ndjson").write_text("{}\n")
    (requests / "mine").mkdir()
    (requests / OLD).symlink_to(precious)
    _age(requests, KEPT_FOR * 2)
    _age(precious, KEPT_FOR * 2)
    assert sweep(settings) == 1
    assert sorted(path.name for path in requests.iterdir()) == sorted(["audit.ndjson", "mine", OLD])
    assert precious.is_dir()


def test_a_run_that_writes_is_never_old(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    answers_folder(settings, OLD)
    _age(tmp_path / "requests" / OLD, KEPT_FOR * 2)
    (answers_folder(settings, OLD) / "answer.json").write_text("[]")
    assert sweep(settings) == 0


def test_answers_are_for_this_user_alone(tmp_path: Path) -> None:
    folder = answers_folder(Settings(data_dir=tmp_path), NEW)
    assert folder.stat().st_mode & 0o077 == 0


def test_there_is_nothing_to_sweep_before_the_first_request(tmp_path: Path) -> None:
    assert sweep(Settings(data_dir=tmp_path / "none")) == 0


def _age(folder: Path, by: timedelta) -> None:
    moment = time.time() - by.total_seconds()
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (moment, moment), follow_symlinks=False)
