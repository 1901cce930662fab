"""Where a token may go: the API's own scheme, host, port and path prefix, and nowhere else.

Owns the guard. Every address that is asked is built from our own base and our own path; of a next link only its query
is handed out, so that no spelling of an address reaches the socket.
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
    """The API base, split once."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._prefix = parts.path.rstrip("/")
        self._authority = _authority(parts)

    def at(self, path: str, query: str) -> str:
        return f"{self._root}{self._prefix}{path}" + (f"?{query}" if query else "")

    def holds(self, current: str, target: str) -> bool:
        """Tell whether the target of a redirect met at `current` is still the API."""
        parts = self._resolved(current, target)
        return parts is not None and self._is_ours(parts)

    def query_of_same_list(self, path: str, current: str, target: str) -> str:
        """Return the query of a link, found at `current`, to the list at `path`. Raises a ForeignOrigin fault.

        Nothing is sent to the link, so a gateway may write any host and any prefix before the path, and filters come
        back in any spelling. The path must be ours: page numbers and tokens of another list mean other rows.
        """
        address, _, query = target.partition("?")
        parts = self._resolved(current, address or current)
        if parts is None or not self._speaks_of(parts, path):
            raise Fault(ForeignOrigin, "the next link points away from the list that was asked for")
        return query.partition("#")[0]

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

    @staticmethod
    def _speaks_of(parts: SplitResult, path: str) -> bool:
        try:
            scheme, host, port = _authority(parts)
        except ValueError:
            return False
        readable = scheme in PORTS and host and port != 0 and "@" not in parts.netloc
        return bool(readable) and f"{_normalize_path(parts.path)}/".endswith(f"{_normalize_path(path)}/")


def _normalize_path(path: str) -> str:
    return undone(path).rstrip("/").lower()


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
