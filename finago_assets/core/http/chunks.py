"""The body of one answer as it comes in: counted, in time, within its limits, and inflated on the way.

Owns what one answer may cost. Where the pieces go is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import Timeout, TooLarge, Truncated
from finago_assets.core.http import body
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from finago_assets.core.http.receipt import Pour


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most an answer may be, in bytes as it comes and inflated; every `pace` bytes give it a second more time."""

    wire: int = body.WIRE_LIMIT
    inflated: int = body.INFLATED_LIMIT
    pace: int | None = None


PAGE: Final = Bounds()
# bytes; slower than any line worth waiting for
PACE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an answer says of its body; empty for what it does not say."""

    encoding: str
    length: str


class Chunks:
    """The chunks of one body as they come, up to the deadline on `clock` and within the bounds."""

    def __init__(
        self, raw: Iterable[bytes], head: Head, clock: Callable[[], float], deadline: float, bounds: Bounds
    ) -> None:
        self._raw = raw
        self._head = head
        self._clock = clock
        self._deadline = deadline
        self._bounds = bounds
        self.total = 0

    def pour(self, pour: Pour) -> None:
        """Give the whole body away, inflated, piece by piece. Raises a fault for one that is not whole."""
        for piece in self.inflated():
            pour(piece)
        self._check_length()

    def inflated(self) -> Iterator[bytes]:
        """Yield the body without its content encoding."""
        return body.inflated(self._counted(), self._head.encoding, self._bounds.inflated)

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._raw:
            self.total += len(chunk)
            if self.total > self._bounds.wire:
                raise Fault(TooLarge, f"the answer is larger than {self._bounds.wire} bytes on the wire")
            if self._clock() > self._deadline + self._earned():
                raise Fault(Timeout, "the answer did not end within the deadline", again=True)
            yield chunk

    def _earned(self) -> float:
        """Seconds that what has come so far is worth: a large answer may take its time, a drip may not."""
        return self.total / self._bounds.pace if self._bounds.pace else 0.0

    def _check_length(self) -> None:
        """Compare with the announcement; a socket's own parser does so too, a transport without one does not."""
        promised = self._head.length
        if promised.isascii() and promised.isdigit() and len(promised) < 20 and int(promised) != self.total:
            raise Fault(Truncated, "the body is shorter or longer than announced", again=True)
