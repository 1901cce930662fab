"""200,000 records through the action, in pages and as one body of 100 MB, within the memory the project promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.core.http.loopback import TOKEN, serving

if TYPE_CHECKING:
    import socket

ROOT: Final = Path(__file__).parents[3]
RECORDS: Final = 200_000
PAGE: Final = 1_000
LINE: Final = (
    b'{"id":"%032x","transaction":{"id":"5f0c8e1a-9a53-4b6e-8a55-0d9f6b1f7c42","number":%d},"amount":%d.50,'
    b'"account":{"id":1000001,"number":1500},"currency":{"code":"NOK","rate":1},"date":"2026-01-05",'
    b'"dimensions":[{"dimensionType":1,"value":"10","name":"Prosjekt"},{"dimensionType":2,"value":"20","name":"Drift"}],'
    b'"comment":"%s","createdAt":"2026-01-05T18:00:00Z","modifiedAt":"2026-01-05T18:00:00Z"}'
)


def lines(first: int) -> bytes:
    return b",".join(LINE % (number, number // 3, number % 10_007, b"x" * 60) for number in range(first, first + PAGE))


def office(connection: socket.socket, head: bytes) -> None:
    """Answer one page of a thousand, or with no page size asked for everything at once."""
    if head.startswith(b"POST"):
        connection.sendall(TOKEN)
        return
    target = head.split()[1].decode()
    if "limit=" not in target:
        _everything(connection)
        return
    page = int(target.partition("&page=")[2] or 1)
    link = f'Link: <{target.partition("&page=")[0]}&page={page + 1}>; rel="next"\r\n' if page < RECORDS // PAGE else ""
    # past the end there is nothing; a last page that is full is asked past once
    body = b"[%b]" % lines((page - 1) * PAGE) if page <= RECORDS // PAGE else b"[]"
    connection.sendall(
        f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{link}\r\n".encode() + body
    )


def _everything(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\n[\r\n")
    for first in range(0, RECORDS, PAGE):
        chunk = (b"," if first else b"") + lines(first)
        connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    connection.sendall(b"1\r\n]\r\n0\r\n\r\n")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["pages", "body"])
def test_200_000_records_peak_under_300_mib(way: str, tmp_path: Path) -> None:
    with serving(office) as heard:
        done = subprocess.run(
            [sys.executable, "-m", "tests.core.request.hoard", heard.url, str(tmp_path), way],
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=300,
        )
    told = json.loads(done.stdout)
    print(f"{way}: {told['size']:,} bytes, peak {told['asked']} MiB asked, {told['read']} MiB read")
    assert set(told["counts"].values()) == {RECORDS}
    assert told["size"] > 90_000_000
    assert told["asked"] < 300
    assert told["read"] < 300
