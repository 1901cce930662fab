"""`finago-assets halo`: connections of a Halo tenant, looked at and changed. Owns options, tables and exit statuses.

What may be changed and what has to be said for it is decided in `apis/halo/changes`.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from finago_assets.commands.refusal import exit_on_error
from finago_assets.core.errors import RequestRefused, SettingMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.apis.halo.changes.guarded import GuardedChanges, HaloChangeResult, Preview
    from finago_assets.apis.halo.connection import HaloConnection
    from finago_assets.settings import Settings

NOTHING_LEFT_TO_DO, REFUSED_THERE, REFUSED_HERE, OPEN = 0, 1, 2, 3
BY_HAND_HERE: Final = "command line"

halo = typer.Typer(
    no_args_is_help=True, help="Connections of a Halo tenant to accounting systems: look, compare, change."
)

RegistryRow = Annotated[str | None, typer.Option(help="A row of the registry of the kind `halo`, by its name.")]
ProviderWord = Annotated[str, typer.Argument(help="fortnox, exact, businesscentral, kashflow or avalara.")]
KeyNumber = Annotated[int, typer.Argument(help="The connection's id, as `list` shows it.")]
ChangeFile = Annotated[Path, typer.Argument(help="YAML: `provider`, `id` (not for a new one), `set`.")]
AllowWrites = Annotated[bool, typer.Option("--allow-writes", help="Let it be sent.")]
StateMark = Annotated[str, typer.Option("--state", help="The state that the preview showed.")]
Confirm = Annotated[str, typer.Option("--confirm", help="The connection in full: FortnoxDetails:2:Sydvik AB.")]
HighRisk = Annotated[
    bool, typer.Option("--high-risk", help="The second switch: for secrets, remote companies, posting, deletions.")
]


@halo.command("list")
def list_connections(
    provider: Annotated[str | None, typer.Argument(help="Only this provider's.")] = None,
    *,
    connection: RegistryRow = None,
) -> None:
    """Show every connection with its id, its state and what has to be typed to change it."""
    with _talking() as console, _looking(console, connection) as changes:
        from finago_assets.apis.halo.changes.change import CHANGEABLE, find_provider
        from finago_assets.apis.halo.changes.guarded import shown_connection

        table = _halo_table("provider", "id", "name", "state", "confirm")
        for shape in [find_provider(provider)] if provider else CHANGEABLE:
            for record in changes.tenant.connections(shape):
                shown = shown_connection(shape, record)
                table.add_row(shape, f"{record.get('id')}", f"{record.get('name')}", shown["state"], shown["confirm"])
        Console().print(table)
        if not table.row_count:
            console.print("No connection is shown. An agent without rights to integrations sees none either.")


@halo.command()
def show(provider: ProviderWord, key: KeyNumber, *, connection: RegistryRow = None) -> None:
    """Show one connection field by field, without secrets."""
    with _talking() as console, _looking(console, connection) as changes:
        from finago_assets.apis.halo.changes.change import find_provider
        from finago_assets.apis.halo.changes.guarded import shown_connection

        shape = find_provider(provider)
        record = changes.existing(shape, key)
        shown = shown_connection(shape, record)
        table = _halo_table("field", "value")
        for name, value in shown["fields"].items():
            table.add_row(name, value)
        Console().print(table)
        console.print(f"{shown['confirm']} is in the state {shown['state']}.", markup=False)


@halo.command()
def diff(file: ChangeFile, *, connection: RegistryRow = None) -> None:
    """Show what a change would do, field by field, and what has to be said to send it. Sends nothing."""
    with _talking() as console, _looking(console, connection) as changes:
        from finago_assets.apis.halo.changes.change import read_change

        preview = changes.preview(read_change(file))
        _print_preview(preview)
        console.print(_next_step(preview, f"finago-assets halo apply {file}"), markup=False)


@halo.command()
def apply(  # noqa: PLR0913  the command's options
    file: ChangeFile,
    *,
    allow_writes: AllowWrites = False,
    state: StateMark = "",
    confirm: Confirm = "",
    high_risk: HighRisk = False,
    connection: RegistryRow = None,
) -> None:
    """Carry a change out, once everything that it needs has been said; `diff` shows what that is.

    Ends with 0 when it is done, 1 when Halo refused it or it reads otherwise, 2 when it was not sent, 3 when it is
    unknown.
    """
    with _talking() as console, _writing(console, connection) as changes:
        from finago_assets.apis.halo.changes.change import read_change
        from finago_assets.apis.halo.changes.guarded import Consent

        said = Consent(allow_writes=allow_writes, state=state, confirm=confirm, high_risk=high_risk)
        result = changes.apply(read_change(file), said)
        _print_preview(result.preview)
    _end_change(result, console)


@halo.command()
def delete(  # noqa: PLR0913  the command's options
    provider: ProviderWord,
    key: KeyNumber,
    *,
    allow_writes: AllowWrites = False,
    state: StateMark = "",
    confirm: Confirm = "",
    high_risk: HighRisk = False,
    with_links: Annotated[bool, typer.Option("--with-links", help="Although records are linked through it.")] = False,
    connection: RegistryRow = None,
) -> None:
    """Delete a connection, once everything has been said; without that it says what is lacking."""
    with _talking() as console, _writing(console, connection) as changes:
        from finago_assets.apis.halo.changes.change import find_provider
        from finago_assets.apis.halo.changes.guarded import Consent

        said = Consent(
            allow_writes=allow_writes, state=state, confirm=confirm, high_risk=high_risk, with_links=with_links
        )
        result = changes.delete(find_provider(provider), key, said)
    _end_change(result, console)


@halo.command("changes")
def list_changes() -> None:
    """Show what was changed from here, by commands and by runs, and how each change stands."""
    with _talking() as console:
        from finago_assets.apis.halo.changes.record import CHANGES_FILE, ChangeRecord, Ended
        from finago_assets.settings import read_settings

        found = ChangeRecord(read_settings().requests_dir / CHANGES_FILE, BY_HAND_HERE).changes()
        table = _halo_table("when (UTC)", "connection", "change", "fields", "how it stands", "by")
        for one in found:
            named = f"{one.tenant} {one.provider}:{one.key or 'new'}:{one.name}"
            fields = ", ".join(row["field"] for row in one.fields)
            told = f"{one.state}: {one.reason}" if one.reason else f"{one.state}"
            table.add_row(one.time[:19], named, one.action, fields, told, one.by)
        Console().print(table)
        if any(one.state is Ended.UNKNOWN for one in found):
            console.print("Of what is unknown: give the same command again; it looks first.")


def _halo_table(*columns: str) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print_preview(preview: Preview) -> None:
    if not preview.differs:
        return
    table = _halo_table("field", "before", "after", "risk")
    for one in preview.differs:
        table.add_row(one.name, one.before, one.after, "high" if one.risky else "")
    Console().print(table)


def _next_step(preview: Preview, command: str) -> str:
    if preview.changes_nothing:
        return f"{preview.confirm} is set like that already."
    switches = ["--allow-writes", f"--state {preview.state}", f"--confirm '{preview.confirm}'"]
    if any(one.risky for one in preview.differs):
        switches.append("--high-risk")
    return f"Nothing was sent. If that is meant: {command} {' '.join(switches)}"


def _end_change(result: HaloChangeResult, console: Console) -> None:
    from finago_assets.apis.halo.changes.record import Ended

    status = {Ended.DONE: NOTHING_LEFT_TO_DO, Ended.ALREADY: NOTHING_LEFT_TO_DO, Ended.UNKNOWN: OPEN}
    ends_with = status.get(result.ended, REFUSED_THERE)
    console.print(result.sentence, style="" if ends_with == NOTHING_LEFT_TO_DO else "red", markup=False)
    raise typer.Exit(ends_with)


@contextmanager
def _talking() -> Iterator[Console]:
    """Give the console for people, and end with what it means that nothing was sent."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with exit_on_error(console, REFUSED_HERE):
        yield console


