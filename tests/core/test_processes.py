"""Whether a process runs, told from its id, its start, and the machine's own start."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from finago_assets.core.processes import is_running, machine, started, this_process


def test_this_process_runs_and_its_name_for_files_holds_no_odd_letter() -> None:
    assert is_running(this_process())
    assert machine().replace("-", "").isalnum()


def test_a_process_that_ended_but_was_collected_by_nobody_does_not_run() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        made = msgspec.structs.replace(this_process(), pid=child.pid, start=started(child.pid) or 0)
        assert is_running(made)
        child.kill()
        while started(child.pid) is not None:
            pass
        assert child.returncode is None  # still a zombie
        assert is_running(made) is False


@pytest.mark.parametrize(
    ("change", "runs"),
    [
        ({"start": 1}, False),
        ({"start": 0}, True),
        ({"boot": "another"}, False),
        ({"host": "elsewhere", "boot": "another"}, None),
        ({"namespace": 1}, None),
    ],
)
def test_another_start_is_another_process_and_another_machine_cannot_be_asked(
    change: dict[str, str | int],
    runs: bool | None,  # noqa: FBT001
) -> None:
    assert is_running(msgspec.structs.replace(this_process(), **change)) is runs
