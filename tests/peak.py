"""This process's own peak memory. `getrusage` also carries a parent's peak across fork and exec, which is not its own."""

from __future__ import annotations

from pathlib import Path


def peak_kib() -> int:
    """Return the peak resident memory of this process in KiB, as Linux counts it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
