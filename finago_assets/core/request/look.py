"""Where it can be seen whether a write was carried out.

Owns the way from an operation that writes to the template that reads the same thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.catalogue.operation import Method
from finago_assets.core.http.fault import LOOK

if TYPE_CHECKING:
    from finago_assets.core.catalogue.api import Api
    from finago_assets.core.catalogue.operation import Operation


def where_to_look(api: Api, operation: Operation) -> str:
    """Name the template whose answer shows a write: of the same path, else of the same resource, else of what is above.

    Empty for a read; whom to ask where there is no such template.
    """
    if not operation.method.writes:
        return ""
    path, resource = operation.path, operation.name.partition(".")[0]
    known = [f"{api.read_as.get(resource, resource)}.{way}" for way in ("list", "get")]
    named = next((name for name in known if name in api.operations), None)
    while path:
        if found := api.find(Method.GET, path):
            return _name_template(found.name)
        if named:
            return _name_template(named)
        path = path.rpartition("/")[0]
    return LOOK


def _name_template(name: str) -> str:
    return f"the template {name} shows what is there"
