"""Secrets that are easy to recognise in any disguise, and the search for them among bytes.

Owns the two canaries and the list of disguises. Each canary has stretches of letters and digits that no escaping
touches, with characters around them that JSON, URLs and shells all spell differently.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET_STRETCHES: Final = ("Qz7SecretCanary4vHx9LmWp2T", "Kd3ClientCanary8nRb5YuJf6G")
TOKEN_STRETCHES: Final = ("Vw2BearerCanary7cXs4QeNj9A", "Hg5TokenCanary3kMz8PtBr1D")
STRETCHES: Final = SECRET_STRETCHES + TOKEN_STRETCHES
SECRET: Final = '/+ "\\&%æ=<'.join(SECRET_STRETCHES)
TOKEN: Final = "~/+=".join(TOKEN_STRETCHES)
ALIGNMENTS: Final = range(3)


def sightings(data: bytes) -> list[str]:
    """Name every disguise that a canary is seen in, with the canary it is."""
    return [name for name, needle in NEEDLES.items() if needle in data]


def in_base64(stretch: str, before: int) -> bytes:
    """Return the part of the base64 text that is the same whatever surrounds a stretch at this alignment."""
    text = base64.b64encode(b"\0" * before + stretch.encode())
    whole = (before + len(stretch)) * 8 // 6
    return text[-(-before * 8 // 6) : whole]


def _needles() -> Iterator[tuple[str, bytes]]:
    for stretch in STRETCHES:
        yield from _halves(stretch)
        plain = stretch.encode()
        yield f"{stretch} as hex", plain.hex().encode()
        yield f"{stretch} as capital hex", plain.hex().upper().encode()
        yield f"{stretch} as percent signs", "".join(f"%{byte:02X}" for byte in plain).encode()
        yield f"{stretch} as UTF-16", stretch.encode("utf-16-le")
        for before in ALIGNMENTS:
            text = in_base64(stretch, before)
            yield f"{stretch} as base64 at {before}", text
            yield f"{stretch} as base64 for URLs at {before}", text.replace(b"+", b"-").replace(b"/", b"_")


def _halves(stretch: str) -> Iterator[tuple[str, bytes]]:
    """Half a stretch gives a secret away too, and a page of a database may end in the middle of one."""
    middle = len(stretch) // 2
    for half in (stretch[:middle], stretch[middle:]):
        yield f"{half} plain", half.encode()
        yield f"{half} reversed", half[::-1].encode()


NEEDLES: Final = dict(_needles())
