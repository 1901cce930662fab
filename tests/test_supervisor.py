"""A command's child process: real processes, ended by real signals together with everything that they started."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil
import pytest

from finago_assets.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
ENDS_WITHIN = 30
PATIENT = 600.0

# a command as the demo is one; says what it was asked and ends with the status that stands for it
COMMAND = """
import os, signal, sys
from pathlib import Path
from finago_assets.supervisor import Interrupted, Step, Supervisor
first, second, *child = sys.argv[1:]
steps = (Step(signal.SIGINT, float(first)), Step(signal.SIGTERM, float(second)), Step(signal.SIGKILL, 5.0))
try:
    with Supervisor(steps) as supervisor:
        if not child:
            # a signal that came just before `pause` would wait for the next one
            woken, wakes = os.pipe()
            os.set_blocking(wakes, False)
            signal.set_wakeup_fd(wakes)
            print("ready", flush=True)
            while True:
                os.read(woken, 1)
        hear = lambda line: print(line, end="", flush=True)
        status = supervisor.run(child, env=os.environ, cwd=Path.cwd(), hear=hear)
except Interrupted as interrupted:
    os.kill(os.getpid(), signal.SIGINT)
    print("interrupted", flush=True)
    sys.exit(interrupted.status)
sys.exit(status)
"""
# ignores the signals that it is told to, and has a child that does the same; tells whom there is to look for
STUBBORN = """
import os, signal, subprocess, sys
for name in sys.argv[1:]:
    signal.signal(signal.Signals[name], signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print("ready", os.getpid(), other.pid, flush=True)
while True:
    signal.pause()
"""
# tells the pipe that it is given of each SIGINT, and ends at SIGTERM
TELLING = """
import os, signal, sys
pipe = os.open(sys.argv[1], os.O_WRONLY)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("ready", os.getpid(), flush=True)
while signal.sigwait({signal.SIGINT}):
    os.write(pipe, b"!")
"""
# says more about SIGINT than a pipe holds, and ends
TALKATIVE = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("ready", os.getpid(), flush=True)
signal.sigwait({signal.SIGINT})
sys.exit("x" * 1_000_000)
"""
# prints a long line, one that is no text, an empty one, an error, and one that is never ended
PRINTING = r"""
import sys
sys.stdout.buffer.write(b"x" * 200_000 + b"\nbad \xff\n\n")
sys.stdout.flush()
print("an error", file=sys.stderr, flush=True)
print("without an end", end="")
"""
# ends at once and leaves a process behind, which holds none of its output open
LEAVING = """
import subprocess, sys
left = subprocess.Popen(
    [sys.executable, "-c", "import signal; signal.pause()"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
print(left.pid, flush=True)
"""
# takes the terminal on its standard input as its own, as a shell does, and becomes the command
IN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
# ends at once; of its group there is left one that is dead, whose parent, in a group of its own, does not collect it
UNCOLLECTED = """
import os, subprocess, sys
keeper = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
)
print("ready", keeper.pid, keeper.stdout.readline().decode(), end="", flush=True)
"""
KEEPER = """
import os, signal, sys
os.setpgid(0, 0)
dead = os.fork()
if not dead:
    os.setpgid(0, int(sys.argv[1]))
    os._exit(0)
os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)
print(dead, flush=True)
signal.pause()
"""
# hides from the block that it was interrupted
DEAF = """
import os, signal
from contextlib import suppress
from finago_assets.supervisor import Interrupted, Supervisor
try:
    with Supervisor():
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
except Interrupted as interrupted:
    raise SystemExit(interrupted.status)
"""
# becomes the command as nohup does
WITHOUT_HANGUP = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A command that has begun, and the processes that it has to take with it."""

    process: subprocess.Popen[bytes]
    begun: list[int]

    def ended(self) -> tuple[int, str]:
        """Wait for its end; return its exit status and what it said after `ready`."""
        said, _ = self.process.communicate(timeout=ENDS_WITHIN)
        return self.process.returncode, (said or b"").decode()


def alive(pids: list[int]) -> list[int]:
    """Return those that still run; what is dead and waits to be collected does not."""
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def command(*child: str, first: float = 0.2, second: float = 0.2) -> list[str]:
    return [sys.executable, "-c", COMMAND, f"{first}", f"{second}", *child]


def python(program: str, *words: str) -> list[str]:
    return [sys.executable, "-c", program, *words]


@contextmanager
def begun(words: list[str], **more: object) -> Iterator[Running]:
    """Start a command as a shell does, in a process group of its own, and wait until it says that it is ready."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, cwd=ROOT, process_group=0, **pipes, **more) as process:  # type: ignore[call-overload]
        try:
            yield Running(process, ready(process.stdout))
        finally:
            process.kill()


def ready(output: IO[bytes] | None) -> list[int]:
    assert output is not None
    word, *pids = output.readline().split()
    assert word == b"ready", word + output.read()
    return [int(pid) for pid in pids]


def to_group(process: subprocess.Popen[bytes], number: int) -> None:
    os.killpg(process.pid, number)


def to_one(process: subprocess.Popen[bytes], number: int) -> None:
    os.kill(process.pid, number)


@pytest.mark.parametrize(
    ("number", "send", "status"),
    [(signal.SIGINT, to_group, 130), (signal.SIGTERM, to_one, 143), (signal.SIGHUP, to_one, 129)],
)
@pytest.mark.parametrize("ignored", [(), ("SIGINT",), ("SIGINT", "SIGTERM")])
def test_a_signal_ends_the_child_and_what_it_started_whatever_they_ignore(
    number: int, send: Callable[[subprocess.Popen[bytes], int], None], status: int, ignored: tuple[str, ...]
) -> None:
    with begun(command(*python(STUBBORN, *ignored))) as running:
        assert len(alive(running.begun)) == 2
        send(running.process, number)
        assert running.ended() == (status, "interrupted\n")
        assert alive(running.begun) == []


def test_what_is_asked_of_the_command_alone_decides_since_the_child_has_a_session_of_its_own() -> None:
    with begun(command(*python(STUBBORN), first=PATIENT)) as running:
        (session,) = {os.getsid(pid) for pid in running.begun}
        assert session == running.begun[0]
        to_one(running.process, signal.SIGINT)
        assert running.ended()[0] == 130


def test_a_second_ctrl_c_does_not_wait_for_the_first_to_work(tmp_path: Path) -> None:
    pipe = tmp_path / "heard"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    with begun(command(*python(TELLING, f"{pipe}"), first=PATIENT, second=PATIENT)) as running:
        to_group(running.process, signal.SIGINT)
        assert select.select([reader], [], [], ENDS_WITHIN)[0], "the child did not hear the first"
        assert os.read(reader, 1) == b"!"
        assert running.process.poll() is None
        to_group(running.process, signal.SIGINT)
        assert running.ended() == (130, "interrupted\n")
        assert alive(running.begun) == []
    os.close(reader)


def test_a_child_that_has_more_to_say_about_it_than_a_pipe_holds_is_not_kept_from_ending() -> None:
    with begun(command(*python(TALKATIVE), first=PATIENT)) as running:
        to_group(running.process, signal.SIGINT)
        assert running.ended() == (130, "interrupted\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_without_a_child_the_command_ends_at_once(number: int, status: int) -> None:
    with begun(command()) as running:
        to_group(running.process, number)
        assert running.ended() == (status, "interrupted\n")


def test_what_was_ignored_when_the_command_began_stays_ignored() -> None:
    preamble = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    with begun(python(preamble, *command(*python(STUBBORN), first=PATIENT))) as running:
        to_group(running.process, signal.SIGHUP)
        to_group(running.process, signal.SIGTERM)
        assert running.ended()[0] == 143


def test_an_interruption_that_something_swallowed_ends_the_block_all_the_same() -> None:
    assert subprocess.run(python(DEAF), cwd=ROOT, check=False).returncode == 130


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells who is dead and not collected")
def test_the_dead_that_nobody_collects_are_not_waited_for() -> None:
    with begun(command(*python(UNCOLLECTED, KEEPER), first=PATIENT)) as running:
        keeper, dead = running.begun
        try:
            assert running.ended() == (0, "")
            assert psutil.Process(dead).status() == psutil.STATUS_ZOMBIE
        finally:
            os.kill(keeper, signal.SIGKILL)


@contextmanager
def in_a_terminal(words: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], int, list[int]]]:
    """Start a command in a terminal; yield the process, the terminal's other end, and what the command has begun."""
    ours, theirs = os.openpty()
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(python(IN_TERMINAL, *words), cwd=ROOT, start_new_session=True, **streams) as process:  # type: ignore[call-overload]
        os.close(theirs)
        try:
            with os.fdopen(os.dup(ours), "rb", buffering=0) as output:
                found = ready(output)
            yield process, ours, found
        finally:
            process.kill()


