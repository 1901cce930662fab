"""The YAML of a request turned into the action's configuration. Every refusal names the field that has to change.

Owns the short spellings of a target and a registry, and what `{date}` and `{next_date}` stand for. What a request may
be is decided by the core, here as for the action: at loading, so that nobody waits for the night to find out.
"""

from datetime import date
from typing import Annotated, Any, Final

import dagster as dg
from pydantic import Field

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.operation import Method
from finago_assets.core.errors import RequestRefused, SettingInvalid
from finago_assets.core.request.request import Request
from finago_assets.core.windows import ONE_DAY
from finago_assets.orchestration.components.fields import WORD, note, note_int, parameters, texts, verbatim
from finago_assets.orchestration.request.config import (
    ByHand,
    FromTemplate,
    IntoDuckdb,
    IntoFile,
    IntoSql,
    Nowhere,
    Registered,
    RegistryPlace,
    RequestConfig,
    Static,
    Template,
)
from finago_assets.orchestration.request.meaning import request_of
from finago_assets.orchestration.resources import Reference
from finago_assets.settings import read_settings

_DATE: Final = "{date}"
_NEXT: Final = "{next_date}"
_FILES: Final = (".parquet", ".csv", ".xlsx", ".ndjson", ".jsonl")
_TARGETS: Final = (
    "a .parquet, .csv, .xlsx or .ndjson path, duckdb:FILE#schema.table, or env:NAME#table where NAME holds an address"
)
_ABOUT: Final = {
    "the path takes": "method",
    "lacks a value": "variables",
    "has no variable": "variables",
    "all pages": "all_pages",
    "nothing would be found": "query",
    "parameter": "query",
    "body": "body",
    "JSON": "body",
    " path": "path",
}
_SAMPLE: Final = date(2024, 1, 1)


