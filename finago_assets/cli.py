"""The `finago-assets` command: what can be typed after it. Owns words and exit statuses; the work lives elsewhere.

People's output goes to standard error where standard output could be piped; exit status 0 means it worked.
"""

from __future__ import annotations

import os
import platform
import shlex
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from finago_assets.commands.halo import halo
from finago_assets.commands.look import look_around
from finago_assets.commands.post import post_app
from finago_assets.commands.post_lines import change_due_date, link_lines
from finago_assets.commands.report import report_app
from finago_assets.commands.request import request
from finago_assets.commands.templates import templates
from finago_assets.core.errors import FinagoError
from finago_assets.project import ENV_FILE, find_project, typed
from finago_assets.supervisor import Interrupted, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Finago Office as Dagster assets.")

STYLES = {"works": "green", "withheld": "yellow", "cannot tell": "yellow", "fails": "bold red"}


def _tell_versions(asked: bool) -> None:  # noqa: FBT001  as Typer calls it
    if not asked:
        return
    told = [f"{name} {version(name)}" for name in ("finago-assets", "dagster", "dbt-core", "dbt-duckdb", "duckdb")]
    typer.echo(", ".join([*told, f"Python {platform.python_version()}"]))
    raise typer.Exit


@app.callback()
def main(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_versions, is_eager=True, help="Say which versions run here, and end."),
    ] = False,
) -> None:
    """Finago Office as Dagster assets: land raw JSON, rebuild the books, query DuckDB."""
    # what is made from here, run history too, is for this user alone
    os.umask(0o077)
    # as Dagster does for its own commands
    if (project := find_project()) is not None and (file := project.root / ENV_FILE).is_file():
        from dotenv import load_dotenv

        load_dotenv(file, override=True)


@app.command()
def demo() -> None:
    """Run the whole pipeline on the sandbox and say what came of it."""
    console = Console(soft_wrap=False)
    stands = "What had landed stands in the data folder, and the warehouse is the last one that was published"
    with _supervised(console, f"{stands}; `{typed('demo')}` runs everything again.") as supervisor:
        from finago_assets.core.windows import ONE_DAY, oslo_today
        from finago_assets.demo import demo_days, run_demo
        from finago_assets.sandbox.books.plan import Size
        from finago_assets.sandbox.halo.server import running_tenant
        from finago_assets.sandbox.halo.tenant import tenant_of_today
        from finago_assets.sandbox.server import running

        console.print("Starting a sandbox Finago Office and a Halo beside it on this machine …")
        days = demo_days(oslo_today())
        books = running(start=days.start, until=days.end - ONE_DAY, size=Size.SMALL)
        with books as office, running_tenant(tenant_of_today()) as tenant:
            environment = office.environment() | office.soap_environment() | tenant.environment()
            raise typer.Exit(run_demo(environment, days, console, supervisor))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def sandbox(context: typer.Context) -> None:
    """Serve a Finago Office on this machine, with seeded books; `--help` shows what it can be told."""
    from finago_assets.sandbox.__main__ import parsed
    from finago_assets.sandbox.server import serve

    serve(parsed(context.args))


@app.command()
def doctor() -> None:
    """Check settings, credentials and every endpoint's scope with the smallest requests."""
    from finago_assets.api_questions import Condition
    from finago_assets.connect import open_client
    from finago_assets.dagster_command import find_place
    from finago_assets.doctor import PATIENCE, examine
    from finago_assets.orchestration.history import read_dead_runs

    console = Console()
    table = Table(title="What will and will not work", title_justify="left")
    for column in ("looked at", "verdict", "what it means"):
        table.add_column(column, overflow="fold")
    failed = False
    with console.status("Asking …") as status:

        def dead_runs() -> dict[str, str]:
            return read_dead_runs(find_place(os.environ).home)

        for finding in examine(os.environ, partial(open_client, policy=PATIENCE), dead_runs):
            status.update(f"Asked: {finding.subject}")
            style = STYLES[finding.verdict.value]
            table.add_row(finding.subject, f"[{style}]{finding.verdict.value}[/]", escape(finding.detail))
            failed = failed or finding.verdict is Condition.FAILS
    console.print(table)
    raise typer.Exit(1 if failed else 0)


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.", min=0, max=65535)] = 3000,
) -> None:
    """Open the Dagster UI; on the sandbox when no credentials are set."""
    console = Console(stderr=True)
    stands = "Run history and what had landed stand in the data folder"
    again = f"`{typed('dev')}` opens the UI again, where a run that was under way can be re-executed"
    with _supervised(console, f"{stands}; {again}.") as supervisor, ExitStack() as stack:
        from finago_assets.core.windows import ONE_DAY, oslo_today
        from finago_assets.dagster_command import dagster_environment, find_place, make_home, refuse_taken_port
        from finago_assets.demo import demo_days
        from finago_assets.new_project import WORKSPACE
        from finago_assets.sandbox.books.plan import Size
        from finago_assets.sandbox.halo.server import running_tenant
        from finago_assets.sandbox.halo.tenant import tenant_of_today
        from finago_assets.sandbox.server import running

        refuse_taken_port(port)
        environment: dict[str, str] = {}
        if not os.environ.get("FINAGO_CLIENT_ID"):
            days = demo_days(oslo_today())
            books = running(start=days.start, until=days.end - ONE_DAY, size=Size.SMALL)
            office = stack.enter_context(books)
            tenant = stack.enter_context(running_tenant(tenant_of_today()))
            environment = office.environment() | office.soap_environment() | tenant.environment()
            console.print("FINAGO_CLIENT_ID is not set: the UI runs on the sandbox.")
        command = [os.fspath(Path(sys.executable).with_name("dagster")), "dev", "--port", f"{port}"]
        place = find_place(os.environ, on_sandbox=bool(environment))
        make_home(place)
        if not place.is_project:
            command += ["-w", os.fspath(WORKSPACE)]
        console.print(f"The UI: http://127.0.0.1:{port}")
        # what it prints passes through here, so that an interrupted start is not told in tracebacks
        tell = sys.stderr.write
        env = dagster_environment(place, environment)
        raise typer.Exit(supervisor.run(command, env=env, cwd=place.folder, hear=tell))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")],
) -> None:
    """Make a project of your own: a place for YAML and dbt models beside ours, and the settings of Dagster."""
    from finago_assets.new_project import make_project

    make_project(folder)
    Console(stderr=True).print(
        f"Made a project in {folder}. Next: cd {shlex.quote(f'{folder}')}, copy .env.example to .env and fill it in, "
        "then finago-assets doctor. Its README.md goes on from there.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


@contextmanager
def _supervised(console: Console, stands: str) -> Iterator[Supervisor]:
    """Let Ctrl-C, SIGTERM or a closed terminal end the block and all that it started; then say what stands."""
    try:
        with Supervisor() as supervisor:
            yield supervisor
    except Interrupted as interrupted:
        console.print(f"Interrupted; nothing was left running. {stands}", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(interrupted.status) from None


app.command("look")(look_around)
app.command()(request)
app.command()(templates)
app.add_typer(halo, name="halo")
app.add_typer(report_app, name="report")
post_app.command("link")(link_lines)
post_app.command("due-date")(change_due_date)
app.add_typer(post_app, name="post")


def run() -> None:
    """Turn a typed error into one plain sentence."""
    try:
        app()
    except FinagoError as error:
        Console(stderr=True).print(f"{type(error).__name__}: {error}", style="red", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    run()
