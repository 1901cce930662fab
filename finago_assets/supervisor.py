"""A command's child process: started in a session of its own, and ended together with everything that it started.

Owns the signals while such a command works, what its child is sent and when, and the exit status that a shell expects.
Does not know what the child is, nor what people are told.
"""

from __future__ import annotations

import math
import os
import select
import signal
import stat
import subprocess
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType, TracebackType

# Ctrl-C, `kill` and a terminal that is closed
ASKING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TICK_SECONDS: Final = 0.05
_CHUNK_BYTES: Final = 1 << 16
_PROC: Final = Path("/proc")


class Step(NamedTuple):
    """A signal to a child's process group, and how long it is given to end before the next one."""

    signal: signal.Signals
    seconds: float


# A run that is under way is recorded as interrupted within two or three seconds; one that is being set up holds signals
# back for up to twenty, and has nothing to record yet
STEPS: Final = (Step(signal.SIGINT, 3.0), Step(signal.SIGTERM, 1.5), Step(signal.SIGKILL, 2.0))


class Interrupted(KeyboardInterrupt):
    """Somebody asked this command to end, and its child has ended. `status` is the exit status that stands for it."""

    def __init__(self, asked: signal.Signals) -> None:
        super().__init__(asked.name)
        self.status = 128 + asked


class Supervisor:
    """Takes Ctrl-C, SIGTERM and SIGHUP while its block runs, so that exactly one process decides what they do.

    Where a child runs, it is ended first; elsewhere Interrupted is raised at once. After that the block's way out is
    not disturbed again: whoever presses Ctrl-C twice hastens the child's end and nothing else.
    """

    def __init__(self, steps: Sequence[Step] = STEPS) -> None:
        self._steps = steps
        self._asked: list[signal.Signals] = []
        self._has_child = False
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        for number in ASKING:
            # what was ignored stays so: nohup, and a shell's background jobs
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for number, before in self._before.items():
            # the process is about to end; a third Ctrl-C would put a traceback under its last words
            signal.signal(number, signal.SIG_IGN if self._asked else before)
        if kind is None:
            self._raise_if_asked()

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        hear: Callable[[str], object] | None = None,
    ) -> int:
        """Run a command and return its exit status when nothing is left of all that it started.

        `hear` is given each line of its output, errors too; without it the output is this process's own. Raises
        Interrupted.
        """
        self._raise_if_asked()
        self._has_child = True
        try:
            # a terminal's Ctrl-C would reach every process at once: this one was seen to end, and dagster, which holds
            # the signal back while it sets a run up, to go on for half a minute
            process = subprocess.Popen(  # noqa: S603  our callers' own words
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=None if hear is None else subprocess.PIPE,
                stderr=None if hear is None else subprocess.STDOUT,
                start_new_session=True,
            )
            output = _Output(process.stdout, hear)
            try:
                self._follow(process, output)
            finally:
                self._end(process, output)
                output.close()
        finally:
            self._has_child = False
        self._raise_if_asked()
        # as a shell tells of a command that a signal ended
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def _follow(self, process: subprocess.Popen[bytes], output: _Output) -> None:
        while process.poll() is None and not self._asked:
            output.take(_TICK_SECONDS)
        while not self._asked and output.take(0):
            pass

    def _end(self, process: subprocess.Popen[bytes], output: _Output) -> None:
        """Send step after step until the group is empty; being asked again does not wait for a step's time to pass."""
        steps, next_at, heard = deque(self._steps), -math.inf, 0
        while process.poll() is None or _has_members(process.pid):
            if time.monotonic() >= next_at or len(self._asked) > heard:
                if not steps:
                    # killed and still there: stuck in the kernel, which no signal helps
                    return
                heard = len(self._asked)
                step = steps.popleft()
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, step.signal)
                next_at = time.monotonic() + step.seconds
            # a full pipe would keep it from ending
            output.drop(_TICK_SECONDS)

    def _receive(self, number: int, _: FrameType | None) -> None:
        self._asked.append(signal.Signals(number))
        if number == signal.SIGHUP:
            _leave_the_terminal()
        if not self._has_child and len(self._asked) == 1:
            self._raise_if_asked()

    def _raise_if_asked(self) -> None:
        if self._asked:
            raise Interrupted(self._asked[0])


class _Output:
    """What a child prints, as lines. Reading waits no longer than it is told to, so that its reader sees signals."""

    def __init__(self, pipe: IO[bytes] | None, hear: Callable[[str], object] | None) -> None:
        self._pipe = pipe
        self._open = [] if pipe is None else [pipe.fileno()]
        self._hear = hear
        self._begun = b""

    def take(self, seconds: float) -> bool:
        """Hand over what can be read by then, in whole lines; tell whether there was anything."""
        found = self.drop(seconds)
        *lines, self._begun = (self._begun + found).split(b"\n")
        if not self._open and self._begun:
            lines, self._begun = [*lines, self._begun], b""
        for line in lines:
            if self._hear is not None:
                self._hear(line.decode(errors="replace") + "\n")
        return bool(found)

    def drop(self, seconds: float) -> bytes:
        """Return what can be read by then; nobody hears it."""
        ready, _, _ = select.select(self._open, [], [], seconds)
        found = os.read(self._open[0], _CHUNK_BYTES) if ready else b""
        if ready and not found:
            self._open = []
        return found

    def close(self) -> None:
        if self._pipe is not None:
            self._pipe.close()


def _has_members(group: int) -> bool:
    """Tell whether a process of the group is alive; what is dead and was collected by nobody is not."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        # macOS forbids it where all that is left are dead
        return False
    return any(_states(group)) if _PROC.is_dir() else True


def _states(group: int) -> Iterator[bool]:
    """For each process of the group, whether it is alive: in a container without an init the dead stay for good."""
    for file in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            # the command's name stands in brackets, and may hold some
            state, _, of_group = file.read_bytes().rpartition(b")")[2].split()[:3]
            if int(of_group) == group:
                yield state not in (b"Z", b"X")


def _leave_the_terminal() -> None:
    """Write nowhere from now on if this was a terminal: it is gone, and every word to it would be an error."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
