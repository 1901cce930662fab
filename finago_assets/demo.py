"""The whole pipeline on the sandbox, in one command: starts the sandbox, types the documented Dagster command, sums up.

Owns progress and the summary. Everything it runs is what a user with credentials would run.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from finago_assets.apis.finago import FINAGO
from finago_assets.core.landing.store import open_store
from finago_assets.dagster_command import dagster_environment, find_place, make_home
from finago_assets.project import typed
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from finago_assets.settings import Settings
    from finago_assets.supervisor import Supervisor

YEAR: Final = 2024
_EVENT: Final = re.compile(r" - (?P<event>[A-Z]+(?:_[A-Z]+)+) - (?P<text>.*)$")
_REASON: Final = re.compile(r"^[\w.]*(?:Failure|Error|Exception): (?P<text>.*)$")
_RED: Final = re.compile(
    r"Asset check '(?P<check>.*)' on '(?P<asset>.*)' did not pass(\. Description: '(?P<why>[^.]*))?"
)
_SAID: Final = re.compile(r" - INFO - .* - (?:land_\w+|build_warehouse|finago__published) - (?P<text>.*)$")


@dataclass(slots=True)
class Course:
    """What the run has said so far, read from the log that Dagster prints."""

    events: Counter[str] = field(default_factory=Counter)
    said: str = "Dagster is loading the definitions"
    reasons: list[str] = field(default_factory=list)
    red: list[str] = field(default_factory=list)

    def hear(self, line: str) -> None:
        """Take one line of the log."""
        if event := _EVENT.search(line):
            self.events[event["event"]] += 1
            if event["event"] == "STEP_START":
                self.said = event["text"].removesuffix(".")
            elif (red := _RED.search(event["text"])) is not None:
                why = f" ({red['why']})" if red["why"] else ""
                self.red.append(f"{red['check']} on {red['asset']}{why}")
        elif said := _SAID.search(line):
            self.said = said["text"]
        elif (reason := _REASON.search(line)) and reason["text"] not in self.reasons:
            self.reasons.append(reason["text"])


def run_demo(environment: Mapping[str, str], console: Console, supervisor: Supervisor) -> int:
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
        *("--partition-range", f"{YEAR}-01-01...{YEAR}-12-31"),
    ]
    console.print(f"$ {' '.join(['dagster', *command[1:]])}", style="bold", highlight=False, soft_wrap=True)
    started = time.monotonic()
    course, status = _follow(partial(supervisor.run, command, env=env, cwd=place.folder), log, console)
    if status:
        console.print(f"The run failed. Its whole log: {log}", style="bold red", soft_wrap=True)
        for reason in course.reasons:
            console.print(reason, highlight=False, markup=False, soft_wrap=True)
        return status
    _sum_up(settings, course, time.monotonic() - started, console)
    return 0


def _follow(run: Callable[..., int], log: Path, console: Console) -> tuple[Course, int]:
    course = Course()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with log.open("w", encoding="utf-8") as keep, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(course.said, total=None)

        def hear(line: str) -> None:
            keep.write(line)
            before = course.said
            course.hear(line)
            progress.update(task, description=course.said)
            if course.said != before and not console.is_terminal:
                console.print(course.said, highlight=False, markup=False)

        return course, run(hear=hear)


def _sum_up(settings: Settings, course: Course, seconds: float, console: Console) -> None:
    store = open_store(settings.data_dir, settings.landing, FINAGO.source.name)
    table = Table(title="What landed", title_justify="left")
    for name, justify in (("endpoint", "left"), ("days", "right"), ("rows", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    rows = 0
    for name in FINAGO.endpoints:
        landed = [one for organization in store.organizations() for one in store.landed(name, organization).values()]
        if landed:
            count = sum(one.manifest.rows for one in landed)
            table.add_row(name, f"{len(landed):,}", f"{count:,}")
            rows += count
    console.print(table)
    with duckdb.connect(os.fspath(settings.published_warehouse), read_only=True) as warehouse:
        marts = warehouse.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        lines, debit, credit = warehouse.execute(
            "select count(*), sum(debit), sum(credit) from marts.general_ledger"
        ).fetchall()[0]
    checks = course.events["ASSET_CHECK_EVALUATION"]
    console.print(
        f"{table.row_count} endpoints, {rows:,} raw rows, {len(marts)} marts, {checks - len(course.red)} of {checks} "
        f"checks passed, in {seconds:.0f} s."
    )
    for name in course.red:
        console.print(f"A warning, shown red in the UI: {name}", highlight=False, markup=False)
    console.print(f"The ledger: {lines:,} lines, debit {debit:,}, credit {credit:,}.")
    console.print(f"The warehouse: {settings.published_warehouse}", soft_wrap=True)
    console.print(f"Open the UI: {typed('dev')}, then http://127.0.0.1:3000", soft_wrap=True)
