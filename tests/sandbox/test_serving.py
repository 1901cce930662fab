"""Starting and stopping: in a thread for tests, in a process of its own for people."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.request import urlopen

import pytest

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.windows import oslo_today
from finago_assets.sandbox.__main__ import parsed
from finago_assets.sandbox.books.bad import Bad
from finago_assets.sandbox.books.plan import Incoming, Modes, Size
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.sandbox.options import Changes, SandboxOptions
from finago_assets.sandbox.server import running

ROOT = Path(__file__).parents[2]
KEEP = """
import resource, sys
from finago_assets.sandbox.books.company import keep_books
from finago_assets.sandbox.books.plan import BooksPlan, Size
from tests.peak import peak_kib
books = keep_books(BooksPlan(size=Size(sys.argv[1]), years=int(sys.argv[2])))
used = resource.getrusage(resource.RUSAGE_SELF)
print(books.ledger.count, books.journal.vouchers, peak_kib() // 1024, round(used.ru_utime))
"""


def test_options_can_be_given_by_name_under_the_names_they_have() -> None:
    assert set(Changes.__annotations__) == set(SandboxOptions.__dataclass_fields__)


def test_a_port_is_free_again_when_the_sandbox_has_ended() -> None:
    with running(size=Size.TINY) as first:
        port = int(first.api_url.rsplit(":", 1)[1].partition("/")[0])
        with pytest.raises(SettingInvalid, match=f"Port {port}"), running(size=Size.TINY, port=port):
            pass
    with running(size=Size.TINY, port=port) as second:
        assert second.api_url == first.api_url


def test_open_connections_do_not_keep_a_sandbox_alive() -> None:
    with running(size=Size.TINY, faults=(Rule(fault=AnswerFault.LATENCY, seconds=60.0),)) as sandbox:
        host, port = sandbox.api_url.removeprefix("http://").partition("/")[0].split(":")
        idle = socket.create_connection((host, int(port)), timeout=5)
        waiting = socket.create_connection((host, int(port)), timeout=5)
        waiting.sendall(b"GET /v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n")
    for connection in (idle, waiting):
        with connection:
            try:
                assert connection.recv(1) == b""
            except ConnectionResetError:
                continue


def test_the_command_line_stands_for_options(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text('[{"fault": "empty", "every": 2}]')
    line = "--port 1 --size large --start 2020-01-01 --years 5 --withhold taxes customers --latency 0.05"
    line += f" --requests-per-second 2 --token-lifetime 30 --seed 7 --no-compress --faults {script}"
    line += " --fiscal-month 7 --no-scenarios --bad unbalanced null_key --tax-on-vat-lines --gross-base"
    line += " --foreign-amounts --per-hundred EUR SEK --incoming never"
    assert parsed(line.split()) == SandboxOptions(
        port=1,
        halo_port=2,
        size=Size.LARGE,
        start=date(2020, 1, 1),
        years=5,
        withhold=("taxes", "customers"),
        latency=0.05,
        requests_per_second=2.0,
        token_lifetime=30.0,
        seed=7,
        compress=False,
        fiscal_month=7,
        scenarios=False,
        bad=(Bad.UNBALANCED, Bad.NULL_KEY),
        modes=Modes(
            tax_on_vat_lines=True,
            gross_base=True,
            foreign_amounts=True,
            per_hundred=("EUR", "SEK"),
            incoming=Incoming.NEVER,
        ),
        faults=(Rule(fault=AnswerFault.EMPTY, every=2),),
    )
    assert parsed(["--until", "today"]).until == oslo_today()
    assert parsed([]) == SandboxOptions(port=8765, halo_port=8766)
    assert parsed(["--scenarios"]).scenarios is True


def test_the_command_says_how_to_connect_and_ends_quietly_when_interrupted() -> None:
    command = [sys.executable, "-m", "finago_assets.sandbox", "--port", "0", "--size", "tiny"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if address := re.search(r"http://\S+/_sandbox", line):
                    break
            assert address is not None, said
            with urlopen(address[0], timeout=10) as answer:  # noqa: S310 - loopback, printed by our own process
                assert answer.status == 200
            process.send_signal(signal.SIGINT)
            _, complaint = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, complaint) == (0, "")
    assert {line.split()[1].partition("=")[0] for line in said if line.startswith("export")} >= {"FINAGO_API_URL"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "years", "least_lines", "least_vouchers"),
    [(Size.LARGE, 2, 950_000, 250_000), (Size.AUDIT, 5, 350_000, 100_000)],
)
def test_the_longest_books_fit_in_a_gigabyte_and_a_half(
    size: Size, years: int, least_lines: int, least_vouchers: int
) -> None:
    command = [sys.executable, "-c", KEEP, size, str(years)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    lines, vouchers, mebibytes, seconds = map(int, done.stdout.split())
    print(f"{size}: {lines:,} lines in {vouchers:,} vouchers, {mebibytes} MiB, {seconds} s of CPU")
    assert least_lines <= lines < 1.2 * least_lines
    assert least_vouchers <= vouchers < 1.2 * least_vouchers
    assert mebibytes < 1500
