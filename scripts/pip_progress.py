"""What pip says, on standard input, as one line of progress: how many packages are fetched, then how long it installs.

Owns the words and how often they come: on a terminal a bar that fills, elsewhere a line every ten seconds. What
goes wrong pip says on standard error, which does not pass here.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

EVERY_SECONDS: Final = 10.0
BAR: Final = 24
# `Processing` is said of a file on this machine
_FETCHES: Final = re.compile(
    r"(?:Collecting |Requirement already satisfied: |Processing (?:\S*/)?)"
    r"(?P<name>[A-Za-z0-9._]+(?:-[A-Za-z][A-Za-z0-9._]*)*)"
)
# a pin for another system or another Python
_LEAVES_OUT: Final = re.compile(r"Ignoring [A-Za-z0-9._-]+: markers ")
_INSTALLS: Final = "Installing collected packages"


class Progress:
    """How far it has come, by the lines so far."""

    def __init__(self, pinned: int) -> None:
        self.wanted = pinned
        self.fetched = 0
        self.said = "asking the package index"

    @property
    def bar(self) -> str:
        """How full it is: the packages that are here, of those that are wanted."""
        full = BAR * min(self.fetched, self.wanted) // max(self.wanted, 1)
        return "━" * full + "·" * (BAR - full)

    def hear(self, line: str) -> None:
        """Take in a line."""
        if _LEAVES_OUT.match(line):
            self.wanted -= 1
        elif found := _FETCHES.match(line):
            self.fetched += 1
            self.said = f"{self.fetched} of {max(self.wanted, self.fetched)} packages: {found['name']}"
        elif line.startswith(_INSTALLS):
            self.said = f"all {self.fetched} packages are here, installing them"


def pins_in(text: str) -> int:
    """Return how many packages a file of pins names."""
    return len(re.findall(r"(?m)^[A-Za-z0-9._-]+(?:\[[^\]]*\])?==", text))


def main() -> None:
    """Read until pip ends."""
    lines: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read_into, args=(lines,), daemon=True).start()
    progress = Progress(sum(pins_in(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]))
    began = told = time.monotonic()
    terminal = sys.stdout.isatty()
    while True:
        try:
            line = lines.get(timeout=1)
        except Empty:
            line = "\n"
        if not line:
            break
        progress.hear(line)
        now = time.monotonic()
        if terminal or now - told >= EVERY_SECONDS:
            told = now
            _tell(
                (f"{progress.bar} " if terminal else "") + f"{now - began:4.0f} s, {progress.said}", terminal=terminal
            )
    if terminal:
        sys.stdout.write("\r\x1b[K")


def _read_into(lines: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    lines.put("")


def _tell(text: str, *, terminal: bool) -> None:
    sys.stdout.write(f"\r\x1b[K  {text[:76]}" if terminal else f"  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
