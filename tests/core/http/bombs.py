"""Seven answers made to exhaust a reader, each read in this process alone so that its memory can be measured.

Run as a module; prints one JSON object: the error each answer led to, and the peak memory in MiB.
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import FinagoError
from finago_assets.core.http.call import Tally
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import Response
from tests.peak import peak_kib

from .office import API, Asked, Clock, Office, Stream, client_of, lines, plain, records, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.core.http.call import Call

MEBIBYTE: Final = 1024 * 1024


def half_a_gibibyte() -> bytes:
    """Compress 512 MiB of spaces without ever holding them."""
    # the fastest level still makes it 200 times smaller
    deflater = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    spaces = b" " * MEBIBYTE
    return b"".join(deflater.compress(spaces) for _ in range(512)) + deflater.flush()


def identity(size: int) -> Iterator[bytes]:
    yield b"["
    for _ in range(size // 65536):
        yield b" " * 65536


def zipped(body: bytes, encoding: str = "gzip") -> Response:
    return Response(200, headers={"Content-Encoding": encoding}, stream=Stream([body]))


def bombs(clock: Clock) -> dict[str, tuple[Callable[[Asked], Response], Call]]:
    bomb = half_a_gibibyte()
    deep = b'[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]"
    window = "dateFrom=2026-01-01&dateTo=2026-02-01"

    def endless(asked: Asked) -> Response:
        clock.sleep(60)
        link = {"Link": f"<{API}/transactionlines?{window}&page={asked.number + 1}>; rel=next"}
        return reply(records(asked.number, asked.number + 1), headers=link)

    return {
        "gzip": (lambda _: zipped(bomb), plain()),
        "nested gzip": (lambda _: zipped(gzip.compress(bomb), "gzip, gzip"), plain()),
        "nested gzip, named once": (lambda _: zipped(gzip.compress(bomb)), plain()),
        "identity": (lambda _: Response(200, stream=Stream(identity(100 * MEBIBYTE))), plain()),
        "depth": (lambda _: reply(deep), plain()),
        "drip": (lambda _: Response(200, stream=Stream([b" "] * 10**6, between=lambda: clock.sleep(1))), plain()),
        "endless pages": (endless, lines()),
        "error body": (lambda _: Response(400, stream=Stream(identity(100 * MEBIBYTE))), plain()),
    }


def outcome(answer: Callable[[Asked], Response], call: Call, clock: Clock) -> str:
    try:
        with client_of(Office(answer), clock, RetryPolicy(attempts=2)) as client:
            for _ in client.pages(call, Tally()):
                pass
    except FinagoError as error:
        return type(error).__name__
    return "read"


def main() -> None:
    clock = Clock()
    led_to = {name: outcome(answer, call, clock) for name, (answer, call) in bombs(clock).items()}
    peak = peak_kib() / 1024
    json.dump({"led_to": led_to, "peak": peak}, sys.stdout)


if __name__ == "__main__":
    main()
