"""The README's table of endpoints, written from the catalogue. A test holds the two together.

Run it to print the table: `python -m finago_assets.apis.document`.
"""

from __future__ import annotations

import sys

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.model import Endpoint, Kind


def endpoint_table() -> str:
    """Return a Markdown table with one row for each landed endpoint."""
    head = ["asset", "request", "lands", "scope", "personal data"]
    rows = [_row(endpoint) for endpoint in FINAGO.endpoints.values()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _row(endpoint: Endpoint) -> list[str]:
    lands = "by day" if endpoint.kind is Kind.WINDOWED else "whole"
    if endpoint.parent is not None:
        lands += f", one request for each of `{endpoint.parent.endpoint}`"
    if not endpoint.enabled:
        lands += "; off by default"
    scopes = ", ".join(f"`{scope}`" for scope in endpoint.scopes) or "any valid token"
    personal = ", ".join(f"`{name}`" for name in endpoint.personal) or "none known"
    return [f"`{endpoint.full_name}`", f"`{endpoint.path}`", lands, scopes, personal]


if __name__ == "__main__":
    sys.stdout.write(endpoint_table() + "\n")
