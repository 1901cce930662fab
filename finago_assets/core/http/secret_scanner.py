"""Answers that repeat a secret of ours: found here, and then neither kept nor passed on.

Owns the search. A server or proxy that shows what it was sent spells it as JSON, HTML, a URL or base64 likes; the
longest stretch of letters and digits survives the first three unchanged, and base64 is looked for in its own terms.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from finago_assets.core.http.secret import Secret

STRETCH: Final = re.compile(r"[A-Za-z0-9]+")
# a shorter stretch could be a word of the data
SHORTEST: Final = 8
ALIGNMENTS: Final = range(3)


class SecretScanner:
    """Looks for secrets in bytes, in one piece or in a stream of pieces. Not shared between threads."""

    def __init__(self, *secrets: Secret) -> None:
        self._needles = tuple(needle for secret in secrets for needle in _needles(secret.reveal()))
        self._overlap = max(map(len, self._needles), default=1) - 1
        self._tail = b""

    def in_text(self, data: bytes | bytearray) -> bool:
        """Tell whether a whole body or header repeats a secret."""
        return any(needle in data for needle in self._needles)

    def in_next(self, piece: bytes | bytearray) -> bool:
        """Tell whether a secret ends in this piece of a stream, wherever it began."""
        start = self._tail + piece[: self._overlap]
        self._tail = (
            (self._tail + piece)[-self._overlap :] if len(piece) < self._overlap else bytes(piece[-self._overlap :])
        )
        return self.in_text(start) or self.in_text(piece)

    def __repr__(self) -> str:
        return "<secret scanner>"


def _needles(value: str) -> list[bytes]:
    longest = max(STRETCH.findall(value), key=len, default="")
    stretch = longest if len(longest) >= SHORTEST else value
    if not stretch:
        return []
    return [stretch.encode(), *(_in_base64(stretch.encode(), before) for before in ALIGNMENTS)]


def _in_base64(stretch: bytes, before: int) -> bytes:
    """Return the part of the base64 text that is the same whatever surrounds the stretch at this alignment."""
    text = base64.b64encode(b"\0" * before + stretch)
    return text[-(-before * 8 // 6) : (before + len(stretch)) * 8 // 6]
