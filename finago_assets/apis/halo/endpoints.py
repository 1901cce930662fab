"""The accounting integrations of the Halo API: one row for each list that can be landed, and what can be sent.

Owns names, paths and quirks. A connection is a record of `{Provider}Details`; its mappings come only when it is asked
for by itself, which the providers that have any say with a parameter. The answers are not described: `ANSWERS` opens
what is known to come.
"""

from __future__ import annotations

from typing import Any, Final

from finago_assets.apis.halo.facts import DESCRIBED_VERSION
from finago_assets.apis.halo.fields import landed_fields, landed_requests
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Envelope, PageNumbers, Paging, Parent, Source

HALO_API: Final = Source(
    name="halo",
    title="Halo API",
    version=DESCRIBED_VERSION,
    documentation="https://halopsa.com/apidoc",
)
# the description names no scope for any of them; `all` is what is signed in for
SCOPES: Final = ("all",)
ANSWERS: Final = Envelope(count="record_count", lone="id")
_PAGE_NUMBERS: Final = PageNumbers("page_no", "page_size")
# whatever is asked for, a page holds no more
LARGEST_PAGE: Final = 100
CONNECTIONS_GROUP: Final = "halo_connections"
HEALTH_GROUP: Final = "halo_health"
_DETAILED: Final = "The list does not say which customers, suppliers and item groups are linked; this does."
_NO_RIGHTS: Final = "An agent without rights sees an empty list, as one without connections does."

PROVIDERS: Final = {
    "KashflowDetails": "KashFlow",
    "FortnoxDetails": "Fortnox",
    "ExactDetails": "Exact Online",
    "BusinessCentralDetails": "Business Central",
    "AvalaraDetails": "Avalara AvaTax",
    "XeroDetails": "Xero",
    "QuickBooksDetails": "QuickBooks Online",
    "SageBusinessCloudDetails": "Sage Business Cloud",
    "MYOBDetails": "MYOB",
}
"""Shape -> what people call it: a record of each is a connection to one company there."""

PATHS: Final = {**{shape: f"/{shape}" for shape in PROVIDERS}, "MYOBDetails": "/MYOBdetails"}
_LIST_PARAMS: Final = {"KashflowDetails": (("includedisabled", "true"), ("includeenabled", "true"))}
_LIST_FILTERS: Final = {
    "KashflowDetails": ("tenantid",),
    "ExactDetails": ("connectedonly", "division"),
    "BusinessCentralDetails": ("companyid", "connectedonly"),
    "XeroDetails": ("connectedonly", "tenantid"),
    "QuickBooksDetails": ("companyid", "connectedonly"),
    "SageBusinessCloudDetails": ("connectedonly", "tenantid"),
}
# of the single read; a provider that is not here has no parameter that asks for details
_DETAIL_FILTERS: Final = {
    "KashflowDetails": (),
    "ExactDetails": ("division",),
    "BusinessCentralDetails": (),
    "XeroDetails": (),
    "QuickBooksDetails": (),
    "SageBusinessCloudDetails": (),
}


def _halo_row(name: str, **row: Any) -> Endpoint:  # noqa: ANN401  the columns of a row
    return Endpoint(HALO_API, name, kind=EndpointKind.REFERENCE, key=("id",), scopes=SCOPES, envelope=ANSWERS, **row)


def _of_provider(shape: str, name: str, **row: Any) -> Endpoint:  # noqa: ANN401  the columns of a row
    fields = landed_fields(shape)
    personal = tuple(one for one in ("username",) if one in fields)
    return _halo_row(name, group=CONNECTIONS_GROUP, personal=personal, fields=fields, **row)


def _connections(shape: str, called: str) -> Endpoint:
    path = PATHS[shape]
    return _of_provider(
        shape,
        shape.lower(),
        path=path,
        items=() if shape in _DETAIL_FILTERS else (f"{path}/{{id}}",),
        title=f"Connections to {called}: settings, state and defaults, without any secret",
        params=_LIST_PARAMS.get(shape, ()),
        filters=_LIST_FILTERS.get(shape, ()),
        note=_NO_RIGHTS,
    )


def _details(shape: str, called: str) -> Endpoint:
    return _of_provider(
        shape,
        f"{shape.lower()}_by_id",
        path=f"{PATHS[shape]}/{{id}}",
        title=f"One connection to {called} with its details: one request for each",
        parent=Parent(shape.lower(), "id", "id", "details_id"),
        single=True,
        params=(("includedetails", "true"),),
        filters=_DETAIL_FILTERS[shape],
        note=_DETAILED,
    )


def _paged(name: str, filters: tuple[str, ...], **row: Any) -> Endpoint:  # noqa: ANN401  the columns of a row
    order = (("pageinate", "true"), ("order", "id"), ("orderdesc", "false"))
    return _halo_row(
        name,
        group=HEALTH_GROUP,
        paging=Paging.COUNT,
        page_size=LARGEST_PAGE,
        numbers=_PAGE_NUMBERS,
        params=order,
        filters=filters,
        **row,
    )


_HALO_ROWS: Final = (
    *(_connections(shape, called) for shape, called in PROVIDERS.items()),
    *(_details(shape, called) for shape, called in PROVIDERS.items() if shape in _DETAIL_FILTERS),
    _paged(
        "integrationerror",
        ("module_id", "detail_id"),
        path="/IntegrationError",
        items=("/IntegrationError/{id}",),
        title="What an integration could not carry over: record, time and words",
        personal=("entity_name", "error"),
        is_log=True,
        fields=landed_fields("IntegrationError"),
    ),
    _paged(
        "integrationrequest",
        ("module_id", "detail_id", "inbound_only", "outbound_only"),
        path="/IntegrationRequest",
        items=("/IntegrationRequest/{id}",),
        title="Requests of the integrations: when, what and with which status",
        is_log=True,
        fields=landed_requests(),
        note="Bodies, headers and all of the address but its host are dropped before anything is stored.",
    ),
    _paged(
        "externallink",
        ("module_id", "details_id", "table_id", "halo_id", "third_party_id"),
        path="/ExternalLink",
        items=("/ExternalLink/{id}",),
        title="Which record of Halo is which record of a provider",
        personal=("halo_desc", "third_party_desc"),
        fields=landed_fields("ExternalLink_List"),
    ),
    _halo_row(
        "features",
        path="/Features",
        items=("/Features/{id}",),
        title="Modules: on or off, and the integrator's last run and last error",
        group=HEALTH_GROUP,
        params=(("showenabled", "true"), ("showdisabled", "true")),
        filters=("isconfig",),
        fields=landed_fields("ModuleSetup"),
    ),
    _halo_row(
        "tax",
        path="/Tax",
        items=("/Tax/{id}",),
        title="Taxes of Halo with the code of each connected provider",
        group=HEALTH_GROUP,
        filters=("kashflowtenantid", "qbocompanyid", "xerotenantid"),
        fields=landed_fields("Tax"),
    ),
)

HALO_ENDPOINTS: Final = {endpoint.name: endpoint for endpoint in _HALO_ROWS}
"""Every endpoint by name, parents before their children."""
