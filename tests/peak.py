"""The peak memory of a process itself: `getrusage` carries a parent's peak along, across fork and exec."""

from __future__ import annotations

from pathlib import Path


def peak_kib() -> int:
    """Return the peak resident memory of this process in KiB, as Linux counts it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
