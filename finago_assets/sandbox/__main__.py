"""`python -m finago_assets.sandbox`: the sandbox in the foreground.

Owns the arguments; everything else is `server.serve`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from datetime import date
from pathlib import Path

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.windows import oslo_today
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import load_rules
from finago_assets.sandbox.options import SandboxOptions
from finago_assets.sandbox.server import serve


def _day(text: str) -> date:
    return oslo_today() if text == "today" else date.fromisoformat(text)


def parsed(arguments: list[str] | None = None) -> SandboxOptions:
    """Return the options that a command line stands for."""
    parser = ArgumentParser("finago-assets sandbox", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.SMALL)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2024, 1, 1))
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--until", type=_day, help="last day of the books instead of whole years, or today")
    parser.add_argument("--seed", type=int, default=24)
    parser.add_argument("--withhold", nargs="*", default=[], metavar="ENDPOINT", help="answer 403 for these")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--requests-per-second", type=float, default=0.0, help="429 beyond it; 0 is no limit")
    parser.add_argument("--token-lifetime", type=float, default=3600.0, metavar="SECONDS")
    parser.add_argument("--faults", type=Path, metavar="SCRIPT", help="JSON file with fault rules")
    parser.add_argument("--no-compress", action="store_true", help="never answer with gzip")
    found = parser.parse_args(arguments)
    return SandboxOptions(
        port=found.port,
        size=found.size,
        start=found.start,
        years=found.years,
        until=found.until,
        seed=found.seed,
        withhold=tuple(found.withhold),
        latency=found.latency,
        requests_per_second=found.requests_per_second,
        token_lifetime=found.token_lifetime,
        faults=load_rules(found.faults) if found.faults else (),
        compress=not found.no_compress,
    )


def main() -> None:
    """Serve, or say in one line why not."""
    try:
        serve(parsed())
    except SettingInvalid as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
