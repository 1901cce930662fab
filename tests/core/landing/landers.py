"""Processes that land, to be killed or set against each other; their server has imported everything already."""

from __future__ import annotations

import datetime as dt
import os
import signal
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import duckdb

from finago_assets.core.errors import FinagoError
from finago_assets.core.landing.lock import queued_lock
from finago_assets.core.windows import Window
from tests.core.landing.samples import FIRST, KINDS, LINES, ORGANIZATION, THIRD, facts, land

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from tests.core.landing.samples import Store

CHAINS = (Window(FIRST, THIRD), Window(dt.date(2024, 2, 1), dt.date(2024, 2, 3)))
DAYS = (*CHAINS[0].days, *CHAINS[1].days)
NAMED = ("page", "before copy", "before fsync", "before rename", "after rename")
_BIG = DAYS[2]  # more than a spool's buffer, so that a file is begun long before it is published

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.core.landing.landers"])


def content(attempt: int, day: dt.date) -> list[bytes]:
    """What `attempt` answers for a day: never the same as another attempt's, and of another length."""
    filler = b"x" * (9000 if day == _BIG else 100)
    count = 1000 if day == _BIG else 200
    return [
        b'{"attempt":%d,"day":"%s","n":%d,"f":"%b"}' % (attempt, f"{day}".encode(), n, filler)
        for n in range(count + attempt)
    ]


def pages(attempt: int, window: Window) -> Iterator[tuple[int, dt.date, list[bytes]]]:
    """Answer a window in pages of 100 records."""
    number = 0
    for day in window.days:
        records = content(attempt, day)
        for start in range(0, len(records), 100):
            number += 1
            yield number, day, records[start : start + 100]


def land_attempt(store: Store, attempt: int, say: Callable[[object], object], moment: Callable[[str], None]) -> None:
    """Land both chains, saying each day that is committed."""
    for window in CHAINS:
        with store.spool(LINES, ORGANIZATION, window.days) as spool:
            for number, day, records in pages(attempt, window):
                moment("page")
                spool.add(number, records, day, None)
            for landed in spool.publish(facts(window, f"{attempt}")):
                say(landed.partition.date)


def spawned(target: Callable[..., None], *args: object) -> tuple[BaseProcess, Connection]:
    """Start a process that sends to the connection, which is its last argument."""
    here, there = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=target, args=(*args, there))
    process.start()
    there.close()
    return process, here


def heard(connection: Connection) -> Iterator[Any]:
    """Yield what a process sent until it ended, however it ended."""
    with connection:
        while True:
            try:
                yield connection.recv()
            except EOFError:
                return


def land_until_killed(kind: str, data_dir: Path, attempt: int, die_at: tuple[str, int] | None, to: Connection) -> None:
    left = dict([die_at]) if die_at else {}

    def moment(name: str) -> None:
        if name in left:
            left[name] -= 1
            if left[name] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    store = KINDS[kind](data_dir, checkpoint=moment)
    to.send("ready")
    land_attempt(store, attempt, to.send, moment)
    to.send("done")


def land_in_company(kind: str, data_dir: Path, number: int, together: Barrier, to: Connection) -> None:
    """Land a partition of one's own, then one that everybody else lands at the same moment."""
    store = KINDS[kind](data_dir)
    own, shared = DAYS[0] + dt.timedelta(days=1 + number), DAYS[0]
    try:
        for day in (own, shared):
            together.wait()
            land(store, Window(day, day + dt.timedelta(days=1)), {day: content(number, day)}, run=f"{number}")
            to.send(day)
    except FinagoError as error:
        together.abort()  # or the others would wait for this one
        to.send(f"{type(error).__name__}: {error}")


def build_in_company(data_dir: Path, number: int, together: Barrier, to: Connection) -> None:
    """Write a row to the warehouse behind its lock."""
    together.wait()
    try:
        with queued_lock(data_dir / "warehouse.lock", 120), duckdb.connect(data_dir / "warehouse.duckdb") as built:
            built.execute("create table if not exists builds (number integer)")
            built.execute("insert into builds values (?)", [number])
        to.send(number)
    except (FinagoError, duckdb.Error) as error:
        to.send(f"{type(error).__name__}: {error}")
