"""What `dg scaffold defs` writes: a defs.yaml that loads as it stands, from a handful of options.

Owns the options and the wording of the file. What its fields mean is the components' own.
"""

from pathlib import Path
from typing import Any, Literal

import dagster as dg
from pydantic import BaseModel, Field

from finago_assets.apis.finago import FINAGO


class EndpointOptions(BaseModel):
    """The options of `dg scaffold defs finago_assets.FinagoEndpoint`."""

    like: str | None = Field(default=None, description="A built-in endpoint to start from.")
    path: str | None = Field(default=None, description="The path below the API base.")
    title: str | None = None
    kind: Literal["reference", "windowed"] | None = None
    key: list[str] | None = None
    scopes: list[str] | None = None
    paging: Literal["none", "page", "token"] | None = None
    page_size: int | None = None
    params: dict[str, str | int | bool] | None = None
    parent: str | None = None


class EndpointScaffolder(dg.Scaffolder[EndpointOptions]):
    """Writes an endpoint that loads at once; a path that is built in needs nothing beside it."""

    @classmethod
    def get_scaffold_params(cls) -> type[EndpointOptions]:
        """Return the options."""
        return EndpointOptions

    def scaffold(self, request: dg.ScaffoldRequest[EndpointOptions]) -> None:
        """Write defs.yaml."""
        given = {name: value for name, value in request.params.model_dump().items() if value not in (None, [])}
        dg.scaffold_component(request, {"name": _derive_name(request.target_path), **_completed(given)})


class RequestOptions(BaseModel):
    """The options of `dg scaffold defs finago_assets.FinagoRequest`."""

    template: str | None = None
    method: str | None = None
    path: str | None = None
    query: dict[str, str | int | bool] | None = None
    variables: dict[str, str | int] | None = None
    body: str | None = None
    allow_writes: bool = False
    all_pages: bool = False
    into: str | None = None
    schedule: str | None = None
    partitioned: bool = False
    connection: str | None = None
    deps: list[str] | None = None


class RequestScaffolder(dg.Scaffolder[RequestOptions]):
    """Writes a request; variables and parameters that its template needs are filled in with examples."""

    @classmethod
    def get_scaffold_params(cls) -> type[RequestOptions]:
        """Return the options."""
        return RequestOptions

    def scaffold(self, request: dg.ScaffoldRequest[RequestOptions]) -> None:
        """Write defs.yaml."""
        given = {name: value for name, value in request.params.model_dump().items() if value not in (None, [], False)}
        if "path" not in given:
            given = {"template": "accounts.list", **given}
        operation = FINAGO.operations.get(given.get("template", ""))
        if operation is not None:
            given["variables"] = {one.name: one.example for one in operation.variables} | given.get("variables", {})
            needed = {one.name: one.example for one in operation.query if one.required}
            given["query"] = needed | given.get("query", {})
        written = {name: value for name, value in given.items() if value != {}}
        dg.scaffold_component(request, {"name": _derive_name(request.target_path), **written})


def _completed(given: dict[str, Any]) -> dict[str, Any]:
    known = next((row.name for row in FINAGO.endpoints.values() if row.path == given.get("path")), None)
    if "like" in given or known is not None:
        rest = {name: value for name, value in given.items() if name not in {"like", "path"} or "like" in given}
        return {"like": given.get("like", known), **rest}
    kind = given.get("kind", "reference")
    window = {"window": {"upper": "unknown"}} if kind == "windowed" and "parent" not in given else {}
    return {"path": "/", "kind": kind, "key": ["id"], "scopes": [], **given, **window}


def _derive_name(path: Path) -> str:
    return path.name.replace("-", "_").lower()
