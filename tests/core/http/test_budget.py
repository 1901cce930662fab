"""The request ceiling: shared by processes, survived by those whose neighbour is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import NotWritable, RateLimited, SettingInvalid
from finago_assets.core.http.budget import RequestBudget, rate_of
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient

from .office import Clock, Office, connection, plain, reply

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe
    from pathlib import Path

ORGANIZATION = "123456789012345"


def budget(folder: Path, clock: Clock, per_second: Decimal | float = 2) -> RequestBudget:
    return RequestBudget(folder, "finago", ORGANIZATION, per_second, now=clock, sleep=clock.sleep)


def client_under(own: RequestBudget, office: Office, clock: Clock) -> ApiClient:
    return ApiClient(
        connection(), budget=own, transport=office, clock=clock, sleep=clock.sleep, random=lambda: 0.0, now=clock.now
    )


def test_no_window_of_a_second_holds_more_than_the_ceiling(tmp_path: Path) -> None:
    clock = Clock()
    one, other = budget(tmp_path, clock), budget(tmp_path, clock)
    taken = []
    for number in range(40):
        (one if number % 3 else other).acquire()
        taken.append(clock.seconds)
    assert all(taken[at + 2] - taken[at] >= 1.0 for at in range(38))
    assert taken[-1] - taken[0] < 20.5


def test_acquire_says_how_long_it_waited(tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock)
    waited = sum(own.acquire() for _ in range(10))
    assert waited == pytest.approx(clock.seconds - 1000.0)
    assert waited > 3.9


def test_zero_is_no_ceiling(tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock, 0)
    assert sum(own.acquire() for _ in range(500)) == 0


def test_without_a_ceiling_nobody_waits_for_whoever_writes_the_file(tmp_path: Path) -> None:
    own = budget(tmp_path, Clock(), 0)
    own.pause(0)
    with closing(sqlite3.connect(tmp_path / f"requests-finago-{ORGANIZATION}.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert own.acquire() == 0


@pytest.mark.parametrize(
    ("per_second", "limit", "milliseconds"),
    [(2, 2, 1000), (Decimal("2.5"), 5, 2000), (0.5, 1, 2000), (Decimal("0.3"), 1, 3334), (50, 50, 1000), (1, 1, 1000)],
)
def test_a_ceiling_is_whole_requests_in_whole_milliseconds(
    per_second: Decimal | float, limit: int, milliseconds: int
) -> None:
    rate = rate_of(per_second)
    assert rate is not None
    assert (rate.limit, rate.interval) == (limit, milliseconds)


@pytest.mark.parametrize("per_second", [-1, float("nan"), float("inf")])
def test_a_ceiling_that_is_no_number_of_requests_is_refused(per_second: float) -> None:
    with pytest.raises(SettingInvalid):
        rate_of(per_second)


def test_a_pause_holds_for_every_budget_of_the_organization_and_for_no_other(tmp_path: Path) -> None:
    clock = Clock()
    one, other = budget(tmp_path, clock, 0), budget(tmp_path, clock, 0)
    stranger = RequestBudget(tmp_path, "finago", "another", 0, now=clock, sleep=clock.sleep)
    one.pause(30)
    one.pause(10)
    assert stranger.acquire() == 0
    assert other.acquire() == pytest.approx(30)
    assert one.acquire() == 0


def test_a_pause_beyond_patience_is_an_error_that_names_the_time(tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock)
    own.pause(3600)
    with pytest.raises(RateLimited) as caught:
        own.acquire()
    assert caught.value.retry_at is not None
    assert caught.value.retry_at.timestamp() == clock.seconds + 3600
    assert clock.slept == []


@pytest.mark.parametrize("seconds", [3600, 3601, 31_622_400, 1_795_906_000_000])
def test_no_pause_lasts_longer_than_an_hour_from_when_it_was_asked_for(seconds: float, tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock, 0)
    own.pause(seconds)
    with closing(sqlite3.connect(tmp_path / f"requests-finago-{ORGANIZATION}.sqlite")) as database:
        assert database.execute("SELECT not_before - set_at FROM pause").fetchone() == (3_600_000,)
    clock.seconds += 3599
    assert own.acquire() == pytest.approx(1)
    clock.seconds += 1
    assert budget(tmp_path, clock, 0).acquire() == 0


def kept_by_an_older_version(folder: Path, set_at: float, not_before: float) -> None:
    """Leave the file of a version that kept whatever the server asked for."""
    with closing(sqlite3.connect(folder / f"requests-finago-{ORGANIZATION}.sqlite")) as database:
        database.execute("INSERT INTO pause VALUES (1, ?, ?)", (set_at * 1000, not_before * 1000))
        database.commit()


def test_a_pause_of_a_year_that_an_older_version_kept_ends_an_hour_after_it_was_set(tmp_path: Path) -> None:
    clock = Clock()
    budget(tmp_path, clock, 0).acquire()
    kept_by_an_older_version(tmp_path, clock.seconds, clock.seconds + 31_622_400)
    with pytest.raises(RateLimited) as caught:
        budget(tmp_path, clock, 0).acquire()
    assert caught.value.retry_at is not None
    assert caught.value.retry_at.timestamp() == clock.seconds + 3600
    clock.seconds += 3601
    assert budget(tmp_path, clock, 0).acquire() == 0


def test_a_pause_of_a_year_does_not_swallow_a_later_short_one(tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock, 0)
    own.acquire()
    kept_by_an_older_version(tmp_path, clock.seconds, clock.seconds + 31_622_400)
    clock.seconds += 7200
    own.pause(30)
    assert own.acquire() == pytest.approx(30)


def test_the_error_says_which_file_to_delete_and_deleting_it_lifts_the_pause_for_all(tmp_path: Path) -> None:
    clock = Clock()
    office = Office(lambda asked: reply(b"", 429, {"Retry-After": "31622400"}) if asked.number == 1 else reply())
    waiting, asking = budget(tmp_path, clock, 0), budget(tmp_path, clock, 0)
    waiting.acquire()
    file = tmp_path / f"requests-finago-{ORGANIZATION}.sqlite"
    with client_under(asking, office, clock) as client:
        for told in ("429.*Not before", "Nothing was sent"):
            with pytest.raises(RateLimited, match=f"{told}.*delete {file}, which") as caught:
                list(client.pages(plain(), Tally()))
            assert caught.value.retry_at is not None
        with pytest.raises(RateLimited):
            waiting.acquire()
        # the log that SQLite keeps beside it holds the pause, too, and stays where a process was killed
        assert file.with_name(f"{file.name}-wal").exists()
        file.unlink()
        assert (budget(tmp_path, clock, 0).acquire(), waiting.acquire()) == (0, 0)
        assert list(client.pages(plain(), Tally())) == []
    assert len(office.calls) == 2


def test_the_log_of_a_killed_process_does_not_bring_a_lifted_pause_back(tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock, 0)
    own.pause(3600)
    file = tmp_path / f"requests-finago-{ORGANIZATION}.sqlite"
    log = file.with_name(f"{file.name}-wal")
    kept = log.read_bytes()
    own.close()
    file.unlink()
    log.write_bytes(kept)
    assert budget(tmp_path, clock, 0).acquire() == 0


def test_a_long_pause_is_told_once_with_the_time_of_the_next_request(tmp_path: Path) -> None:
    clock, told = Clock(), list[str]()
    clock.seconds = 1_772_366_400  # noon in UTC on 1 March 2026
    # wakes early, and looks again
    own = RequestBudget(
        tmp_path, "finago", ORGANIZATION, 0, now=clock, sleep=lambda seconds: clock.sleep(seconds / 2), tell=told.append
    )
    own.pause(29)
    own.acquire()
    assert told == []
    own.pause(90)
    own.acquire()
    assert told == ["The server asked this machine for a pause; next request at 13:01:59 (Oslo)"]


def test_a_clock_that_is_set_back_blocks_nobody(tmp_path: Path) -> None:
    clock = Clock()
    own = budget(tmp_path, clock)
    clock.seconds += 7200
    own.acquire()
    own.acquire()
    own.pause(60)
    clock.seconds -= 7200
    assert own.acquire() == 0


def test_a_refusal_seen_by_one_client_pauses_the_other(tmp_path: Path) -> None:
    clock = Clock()
    office = Office(lambda asked: reply(b"", 429, {"Retry-After": "200"}) if asked.number == 1 else reply())
    clients = [client_under(budget(tmp_path, clock, 0), office, clock) for _ in range(2)]
    for client in clients:
        with pytest.raises(RateLimited):
            list(client.pages(plain(), Tally()))
        client.close()
    assert len(office.calls) == 1
    clock.seconds += 201
    assert budget(tmp_path, clock, 0).acquire() == 0


def test_the_file_is_private(tmp_path: Path) -> None:
    budget(tmp_path / "limits", Clock()).acquire()
    (file,) = (tmp_path / "limits").glob("*.sqlite")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "limits").stat().st_mode) == 0o700


def test_an_organization_id_cannot_name_another_file(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        RequestBudget(tmp_path, "finago", "../elsewhere", 2)


def test_a_ruined_file_is_started_afresh(tmp_path: Path) -> None:
    file = tmp_path / f"requests-finago-{ORGANIZATION}.sqlite"
    file.write_bytes(b"no database at all " * 100)
    clock = Clock()
    own = budget(tmp_path, clock)
    assert own.acquire() == 0
    own.close()


def test_a_folder_that_cannot_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotWritable):
        budget(tmp_path / "file", Clock()).acquire()


def test_threads_share_one_budget(tmp_path: Path) -> None:
    own = RequestBudget(tmp_path, "finago", ORGANIZATION, 1000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: own.acquire(), range(400)))
    with closing(sqlite3.connect(tmp_path / f"requests-finago-{ORGANIZATION}.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM requests").fetchone() == (400,)
    own.close()


def hold_forever(folder: Path, ready: Pipe) -> None:
    """Take the write lock as an acquire does, in the middle of which this process is then killed."""
    own = RequestBudget(folder, "finago", ORGANIZATION, 100)
    own.acquire()
    database = sqlite3.connect(folder / f"requests-finago-{ORGANIZATION}.sqlite", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO requests VALUES ('request', 0)")
    ready.send("held")
    time.sleep(600)


def test_a_killed_holder_blocks_nobody(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    holder = context.Process(target=hold_forever, args=(tmp_path, theirs))
    holder.start()
    assert mine.recv() == "held"
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    clock = Clock()
    clock.seconds = time.time() + 5
    own = budget(tmp_path, clock)
    assert own.acquire() == 0
    own.close()
    mine.close()
    theirs.close()


def take(folder: Path, count: int, taken: Pipe) -> None:
    own = RequestBudget(folder, "finago", ORGANIZATION, 20)
    for _ in range(count):
        own.acquire()
        taken.send(time.time())
    own.close()
    taken.send(None)


def test_processes_stay_under_one_ceiling_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(3)]
    workers = [context.Process(target=take, args=(tmp_path, 10, theirs)) for _, theirs in pipes]
    for worker in workers:
        worker.start()
    instants = sorted(instant for mine, _ in pipes for instant in iter(mine.recv, None))
    for worker in workers:
        worker.join()
    with closing(sqlite3.connect(tmp_path / f"requests-finago-{ORGANIZATION}.sqlite")) as database:
        counted = [row[0] for row in database.execute("SELECT item_timestamp FROM requests ORDER BY 1")]
    for mine, theirs in pipes:
        mine.close()
        theirs.close()
    assert len(instants) == 30
    assert all(later - earlier > 1000 for earlier, later in zip(counted, counted[20:], strict=False))


def test_every_folder_on_the_way_to_the_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "work" / "budget"
    before = os.umask(0o022)
    try:
        RequestBudget(folder, "finago", "42", 0).acquire()
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent, folder.parent.parent)}
    assert modes == dict.fromkeys(("budget", "work", "data"), 0o700)