class RequestFields(dg.Resolvable, dg.Model):
    """The attributes of a `FinagoRequest`."""

    name: Annotated[str, note("The last word of the asset key, of the job and of the schedule.", "open_orders")] = (
        Field(pattern=WORD)
    )
    template: Annotated[
        str | None, note("What to ask for; `finago-assets templates` lists them. Or give `path`.", "salesorders.list")
    ] = None
    method: Annotated[Method, note("By hand: GET reads, every other method writes and needs allow_writes.")] = (
        Method.GET
    )
    path: Annotated[
        str | None, note("By hand: a path below the API base, {variables} in braces.", "/salesorders/{id}/lines")
    ] = None
    variables: Annotated[
        dict[str, str | int | bool], parameters("What stands for each {variable} of the path.", {"id": 12})
    ] = Field(default_factory=dict)
    query: Annotated[
        dict[str, str | int | bool],
        parameters(
            "Query parameters by the vendor's name; {date} and {next_date} are the partition's day and the next one.",
            {"dateFrom": "{date}", "dateTo": "{next_date}"},
        ),
    ] = Field(default_factory=dict)
    body: Annotated[str, verbatim("JSON to send, as text, so that amounts stay as they are typed.")] = ""
    all_pages: Annotated[bool, note("Follow the answer to its last page.")] = False
    connection: Annotated[str | None, note("A connection of the registry. Default: the one in the environment.")] = None
    registry: Annotated[
        str, note("The registry: a YAML file's path, or env:NAME where NAME holds a path or an address.", "env:NAME")
    ] = "env:FINAGO_REGISTRY"
    into: Annotated[
        str | None,
        note(
            f"Where the records go: {_TARGETS}. Left out, the answer's file is kept for some weeks.",
            "exports/orders-{date}.parquet",
            "duckdb:exports/extra.duckdb#office.orders",
        ),
    ] = None
    schedule: Annotated[str | None, verbatim("When, as cron in Oslo time. Left out: by hand only.", "30 6 * * 1-5")] = (
        None
    )
    partitioned: Annotated[bool, note("One request for each day, on the project's own partitions.")] = False
    days: Annotated[int, note_int("Partitioned: how many days a scheduled run asks for, the last one yesterday.")] = (
        Field(default=1, ge=1)
    )
    allow_writes: Annotated[bool, note("Let POST, PUT, PATCH and DELETE through.")] = False
    may_be_empty: Annotated[bool, note("false adds a check that there are records.")] = True
    deps: Annotated[list[str], note("Assets it comes after, as the lineage shows them.", ["finago/customers"])] = Field(
        default_factory=list
    )
    key: Annotated[str | None, note("The asset key. Default: finago_requests/<name>.", "office/open_orders")] = None
    title: Annotated[str | None, verbatim("One line for the asset's overview.")] = None
    group: Annotated[str, note("The asset group.")] = Field(default="requests", pattern=WORD)

    def config(self, day: date | None) -> RequestConfig:
        """Return what the action is asked to do, on a day where there is one. Raises SettingInvalid."""
        choice = Registered(name=self.connection, registry=_find_registry(self)) if self.connection else Static()
        return RequestConfig(
            request=self._request(day),
            connection=choice,
            into=_into(self, _on(day, self.into)),
            allow_writes=self.allow_writes,
            description=self.title or "",
        )

    def checked(self) -> Request:
        """Return the request of some day. Raises SettingInvalid naming the field, where anything is wrong with it."""
        self._check_days()
        config = self.config(_SAMPLE if self.partitioned else None)
        try:
            request = request_of(config.request, None, read_settings().api_url)
        except RequestRefused as refused:
            raise self.refused(_field_of(refused), f"does not fit: {refused}") from None
        self._check_writing(request)
        return request

    def refused(self, field: str, why: str) -> SettingInvalid:
        """Return the error about a field."""
        return SettingInvalid(f"Request {self.name}: `{field}` {why.rstrip('.')}.")

    def _request(self, day: date | None) -> FromTemplate | ByHand:
        if (self.template is None) == (self.path is None):
            raise self.refused("template", "or `path` is needed, and not both")
        common: dict[str, Any] = {
            "variables": {name: _on(day, value) for name, value in texts(self.variables).items()},
            "query": {name: _on(day, value) for name, value in texts(self.query).items()},
            "body": self.body,
            "all_pages": self.all_pages,
        }
        if self.path is not None:
            return ByHand(method=self.method, path=self.path, **common)
        if self.template is None or self.template not in FINAGO.operations:
            close = ", ".join(FINAGO.nearest(self.template or ""))
            raise self.refused("template", f"names none that there is; close: {close or 'none'}")
        return FromTemplate(name=Template(self.template), **common)

    def _check_writing(self, request: Request) -> None:
        if not request.writes:
            return
        if not self.allow_writes:
            raise self.refused("allow_writes", f"is needed: {request.what} writes")
        if self.partitioned:
            raise self.refused("partitioned", "is for reads: a range of days would write once for each of them")

    def _check_days(self) -> None:
        said = [*texts(self.query).values(), *texts(self.variables).values(), self.into or ""]
        dated = any(_DATE in text or _NEXT in text for text in said)
        if dated and not self.partitioned:
            raise self.refused("partitioned", f"must be true where {_DATE} or {_NEXT} is used")
        if self.partitioned and self.into is not None and _DATE not in self.into:
            raise self.refused("into", f"must hold {_DATE}, or each day would replace the one before it")


def _field_of(refused: RequestRefused) -> str:
    """The field that a refusal of the core is about, by its words; the sentence itself says the rest."""
    said = str(refused)
    return next((field for words, field in _ABOUT.items() if words in said), "query")


def _on(day: date | None, text: str | None) -> str:
    if day is None or text is None:
        return text or ""
    return text.replace(_DATE, f"{day}").replace(_NEXT, f"{day + ONE_DAY}")


def _find_registry(fields: RequestFields) -> RegistryPlace:
    if "://" in fields.registry:
        raise fields.refused("registry", "holds an address, which may hold a password; put it in a variable: env:NAME")
    scheme, _, name = fields.registry.partition(":")
    return RegistryPlace(env=name) if scheme == "env" else RegistryPlace(yaml=fields.registry)


def _into(fields: RequestFields, target: str) -> Nowhere | IntoFile | IntoDuckdb | IntoSql:
    if "://" in target:
        raise fields.refused(
            "into", "holds an address, which may hold a password; put it in a variable: env:NAME#table"
        )
    place, _, table = target.partition("#")
    scheme, _, rest = place.partition(":")
    match scheme:
        case "":
            return Nowhere()
        case "duckdb" if rest and table:
            return IntoDuckdb(file=rest, table=table)
        case "env" if rest and table:
            return IntoSql(url=Reference(env=rest), table=table)
        case _ if target.endswith(_FILES):
            return IntoFile(path=target)
    raise fields.refused("into", f"takes {_TARGETS}; for the raw store, add a FinagoEndpoint")
