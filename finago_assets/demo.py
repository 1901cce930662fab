"""The whole pipeline on the sandbox, in one command: types the documented Dagster command, then answers ten questions.

Owns progress and the summary. Everything it runs is what a user with credentials would run.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import duckdb
import yaml
from dagster import DagsterEventType, DagsterInstance
from dagster._core.instance.ref import InstanceRef
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import OperationalError

from finago_assets.apis import LANDED_APIS
from finago_assets.core.landing.store import open_store
from finago_assets.core.windows import ONE_DAY, Window
from finago_assets.dagster_command import dagster_environment, find_place, make_home
from finago_assets.new_project import INSTANCE
from finago_assets.orchestration.history import show_at_home
from finago_assets.project import IS_INSTALLED, QUESTIONS, typed
from finago_assets.settings import read_settings
from finago_assets.ten_answers import answer_ten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagster import AssetCheckEvaluation, AssetKey, EventLogEntry
    from rich.console import Console

    from finago_assets.dagster_command import DagsterPlace
    from finago_assets.settings import Settings
    from finago_assets.supervisor import Supervisor

_LOOK_SECONDS: Final = 1.0
_SETTLED_FROM: Final = 4
_MANUAL_VOUCHER: Final = 9
_JOURNAL_COLUMNS: Final = "voucher,transaction_type_number,date,account_number,amount,tax_number,comment"
_SIZE: Final = """
    select
        (select count(*) from information_schema.tables where table_schema in ('marts', 'reporting')),
        (select string_agg(distinct base_currency, ', ') from marts.currency_verdict),
        count(*), sum(debit), sum(credit)
    from marts.general_ledger
