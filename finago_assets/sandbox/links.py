"""Next links in every spelling the vendor and its clients have shown: absolute, relative, quoted, bare, with company.

Owns the Link header. Which page comes next is decided by `paging`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from finago_assets.sandbox.options import Links

HEADER_SPELLINGS = ("Link", "link", "LINK")


@dataclass(frozen=True, slots=True)
class RequestAddress:
    """Where a request came in: `origin` like http://127.0.0.1:8765, and the path."""

    origin: str
    path: str

    def url(self, params: dict[str, str], style: int, links: Links) -> str:
        """Return the address of the same path with other parameters."""
        query = urlencode(params)
        absolute = f"{self.origin}{self.path}?{query}"
        spellings = (absolute, f"{self.path}?{query}", f"?{query}", absolute)
        match links:
            case Links.ABSOLUTE:
                return absolute
            case Links.RELATIVE:
                return spellings[1 + style % 2]
            case Links.MIXED:
                return spellings[style % len(spellings)]


def link_header(
    place: RequestAddress, relations: dict[str, dict[str, str]], style: int, links: Links
) -> tuple[str, str]:
    """Return name and value of the header for relations like {"next": parameters}, `style` choosing the spelling."""
    parts = [f"<{place.url(params, style, links)}>; {_rel(name, style)}" for name, params in relations.items()]
    if style % 4 == 2:
        parts.reverse()
    return HEADER_SPELLINGS[style % len(HEADER_SPELLINGS)], (", " if style % 2 else ",").join(parts)


def _rel(name: str, style: int) -> str:
    match style % 5:
        case 0 | 3:
            return f'rel="{name}"'
        case 1:
            return f"rel={name}"
        case 2:
            return f'title="page, {name}"; rel="{name}"'
        case _:
            return f'REL="{name}"'
