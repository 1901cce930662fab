"""Answers are kept for a while, and then they go."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from finago_assets.orchestration.request.kept import KEPT_FOR, sweep
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"
ANSWER = f"answer-{'0a' * 16}.json"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def test_old_answers_go_and_young_ones_stay(settings: Settings) -> None:
    old, new, of_a_command = _answer(settings, OLD), _answer(settings, NEW), _answer(settings)
    _age(old.parent, KEPT_FOR + timedelta(hours=1))
    _age(of_a_command, KEPT_FOR + timedelta(hours=1))
    assert sweep(settings) == 2
    assert not old.parent.exists()
    assert not of_a_command.exists()
    assert new.is_file()


def test_what_is_not_an_answer_is_never_touched(settings: Settings, tmp_path: Path) -> None:
    _answer(settings, NEW)
    root, precious = settings.requests_dir, tmp_path / "precious"
    precious.mkdir()
    (root / "writes.jsonl").write_text("{}\n")
    (root / "mine").mkdir()
    (root / OLD).symlink_to(precious)
    for folder in (root, precious):
        _age(folder, KEPT_FOR * 2)
    assert sweep(settings) == 1
    assert sorted(path.name for path in root.iterdir()) == sorted(["writes.jsonl", "mine", OLD])
    assert precious.is_dir()


def test_a_run_that_still_writes_is_never_old(settings: Settings) -> None:
    _age(_answer(settings, OLD).parent, KEPT_FOR * 2)
    (settings.requests_dir / OLD / "answer-of-another-step.json").write_text("[]")
    assert sweep(settings) == 0


def test_there_is_nothing_to_sweep_before_the_first_request(settings: Settings) -> None:
    assert sweep(settings) == 0


def _answer(settings: Settings, run: str = ".") -> Path:
    path = settings.requests_dir / run / ANSWER
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[]")
    return path


def _age(path: Path, by: timedelta) -> None:
    moment = time.time() - by.total_seconds()
    for one in (*path.rglob("*"), path):
        os.utime(one, (moment, moment), follow_symlinks=False)
