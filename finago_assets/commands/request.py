"""`finago-assets request`: one request from a shell. Owns the options, the two streams and the exit statuses.

Standard output carries the answer and nothing else, so that it can be piped; what is meant for people goes to standard
error. What a request may be, how it is sent and where its records go is decided in `core/request`.
"""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from finago_assets.apis import APIS, CONNECTION_KINDS, ApiName
from finago_assets.commands.refusal import exit_on_error, find_row
from finago_assets.core.errors import RequestRefused, SettingMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.catalogue.api import Api
    from finago_assets.core.connections.model import RegisteredConnection
    from finago_assets.core.http.connection import Connection
    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.request import Request
    from finago_assets.core.request.result import RequestResult
    from finago_assets.core.request.targets.written import Target
    from finago_assets.settings import Settings

FAILED: Final = 1
REFUSED: Final = 2
STANDARD_INPUT: Final = "-"


class OnError(StrEnum):
    """What an error does to the exit status."""

    FAIL = "fail"
    CONTINUE = "continue"


def request(  # noqa: PLR0913  the command's options
    context: typer.Context,
    method: Annotated[str | None, typer.Argument(help="GET, POST, PUT, PATCH, DELETE; not with --template.")] = None,
    path: Annotated[str | None, typer.Argument(help="Below the API's address: /salesorders/{id}/lines.")] = None,
    *,
    template: Annotated[str | None, typer.Option(help="A template's name, as `templates` lists them.")] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="K=V", help="A variable of the path; repeatable.")] = None,
    query: Annotated[list[str] | None, typer.Option(metavar="K=V", help="A query parameter; repeatable.")] = None,
    body: Annotated[str | None, typer.Option(metavar="FILE", help="What to send; - reads standard input.")] = None,
    api: Annotated[
        ApiName | None, typer.Option(help="Which API; by default that of the connection or the template, else finago.")
    ] = None,
    connection: Annotated[str | None, typer.Option(help="A connection's name in the registry.")] = None,
    registry: Annotated[
        str | None,
        typer.Option(
            metavar="FILE_OR_URL",
            help="YAML file, SQLAlchemy URL, or env:NAME with either; by default env:FINAGO_REGISTRY.",
        ),
    ] = None,
    all_pages: Annotated[bool, typer.Option("--all-pages", help="Follow the pages to the end.")] = False,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET", help="A .parquet, .csv, .xlsx or .ndjson file, duckdb:FILE#schema.table, URL#table, raw."
        ),
    ] = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let other methods than GET through.")] = False,
    on_error: Annotated[OnError, typer.Option(help="`continue` ends with 0 after an error.")] = OnError.FAIL,
    verbose: Annotated[bool, typer.Option("--verbose", help="Status, trace id, time and retries.")] = False,
) -> None:
    """Call any operation of the API, by METHOD and PATH or from a template.

    The answer goes to standard output as it was sent. Ends with 0 when it worked, 1 after an error, 2 when the request
    was refused before it was sent.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with exit_on_error(console, REFUSED):
        from finago_assets.settings import read_settings

        settings = read_settings()
        parts = _read_parts(var or [], query or [], body, all_pages=all_pages)
        row = find_row(connection, registry, CONNECTION_KINDS)
        which = _find_api(api, row, template)
        asked = _describe(which, method, path, template, parts, settings)
        caller = _find_caller(which, settings) if row is None else row.open(settings)
        target = _find_target(into, registry, settings, caller, asked)
        result = _perform(asked, caller, connection, settings, console, allow_writes=allow_writes)
    if verbose and result.answer is not None:
        _tell_facts(result.answer, console)
    if result.answer is None or result.problem is not None:
        _tell_error(result, console)
        raise typer.Exit(0 if on_error is OnError.CONTINUE else FAILED)
    with exit_on_error(console, 0 if on_error is OnError.CONTINUE else FAILED):
        _hand_over(result.answer, target, console)
    if result.is_part:
        _tell_that_it_is_part(context.params, asked, console)


def _read_parts(variables: Sequence[str], query: Sequence[str], body: str | None, *, all_pages: bool) -> dict[str, Any]:
    """Return what a request from a template and one by hand have in common."""
    return {
        "variables": _read_pairs("--var", variables),
        "query": _read_pairs("--query", query),
        "body": _read_body(body),
        "all_pages": all_pages,
        "file_name": Path(body).name if body and body != STANDARD_INPUT else None,
    }


def _find_api(name: ApiName | None, row: RegisteredConnection | None, template: str | None) -> Api:
    if row is None and name is None and template is not None:
        # as in the launchpad, a template's name says whose it is
        return next((one for one in APIS.values() if template in one.operations), APIS[ApiName.FINAGO])
    api = APIS.get((name or ApiName.FINAGO) if row is None else row.kind.name)
    if api is None:
        raise RequestRefused(
            "A connection of the kind `soap` is for landing and for posting; no request by hand goes over it. "
            "Nothing was sent."
        )
    if row is not None and name not in (None, row.kind.name):
        raise RequestRefused(
            f"The connection {row.name!r} is one to {api.source.title}; leave --api out. Nothing was sent."
        )
    return api


def _describe(  # noqa: PLR0913, PLR0917  what was typed
    api: Api, method: str | None, path: str | None, template: str | None, parts: dict[str, Any], settings: Settings
) -> Request:
    from finago_assets.core.request.request import by_hand, from_template

    if template is not None:
        if method is not None:
            raise RequestRefused("Give METHOD and PATH, or --template, not both. Nothing was sent.")
        return from_template(api, template, **parts)
    if method is None or path is None:
        raise RequestRefused("Give METHOD and PATH, or --template NAME; `finago-assets templates` lists them.")
    base = settings.halo_url if api.source.name == ApiName.HALO else settings.api_url
    return by_hand(api, method, path, base=base, **parts)


def _read_pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise RequestRefused(f"{option} takes K=V, such as {option} id=12. Nothing was sent.")
        if name in found:
            raise RequestRefused(f"{option} {name:.60} was given twice. Nothing was sent.")
        found[name] = value
    return found


def _read_body(place: str | None) -> bytes | None:
    if place is None:
        return None
    if place == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise RequestRefused(
            f"The body cannot be read from {place}: {error.strerror}. --body takes a file, or - for standard input. "
            "Nothing was sent."
        ) from None


def _find_caller(api: Api, settings: Settings) -> Connection:
    from finago_assets.credentials import read_connection, read_halo_connection

    if api.source.name != ApiName.HALO:
        return read_connection(settings)
    connection = read_halo_connection(settings)
    if connection is None:
        raise SettingMissing("HALO_URL, HALO_CLIENT_ID and HALO_CLIENT_SECRET are empty. Set them to your Halo's.")
    return connection


def _find_target(
    into: str | None, registry: str | None, settings: Settings, connection: Connection, request: Request
) -> Target | None:
    if into is None:
        return None
    from finago_assets.core.connections.registry import REGISTRY_REFERENCE
    from finago_assets.core.request.targets.target import parse_target, refuse_own

    def raw() -> Target:
        from finago_assets.core.landing.store import open_store
        from finago_assets.core.request.targets.raw import RawPartition

        return RawPartition(
            open_store(settings.data_dir, settings.landing, request.api.source.name),
            connection.organization_id,
            request,
        )

    target = parse_target(into, raw=raw)
    refuse_own(target, settings.owned, registry=registry or REGISTRY_REFERENCE)
    return target


def _perform(  # noqa: PLR0913  what a request takes besides itself
    request: Request,
    connection: Connection,
    name: str | None,
    settings: Settings,
    console: Console,
    *,
    allow_writes: bool,
) -> RequestResult:
    from finago_assets.connect import open_client
    from finago_assets.core.progress import throttled
    from finago_assets.core.request.audit import Audit
    from finago_assets.core.request.perform import AUDIT_FILE, perform

    folder = settings.requests_dir
    with (
        console.status("Asking …") as status,
        open_client(settings, connection, tell=console.print) as client,
    ):
        return perform(
            request,
            client,
            folder,
            allow_writes=allow_writes,
            audit=Audit(folder / AUDIT_FILE, name),
            say=status.update if console.is_terminal else throttled(console.print),
        )


def _hand_over(answer: Answer, target: Target | None, console: Console) -> None:
    try:
        if target is None:
            _print(answer.body)
        else:
            with console.status("Writing …"):
                written = target.write(answer)
            console.print(f"{written.rows:,} rows in {written.place}", markup=False)
    finally:
        answer.body.unlink(missing_ok=True)


def _print(file: Path) -> None:
    try:
        with file.open("rb") as body:
            shutil.copyfileobj(body, sys.stdout.buffer)
        if sys.stdout.isatty():
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # whoever read has seen enough; Python would complain about it once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_error(result: RequestResult, console: Console) -> None:
    console.print(result.sentence(), style="red", markup=False)
    answer = result.answer
    if answer is not None and answer.errors:
        console.print(f"The server names it: {', '.join(answer.errors)}", markup=False)
    if answer is not None and answer.body.exists():
        if answer.size:
            console.print(f"What the server said is kept in {answer.body}", markup=False)
        else:
            answer.body.unlink()


def _tell_that_it_is_part(typed: dict[str, Any], request: Request, console: Console) -> None:
    from finago_assets.commands.whole_list import spell_for_all_pages

    whole = spell_for_all_pages(typed, request)
    console.print(f"This is one page, and the list goes on. All of it: {whole}", style="yellow", markup=False)


def _tell_facts(answer: Answer, console: Console) -> None:
    console.print(
        f"status {answer.status}, trace {answer.trace_id or 'none'}, {answer.records:,} records on {answer.pages:,} "
        f"pages, {answer.size:,} bytes, {answer.seconds:.2f} s of which {answer.waited_seconds:.2f} s waiting, "
        f"{answer.requests:,} requests, {answer.retries:,} retries",
        markup=False,
    )
