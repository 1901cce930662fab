"""`finago-assets post link` and `post due-date`: changes of lines that stand in the ledger, from a shell.

Owns the options and the exit statuses, which are those of `post`. What may be changed is `core/posting`'s to say.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final

import typer

from finago_assets.commands.post import (
    REFUSED_BEFORE_SENDING,
    ConnectionOption,
    RegistryOption,
    find_posting_row,
    refusing,
)
from finago_assets.core.errors import RequestRefused

if TYPE_CHECKING:
    from rich.console import Console

    from finago_assets.core.posting.line_changes import LineChange

_STATUSES: Final = {"refused by the server": 1, "not sent": REFUSED_BEFORE_SENDING, "unknown": 3}
LineIds = Annotated[list[str], typer.Argument(metavar="LINE_ID...", help="line_id of general_ledger.")]
FirstDay = Annotated[str, typer.Option("--from", metavar="DAY", help="The lines are sought from this posting date ...")]
LastDay = Annotated[str, typer.Option("--to", metavar="DAY", help="... to this one.")]
AllowOption = Annotated[bool, typer.Option("--allow-writes", help="Let it be sent.")]


def link_lines(  # noqa: PLR0913  the command's options
    line_ids: LineIds,
    *,
    first: FirstDay,
    last: LastDay,
    link: Annotated[int | None, typer.Option(help="An existing link that they join; by default a new one.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take them out of the links that they have.")] = False,
    allow_writes: AllowOption = False,
    connection: ConnectionOption = None,
    registry: RegistryOption = None,
) -> None:
    """Let lines of the ledger settle each other, such as a payment and its invoice. At least two; over SOAP."""
    from finago_assets.core.posting.line_changes import LineChange, LineOperation

    with refusing() as console:
        if len(set(line_ids)) < 2 and link is None:
            raise RequestRefused("A link ties at least two lines. Nothing was sent.")
        operation = LineOperation.REPLACE_LINK if replace else LineOperation.LINK
        change = LineChange(operation, tuple(dict.fromkeys(line_ids)), _day(first), _day(last), link_id=link)
        status = _make_change(change, console, connection, registry, allow_writes=allow_writes)
    raise typer.Exit(status)


def change_due_date(  # noqa: PLR0913  the command's options
    due_date: Annotated[str, typer.Argument(metavar="DAY", help="The new due date, as 2026-11-30.")],
    line_ids: LineIds,
    *,
    first: FirstDay,
    last: LastDay,
    allow_writes: AllowOption = False,
    connection: ConnectionOption = None,
    registry: RegistryOption = None,
) -> None:
    """Give lines of the ledger another due date; over SOAP."""
    from finago_assets.core.posting.line_changes import LineChange, LineOperation

    with refusing() as console:
        ids = tuple(dict.fromkeys(line_ids))
        change = LineChange(LineOperation.DUE_DATE, ids, _day(first), _day(last), due_date=_day(due_date))
        status = _make_change(change, console, connection, registry, allow_writes=allow_writes)
    raise typer.Exit(status)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise RequestRefused(f"{text!r:.40} is no day; write it as 2026-11-30. Nothing was sent.") from None


def _make_change(
    change: LineChange, console: Console, connection: str | None, registry: str | None, *, allow_writes: bool
) -> int:
    from finago_assets.core.posting.journal import SaveAs
    from finago_assets.core.posting.line_changes import change_lines
    from finago_assets.core.posting.outbox import Outbox
    from finago_assets.core.posting.switches import refuse_unallowed
    from finago_assets.posting_route import open_line_route
    from finago_assets.settings import read_settings

    refuse_unallowed(SaveAs.DRAFT, allow_writes=allow_writes, into_the_ledger=False)
    settings = read_settings()
    with open_line_route(settings, find_posting_row(connection, registry), console.print) as route:
        result = change_lines(route, Outbox(settings.posting_dir), change)
    console.print(f"{result.outcome}: {result.sentence}", markup=False)
    return _STATUSES.get(result.outcome.value, 0)