def test_ctrl_c_typed_at_a_terminal_ends_everything() -> None:
    with in_a_terminal(command(*python(STUBBORN, "SIGINT"))) as (process, terminal, pids):
        os.write(terminal, b"\x03")
        assert process.wait(ENDS_WITHIN) == 130
        assert alive(pids) == []
        os.close(terminal)


def test_a_terminal_that_is_closed_ends_everything_and_words_to_it_are_no_error() -> None:
    with in_a_terminal(command(*python(STUBBORN, "SIGINT"))) as (process, terminal, pids):
        os.close(terminal)
        assert process.wait(ENDS_WITHIN) == 129
        assert alive(pids) == []


def run(program: str, hear: Callable[[str], object], *words: str) -> int:
    with Supervisor() as supervisor:
        return supervisor.run(python(program, *words), env=os.environ, cwd=ROOT, hear=hear)


def test_what_a_child_leaves_behind_ends_too() -> None:
    heard: list[str] = []
    assert run(LEAVING, heard.append) == 0
    assert alive([int(heard[0])]) == []


def test_every_line_is_heard_once_and_whole() -> None:
    heard: list[str] = []
    assert run(PRINTING, heard.append) == 0
    assert heard == ["x" * 200_000 + "\n", "bad \ufffd\n", "\n", "an error\n", "without an end\n"]


def test_a_child_that_a_signal_ended_has_the_status_that_a_shell_gives() -> None:
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", list[str]().append) == 137


def test_a_listener_that_fails_leaves_no_child_alone() -> None:
    heard: list[int] = []

    def fail(line: str) -> None:
        heard.extend(int(pid) for pid in line.split()[1:])
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        run(STUBBORN, fail)
    assert len(heard) == 2
    assert alive(heard) == []


def test_signals_mean_again_what_they_meant_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert signal.SIG_IGN not in before
    assert run("", list[str]().append) == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before
