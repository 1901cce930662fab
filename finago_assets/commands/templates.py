"""`finago-assets templates`: what can be asked of the API. Lists and searches templates, and shows one.

Owns the options, the layout and the exit statuses: 0 when there is something to show, 1 when a search finds nothing, 2
for a name that no template has. What is asked for goes to standard output, a complaint to standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from finago_assets.apis import APIS, ApiName
from finago_assets.core.catalogue.describe import by_group, command, describe_rules, described, meaning, paging, scopes
from finago_assets.core.catalogue.example import as_read
from finago_assets.core.catalogue.outline import outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.catalogue.api import Api
    from finago_assets.core.catalogue.operation import Operation, RequestBody

NOTHING_FOUND: Final = 1
UNKNOWN: Final = 2
WIDE: Final = 200  # a pipe has no width of its own
ROOMY: Final = 130  # wide enough for names and paths side by side

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def templates(
    words: Annotated[list[str] | None, typer.Argument(help="Words to search for, or a template's whole name.")] = None,
    show: Annotated[str | None, typer.Option(metavar="NAME", help="Everything about one template.")] = None,
    example: Annotated[str | None, typer.Option(metavar="NAME", help="Only the body it sends, as an example.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,  # noqa: FBT002  an option of the command
    api: Annotated[ApiName, typer.Option(help="Which API.")] = ApiName.FINAGO,
) -> None:
    """List the request templates, one for each operation of the API; WORDS narrow the list, a whole name shows one."""
    which = APIS[api]
    if example is not None:
        _print_example(_known(which, example))
    elif show is not None:
        _show(which, _known(which, show), as_json=as_json)
    elif words is not None and len(words) == 1 and words[0] in which.operations:
        _show(which, which.operations[words[0]], as_json=as_json)
    else:
        _list(which, words or [], as_json=as_json)


def _meant(api: Api) -> list[str]:
    """Return the options that say which API is meant, where it is not the usual one."""
    return [] if api.source.name == ApiName.FINAGO else ["--api", api.source.name]


def _known(api: Api, name: str) -> Operation:
    if name in api.operations:
        return api.operations[name]
    alike = api.nearest(name)
    advice = f"Did you mean {', '.join(alike)}?" if alike else "`finago-assets templates` lists them all."
    Console(stderr=True).print(f"No template is called {name!r}. {advice}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(UNKNOWN)


def _print_example(operation: Operation) -> None:
    if operation.body is None or operation.body.schema is None:
        what = "sends no body" if operation.body is None else f"sends a file ({', '.join(operation.body.media_types)})"
        Console(stderr=True).print(
            f"{operation.name} {what}: there is no example of one.", style="red", markup=False, soft_wrap=True
        )
        raise typer.Exit(UNKNOWN)
    sys.stdout.write(as_read(operation.body) + "\n")


def _print_json(data: object) -> None:
    sys.stdout.write(msgspec.json.format(_ENCODER.encode(data), indent=2).decode() + "\n")


def _list(api: Api, words: Sequence[str], *, as_json: bool) -> None:
    found = api.search(words)
    if as_json:
        _print_json([described(one, _meant(api)) for one in found])
    elif found:
        console = _console()
        console.print(_listing(api, found, with_paths=console.width >= ROOMY))
    if not found:
        alike = api.nearest(" ".join(words))
        meant = f" Did you mean {', '.join(alike)}?" if alike else ""
        Console(stderr=True).print(
            f"No template is about all of that; fewer words find more.{meant}",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(NOTHING_FOUND)


def _table(first: str, *others: str) -> Table:
    """Make a table whose first column is never cut or folded: the names in it are there to be copied."""
    table = Table()
    table.add_column(first, no_wrap=True, overflow="ignore")
    for name in others:
        table.add_column(name, overflow="fold")
    return table


def _listing(api: Api, found: Sequence[Operation], *, with_paths: bool) -> Table:
    table = _table("template", *(["request"] if with_paths else []), "what it does")
    table.title = f"{len(found)} of {len(api.operations)} templates"
    table.caption = "--show NAME tells all about one; what is yellow writes"
    table.title_justify = table.caption_justify = "left"
    for group, members in by_group(found).items():
        table.add_section()
        table.add_row(f"[bold]{group}[/]")
        for one in members:
            request = [f"{one.method} {one.path}"] if with_paths else []
            table.add_row(one.name, *request, one.title, style="yellow" if one.method.writes else None)
    return table


def _show(api: Api, operation: Operation, *, as_json: bool) -> None:
    if as_json:
        _print_json(described(operation, _meant(api)))
        return
    console = _console()
    console.print(f"[bold]{operation.name}[/]  {operation.title}", highlight=False)
    console.print(_facts_table(operation))
    if operation.variables or operation.query:
        console.print("\n[bold]Parameters[/]", _parameters(operation), sep="\n")
    if operation.body is not None:
        _show_body(operation.body, console)
    # not folded, so that what is copied from a narrow window still runs
    console.print(
        "\n[bold]To send it[/]", Text(command(operation, _meant(api))), sep="\n", soft_wrap=True, highlight=False
    )


def _facts_table(operation: Operation) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_row("request", f"{operation.method} {operation.path}")
    facts.add_row("scopes", scopes(operation))
    facts.add_row("answers", operation.answers.value)
    if pages := paging(operation):
        facts.add_row("paging", pages)
    if operation.note:
        facts.add_row("note", operation.note)
    if operation.method.writes:
        facts.add_row("writes", "[yellow]yes: nothing is sent without --allow-writes[/]")
    return facts


def _parameters(operation: Operation) -> Table:
    table = _table("parameter", "in", "required", "type", "example", "what it means")
    for place, parameters in (("path", operation.variables), ("query", operation.query)):
        for one in parameters:
            required = "yes" if one.required else ""
            table.add_row(one.name, place, required, one.type.value, one.example, meaning(operation, one))
    return table


def _show_body(body: RequestBody, console: Console) -> None:
    if body.schema is None:
        console.print(f"\n[bold]Body[/]\nA file, as {', '.join(body.media_types)}", highlight=False)
        return
    table = _table("field", "required", "type", "rules")
    for one in outline(body.schema):
        table.add_row(escape(one.place), "yes" if one.required else "", one.type, escape(describe_rules(one)))
    console.print("\n[bold]Body, as JSON[/]", table, sep="\n")
    console.print("\n[bold]For example[/]", JSONHighlighter()(as_read(body)), sep="\n", soft_wrap=True)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)
