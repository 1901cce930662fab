"""`finago-assets post`: a journal checked, shown, sent once, and what is known of it afterwards, from a shell.

Owns the options, the order of refusals and the exit statuses: 0 done, 1 refused by the server, 2 refused before
sending, 3 unknown. What a journal may be and how it is sent is decided in `core/posting`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from finago_assets.commands.post_tables import (
    print_checked,
    print_preview,
    print_results,
    print_status,
)
from finago_assets.commands.refusal import exit_on_error, find_row
from finago_assets.core.posting.journal import SaveAs
from finago_assets.posting_names import RouteName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.connections.model import RegisteredConnection
    from finago_assets.core.posting.check import CheckedJournal
    from finago_assets.core.posting.results import BundleResult
    from finago_assets.core.posting.route import Route
    from finago_assets.settings import Settings

REFUSED_BEFORE_SENDING: Final = 2
NOT_KNOWN_STATUS: Final = 3

post_app = typer.Typer(no_args_is_help=True, help="Post journals: a table becomes vouchers, once.")

SourceArgument = Annotated[
    str,
    typer.Argument(
        help="FILE.csv, FILE.parquet, FILE.xlsx[#sheet], duckdb:FILE#schema.table, or a SQLAlchemy URL with #table."
    ),
]
RouteOption = Annotated[RouteName, typer.Option(help="How it is sent: soap knows drafts, rest does not.")]
SaveOption = Annotated[SaveAs, typer.Option(help="Where to: a draft that a person books, or the ledger at once.")]
ConnectionOption = Annotated[str | None, typer.Option(help="A connection's name in the registry.")]
RegistryOption = Annotated[
    str | None,
    typer.Option(metavar="FILE_OR_URL", help="YAML file, SQLAlchemy URL, or env:NAME; by default env:FINAGO_REGISTRY."),
]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TOKEN", help="A warning of the server's to ignore, if FINAGO_POSTING_WARNINGS has it; repeatable."
    ),
]


@post_app.command("check")
def check_source(  # noqa: PLR0913, PLR0917  the command's options
    source: SourceArgument,
    route: RouteOption = RouteName.SOAP,
    save_as: SaveOption = SaveAs.DRAFT,
    connection: ConnectionOption = None,
    registry: RegistryOption = None,
    ignore_warning: IgnoreOption = None,
) -> None:
    """Hold a journal against every rule and the organization's own lists; name all faults at once. Sends nothing."""
    with refusing() as console:
        asked = _Asked(source, route, save_as, connection, registry, tuple(ignore_warning or ()))
        with asked.checked(console) as (_, checked):
            print_checked(checked, console)
    raise typer.Exit(0 if checked.ok else REFUSED_BEFORE_SENDING)


@post_app.command("preview")
def preview_source(  # noqa: PLR0913, PLR0917  the command's options
    source: SourceArgument,
    route: RouteOption = RouteName.SOAP,
    save_as: SaveOption = SaveAs.DRAFT,
    connection: ConnectionOption = None,
    registry: RegistryOption = None,
    ignore_warning: IgnoreOption = None,
) -> None:
    """Show what would be posted: the vouchers, the accounts they move, the VAT, and a digest for `send --expect`."""
    with refusing() as console:
        asked = _Asked(source, route, save_as, connection, registry, tuple(ignore_warning or ()))
        with asked.checked(console) as (_, checked):
            if checked.ok:
                print_preview(checked, asked.settings, console)
            print_checked(checked, console)
    raise typer.Exit(0 if checked.ok else REFUSED_BEFORE_SENDING)


@post_app.command("send")
def send_source(  # noqa: PLR0913, PLR0917  the command's options
    source: SourceArgument,
    route: RouteOption = RouteName.SOAP,
    save_as: SaveOption = SaveAs.DRAFT,
    connection: ConnectionOption = None,
    registry: RegistryOption = None,
    ignore_warning: IgnoreOption = None,
    *,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let it be sent.")] = False,
    into_the_ledger: Annotated[
        bool, typer.Option("--into-the-ledger", help="The second switch that --save-as ledger needs.")
    ] = False,
    expect: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Send only what `preview` showed with this digest.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Send once more what was refused, or was lost and is known not to be there.")
    ] = False,
    although_posted: Annotated[
        bool,
        typer.Option("--although-posted", help="Send entries that were posted under another name or place."),
    ] = False,
) -> None:
    """Send a journal, bundle by bundle, each at most once; what was posted before is not sent again."""
    with refusing() as console:
        from finago_assets.core.posting.switches import refuse_changed, refuse_unallowed

        refuse_unallowed(save_as, allow_writes=allow_writes, into_the_ledger=into_the_ledger)
        asked = _Asked(source, route, save_as, connection, registry, tuple(ignore_warning or ()))
        with asked.checked(console) as (way, checked):
            refuse_changed(checked, expect)
            if not checked.ok:
                print_checked(checked, console)
                raise typer.Exit(REFUSED_BEFORE_SENDING)
            results = asked.sent(way, checked, console, again=again, although_posted=although_posted)
    print_results(results, console)
    from finago_assets.core.posting.results import exit_status

    raise typer.Exit(exit_status(results))


