"""Every operation of the Halo API's accounting integrations: reads of the catalogue, and the writes of connections.

Owns names, parameters and bodies of the writes. A body is always an array; one without an id makes a connection. It
may hold values alone: neither action flags, which carry something out, nor labels' lists and mappings, which nobody
says how they are replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.apis.halo.endpoints import CONNECTIONS_GROUP, HALO_ENDPOINTS, PATHS, PROVIDERS, SCOPES
from finago_assets.apis.halo.facts import SHAPES
from finago_assets.apis.halo.fields import settable
from finago_assets.core.catalogue.notation import array, closed, number, record, text, whole
from finago_assets.core.catalogue.operation import Answers, Method, Operation, Parameter, RequestBody, Type
from finago_assets.core.catalogue.parameters import Parameters, index_by_name
from finago_assets.core.catalogue.reads import reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from finago_assets.apis.halo.facts import Described
    from finago_assets.core.catalogue.notation import Schema


_ON_ANY_PATH: Final = index_by_name(
    Parameter("id", Type.INTEGER, "1", title="Id of the record"),
    Parameter("page_no", Type.INTEGER, "1", title="Which page, from 1"),
    Parameter("page_size", Type.INTEGER, "100", title="Records on a page, of which the server gives 100 at most"),
    Parameter("pageinate", Type.FLAG, "true", title="In pages"),
    Parameter("order", Type.TEXT, "id", title="Field that the answer is sorted by"),
    Parameter("orderdesc", Type.FLAG, "false", title="The last first"),
    Parameter("includedetails", Type.FLAG, "true", title="With mappings"),
    Parameter("includedisabled", Type.FLAG, "true", title="With those that are off"),
    Parameter("includeenabled", Type.FLAG, "true", title="With those that are on"),
    Parameter("connectedonly", Type.FLAG, "true", title="Only those that are connected"),
    Parameter("tenantid", Type.TEXT, "1", title="Tenant at the provider"),
    Parameter("companyid", Type.TEXT, "1", title="Company at the provider"),
    Parameter("division", Type.TEXT, "1", title="Division of Exact Online"),
    Parameter("module_id", Type.INTEGER, "1", title="Module, from features.list"),
    Parameter("detail_id", Type.INTEGER, "1", title="Connection"),
    Parameter("details_id", Type.INTEGER, "1", title="Connection"),
    Parameter("table_id", Type.INTEGER, "2", title="Kind of record"),
    Parameter("halo_id", Type.INTEGER, "1", title="Id of the record in Halo"),
    Parameter("third_party_id", Type.TEXT, "1", title="Id of the record at the provider"),
    Parameter("inbound_only", Type.FLAG, "true", title="Only those that came in"),
    Parameter("outbound_only", Type.FLAG, "true", title="Only those that went out"),
    Parameter("isconfig", Type.FLAG, "true", title="For the page of settings"),
    Parameter("showenabled", Type.FLAG, "true", title="With modules that are on"),
    Parameter("showdisabled", Type.FLAG, "true", title="With modules that are off"),
    Parameter("kashflowtenantid", Type.INTEGER, "1", title="With the codes of this KashFlow tenant"),
    Parameter("qbocompanyid", Type.TEXT, "1", title="With the codes of this QuickBooks company"),
    Parameter("xerotenantid", Type.TEXT, "1", title="With the codes of this Xero tenant"),
)
_ON_ONE_PATH: Final = {
    "/KashflowDetails": index_by_name(Parameter("tenantid", Type.INTEGER, "1", title="Tenant at the provider")),
    "/ExactDetails/{id}": index_by_name(Parameter("division", Type.INTEGER, "1", title="Division of Exact Online")),
}
HALO_PARAMETERS: Final = Parameters(_ON_ANY_PATH, _ON_ONE_PATH, {})

_VALUES: Final[Mapping[str, Schema]] = {
    "text": text(null=True),
    # without a zone, and so no date-time of the standard
    "moment": text(null=True),
    "integer": whole(null=True),
    "number": number(null=True),
    "flag": {"type": ["boolean", "null"]},
}


def _body_of_fields(fields: Mapping[str, Described]) -> RequestBody:
    values = {name: _VALUES[one.type] for name, one in fields.items() if settable(one) and name != "id"}
    shown = "name" if "name" in values else next(name for name in values if name.endswith("_name"))
    return RequestBody({**array(closed(record(id=whole(), **values))), "minItems": 1}, [{"id": 1, shown: "North"}])


def _writes() -> Iterator[Operation]:
    for shape, called in PROVIDERS.items():
        yield Operation(
            name=f"{shape.lower()}.save",
            method=Method.POST,
            path=PATHS[shape],
            title=f"Change a connection to {called}, or make one",
            group=CONNECTIONS_GROUP,
            scopes=SCOPES,
            answers=Answers.OBJECT,
            body=_body_of_fields(SHAPES[shape]),
            note="An array, of one connection: with its id it is changed, without one a new one is made.",
        )
        yield Operation(
            name=f"{shape.lower()}.delete",
            method=Method.DELETE,
            path=f"{PATHS[shape]}/{{id}}",
            title=f"Delete a connection to {called}",
            group=CONNECTIONS_GROUP,
            scopes=SCOPES,
            answers=Answers.NOTHING,
            variables=HALO_PARAMETERS.variables(f"{PATHS[shape]}/{{id}}"),
            note="What becomes of records that are linked through it is not documented.",
        )


OPERATIONS: Final = {one.name: one for one in (*reads(HALO_ENDPOINTS, {}, HALO_PARAMETERS), *_writes())}
