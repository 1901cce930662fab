"""`finago-assets look` as it is typed: where it listens, what it is told of its surroundings, and how it ends."""

from __future__ import annotations

import http.client
import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest
from typer.testing import CliRunner

from finago_assets.cli import app
from finago_assets.commands.look import look_environment
from tests.typed_command import ENDS_WITHIN, heard, typed_command

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "a-secret-that-the-desk-needs-not"
ASKING_TO_TALK = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def typed_look(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Type the command with every credential there could be, and wait until it is up."""
    port = _free_port()
    secrets = {"FINAGO_CLIENT_SECRET": SECRET, "HALO_CLIENT_SECRET": SECRET}
    own = {"HOME": f"{folder}", "FINAGO_DATA_DIR": f"{folder / 'data'}", **secrets}
    with typed_command(folder, ("look", "--port", f"{port}", "--no-browser"), own) as process:
        heard(process, until="The desk: http://127.0.0.1:")
        yield process, port


def _asked(port: int, host: str, origin: str) -> int:
    """Return the status of opening the desk's connection as a page of some origin, by some name of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/_stcore/stream", headers={**ASKING_TO_TALK, "Host": host, "Origin": origin})
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_listens_on_this_machine_alone_knows_no_secret_and_ends_with_one_sentence(tmp_path: Path) -> None:
    with typed_look(tmp_path) as (process, port):
        children = psutil.Process(process.pid).children(recursive=True)
        listening = {
            one.laddr.ip
            for child in children
            for one in child.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        assert [child for child in children if SECRET in str(child.environ())] == []
        own = f"http://127.0.0.1:{port}"
        assert _asked(port, f"127.0.0.1:{port}", own) == http.HTTPStatus.SWITCHING_PROTOCOLS
        assert _asked(port, f"localhost:{port}", f"http://localhost:{port}") == http.HTTPStatus.SWITCHING_PROTOCOLS
        # a page from elsewhere, and one whose name leads to this machine
        assert _asked(port, f"127.0.0.1:{port}", "http://elsewhere.example") == http.HTTPStatus.FORBIDDEN
        assert (
            _asked(port, f"elsewhere.example:{port}", f"http://elsewhere.example:{port}") == http.HTTPStatus.FORBIDDEN
        )
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=ENDS_WITHIN)
        assert process.returncode == 130
        assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("The desk is closed; nothing was left running, and nothing was changed.")
    # neither a file of settings nor a mark of having been here
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("port", [None, 65_536])
def test_a_port_that_is_taken_or_none_is_refused(port: int | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = listening.getsockname()[1] if port is None else port
        done = CliRunner().invoke(app, ["look", "--port", f"{taken}", "--no-browser"])
    assert done.exit_code != 0
    assert f"Port {taken} on 127.0.0.1 cannot be used" in f"{done.exception}" or "65535" in done.output


def test_the_desk_is_told_the_data_folder_and_nothing_that_opens_a_door(tmp_path: Path) -> None:
    ours = {
        "PATH": "/bin",
        "FINAGO_CLIENT_ID": SECRET,
        "FINAGO_CLIENT_SECRET": SECRET,
        "FINAGO_LANDING": "duckdb",
        "FINAGO_PUBLISH_SQL": SECRET,
        "HALO_CLIENT_SECRET": SECRET,
        "PGPASSWORD": SECRET,
        "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",  # noqa: S104  what must not be passed on
        "https_proxy": "http://proxy.example",
    }
    told = look_environment(ours, tmp_path)
    assert SECRET not in told.values()
    assert (told["PATH"], told["FINAGO_LANDING"], told["FINAGO_DATA_DIR"]) == ("/bin", "duckdb", f"{tmp_path}")
    assert [name for name in told if name.startswith("STREAMLIT")] == []
    # a request for anything outside this machine ends where nothing listens
    assert {told[name] for name in ("http_proxy", "https_proxy", "all_proxy")} == {"http://127.0.0.1:9"}
