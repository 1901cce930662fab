"""Where a token may go: the API's own scheme, host, port and path prefix, and nowhere else.

Owns the guard. The address that is finally asked is built from our own base plus the link's path and query, so no
spelling of an authority can ever reach the socket.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from finago_assets.core.errors import ForeignOrigin
from finago_assets.core.http.fault import Fault

# visible ASCII without the backslash, which browsers and some servers read as a slash
PLAIN: Final = re.compile(r"[!-\[\]-~]+")
PORTS: Final = {"http": 80, "https": 443}


class Origin:
    """The API base, split once. `follow` answers an address below it or raises a ForeignOrigin fault."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._prefix = parts.path.rstrip("/")
        self._authority = _authority(parts)

    def at(self, path: str, query: str) -> str:
        return f"{self._root}{self._prefix}{path}" + (f"?{query}" if query else "")

    def follow(self, current: str, target: str) -> str:
        """Resolve and check the target of a link found at `current`, and put it on our own authority."""
        parts = self._resolved(current, target)
        if parts is None or not self._is_ours(parts):
            raise Fault(ForeignOrigin, "the answer points away from the API")
        return f"{self._root}{parts.path}" + (f"?{parts.query}" if parts.query else "")

    def _resolved(self, current: str, target: str) -> SplitResult | None:
        if not PLAIN.fullmatch(target):
            return None
        try:
            if climbs(urlsplit(target).path):
                return None
            return urlsplit(urljoin(current, target))
        except ValueError:
            return None

    def _is_ours(self, parts: SplitResult) -> bool:
        try:
            same = _authority(parts) == self._authority
        except ValueError:
            return False
        below = parts.path == self._prefix or parts.path.startswith(f"{self._prefix}/")
        return same and below and "@" not in parts.netloc and not climbs(parts.path)


def _authority(parts: SplitResult) -> tuple[str, str | None, int | None]:
    scheme = parts.scheme.lower()
    return scheme, parts.hostname, PORTS.get(scheme) if parts.port is None else parts.port


def undone(path: str) -> str:
    """Take off escapes, and those under them, until there are none: who reads a path may well do so twice."""
    while (plain := unquote(path)) != path:
        path = plain
    return path


def climbs(path: str) -> bool:
    """Tell whether a segment is `.` or `..` in any spelling that some server might undo."""
    plain = undone(path)
    segments = plain.replace("\\", "/").split("/")
    return bool({".", ".."} & {segment.split(";")[0] for segment in segments}) or "\\" in plain or "//" in plain
