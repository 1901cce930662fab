"""`finago-assets look`: the desk in a browser, on this machine alone. Owns its options, and how Streamlit is started.

What it shows is `finago_assets/look`. What it starts is given no credential, and fetches nothing from outside.
"""

from __future__ import annotations

import os
import re
import sys
import webbrowser
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from finago_assets.project import typed
from finago_assets.supervisor import Interrupted, Supervisor

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOK_FOLDER: Final = Path(__file__).parents[1] / "look"
_SERVER_IS_UP: Final = "Uvicorn server started"
# what a program needs of its surroundings; a credential is never among it
_PASSED_ON: Final = re.compile(
    r"PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|PYTHONPATH|VIRTUAL_ENV|FINAGO_DATA_DIR|FINAGO_LANDING|SYSTEMROOT"
)
_OPTIONS: Final = (
    "server.address=127.0.0.1",
    # a page from elsewhere could otherwise be this machine by its own name server, and read the books
    "server.allowedHosts=127.0.0.1",
    "server.allowedHosts=localhost",
    "server.enableCORS=true",
    "server.enableXsrfProtection=true",
    "server.enableAgentApi=false",
    "server.headless=true",
    "server.fileWatcherType=none",
    "browser.gatherUsageStats=false",
    "client.toolbarMode=minimal",
    "client.showErrorDetails=none",
    "client.showErrorLinks=false",
    "logger.hideWelcomeMessage=true",
    "logger.level=info",
    "theme.primaryColor=#1f7a5a",
    "theme.metricValueFontSize=1.75rem",
)
# when a page from elsewhere knocks, Streamlit 1.67 asks checkip.amazonaws.com what this machine's address is: nothing
# listens on this port, so that no such question gets out
_NO_WAY_OUT: Final = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")


def look_around(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 8501,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,  # noqa: FBT002  an option of the command
) -> None:
    """Look around in the published books, in a browser on this machine; nothing can be changed there."""
    from finago_assets.dagster_command import find_place, refuse_taken_port

    console = Console(stderr=True)
    place = find_place(os.environ)
    try:
        with Supervisor() as supervisor:
            refuse_taken_port(port)
            address = f"http://127.0.0.1:{port}"
            environment = look_environment(os.environ, place.data_dir)

            def hear(line: str) -> None:
                if _SERVER_IS_UP in line:
                    console.print(f"The desk: {address}. Ctrl-C ends it.", highlight=False, soft_wrap=True)
                    if browser:
                        _open_window(address)
                else:
                    sys.stderr.write(line)

            raise typer.Exit(supervisor.run(look_command(port), env=environment, cwd=LOOK_FOLDER, hear=hear))
    except Interrupted as interrupted:
        ended = (
            f"The desk is closed; nothing was left running, and nothing was changed. `{typed('look')}` opens it again."
        )
        console.print(ended, highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(interrupted.status) from None


def look_command(port: int) -> list[str]:
    """Return the command that serves the desk. What it says on the command line goes before any file of settings."""
    options = (f"--{option}" for option in (*_OPTIONS, f"server.port={port}"))
    return [sys.executable, "-m", "streamlit", "run", os.fspath(LOOK_FOLDER / "desk.py"), *options]


def look_environment(ours: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    """Return the environment of the desk: the data folder and what any program needs, and no credential."""
    kept = {name: value for name, value in ours.items() if _PASSED_ON.fullmatch(name)}
    return {**kept, **_NO_WAY_OUT, "FINAGO_DATA_DIR": os.fspath(data_dir.absolute()), "PYTHONUNBUFFERED": "1"}


def _open_window(address: str) -> None:
    """Open the browser from here: one that the desk had started would be ended with it."""
    has_screen = sys.platform in {"darwin", "win32"} or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if has_screen:
        Thread(target=webbrowser.open, args=[address], daemon=True).start()
