"""A value that cannot be printed, compared, stored or copied by accident.

Owns nothing but the wrapper; whoever needs the value says `reveal()`, and those places are few enough to read.
"""

from __future__ import annotations

from typing import NoReturn, SupportsIndex

REFUSAL = "a secret is not printed, compared, copied or stored; reveal() is the only way to its value"


class Secret:
    """Holds one text. Only `reveal()` gives it out; everything else says `<secret>` or raises TypeError."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("a secret is made from text")
        self.__value = value

    def reveal(self) -> str:
        return self.__value

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __repr__(self) -> str:
        return "<secret>"

    def __str__(self) -> str:
        return "<secret>"

    def __format__(self, _specification: str) -> str:
        return "<secret>"

    def __eq__(self, _other: object) -> NoReturn:
        raise TypeError(REFUSAL)

    def __hash__(self) -> NoReturn:
        raise TypeError(REFUSAL)

    def __copy__(self) -> NoReturn:
        raise TypeError(REFUSAL)

    def __deepcopy__(self, _memo: object) -> NoReturn:
        raise TypeError(REFUSAL)

    def __reduce__(self) -> NoReturn:
        raise TypeError(REFUSAL)

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError(REFUSAL)
