"""The sandbox knows nothing of the client's tables, so that a row that is wrong shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.apis.finago.endpoints import ENDPOINTS, FINAGO_REST
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Paging, Upper, WindowRule
from finago_assets.core.errors import BadRequest, FinagoError, Forbidden, NotFound
from finago_assets.core.extract import Extractor
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.secret import Secret
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import ONE_DAY, Window
from tests.reference import facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

# sent although the description does not have it: published clients needed the page, and the links carry the limit
UNDESCRIBED = {("/customers", "page"), ("/productcategories", "page"), ("/productcategories", "limit")}

LOADED = """
import pkgutil, sys, importlib, {package} as package
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*sorted(name for name in sys.modules if name.startswith("{loaded}.")))
"""


def _loaded(package: str, loaded: str) -> list[str]:
    """Return the modules of one package that are loaded when every module of another is imported."""
    probe = LOADED.format(package=package, loaded=loaded)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_sandbox_imports_nothing_of_the_client_but_its_errors_and_the_day_in_oslo() -> None:
    assert _loaded("finago_assets.sandbox", "finago_assets.core") == [
        "finago_assets.core.errors",
        "finago_assets.core.windows",
    ]


def test_nothing_under_core_imports_the_sandbox_or_its_facts() -> None:
    assert _loaded("finago_assets.core", "finago_assets.sandbox") == []


@contextmanager
def extractor(office: Running, folder: Path) -> Iterator[Extractor]:
    connection = FinagoConnection(
        office.organization_id, office.client_id, Secret(office.client_secret), office.api_url, office.token_url
    )
    with ApiClient(connection) as client:
        yield Extractor(
            client, ParquetStore(folder, "finago"), office.organization_id, "run-1", office.books.plan.start, ENDPOINTS
        )


def land(ours: Extractor, endpoint: Endpoint) -> int:
    """Land a list or the first month of it, and return how many records there were."""
    if endpoint.kind is EndpointKind.REFERENCE:
        return ours.land_reference(endpoint).manifest.rows
    month = Window(ours.start_date, ours.start_date + 31 * ONE_DAY)
    return sum(one.manifest.rows for one in ours.land_window(endpoint, month))


def test_everything_the_client_sends_is_described(start_sandbox: StartSandbox, tmp_path: Path) -> None:
    office = start_sandbox()
    with extractor(office, tmp_path) as ours:
        for endpoint in ENDPOINTS.values():
            assert land(ours, endpoint) or endpoint.may_be_empty
    sent = {
        (_template(request.path), name)
        for request in office.requests
        if request.method == "GET"
        for name, _ in parse_qsl(request.query)
    }
    described = {
        (key.removeprefix("GET "), name)
        for key, said in facts()["operations"].items()
        for name in said.get("query", {}).get("properties", ())
    }
    assert sent - described == UNDESCRIBED


def _template(path: str) -> str:
    reads: list[str] = [key.removeprefix("GET ") for key in facts()["operations"] if key.startswith("GET ")]
    return next(one for one in reads if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path.removeprefix("/v1")))


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        ("taxes", {"path": "/taxcodes"}, NotFound),
        ("banktransactions", {"page_size": 500}, BadRequest),
        ("banktransactions", {"window": WindowRule(Upper.INCLUSIVE, "from", "to")}, BadRequest),
        ("fiscalperiods", {"params": (("type", "Everything"),)}, BadRequest),
        ("customers", {"params": (("sortBy", "id"),)}, BadRequest),
        ("accountbalances", {"params": (("keepIncoming", "yes"),)}, BadRequest),
    ],
)
def test_a_row_of_the_catalogue_that_is_wrong_is_refused(
    start_sandbox: StartSandbox, tmp_path: Path, name: str, changes: dict[str, object], error: type[FinagoError]
) -> None:
    office, right = start_sandbox(), ENDPOINTS[name]
    with extractor(office, tmp_path) as ours:
        land(ours, ENDPOINTS["fiscalperiods"])
        land(ours, right)
        with pytest.raises(error):
            land(ours, replace(right, **changes))  # type: ignore[arg-type]  # each case fits its field


def test_the_scopes_of_the_catalogue_are_enough_and_other_ones_are_not(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    office, known = start_sandbox(), {scope for said in facts()["operations"].values() for scope in said["scopes"]}
    for endpoint in ENDPOINTS.values():
        if endpoint.is_child or endpoint.pieces:
            continue
        office.control.grant()
        office.control.withhold(*(known - set(endpoint.scopes)))
        with extractor(office, tmp_path / endpoint.name) as ours:
            land(ours, endpoint)
    wrong = ENDPOINTS["accounts"]
    office.control.grant()
    office.control.withhold(*(known - {"api.accounting.tax:read"}))
    with extractor(office, tmp_path / "wrong") as ours, pytest.raises(Forbidden):
        land(ours, replace(wrong, scopes=("api.accounting.tax:read",)))


def test_an_endpoint_that_is_added_needs_nothing_of_the_sandbox_but_its_description(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    """A row of the catalogue beside the facts of a read that no endpoint of the sandbox answers."""
    ship = {"type": "object", "properties": {"id": {"type": "integer"}, "date": {"type": "string", "format": "date"}}}
    query = {"limit": {"type": "integer", "maximum": 9}, "page": {"type": "integer"}}
    query |= {name: {"type": "string", "format": "date"} for name in ("dateFrom", "dateTo")}
    said = {
        "scopes": ["api.harbour.ship:read"],
        "query": {"properties": query, "required": ["dateFrom", "dateTo"]},
        "answers": {"200": {"links": True, "schema": {"type": "array", "items": ship}}},
    }
    file = tmp_path / "facts.json"
    file.write_text(json.dumps({**facts(), "operations": {**facts()["operations"], "GET /ships": said}}, default=float))
    row = Endpoint(
        FINAGO_REST,
        name="ships",
        path="/ships",
        title="Ships",
        group="harbour",
        kind=EndpointKind.WINDOWED,
        window=WindowRule(Upper.INCLUSIVE),
        key=("id",),
        scopes=("api.harbour.ship:read",),
        paging=Paging.PAGE,
        page_size=2,
    )
    office = start_sandbox(description=file)
    with extractor(office, tmp_path / "raw") as ours:
        assert land(ours, row) == 3  # sixty over two years
        with pytest.raises(BadRequest):
            land(ours, replace(row, page_size=10))
        office.control.withhold("api.harbour.ship:read")
        with pytest.raises(Forbidden):
            land(ours, row)
