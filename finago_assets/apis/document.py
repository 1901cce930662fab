"""What the checkout says of an API elsewhere, written from its catalogue: tables and a page.

After a change of a catalogue, run `python -m finago_assets.apis.document` in the checkout: it rewrites the tables
of endpoints in docs/endpoints.md and docs/halo.md, the tables of dbt's source, and docs/templates.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.apis import LANDED_APIS
from finago_assets.apis.finago import FINAGO
from finago_assets.apis.halo import HALO
from finago_assets.apis.template_page import template_page
from finago_assets.core.catalogue.model import Endpoint, EndpointKind

if TYPE_CHECKING:
    from finago_assets.core.catalogue.api import Api

_COLUMN_TITLES: Final = ["asset", "request", "lands", "scope", "personal data"]


def endpoint_table(api: Api) -> str:
    """Return a Markdown table with one row for each landed endpoint."""
    rows = [_row(endpoint) for endpoint in api.endpoints.values()]
    return "\n".join(_format_row(cells) for cells in [_COLUMN_TITLES, ["---"] * len(_COLUMN_TITLES), *rows])


def source_tables(api: Api) -> str:
    """Return the tables of dbt's source of that API, as YAML in the place that they have in its file."""
    return "".join(
        f"      - name: {one.name}\n        description: {json.dumps(f'{one.title}.', ensure_ascii=False)}\n"
        for one in api.endpoints.values()
    )


def documents(root: Path) -> dict[Path, str]:
    """Return what each file of a checkout should hold that repeats the catalogue."""
    endpoints, halo = (root / "docs" / f"{name}.md" for name in ("endpoints", "halo"))
    table = re.compile(re.escape(_format_row(_COLUMN_TITLES)) + r"\n(\|.*\n)+")

    def with_table(path: Path, api: Api) -> str:
        return table.sub(lambda _: f"{endpoint_table(api)}\n", path.read_text("utf-8"))

    def with_tables(api: Api) -> tuple[Path, str]:
        path = root / "dbt_project" / "models" / f"{api.source.name}_sources.yml"
        opening = path.read_text("utf-8").partition("    tables:\n")
        return path, f"{opening[0]}{opening[1]}{source_tables(api)}"

    return {
        endpoints: with_table(endpoints, FINAGO),
        halo: with_table(halo, HALO),
        **dict(map(with_tables, LANDED_APIS)),
        root / "docs" / "templates.md": template_page(),
    }


def _row(endpoint: Endpoint) -> list[str]:
    lands = "by day" if endpoint.kind is EndpointKind.WINDOWED else "whole"
    if endpoint.parent is not None:
        lands += f", one request for each of `{endpoint.parent.endpoint}`"
    if not endpoint.enabled:
        lands += "; off by default"
    scopes = ", ".join(f"`{scope}`" for scope in endpoint.scopes) or "any valid token"
    personal = ", ".join(f"`{name}`" for name in endpoint.personal) or "none known"
    return [f"`{endpoint.full_name}`", f"`{endpoint.path}`", lands, scopes, personal]


def _format_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for path, text in documents(Path()).items():
        path.write_text(text, "utf-8")
