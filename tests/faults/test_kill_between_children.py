"""A process that asks about thousands of customers is killed, twice, and its re-executions ask only about the rest."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.children import BATCH
from tests.core.company import BANKS, CUSTOMERS, Company
from tests.core.landing.landers import heard, spawned
from tests.core.landing.samples import KINDS, ORGANIZATION, temporaries

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from finago_assets.core.http.transport import Response
    from tests.core.http.office import Asked

WANTED = 4 * BATCH
FLYING = 5


def land_until_killed(kind: str, data_dir: Path, after: int, resume: bool, to: Connection) -> None:  # noqa: FBT001
    """Ask about customers, saying each request, and die with so many."""
    company, sent = Company(customers=WANTED), 0

    def trouble(asked: Asked) -> Response | None:
        nonlocal sent
        if asked.path.endswith("bankaccounts"):
            to.send(asked.path)
            sent += 1
            if sent == after:
                os.kill(os.getpid(), signal.SIGKILL)
        return None

    company.trouble = trouble
    store = KINDS[kind](data_dir)
    store.sweep()
    company.extractor(store).land_reference(CUSTOMERS)
    # one at a time, so that no two speak into the pipe at once
    company.extractor(store, concurrency=1).land_reference(BANKS, resume=resume)
    to.send("done")


@pytest.mark.parametrize("kind", KINDS)
def test_two_kills_cost_no_more_than_a_batch_each(tmp_path: Path, kind: str) -> None:
    sent: list[str] = []
    for after, resume in ((BATCH * 3 // 2, False), (BATCH * 3 // 2, True), (WANTED, True)):
        process, said = spawned(land_until_killed, kind, tmp_path, after, resume)
        sent.extend(heard(said))
        process.join()
    assert sent.pop() == "done"
    assert process.exitcode == 0
    assert len(set(sent)) == WANTED
    assert len(sent) <= WANTED + 2 * (BATCH + FLYING)
    store = KINDS[kind](tmp_path)
    store.sweep()
    assert (list(tmp_path.rglob("*.part")), temporaries(tmp_path)) == ([], [])
    (landed,) = store.landed(BANKS.name, ORGANIZATION).values()
    assert store.verify(landed.partition).rows == WANTED // 2
    print(f"{kind}: {WANTED} customers, two kills, {len(sent) - WANTED} requests too many")
