"""Where every command refuses alike: a registry's row that cannot be had, and a typed error, which ends the command.

Owns the words and the exit. What a status means is each command's own, and stands there.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from finago_assets.core.errors import FinagoError, RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from finago_assets.core.connections.model import ConnectionKind, RegisteredConnection


@contextmanager
def exit_on_error(console: Console, status: int) -> Iterator[None]:
    """Print a typed error for people, and end with the status."""
    try:
        yield
    except FinagoError as error:
        console.print(f"{type(error).__name__}: {error}", style="red", markup=False)
        raise typer.Exit(status) from None


def find_row(name: str | None, registry: str | None, kinds: Sequence[ConnectionKind]) -> RegisteredConnection | None:
    """Return the row of the registry that was named, if one was. Raises any error of the registry."""
    if name is None:
        if registry is not None:
            raise RequestRefused("--registry needs --connection NAME, which says whose row it is. Nothing was sent.")
        return None
    from finago_assets.core.connections.registry import REGISTRY_REFERENCE, open_registry

    return open_registry(registry or REGISTRY_REFERENCE, kinds).named(name)