@contextmanager
def _looking(console: Console, row: str | None) -> Iterator[GuardedChanges]:
    """Yield changes that look with the credentials that land."""
    from finago_assets.credentials import read_halo_connection
    from finago_assets.settings import read_settings

    settings = read_settings()
    found = _registered(row, settings) if row else read_halo_connection(settings)
    if found is None:
        raise SettingMissing("HALO_URL, HALO_CLIENT_ID and HALO_CLIENT_SECRET are empty. Set them to your Halo's.")
    with _open_changes(console, settings, found) as changes:
        yield changes


@contextmanager
def _writing(console: Console, row: str | None) -> Iterator[GuardedChanges]:
    """Yield changes with the credentials that may change something."""
    from finago_assets.credentials import read_halo_write_connection
    from finago_assets.settings import read_settings

    settings = read_settings()
    found = _registered(row, settings) if row else read_halo_write_connection(settings)
    with _open_changes(console, settings, found) as changes:
        yield changes


def _registered(name: str, settings: Settings) -> HaloConnection:
    from finago_assets.apis import CONNECTION_KINDS
    from finago_assets.apis.halo.connection import HALO_CONNECTION, HaloConnection
    from finago_assets.core.connections.registry import REGISTRY_REFERENCE, open_registry

    row = open_registry(REGISTRY_REFERENCE, CONNECTION_KINDS).named(name)
    found = row.open(settings) if row.kind.name == HALO_CONNECTION.name else None
    if not isinstance(found, HaloConnection):
        raise RequestRefused(f"The connection {name!r:.60} is none to Halo. Nothing was sent.")
    return found


@contextmanager
def _open_changes(console: Console, settings: Settings, found: HaloConnection) -> Iterator[GuardedChanges]:
    from finago_assets.apis.halo.changes.guarded import GuardedChanges
    from finago_assets.apis.halo.changes.record import CHANGES_FILE, ChangeRecord
    from finago_assets.apis.halo.changes.tenant import TenantReader
    from finago_assets.connect import open_client

    folder = settings.requests_dir
    with ExitStack() as stack:
        status = stack.enter_context(console.status("Asking …"))
        client = stack.enter_context(open_client(settings, found, tell=console.print))
        reader = TenantReader(client, folder, status.update)
        yield GuardedChanges(reader, ChangeRecord(folder / CHANGES_FILE, BY_HAND_HERE), os.environ)
