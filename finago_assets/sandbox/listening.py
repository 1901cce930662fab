"""The socket and the loop underneath: bound before anybody is told the address, stopped the moment it is asked for.

Owns uvicorn's life cycle. What is served is none of its business.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import uvicorn

from finago_assets.core.errors import SettingInvalid
from finago_assets.sandbox.middleware import recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from finago_assets.sandbox.middleware import Wires

TICK: Final = 0.25
STARTS_WITHIN: Final = 30.0
# one that was accepted a moment ago is a connection only some turns of the loop later; Python 3.13 loses it when the
# server closes before that
TURNS_TO_ARRIVE: Final = 10


class Server(uvicorn.Server):
    """Uvicorn that stops at once when told to: tests start and stop hundreds, and every wait would be theirs."""

    def __init__(self, config: uvicorn.Config, wires: Wires) -> None:
        super().__init__(config)
        self.wires = wires
        self.ready = Event()
        self.stopping = asyncio.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for _ in range(TURNS_TO_ARRIVE):
            await asyncio.sleep(0)
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for task in self.server_state.tasks:
            task.cancel()
        while self.wires:
            for wire in list(self.wires.values()):
                wire.abort()
            await asyncio.sleep(0)

    def stop(self) -> None:
        """End the main loop, from any thread."""
        self.should_exit = self.force_exit = True
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.stopping.set)


def prepare(app: ASGIApp, host: str, port: int, wires: Wires) -> tuple[Server, socket.socket, str]:
    """Return a server of an application, its listening socket and its origin; port 0 is a free one.

    Raises SettingInvalid for a port that is taken.
    """
    config = uvicorn.Config(
        app,
        http=recording(wires),
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        proxy_headers=False,
        timeout_keep_alive=75,
    )
    # asyncio turns Nagle's delay of 40 ms off only for sockets that say they are TCP
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken_host, taken_port = _bound(listening, host, port)
    return Server(config, wires), listening, f"http://{taken_host}:{taken_port}"


@contextmanager
def serving(server: Server, listening: socket.socket, name: str) -> Iterator[None]:
    """Serve from a background thread of that name until the block ends."""
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name=name, daemon=True)
    thread.start()
    try:
        if not server.ready.wait(STARTS_WITHIN):
            raise RuntimeError(f"{name} did not start; is another process on its port?")
        yield
    finally:
        server.stop()
        thread.join(STARTS_WITHIN)
        listening.close()


def _bound(listening: socket.socket, host: str, port: int) -> tuple[str, int]:
    """Bind and listen, and return the address taken. Raises SettingInvalid when it cannot be had."""
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise SettingInvalid(f"Port {port} on {host} cannot be used ({error.strerror}); give another one.") from None
    taken_host, taken_port = listening.getsockname()[:2]
    return taken_host, taken_port
