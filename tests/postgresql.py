"""A throw-away PostgreSQL from the machine's own binaries, on a unix socket in a folder of its own.

Skips where the binaries are not installed. The server refuses to run as root, so root starts it as another user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD: Final = "pg-hunter2"
USER: Final = "finago"
DATABASE: Final = "postgres"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Path]:
    """Yield the folder of a running server's socket."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        with _running(binaries, folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(postgresql_server: Path) -> str:
    """Return the URL, password included, of an empty database: the only one, emptied, since a new one takes longer."""
    with psycopg.connect(
        host=str(postgresql_server), user=USER, password=PASSWORD, dbname=DATABASE, autocommit=True
    ) as connection:
        connection.execute("set lock_timeout = '10s'")
        found = connection.execute("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema$)'")
        for (schema,) in found.fetchall():
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
        connection.execute("create schema public")
    return f"postgresql://{USER}:{PASSWORD}@/{DATABASE}?host={postgresql_server}"


def _binaries() -> Path | None:
    on_path = shutil.which("pg_ctl")
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), *([Path(on_path)] if on_path else [])]
    return found[-1].resolve().parent if found else None


def _account() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def _running(binaries: Path, folder: Path) -> Iterator[None]:
    account = _account()
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    for path in (folder, password):
        if account:
            os.chown(path, account["user"], account["group"])

    def run(*command: str) -> None:
        done = subprocess.run(
            [binaries / command[0], *command[1:]], cwd=folder, capture_output=True, text=True, check=False, **account
        )
        assert done.returncode == 0, done.stderr

    login = ("--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password}")
    run("initdb", f"--pgdata={data}", *login, "--no-sync", "--encoding=UTF8", "--locale=C")
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=16MB"
    # its output goes to a file, because a server that inherits a pipe keeps the reader waiting
    run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={folder / 'log'}", f"--options={settings}")
    try:
        yield
    finally:
        run("pg_ctl", "stop", "--wait", f"--pgdata={data}", "--mode=immediate")
