"""How the rows of an endpoint catalogue become operations: a list, its single reads, and the reads that are not landed.

Owns that derivation. What an API writes is a table of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.catalogue.operation import Answers, Method, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from finago_assets.core.catalogue.model import Endpoint, LeftOut
    from finago_assets.core.catalogue.parameters import Parameters


def reads(
    endpoints: Mapping[str, Endpoint], left_out: Mapping[str, LeftOut], parameters: Parameters
) -> Iterator[Operation]:
    """Yield every read of an API, in the order of its rows. Raises KeyError for a parameter that no table has."""
    for endpoint in endpoints.values():
        yield _derive_list(endpoint, parameters)
        yield from (_derive_item(endpoint, path, parameters) for path in endpoint.items)
    yield from (_derive_left_out(path, row, parameters) for path, row in left_out.items())


def _derive_list(endpoint: Endpoint, parameters: Parameters) -> Operation:
    return Operation(
        name=f"{endpoint.name}.{'get' if endpoint.single else 'list'}",
        method=Method.GET,
        path=endpoint.path,
        # for a child it goes on to say how often the list is asked for when it is landed
        title=endpoint.title.partition(":")[0] if endpoint.is_child else endpoint.title,
        group=endpoint.group,
        scopes=endpoint.scopes,
        answers=Answers.OBJECT if endpoint.single else Answers.LIST,
        variables=parameters.variables(endpoint.path),
        query=parameters.query(endpoint.path, endpoint.allowed),
        params=endpoint.params,
        paging=endpoint.paging,
        page_size=endpoint.page_size,
        page_cap=endpoint.page_cap,
        endpoint=endpoint,
        # how the pieces are landed one by one says nothing of a request
        note="" if endpoint.pieces else endpoint.note,
    )


def _derive_item(endpoint: Endpoint, path: str, parameters: Parameters) -> Operation:
    asked = endpoint.item_takes_filters
    return Operation(
        name=f"{endpoint.name}.get",
        method=Method.GET,
        path=path,
        title=f"One record of {endpoint.name}.list",
        group=endpoint.group,
        scopes=endpoint.scopes,
        # what is read in pieces is an array for one record too
        answers=Answers.LIST if endpoint.pieces else Answers.OBJECT,
        variables=parameters.variables(path),
        query=parameters.query(path, endpoint.allowed) if asked else (),
        params=endpoint.params if asked else (),
        endpoint=endpoint,
    )


def _derive_left_out(path: str, row: LeftOut, parameters: Parameters) -> Operation:
    return Operation(
        name=row.name,
        method=Method.GET,
        path=path,
        title=row.title,
        group=row.group,
        scopes=row.scopes,
        answers=Answers.LIST if row.name.endswith(".list") else Answers.OBJECT,
        variables=parameters.variables(path),
        query=parameters.query(path, row.filters),
        note=f"Not landed: {row.reason}.",
    )
