"""A command of ours typed in a terminal's foreground, heard as it speaks, with nothing left of it afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROGRAM: Final = Path(sys.executable).with_name("finago-assets")
# on a machine that is busy
ENDS_WITHIN: Final = 30
_KEPT: Final = ("PATH", "LANG", "PYTHONPATH")


@contextmanager
def typed_command(
    folder: Path, words: tuple[str, ...], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Type words in a folder, in an environment that holds nothing else of ours; what it says is in one stream."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with subprocess.Popen(
        [PROGRAM, *words],
        cwd=folder,
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as process:
        try:
            yield process
        finally:
            # a kill would leave what it has started
            process.terminate()
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()


def heard(process: subprocess.Popen[str], *, lines: int = 0, until: str = "") -> str:
    """Return what a command has said up to a line, by its number or by what stands in it."""
    assert process.stdout is not None
    said = ""
    for number, line in enumerate(process.stdout, start=1):
        said += line
        if number == lines or (until and until in line):
            return said
    raise AssertionError(said)
