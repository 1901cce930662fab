"""Answers made to exhaust a reader end in a typed error within a bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
EXPECTED: Final = {
    "gzip": "TooLarge",
    "nested gzip": "Malformed",
    "nested gzip, named once": "Malformed",
    "identity": "TooLarge",
    "depth": "TooLarge",
    "drip": "Timeout",
    "endless pages": "PageCapReached",
    "error body": "BadRequest",
}


def test_bombs_are_defused_within_a_bounded_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.http.bombs"], cwd=ROOT, capture_output=True, check=True, timeout=120
    )
    told = json.loads(done.stdout)
    print(f"T7: {len(told['led_to'])} bombs, all typed, peak memory {told['peak']:.0f} MiB")
    assert told["led_to"] == EXPECTED
    assert told["peak"] <= 128
