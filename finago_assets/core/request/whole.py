"""A file that appears whole or not at all: written beside its final name, synced, renamed over it.

Owns that order for files a request makes. What is written, and the words for a failure, are the caller's.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from finago_assets.core.landing import litter
from finago_assets.core.landing.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


@contextmanager
def appearing(target: Path, files: Files | None = None) -> Iterator[BinaryIO]:
    """Yield a new file, mode 0600, that takes the target's name when the block ends well. Raises OSError."""
    files = files or Files()
    temporary = litter.temporary(target.parent, target.name)
    try:
        with files.create(temporary) as file:
            yield file
            files.fsync(file)
        files.replace(temporary, target)
        files.fsync_directory(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
