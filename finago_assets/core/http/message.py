"""One request of any method, and what came back of it so far: the data that crosses the client's border in a `send`.

Owns shapes and the private file an answer goes into. Paths are held to the same rule as those of a Call.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import BadRequest
from finago_assets.core.http.call import is_plain_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

Pour = Callable[[bytes], object]
READ: Final = "GET"
LARGEST_ANSWER: Final = 1024**3


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One request below the API base. `template` is the path as errors name it, `path` what is sent, percent-encoded.

    `single` marks an answer that must be an object, so that an empty one is never believed. `look` says where it can be
    seen whether a write was carried out, `file_name` what a body that is a file is called. Raises BadRequest for a path
    that could leave the API.
    """

    method: str
    template: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    media_type: str | None = None
    scopes: tuple[str, ...] = ()
    single: bool = False
    look: str = ""
    file_name: str | None = None

    def __post_init__(self) -> None:
        if not is_plain_path(self.path):
            raise BadRequest(f"{self.method} {self.template} was not sent: the filled-in path is not a plain path")

    @property
    def writes(self) -> bool:
        """True for everything but a GET."""
        return self.method != READ


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A message with its address."""

    method: str
    url: str
    body: bytes | None
    media_type: str | None
    file_name: str | None = None


@dataclass(slots=True, repr=False)
class Receipt:
    """What came back, filled in as it comes and so known also when an error is raised; `limit` bytes at the most.

    `file` holds the body of a sent message's last attempt: a success inflated and as it came, or an error's. `refusal`
    is the first 64 KiB of an error's body, nothing where that repeats a secret. `headers` are the few that say
    something, names in lower case.
    """

    file: Path
    limit: int = LARGEST_ANSWER
    status: int | None = None
    trace_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    refusal: bytes = b""

    def clear(self) -> None:
        """Forget the answer before."""
        self.status, self.trace_id, self.refusal = None, None, b""
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