"""


@dataclass(slots=True)
class Course:
    """What a run that began after `since` has said so far, read from the history."""

    since: datetime
    said: str = "Dagster loads the definitions; the first time takes longest"
    checks: int = 0
    wanted: int | None = None
    made: set[AssetKey] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    red: list[str] = field(default_factory=list)
    _cursor: str | None = None

    def look(self, instance: DagsterInstance) -> None:
        """Take what has been said since the last look."""
        for run in instance.get_run_records(limit=1):
            if run.create_timestamp < self.since:
                return
            self.wanted = len(run.dagster_run.asset_selection or ()) or None
            found = instance.get_records_for_run(run.dagster_run.run_id, self._cursor)
            self._cursor = found.cursor
            for record in found.records:
                self._hear(record.event_log_entry)

    def _hear(self, entry: EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            if entry.level == logging.INFO:
                self.said = entry.user_message
        elif event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            self._count(event.asset_check_evaluation_data)
        elif event.event_type is DagsterEventType.ASSET_MATERIALIZATION and event.asset_key is not None:
            self.made.add(event.asset_key)
        elif event.event_type is DagsterEventType.STEP_START:
            self.said = f"Started {event.step_key}"
        elif event.is_step_failure and (error := event.step_failure_data.error_display_string):
            self.reasons.append(error.partition("\n")[0])

    def _count(self, check: AssetCheckEvaluation) -> None:
        self.checks += 1
        if not check.passed:
            why = (check.description or "").partition(".")[0]
            asset = check.asset_key.to_user_string()
            self.red.append(f"{check.check_name} on {asset}" + (f" ({why})" if why else ""))


def demo_days(today: date) -> Window:
    """Return the days of the demo's books: up to yesterday, and before that a whole year to compare with.

    Some of what happens in the first months of the books spans a year and more, and is there once it is over.
    """
    return Window(date(today.year - (2 if today.month < _SETTLED_FROM else 1), 1, 1), today)


def run_demo(environment: Mapping[str, str], days: Window, console: Console, supervisor: Supervisor) -> int:
    """Run the main job against the server that `environment` names; return its exit status. Raises Interrupted."""
    place = find_place(os.environ, on_sandbox=True)
    make_home(place)
    env = dagster_environment(place, environment)
    settings = read_settings(env)
    log = settings.data_dir / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [
        os.fspath(Path(sys.executable).with_name("dagster")),
        *("asset", "materialize", "-m", "finago_assets.definitions", "--select", "*"),
        *("--partition-range", f"{days.start}...{days.end - ONE_DAY}"),
    ]
    console.print(f"$ {' '.join(['dagster', *command[1:]])}", style="bold", highlight=False, soft_wrap=True)
    started = time.monotonic()
    course, status = _follow_run(partial(supervisor.run, command, env=env, cwd=place.folder), place, log, console)
    if status:
        console.print(f"The run failed. Its whole log: {log}", style="bold red", soft_wrap=True)
        # where no step failed, Dagster says at the end of its log what kept it from starting any
        for reason in course.reasons or log.read_text("utf-8", "replace").splitlines()[-1:]:
            console.print(reason, highlight=False, markup=False, soft_wrap=True)
        return status
    _sum_up(settings, course, time.monotonic() - started, console)
    posted = _post_a_draft(settings, days, console, partial(supervisor.run, env=env, cwd=place.folder))
    _answer(settings.published_warehouse, console)
    _name_next_steps(days, console)
    return posted


def _post_a_draft(settings: Settings, days: Window, console: Console, run: Callable[[list[str]], int]) -> int:
    """Post a small journal to the sandbox, as a draft; the second time the outbox says that it was."""
    file = settings.owned.exports / "prepaid_rent.csv"
    day = (days.start + 30 * ONE_DAY).isoformat()
    lines = (f"{account},{amount},0,Rent of January" for account, amount in ((6300, "12500.00"), (1700, "-12500.00")))
    rows = "\n".join(f"RENT-1,{_MANUAL_VOUCHER},{day},{line}" for line in lines)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(f"{_JOURNAL_COLUMNS}\n{rows}\n", "utf-8")
    words = ["post", "send", os.fspath(file), "--allow-writes"]
    console.print(f"$ finago-assets {' '.join(words)}", style="bold", highlight=False, soft_wrap=True)
    return run([os.fspath(Path(sys.executable).with_name("finago-assets")), *words])


def _follow_run(run: Callable[..., int], place: DagsterPlace, log: Path, console: Console) -> tuple[Course, int]:
    """Run, keep its log, and show how far it is; return its course and exit status."""
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with (
        log.open("w", encoding="utf-8") as keep,
        # opened before the run is: two that open a new history at once both try to make its tables
        _instance(place) as instance,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        course, over = Course(datetime.now(UTC)), Event()
        task = progress.add_task(course.said, total=None)

        def watch() -> None:
            while not over.wait(_LOOK_SECONDS):
                # a history that is busy is looked at again; the last look is taken when the run has ended
                with suppress(OperationalError):
                    show()

        def show() -> None:
            before = course.said
            course.look(instance)
            progress.update(task, description=course.said, total=course.wanted, completed=len(course.made))
            if course.said != before and not console.is_terminal:
                console.print(course.said, highlight=False, markup=False)

        watcher = Thread(target=watch, name="progress")
        watcher.start()
        try:
            status = run(hear=keep.write)
        finally:
            over.set()
            watcher.join()
        show()
        for last in instance.get_runs(limit=1):
            show_at_home(instance, last.run_id)
        return course, status


def _instance(place: DagsterPlace) -> DagsterInstance:
    """Open the history of a place. Its settings may name it from the folder that a Dagster is started in there."""
    settings = place.home / INSTANCE.name
    said = yaml.safe_load(settings.read_text(encoding="utf-8")) if settings.exists() else None
    storage = (said or {}).get("storage") or {}
    overrides = None
    if (folder := (storage.get("sqlite") or {}).get("base_dir")) and isinstance(folder, str):
        overrides = {"storage": {"sqlite": {"base_dir": os.fspath(place.folder / folder)}}}
    return DagsterInstance.from_ref(InstanceRef.from_dir(os.fspath(place.home), overrides=overrides))


def _sum_up(settings: Settings, course: Course, seconds: float, console: Console) -> None:
    """Say how much there is of everything, and what a person should look at."""
    landed = [
        sum(fact.manifest.rows for where in store.organizations() for fact in store.landed(one, where).values())
        for api in LANDED_APIS
        for store in (open_store(settings.data_dir, settings.landing, api.source.name),)
        for one in api.endpoints
    ]
    with closing(duckdb.connect(os.fspath(settings.published_warehouse), read_only=True)) as warehouse:
        ((tables, currency, lines, debit, credit),) = warehouse.execute(_SIZE).fetchall()
    console.print(
        f"{sum(rows > 0 for rows in landed)} lists with {sum(landed):,} raw records became {tables} tables, in "
        f"{seconds:.0f} s; {course.checks - len(course.red)} of {course.checks} checks passed. The ledger: {lines:,} "
        f"lines, debit {debit:,}, credit {credit:,}, in {currency} like every amount below.",
        highlight=False,
    )
    for name in course.red:
        console.print(f"A warning, shown yellow in the UI: {name}", highlight=False, markup=False, soft_wrap=True)


def _answer(warehouse: Path, console: Console) -> None:
    """Answer ten questions from the published file."""
    table = Table(title="\nTen questions to these books", title_justify="left", show_lines=True)
    table.add_column("question", ratio=2, style="bold")
    table.add_column("answer", ratio=3)
    for question, answer in answer_ten(warehouse):
        table.add_row(question, escape(answer))
    console.print(table)
    console.print(
        f"The queries: {QUESTIONS if IS_INSTALLED else 'docs/questions.md'}. The books: {warehouse}, to be opened "
        "read-only with any DuckDB from 1.2 on.",
        highlight=False,
        soft_wrap=True,
    )


def _name_next_steps(days: Window, console: Console) -> None:
    """Say what may be typed next; from a checkout the commands lie in its environment."""
    command = "finago-assets" if IS_INSTALLED else ".venv/bin/finago-assets"
    month = (days.end.replace(day=1) - ONE_DAY).strftime("%Y-%m")
    for words, what in (
        (typed("dev"), "the Dagster UI with this run, on http://127.0.0.1:3000"),
        (f"{command} look", "look around in these books, in a browser"),
        (f"{command} report --period {month}", "the binder of a month, as a workbook and a page"),
        (f"{command} init books", "a project of your own, to connect for real"),
    ):
        console.print(f"Next: {words:<{len(command) + 25}} {what}", highlight=False, soft_wrap=True)
