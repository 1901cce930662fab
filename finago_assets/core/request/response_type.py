"""A type of the user's own, found by its name: a pydantic model or a dataclass. Owns the name's spelling."""

from __future__ import annotations

from dataclasses import is_dataclass
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from finago_assets.core.errors import RequestRefused


def import_type(name: str) -> type[Any]:
    """Return the class that `package.module:Class` names. Raises RequestRefused, before anything is sent."""
    module, _, attribute = name.partition(":")
    try:
        kind = getattr(import_module(module), attribute) if module and attribute else None
    except (ImportError, AttributeError, ValueError) as error:
        raise RequestRefused(
            f"The response type {name} cannot be imported ({type(error).__name__}). Write package.module:Class of a "
            "package that is installed beside this one."
        ) from None
    if not isinstance(kind, type) or not (is_dataclass(kind) or issubclass(kind, BaseModel)):
        raise RequestRefused(f"The response type {name} is neither a pydantic model nor a dataclass.")
    return kind
