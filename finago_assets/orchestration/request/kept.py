"""How long answers are kept: what may be removed of $FINAGO_DATA_DIR/requests. Does not know what an answer holds."""

from __future__ import annotations

import math
import re
import shutil
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.settings import Settings

KEPT_FOR: Final = timedelta(days=30)
# a run's folder, or an answer that a command left; the record of writes and whatever is somebody's own stay
_OURS: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|answer-[0-9a-f]{32}\.json(\.parquet)?")


def sweep(settings: Settings, *, older_than: timedelta = KEPT_FOR) -> int:
    """Remove the answers that nobody has written to for so long; return how many runs' and commands' went."""
    latest = time.time() - older_than.total_seconds()
    found = [path for path in settings.requests_dir.glob("*") if _OURS.fullmatch(path.name) and not path.is_symlink()]
    gone = [path for path in found if _newest(path) < latest]
    for path in gone:
        with suppress(OSError):  # another process may be sweeping it too
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(gone)


def _newest(answers: Path) -> float:
    with suppress(OSError):
        inside = list(answers.iterdir()) if answers.is_dir() else []
        return max(path.lstat().st_mtime for path in (answers, *inside))
    return math.inf  # another process is sweeping it
