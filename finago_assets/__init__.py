"""Finago Office (24SevenOffice) as Dagster assets: raw JSON landed by date, books rebuilt in DuckDB.

Importing the package wires nothing; `finago_assets.definitions` is what Dagster loads. The components that users name
in YAML are found here, and imported when they are asked for: the core needs no Dagster.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finago_assets.orchestration.components.endpoint import FinagoEndpoint
    from finago_assets.orchestration.components.request import FinagoRequest

__all__ = ["FinagoEndpoint", "FinagoRequest"]

_COMPONENTS = {"FinagoEndpoint": "endpoint", "FinagoRequest": "request"}


def __getattr__(name: str) -> object:
    if name in _COMPONENTS:
        return getattr(import_module(f"finago_assets.orchestration.components.{_COMPONENTS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
