"""Where answers lie and for how long. Owns $FINAGO_DATA_DIR/requests; does not know what an answer holds."""

from __future__ import annotations

import math
import re
import shutil
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from finago_assets.core.landing.files import Files, typed_errors

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.settings import Settings

REQUESTS: Final = "requests"
KEPT_FOR: Final = timedelta(days=30)
# Dagster's run ids; whatever else lies in the folder is somebody's own and stays
_RUN: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def answers_folder(settings: Settings, run: str) -> Path:
    """Make and return the private folder of a run's answers. Raises NoSpace, NotWritable or Environment."""
    folder = settings.data_dir / REQUESTS / run
    with typed_errors("Making room for an answer"):
        Files().make_private(folder)
    return folder


def sweep(settings: Settings, *, now: float | None = None, older_than: timedelta = KEPT_FOR) -> int:
    """Remove the answers of runs that have not been written to for so long; return how many runs' went."""
    latest = (time.time() if now is None else now) - older_than.total_seconds()
    root = settings.data_dir / REQUESTS
    runs = [path for path in root.glob("*") if _RUN.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]
    gone = [path for path in runs if _newest(path) < latest]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)  # another process may be sweeping it too
    return len(gone)


def _newest(run: Path) -> float:
    with suppress(FileNotFoundError):
        return max(path.lstat().st_mtime for path in (run, *run.iterdir()))
    return math.inf  # another process is sweeping it
