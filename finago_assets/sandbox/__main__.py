"""`python -m finago_assets.sandbox`: the sandbox in the foreground.

Owns the arguments; everything else is `server.serve`.
"""

from __future__ import annotations

import sys
from argparse import (
    ArgumentDefaultsHelpFormatter,
    ArgumentParser,
    BooleanOptionalAction,
    Namespace,
    RawDescriptionHelpFormatter,
)
from datetime import date
from pathlib import Path
from typing import Final

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.windows import oslo_today
from finago_assets.sandbox.books.bad import Bad
from finago_assets.sandbox.books.plan import Incoming, Modes, Size
from finago_assets.sandbox.faults import load_rules
from finago_assets.sandbox.options import SandboxOptions
from finago_assets.sandbox.server import serve

ABOUT: Final = """A Finago Office on loopback. It answers every operation of the API and keeps what is written:
posted vouchers move the balances, new records get new ids. Its SOAP services share the books: a bundle is saved to the
ledger or to the drafts. A tenant of Halo is served beside it, with connections to
accounting systems. All of it is in memory; stopping loses it."""

FAULTS: Final = """Fault rules are a JSON list of objects:
  [{"fault": "reset", "method": "POST", "path": "/v1/transactions", "nth": [2]}]
    the second voucher is booked, and its answer lost with the connection
  [{"fault": "status", "status": 504, "work": true, "method": "POST"}]
    every POST is carried out and answered with 504
  [{"fault": "status", "status": 503, "method": "POST", "times": 1}]
    the first POST is refused before anything is done
  [{"fault": "reset", "work": false}]
    connections break before anything is done
  [{"fault": "late", "seconds": 90, "path": "*", "operation": "SaveBundleList", "times": 1}]
    a bundle is saved over SOAP at once, and its answer comes too late
Faults: status, html, empty (in place of an answer); reset, reset midway, short, cut json, cut chunked, cut gzip (the
request is carried out first, unless "work" is false); drip, latency, late, slow, expiry, next, loop, no next, same
page, foreign rows. Which requests: "path" and "method" are globs, "query" a part of the query string; "nth", "every",
"probability" and "times" choose among them. A 204 has no body that could be cut: use reset. Of SOAP alone: result
(with "text"), other organization, quarantine, one element; "operation" is a glob over the operation.

SOAP: GET and PUT /_sandbox/soap show and turn what nobody has said of it; GET /_sandbox/drafts lists the drafts, and
POST /_sandbox/drafts/ID/book books one as a person would. The contract of a service is at its path with ?WSDL."""


class _Help(ArgumentDefaultsHelpFormatter, RawDescriptionHelpFormatter):
    """Defaults beside the options, and the paragraphs as they are written."""


def _parse_date(text: str) -> date:
    return oslo_today() if text == "today" else date.fromisoformat(text)


def _add_modes(parser: ArgumentParser) -> None:
    modes = parser.add_argument_group("what the API leaves open")
    modes.add_argument("--tax-on-vat-lines", action="store_true", help="lines on VAT accounts carry a tax code")
    modes.add_argument("--gross-base", action="store_true", help="coded lines include their VAT")
    modes.add_argument("--foreign-amounts", action="store_true", help="amounts are in the line's own currency")
    modes.add_argument("--per-hundred", nargs="*", default=[], metavar="CODE", help="currencies quoted for a hundred")
    modes.add_argument("--incoming", type=Incoming, choices=list(Incoming), default=Incoming.ASKED)


def _modes(found: Namespace) -> Modes:
    return Modes(
        tax_on_vat_lines=found.tax_on_vat_lines,
        gross_base=found.gross_base,
        foreign_amounts=found.foreign_amounts,
        per_hundred=tuple(found.per_hundred),
        incoming=found.incoming,
    )


def parsed(arguments: list[str] | None = None) -> SandboxOptions:
    """Return the options that a command line stands for."""
    parser = ArgumentParser("finago-assets sandbox", formatter_class=_Help, description=ABOUT, epilog=FAULTS)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--halo-port", type=int, help="of a tenant of Halo beside it; by default the next port")
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.SMALL)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2024, 1, 1))
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--until", type=_parse_date, help="last day of the books instead of whole years, or today")
    parser.add_argument(
        "--fiscal-month",
        type=int,
        choices=range(1, 13),
        default=1,
        metavar="1-12",
        help="month that fiscal years begin in",
    )
    parser.add_argument(
        "--scenarios",
        action=BooleanOptionalAction,
        help="play the scenarios whose figures are known; by default in all but tiny books",
    )
    parser.add_argument(
        "--bad", nargs="*", type=Bad, choices=list(Bad), default=[], help="what is wrong with the books"
    )
    _add_modes(parser)
    parser.add_argument("--seed", type=int, default=24)
    parser.add_argument(
        "--withhold",
        nargs="*",
        default=[],
        metavar="NAME",
        help="answer 403 for these: reads by path (taxes), operations ('POST /customers') or scopes",
    )
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--requests-per-second", type=float, default=0.0, help="429 beyond it; 0 is no limit")
    parser.add_argument("--token-lifetime", type=float, default=3600.0, metavar="SECONDS")
    parser.add_argument("--faults", type=Path, metavar="SCRIPT", help="JSON file with fault rules, as described below")
    parser.add_argument("--no-compress", action="store_true", help="never answer with gzip")
    found = parser.parse_args(arguments)
    return SandboxOptions(
        port=found.port,
        halo_port=(found.port and found.port + 1) if found.halo_port is None else found.halo_port,
        size=found.size,
        start=found.start,
        years=found.years,
        until=found.until,
        seed=found.seed,
        modes=_modes(found),
        fiscal_month=found.fiscal_month,
        scenarios=found.scenarios,
        bad=tuple(found.bad),
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
