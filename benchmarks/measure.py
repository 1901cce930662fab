"""One command as a process of its own: wall seconds, CPU seconds, peak memory.

Owns processes, servers among them. Imports little on purpose: a child's peak counts what its parent held when it began.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PROJECT: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU in seconds, `rss` in MiB, the peak of the largest process; CPU counts its children too."""

    wall: float
    cpu: float
    rss: float
    said: str = ""

    def __add__(self, other: Cost) -> Cost:
        """One step after the other."""
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.rss, other.rss), other.said)

    def scaled(self, factor: float) -> Cost:
        """The same work `factor` times, memory unchanged."""
        return Cost(self.wall * factor, self.cpu * factor, self.rss, self.said)


def python(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of this folder with this interpreter."""
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run to the end at the top of the checkout. Raises RuntimeError with the last output when it fails."""
    with TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, cwd=PROJECT, env={**os.environ, **(environment or {})}
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-3000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


@contextmanager
def serving(command: Sequence[str]) -> Iterator[list[str]]:
    """Start a server; yield what it printed up to a line that says it is ready; end it afterwards."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            yield _until_ready(process)
        finally:
            process.terminate()


def _until_ready(process: subprocess.Popen[str]) -> list[str]:
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line.strip())
        if line.startswith(("ready", "# Control")):
            return lines
    raise RuntimeError(f"The server did not start: {lines}")
