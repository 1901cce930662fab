"""What came back of a call so far, known also when an error is raised.

Owns the private file an answer goes into.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

Pour = Callable[[bytes], object]
LARGEST_ANSWER: Final = 1024**3


@dataclass(slots=True, repr=False)
class Receipt:
    """What came back, filled in as it comes and so known also when an error is raised; `limit` bytes at the most.

    `file` holds the body of a sent message's last attempt: a success inflated and as it came, or an error's. `refusal`
    is the first 64 KiB of an error's body, nothing where that repeats a secret. `headers` are the few that say
    something, names in lower case. `goes_on`: the answer links to a further page.
    """

    file: Path
    limit: int = LARGEST_ANSWER
    status: int | None = None
    trace_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    refusal: bytes = b""
    goes_on: bool = False

    def clear(self) -> None:
        """Forget the answer before."""
        self.status, self.trace_id, self.refusal, self.goes_on = None, None, b"", False
        self.headers.clear()

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self.file.stat().st_size if self.file.exists() else 0

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Start the file anew, readable by its owner alone. A link in its place is not followed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self.file, flags, 0o600), "wb") as file:
            yield file