@post_app.command("status")
def show_posted(
    *,
    every: Annotated[bool, typer.Option("--all", help="What is in the ledger too, not only what is not.")] = False,
) -> None:
    """Tell what was posted from this data folder: what is not known, drafts by age, what is missing or differs."""
    with refusing() as console:
        from finago_assets.core.posting.outbox import Outbox
        from finago_assets.posting_receipts import collect_receipts
        from finago_assets.settings import read_settings

        settings = read_settings()
        rows = Outbox(settings.posting_dir).rows()
        receipts = collect_receipts(settings, rows)
        is_settled = print_status(rows, receipts, console, every=every)
    raise typer.Exit(0 if is_settled else NOT_KNOWN_STATUS)


@post_app.command("settle")
def settle_bundle(
    marker: Annotated[str, typer.Argument(help="The bundle's marker, fa-..., as `status` shows it.")],
    posted: Annotated[
        bool,
        typer.Option("--posted/--not-there", help="What you found: it is there and right, or not."),
    ],
) -> None:
    """Say what you found in Finago Office of a bundle that is unknown; nothing is sent."""
    with refusing() as console:
        from finago_assets.core.posting.outbox import Outbox
        from finago_assets.core.posting.settle import settle_by_hand
        from finago_assets.settings import read_settings

        row = settle_by_hand(Outbox(read_settings().posting_dir), marker, posted=posted)
        console.print(f"{row.name} ({row.marker}) is {row.state} now: {row.reason}", markup=False)


class _Asked:
    """What was typed, and the settings that it is done with."""

    def __init__(  # noqa: PLR0913, PLR0917  the options that all three have
        self,
        source: str,
        route: RouteName,
        save_as: SaveAs,
        connection: str | None,
        registry: str | None,
        ignored: tuple[str, ...],
    ) -> None:
        from finago_assets.settings import read_settings

        self.settings: Settings = read_settings()
        self._source, self._route, self._save_as, self._ignored = source, route, save_as, ignored
        self._row = find_posting_row(connection, registry)

    @contextmanager
    def checked(self, console: Console) -> Iterator[tuple[Route, CheckedJournal]]:
        """Read the table, then the lists, and give the checked journal with the route that it can be sent over."""
        from finago_assets.core.posting.check import check_journal
        from finago_assets.core.posting.read import read_journal
        from finago_assets.posting_route import open_route, options_of

        read = read_journal(self._source)
        with open_route(self.settings, self._route, self._row, console.print) as way:
            options = options_of(way, self.settings, self._save_as, read.journal, self._ignored)
            with console.status("Reading the organization's lists …"):
                lists = way.read_lists(read.journal)
            yield way, check_journal(read, lists, options)

    def sent(
        self, way: Route, checked: CheckedJournal, console: Console, *, again: bool, although_posted: bool
    ) -> list[BundleResult]:
        """Say what will be done and do it. An interrupted sending ends the command as unknown."""
        from finago_assets.core.posting.outbox import Outbox
        from finago_assets.core.posting.results import PostingWishes, announce_sending
        from finago_assets.core.posting.send import Sender
        from finago_assets.core.progress import throttled

        name = "" if self._row is None else self._row.name
        wishes = PostingWishes(self._save_as, self._ignored, name, again, although_posted)
        console.print(announce_sending(checked.journal, way, wishes), markup=False)
        with console.status("Sending …") as shown:
            say = shown.update if console.is_terminal else throttled(console.print)
            outbox, facts = Outbox(self.settings.posting_dir), self.settings.posting_facts
            try:
                return Sender(way, outbox, checked.lists, wishes, facts, say=say).send(checked.require())
            except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001  a traceback's status would say `refused`
                console.print(
                    f"Interrupted ({type(error).__name__}). What was sent before stands; what was on its way is looked "
                    "at, and not sent twice, when you type the same again. `finago-assets post status` tells how "
                    "things stand."
                )
                raise typer.Exit(NOT_KNOWN_STATUS) from None


def find_posting_row(name: str | None, registry: str | None) -> RegisteredConnection | None:
    """Return the row that was named, if one was. Raises any error of the registry."""
    from finago_assets.posting_route import POSTING_KINDS

    return find_row(name, registry, POSTING_KINDS)


@contextmanager
def refusing() -> Iterator[Console]:
    """Give a console for people, and end with 2 on any error: whatever is raised here is raised before sending."""
    with exit_on_error(Console(stderr=True, highlight=False, soft_wrap=True), REFUSED_BEFORE_SENDING):
        yield Console(highlight=False, soft_wrap=True)
