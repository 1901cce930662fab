"""The YAML of an endpoint turned into a catalogue row. Every refusal names the field that has to change.

Owns defaults, what is taken over from a built-in endpoint, and rules across fields. What a row means is not its own.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal

import dagster as dg
from pydantic import Field

from finago_assets.apis.finago import FINAGO
from finago_assets.core.calls import call_for
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Paging, Parent, Upper, WindowRule
from finago_assets.core.catalogue.operation import Method
from finago_assets.core.errors import FinagoError, SettingInvalid
from finago_assets.orchestration.components.fields import WORD, note, note_int, parameters, texts, verbatim

_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9]*)\}")
_FIELD_PATH: Final = re.compile(r"[A-Za-z_]\w*([.][A-Za-z_]\w*)*")
_RAW_COLUMNS: Final = frozenset({"ordinal", "page", "payload", "organization", "date"})
_NEEDED: Final = ("path", "kind", "key", "scopes")


class WindowFields(dg.Resolvable, dg.Model):
    """How the endpoint is asked for days."""

    upper: Annotated[
        Literal["exclusive", "inclusive", "unknown"],
        note("What the endpoint does with the last day it is given; `unknown` asks one day more and drops it."),
    ]
    from_param: Annotated[str, note("The parameter of the first day.")] = "dateFrom"
    to_param: Annotated[str, note("The parameter of the last day.")] = "dateTo"
    day_field: Annotated[str, note("The field of a record that holds its day.")] = Field(
        default="date", pattern=r"^[A-Za-z_]\w*$"
    )
    max_days: Annotated[int | None, note_int("The longest window the endpoint accepts.")] = Field(default=None, ge=1)


class EndpointFields(dg.Resolvable, dg.Model):
    """The attributes of a `FinagoEndpoint`. With `like`, whatever is left out is the built-in endpoint's."""

    name: Annotated[
        str,
        note("The second word of the asset key and the folder of the raw files: finago/<name>.", "bank_ledger_lines"),
    ] = Field(pattern=WORD)
    like: Annotated[
        str | None,
        note("A built-in endpoint to take over what is left out here; `params` join its own.", "transactionlines"),
    ] = None
    path: Annotated[str | None, note("The path below the API base.", "/transactionlines")] = None
    title: Annotated[str | None, verbatim("One line for the asset's overview.")] = None
    group: Annotated[str | None, note("The asset group is raw_<group>. Default: own.")] = Field(
        default=None, pattern=WORD
    )
    kind: Annotated[
        Literal["reference", "windowed"] | None,
        note("reference: a list as it is today, fetched whole. windowed: records of a day, one partition a day."),
    ] = None
    key: Annotated[
        list[str] | None, note("The fields that identify a record, dotted into nested objects.", ["id"], ["account.id"])
    ] = None
    scopes: Annotated[
        list[str] | None,
        note(
            "The scopes it needs; a 403 is then a warning that names them. [] when any valid token will do.",
            ["api.crm.customer:read"],
        ),
    ] = None
    paging: Annotated[
        Literal["none", "page", "token"] | None,
        note("page: numbered pages. token: continuation tokens. Default: none."),
    ] = None
    page_size: Annotated[int | None, note_int("Sent as `limit`; left out: none.")] = Field(default=None, ge=1)
    page_cap: Annotated[int | None, note_int("The last page number that the endpoint serves.")] = Field(
        default=None, ge=1
    )
    window: Annotated[WindowFields | None, note("For a windowed endpoint: how it is asked for days.")] = None
    parent: Annotated[
        str | None,
        note(
            "An endpoint, built in or one of yours, whose every record fills the {variable} of the path.", "customers"
        ),
    ] = None
    parent_column: Annotated[str, note("The raw column that carries the parent's key.")] = Field(
        default="parent_id", pattern=WORD
    )
    params: Annotated[dict[str, str | int | bool], parameters("Parameters of every request.", {"isSupplier": True})] = (
        Field(default_factory=dict)
    )
    filters: Annotated[list[str] | None, note("Further parameters that it knows.")] = None
    personal: Annotated[list[str] | None, note("Fields that hold personal data.")] = None
    single: Annotated[bool | None, note("The answer is one object instead of an array.")] = None
    may_be_empty: Annotated[bool | None, note("false: its check warns where it comes without a row.")] = None
    note: Annotated[str | None, verbatim("A further sentence for the asset's overview.")] = None

    def row(self, others: Mapping[str, "EndpointFields"]) -> Endpoint:
        """Return the catalogue row. `others` are the user's own endpoints by name, for parents among them.

        Raises SettingInvalid naming the field.
        """
        if self.name in FINAGO.endpoints:
            raise self._refused(
                "name", "is that of a built-in endpoint; choose another, and take its fields with `like`"
            )
        given = self._given(self._base(), others)
        missing = [name for name in _NEEDED if name not in given]
        if missing:
            raise self._refused(missing[0], "is needed where there is no `like`")
        self._check_variable(given, others)
        self._check_days(given)
        self._check_parameters(given)
        try:
            row = Endpoint(FINAGO.source, **given)
        except ValueError as error:
            # the rules above leave a path without its slash
            raise self._refused("path", f"does not fit: {error}") from None
        return self._tried(row)

    def _base(self) -> dict[str, Any]:
        if self.like is None:
            return {"title": self.name.replace("_", " ").capitalize(), "group": "own"}
        if self.like not in FINAGO.endpoints:
            raise self._refused("like", f"is no built-in endpoint; there are {', '.join(FINAGO.endpoints)}")
        whole = FINAGO.endpoints[self.like]
        names = set(Endpoint.__dataclass_fields__) - {"source", "allowed", "items", "enabled", "fields"}
        return {name: getattr(whole, name) for name in names}

    def _given(self, base: Mapping[str, Any], others: Mapping[str, "EndpointFields"]) -> dict[str, Any]:
        plain = ("path", "title", "group", "page_size", "page_cap", "single", "may_be_empty", "note")
        said: dict[str, Any] = {name: getattr(self, name) for name in plain}
        said |= {name: _tuple(getattr(self, name)) for name in ("key", "scopes", "filters", "personal")}
        said["kind"] = None if self.kind is None else EndpointKind(self.kind)
        said["paging"] = None if self.paging is None else Paging[self.paging.upper()]
        said["window"] = None if self.window is None else _build_window_rule(self.window)
        said = {**base, "name": self.name, **{name: value for name, value in said.items() if value is not None}}
        said["params"] = tuple({**dict(base.get("params", ())), **texts(self.params)}.items())
        if self.parent is not None:
            said["parent"] = self._parent(said.get("path", ""), others)
        return said

    def _parent(self, path: str, others: Mapping[str, "EndpointFields"]) -> Parent:
        key = _keys(self.parent or "", others)
        if key is None or self.parent == self.name:
            raise self._refused("parent", "is neither a built-in endpoint nor another one of yours")
        variables = _PLACEHOLDER.findall(path)
        if len(variables) != 1 or len(key) != 1:
            raise self._refused("parent", "needs a path with one {variable}, and a parent with a key of one field")
        if self.parent_column in _RAW_COLUMNS:
            raise self._refused("parent_column", "is a column that every raw file has")
        return Parent(self.parent or "", key[0], variables[0], self.parent_column)

    def _check_variable(self, given: Mapping[str, Any], others: Mapping[str, "EndpointFields"]) -> None:
        parent: Parent | None = given.get("parent")
        if parent is None and _PLACEHOLDER.search(given["path"]):
            raise self._refused("path", "has a {variable} and there is no `parent` to fill it")
        if parent is not None and given["kind"] is not _infer_kind(parent.endpoint, others):
            raise self._refused("kind", f"must be that of its parent {parent.endpoint}, with which it lands")

    def _check_days(self, given: Mapping[str, Any]) -> None:
        asks = given["kind"] is EndpointKind.WINDOWED and given.get("parent") is None
        if asks and given.get("window") is None:
            raise self._refused("window", "is needed: it says how a windowed endpoint is asked for days")
        if not asks and given.get("window") is not None:
            raise self._refused("window", "is for a windowed endpoint without a parent")
        if given.get("page_cap") is not None and given.get("paging") is not Paging.PAGE:
            raise self._refused("page_cap", "goes with `paging: page`")

    def _check_parameters(self, given: Mapping[str, Any]) -> None:
        """Refuse a name that the API's description does not have there: the server would ignore it without a word."""
        operation = FINAGO.find(Method.GET, given["path"])
        if operation is None:
            return
        known = operation.allowed | set(self.filters or ())
        asked = {name: "params" for name, _ in given["params"]}
        if given.get("window") is not None:
            asked |= dict.fromkeys((given["window"].from_param, given["window"].to_param), "window")
        for name, field in asked.items():
            if name not in known:
                near = get_close_matches(name, known, n=1)
                advice = f"did you mean {near[0]}?" if near else "if it does, name it in `filters`"
                raise self._refused(field, f"names {name}, which GET {operation.path} does not know; {advice}")

    def _tried(self, row: Endpoint) -> Endpoint:
        """Make the request that the row implies, without sending it."""
        try:
            call_for(row, {}, parent="1")
        except FinagoError as error:
            raise self._refused("path", f"is no path below the API: {error}") from None
        if not row.key or not all(_FIELD_PATH.fullmatch(field) for field in row.key):
            raise self._refused("key", "is a list of field names, dotted into nested objects")
        return row

    def _refused(self, field: str, why: str) -> SettingInvalid:
        value = getattr(self, field, None)
        shown = f" {value!r}" if isinstance(value, str) else ""
        return SettingInvalid(f"Endpoint {self.name}: `{field}`{shown} {why}{'' if why.endswith('?') else '.'}")


def _infer_kind(name: str, others: Mapping[str, EndpointFields]) -> EndpointKind | None:
    if name in FINAGO.endpoints:
        return FINAGO.endpoints[name].kind
    own = others[name]
    if own.kind is not None:
        return EndpointKind(own.kind)
    like = FINAGO.endpoints.get(own.like or "")
    return None if like is None else like.kind


def _keys(name: str, others: Mapping[str, EndpointFields]) -> tuple[str, ...] | None:
    if name in FINAGO.endpoints:
        return FINAGO.endpoints[name].key
    own = others.get(name)
    if own is None:
        return None
    like = FINAGO.endpoints.get(own.like or "")
    return tuple(own.key) if own.key else () if like is None else like.key


def _build_window_rule(window: WindowFields) -> WindowRule:
    return WindowRule(
        Upper[window.upper.upper()], window.from_param, window.to_param, window.day_field, window.max_days
    )


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
