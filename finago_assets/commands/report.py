"""`finago-assets report`: the month-end binder from a shell, and deciding about its exceptions.

Owns the options and the exit statuses: 0 done, whatever the verdicts; 1 an error while it was made, and the last binder
stays; 2 refused before anything was written.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from finago_assets.commands.refusal import exit_on_error
from finago_assets.report.exceptions import ExceptionVerdict

if TYPE_CHECKING:
    from finago_assets.report.binder import MadeBinder
    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

NOT_MADE: Final = 1
REFUSED_BEFORE_WRITING: Final = 2
_TOLD_AT_MOST: Final = 20

report_app = typer.Typer()

PeriodOption = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="The month; by default the last one over.")]
OrganizationOption = Annotated[str | None, typer.Option(help="One organization; by default all that are published.")]
IntoOption = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Where binders are kept; by default report/ of the data folder.")
]


@report_app.callback(invoke_without_command=True)
def make_report(
    context: typer.Context,
    period: PeriodOption = None,
    organization: OrganizationOption = None,
    into: IntoOption = None,
) -> None:
    """Make the binder of a month of what is published: tie-out, statements, ages, VAT, journal, findings, exceptions.

    Reads the published file and sends nothing. Ends with 0 when it is made, 1 after an error, 2 when it was refused.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(period, organization, into)
        return
    _make_binders(period, organization, into)


@report_app.command("decide")
def decide_exception(  # noqa: PLR0913  what a decision is made of
    exception: Annotated[str, typer.Argument(help="Its id, as the binder has it, such as tie-out/1920.")],
    *,
    verdict: Annotated[ExceptionVerdict, typer.Option(help="What you decide.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    period: PeriodOption = None,
    organization: OrganizationOption = None,
    into: IntoOption = None,
) -> None:
    """Decide about an exception of the last binder, and make the binder again with it.

    The decision holds for as long as the figures under it are the same; after that the exception is open again.
    """
    from finago_assets.core.windows import utc_now
    from finago_assets.report.decisions import add_decision
    from finago_assets.report.place import binder_place

    console = Console(highlight=False, soft_wrap=True)
    with exit_on_error(_standard_error(), REFUSED_BEFORE_WRITING):
        month, root = _read_options(period, into)
        whose = _find_organization(organization, month, root)
        place = binder_place(root, whose, month)
        with place.held():
            moment = utc_now().isoformat(timespec="seconds")
            decided = add_decision(place, exception, verdict, by=by, note=note, at=moment)
    console.print(f"{decided.by} decided {decided.verdict} about {decided.exception}: {decided.basis}.", markup=False)
    _make_binders(f"{month}", whose, into)


def _make_binders(period: str | None, organization: str | None, into: Path | None) -> None:
    from finago_assets.core.windows import utc_now
    from finago_assets.month_end import opened_publication
    from finago_assets.report.binder import make_binder
    from finago_assets.report.source import choose_organizations
    from finago_assets.settings import read_settings

    console, stack = Console(highlight=False, soft_wrap=True), ExitStack()
    with stack:
        with exit_on_error(_standard_error(), REFUSED_BEFORE_WRITING):
            month, root = _read_options(period, into)
            source: Publication = stack.enter_context(opened_publication(read_settings()))
            organizations = choose_organizations(source, organization, month)
        with exit_on_error(_standard_error(), NOT_MADE):
            for one in organizations:
                with _standard_error().status(f"Making the binder of {one}, {month} …"):
                    made = make_binder(source, one, month, root, utc_now())
                _tell_binder(console, made)


def _read_options(period: str | None, into: Path | None) -> tuple[Month, Path]:
    from finago_assets.core.windows import oslo_today
    from finago_assets.month_end import binder_root
    from finago_assets.report.month import last_closed_month, parse_month
    from finago_assets.settings import read_settings

    today = oslo_today()
    month = last_closed_month(today) if period is None else parse_month(period, today)
    return month, binder_root(read_settings(), into)


def _find_organization(organization: str | None, month: Month, root: Path) -> str:
    """Return the organization that is decided about: the only one that has a binder, where none is named."""
    import msgspec

    from finago_assets.core.errors import RequestRefused
    from finago_assets.report.decisions import ExceptionsFile

    if organization is not None:
        return organization
    files = sorted(root.glob(f"*/{month}/exceptions.json"))
    if len(files) != 1:
        said = "There is no binder" if not files else f"{len(files)} organizations have a binder"
        raise RequestRefused(
            f"{said} of {month} in {root}. "
            + ("Make it first." if not files else "Name the one that you decide about with --organization.")
            + " Nothing was decided."
        )
    try:
        return msgspec.json.decode(files[0].read_bytes(), type=ExceptionsFile).organization
    except (OSError, msgspec.DecodeError):
        raise RequestRefused(f"{files[0]} cannot be read. Make the binder again. Nothing was decided.") from None


def _refuse_options(*options: object) -> None:
    if any(option is not None for option in options):
        raise typer.BadParameter("write options after `decide`: finago-assets report decide EXCEPTION --period ...")


def _tell_binder(console: Console, made: MadeBinder) -> None:
    console.print(made.sentence(), markup=False)
    open_ones = [one for one in made.judged if one.verdict is not ExceptionVerdict.PASS]
    for one in open_ones[:_TOLD_AT_MOST]:
        console.print(f"  {one.verdict:<8} {one.item.id}: {one.item.why}", markup=False)
    if len(open_ones) > _TOLD_AT_MOST:
        console.print(f"  and {len(open_ones) - _TOLD_AT_MOST} more in the binder")


def _standard_error() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)
