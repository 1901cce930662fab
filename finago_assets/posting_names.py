"""How a user calls the ways of posting.

Owns the words alone, so that a command's help needs nothing else.
"""

from __future__ import annotations

from enum import StrEnum


class RouteName(StrEnum):
    """A way of posting."""

    SOAP = "soap"
    REST = "rest"
