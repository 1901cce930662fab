"""T2: a build is killed at random moments, dbt with it: whatever is published stays one whole build."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.core.landing.lock import queued_lock
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# one in each tenth of the time that a whole build takes on this machine
KILLS = 10
BUILD = """
import os
import dagster as dg
from finago_assets.apis.finago import FINAGO
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.orchestration.warehouse import REBUILD
assets = warehouse_assets([*FINAGO.endpoints.values()])
print("loaded", flush=True)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads what dbt says, and a full pipe would stop it
anew = dict([REBUILD])
done = dg.materialize(assets, resources={"dbt": dbt_resource()}, tags=anew, raise_on_error=False)
raise SystemExit(0 if done.success else 1)
"""


class Builder:
    """A data folder with two months landed in it, and processes that build from it."""

    def __init__(self, office: Running, folder: Path) -> None:
        self.data = folder / "data"
        home = folder / "home"
        home.mkdir()
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        variables = {"FINAGO_DATA_DIR": str(self.data), "DAGSTER_HOME": str(home)}
        self.environment = {**kept, **office.environment(), **variables}
        command = [str(Path(sys.executable).with_name("dagster")), "asset", "materialize"]
        everything = [
            "-m",
            "finago_assets.definitions",
            "--select",
            "*",
            "--partition-range",
            "2024-01-01...2024-02-29",
        ]
        subprocess.run([*command, *everything], env=self.environment, cwd=ROOT, check=True, capture_output=True)

    def start(self) -> subprocess.Popen[str]:
        """Start a build; return when its definitions are loaded."""
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "loaded\n"
        return process

    def digest(self) -> str:
        """One digest of every mart that is published; their build's own mark is no part of it."""
        with closing(duckdb.connect(self.data / "finago.duckdb", read_only=True)) as warehouse:
            marts = warehouse.execute(
                "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
            ).fetchall()
            rows = [f"select '{name}' as mart, md5(t::varchar) as row from marts.{name} as t" for (name,) in marts]
            found = warehouse.execute(
                f"select md5(string_agg(mart || row, '' order by mart, row)) from ({' union all '.join(rows)})"
            ).fetchall()
        return f"{len(marts)} marts {found[0][0]}"

    def is_free_within_a_second(self) -> bool:
        """Tell whether the lock can be had at once now that its holder is dead."""
        began = time.monotonic()
        with queued_lock(self.data / "work" / "warehouse.lock", 1):
            return time.monotonic() - began < 1


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    with running(size=Size.TINY, years=1) as office:
        yield Builder(office, tmp_path_factory.mktemp("killed"))


def test_whatever_is_killed_while_building_the_published_file_stays_one_whole_build(builder: Builder) -> None:
    moments = random.Random(2)
    whole = builder.digest()
    process, began = builder.start(), time.monotonic()
    process.communicate()
    takes = time.monotonic() - began
    assert process.returncode == 0
    assert builder.digest() == whole
    ended = 0
    for number in range(KILLS):
        process = builder.start()
        until = time.monotonic() + takes * moments.uniform(number, number + 1) / KILLS
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        ended += process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert builder.digest() == whole
        assert builder.is_free_within_a_second()
    last = builder.start()
    last.communicate()
    assert last.returncode == 0
    assert builder.digest() == whole
    assert ended < KILLS
    print(f"T2: {KILLS} kills, {KILLS - ended} of them in mid-build: 0 bad published files, the last build is equal")
