"""An operation of a service as a call of the client: where it goes, what it is called, and what is in it.

Owns the spelling. Which operation is asked when is said elsewhere.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.finago_soap.contract import ON_OTHER_HOST, SERVICE_PATHS, Service, contract_of
from finago_assets.apis.finago_soap.ledger import LAST_MOMENT, TransactionSearch
from finago_assets.core.http.call import Call
from finago_assets.core.soap.contract import MEDIA_TYPE, repeated_in
from finago_assets.core.soap.models import to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

WHERE_TO_LOOK: Final = "look at the journals and the ledger in Finago Office"


def soap_call(service: Service, operation: str, values: Mapping[str, object], *, writes: bool = False) -> Call:
    """Return the call of an operation. Raises RequestRefused for values that its contract does not take."""
    message = contract_of(service).message(operation, values)
    path = SERVICE_PATHS[service]
    return Call(
        template=f"{path} {operation}",
        path=path,
        method="POST",
        body=message.body,
        media_type=MEDIA_TYPE,
        headers=message.headers,
        only_reads=not writes,
        look=WHERE_TO_LOOK,
        base=int(service in ON_OTHER_HOST),
    )


def argument(service: Service, operation: str, name: str, model: Any) -> dict[str, object]:  # noqa: ANN401
    """Return a model, or several for an array, as the values of one argument. Raises RequestRefused."""
    type_ = contract_of(service).argument_type(operation, name)
    repeated = repeated_in(type_)
    if repeated is None or not isinstance(model, tuple):
        return {name: to_wire(model, type_)}
    return {name: {repeated.name: [to_wire(one, repeated.type) for one in model]}}


def search_argument(search: TransactionSearch) -> dict[str, object]:
    """Return a search as its argument; the last day is asked for to its end, or it would be cut off."""
    type_ = contract_of(Service.TRANSACTION).argument_type("GetTransactions", "searchParams")
    end = dt.datetime.combine(search.date_end, LAST_MOMENT)
    return {"searchParams": {**to_wire(search, type_), "DateEnd": end}}
