"""`finago-assets request`: one request from a shell. Owns the options, the two streams and the exit statuses.

Standard output carries the answer and nothing else, so that it can be piped; what is meant for people goes to standard
error. What a request may be, how it is sent and where its records go is decided in `core/request`.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from finago_assets.core.errors import FinagoError, RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.http.connection import Connection
    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.perform import Outcome
    from finago_assets.core.request.request import Request
    from finago_assets.core.request.targets import Target
    from finago_assets.settings import Settings

FAILED: Final = 1
REFUSED: Final = 2


class OnError(StrEnum):
    """What an error does to the exit status."""

    FAIL = "fail"
    CONTINUE = "continue"


def request(  # noqa: PLR0913  each is an option of the command
    method: Annotated[str | None, typer.Argument(help="GET, POST, PUT, PATCH or DELETE; left out with --template.")] = None,
    path: Annotated[str | None, typer.Argument(help="Below the API's address, such as /salesorders/{id}/lines.")] = None,
    template: Annotated[str | None, typer.Option(help="A template's name; `finago-assets templates` lists them.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="K=V", help="A variable of the path; may be repeated.")] = None,
    query: Annotated[list[str] | None, typer.Option(metavar="K=V", help="A query parameter; may be repeated.")] = None,
    body: Annotated[str | None, typer.Option(metavar="FILE", help="What to send; - reads standard input.")] = None,
    connection: Annotated[str | None, typer.Option(help="A connection of the registry, by name.")] = None,
    registry: Annotated[
        str | None, typer.Option(metavar="FILE_OR_URL", help="YAML file or SQLAlchemy URL; env:NAME keeps a URL secret.")
    ] = None,
    all_pages: Annotated[bool, typer.Option("--all-pages", help="Follow the pages to the end.")] = False,  # noqa: FBT002
    into: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="x.parquet, x.ndjson, duckdb:FILE#schema.table, SQLAlchemy URL#table, or raw."),
    ] = None,
    allow_writes: Annotated[  # noqa: FBT002
        bool, typer.Option("--allow-writes", help="Let POST, PUT, PATCH and DELETE through.")
    ] = False,
    on_error: Annotated[OnError, typer.Option(help="`continue` ends with status 0 after an error.")] = OnError.FAIL,
    verbose: Annotated[  # noqa: FBT002
        bool, typer.Option("--verbose", help="Status, trace id, time and retries, on standard error.")
    ] = False,
) -> None:
    """Call any operation of the API: by METHOD and PATH, or from a template.

    Ends with 0 when it worked, 1 after an error, 2 when the request was refused before it was sent.
    """
    console = Console(stderr=True)
    with _refusals(console):
        order = _ordered(method, path, template, var or [], query or [], body, all_pages=all_pages)
        job = _prepared(order, connection, registry, into)
        outcome = _sent(job, console, allow_writes=allow_writes)
