"""What a name in a path or a query means, looked up in the tables of one API. Owns the looking up, not the tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from finago_assets.core.catalogue.operation import Parameter


def index_by_name(*parameters: Parameter) -> dict[str, Parameter]:
    """Return a table of parameters by the vendor's name."""
    return {one.name: one for one in parameters}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one API: `anywhere` by name, `on_paths` where a name means something else.

    `ids` are examples of `{id}`, by the path of the list that it is found in.
    """

    anywhere: Mapping[str, Parameter]
    on_paths: Mapping[str, Mapping[str, Parameter]]
    ids: Mapping[str, str]

    def parameter(self, path: str, name: str) -> Parameter:
        """Return what `name` is in the query of `path`. Raises KeyError for a name that no table has."""
        return self.on_paths.get(path, {}).get(name) or self.anywhere[name]

    def variable(self, path: str, name: str) -> Parameter:
        """Return what `{name}` is in `path`, which always needs it."""
        found = replace(self.parameter(path, name), required=True)
        collection = path.partition("/{id}")[0]
        if found.name == "id" and collection in self.ids:
            return replace(found, example=self.ids[collection], title=f"Id, from {collection}")
        return found

    def variables(self, path: str) -> tuple[Parameter, ...]:
        """Return every variable of a path, in order."""
        return tuple(self.variable(path, name) for name in re.findall(r"\{(\w+)\}", path))

    def query(self, path: str, names: Iterable[str]) -> tuple[Parameter, ...]:
        """Return what the query of `path` takes, required ones first, then by name."""
        known = [self.parameter(path, name) for name in sorted(names)]
        return tuple(sorted(known, key=lambda one: not one.required))
