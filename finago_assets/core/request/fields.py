"""One field as all records together have it: what kinds of values, how long its numbers, which fields inside.

Owns the choice of a type. The rows themselves are columns.py's.
"""

from __future__ import annotations

from collections import defaultdict
from enum import IntFlag, StrEnum, auto
from typing import TYPE_CHECKING, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DIGITS: Final = (18, 38)  # two widths, so that a day with larger amounts seldom has another type
_INTEGERS: Final = range(-(2**63), 2**63)
_SAFE_DIGITS: Final = 18
_BEYOND: Final = 1_000  # digits, more than any DECIMAL has
_TELL_TOO_LITTLE: Final = frozenset("{-0123456789")  # an object has fields, a number a length
_OBJECTS: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


class ColumnKind(StrEnum):
    """What a column holds. JSON is the text of lists, and of objects where other values stand beside them."""

    NOTHING = "nothing but null"
    FLAG = "true or false"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    MIXED = "text and others"  # a text plainly, anything else as it stands in the JSON
    JSON = "JSON"


class _Seen(IntFlag):
    NULL = auto()
    FLAG = auto()
    INTEGER = auto()
    FRACTION = auto()
    TEXT = auto()
    LIST = auto()
    OBJECT = auto()


_BY_FIRST_BYTE: Final = {
    ord("n"): _Seen.NULL,
    ord("t"): _Seen.FLAG,
    ord("f"): _Seen.FLAG,
    ord('"'): _Seen.TEXT,
    ord("["): _Seen.LIST,
    ord("{"): _Seen.OBJECT,
}
_ANY_NUMBER: Final = _Seen.INTEGER | _Seen.FRACTION
_BY_KINDS: Final = {
    _Seen(0): ColumnKind.NOTHING,
    _Seen.FLAG: ColumnKind.FLAG,
    _Seen.INTEGER: ColumnKind.INTEGER,
    _Seen.FRACTION: ColumnKind.DECIMAL,
    _ANY_NUMBER: ColumnKind.DECIMAL,
    _Seen.TEXT: ColumnKind.TEXT,
}


class FieldProfile:
    """What was seen of one field so far; fed in groups of any size."""

    def __init__(self) -> None:
        self.inner: dict[str, FieldProfile] = {}
        self._seen = _Seen(0)
        self._whole = 0  # digits before the point
        self._scale = 0
        self._is_wide = False  # an integer beyond 64 bits

    @property
    def size(self) -> int:
        """How many fields there are, this one and all inside."""
        return 1 + sum(field.size for field in self.inner.values())

    @property
    def is_object(self) -> bool:
        """True when every value is an object or null, and an object has fields."""
        return self._seen & ~_Seen.NULL == _Seen.OBJECT and bool(self.inner)

    def take(self, objects: Iterable[Mapping[str, msgspec.Raw]]) -> None:
        """Look at the fields of more objects."""
        values: defaultdict[str, list[bytes]] = defaultdict(list)
        for one in objects:
            for key, value in one.items():
                values[key].append(bytes(value))
        for key, found in values.items():
            self.inner.setdefault(key, FieldProfile())._look(found)  # noqa: SLF001  another one of us

    def at(self, path: Iterable[str]) -> FieldProfile:
        """Return the field that these keys lead to."""
        field = self
        for key in path:
            field = field.inner[key]
        return field

    def take_integers(self, values: pa.Array) -> None:
        """Look at more values of 64 bits."""
        if values.null_count < len(values):
            ends = pc.min_max(values).as_py().values()
            self._seen |= _Seen.INTEGER
            self._whole = max(self._whole, *(len(f"{abs(end)}") for end in ends))

    def take_json(self, texts: pa.Array) -> None:
        """Look at more values of any kind, each the text of its JSON."""
        texts = texts.drop_null()
        starts = pc.utf8_slice_codeunits(texts, 0, 1)
        firsts = set(pc.unique(starts).to_pylist())
        told = firsts - _TELL_TOO_LITTLE
        for first in told:
            self._seen |= _BY_FIRST_BYTE[ord(first)]
        if told:
            texts = texts.filter(pc.is_in(starts, pa.array(firsts - told, pa.string())))
        if "{" in firsts or pc.any(pc.match_substring(texts, "e", ignore_case=True)).as_py():
            self._look([text.encode() for text in texts.to_pylist()])
        else:
            self._measure_plain(texts)

    def type(self) -> tuple[ColumnKind, int, int]:
        """Return the narrowest kind that holds every value exactly; for a DECIMAL its digits and scale."""
        seen = self._seen & ~_Seen.NULL
        kind = _BY_KINDS.get(seen, ColumnKind.JSON if seen & (_Seen.LIST | _Seen.OBJECT) else ColumnKind.MIXED)
        if kind is ColumnKind.DECIMAL or (kind is ColumnKind.INTEGER and self._is_wide):
            digits = next((width for width in DIGITS if width >= self._whole + self._scale), None)
            return (ColumnKind.MIXED, 0, 0) if digits is None else (ColumnKind.DECIMAL, digits, self._scale)
        return kind, 0, 0

    def _look(self, values: Sequence[bytes]) -> None:
        for first in {value[0] for value in values}:
            kind = _BY_FIRST_BYTE.get(first)
            if kind is None:
                self._measure({value for value in values if value[0] == first})
            else:
                self._seen |= kind
                if kind is _Seen.OBJECT:
                    self.take(_OBJECTS.decode(b"[%b]" % b",".join(value for value in values if value[0] == first)))

    def _measure(self, numbers: Iterable[bytes]) -> None:
        for number in numbers:
            if number.lstrip(b"-").isdigit():
                self._seen |= _Seen.INTEGER
                self._whole = max(self._whole, len(number.lstrip(b"-")))
                # a text of thousands of digits is not made a number
                self._is_wide |= len(number) > _SAFE_DIGITS and (
                    len(number) > max(DIGITS) or int(number) not in _INTEGERS
                )
            else:
                self._seen |= _Seen.FRACTION
                self._measure_fraction(number.decode())

    def _measure_plain(self, numbers: pa.Array) -> None:
        """Measure at once what has no exponent."""
        digits = pc.ascii_ltrim(numbers, "-")
        length, point = pc.binary_length(digits), pc.find_substring(digits, ".")
        has_point = pc.greater_equal(point, 0)
        # long integers may be beyond 64 bits
        long = pc.and_not(pc.greater_equal(length, _SAFE_DIGITS), has_point)
        self._measure(number.encode() for number in numbers.filter(long).to_pylist())
        for is_fraction in pc.unique(has_point).to_pylist():
            self._seen |= _Seen.FRACTION if is_fraction else _Seen.INTEGER
            self._whole = max(self._whole, pc.max(pc.if_else(has_point, point, length)).as_py())
            if is_fraction:
                after = pc.subtract(pc.subtract(length, point), 1)
                self._scale = max(self._scale, pc.max(after.filter(has_point)).as_py())

    def _measure_fraction(self, number: str) -> None:
        mantissa, _, power = number.lower().partition("e")
        before, _, after = mantissa.lstrip("-").partition(".")
        shift = int(power or 0) if len(power) < len(str(_BEYOND)) else _BEYOND
        self._whole = max(self._whole, len(before) + shift)
        self._scale = max(self._scale, len(after) - shift)
