"""What has landed of all sources together, as a build sees it: which endpoints there are, for whom, and on which days.

Owns the going through stores. Each store keeps its own promises (model.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finago_assets.core.catalogue.model import EndpointKind
from finago_assets.core.landing.store import open_store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.errors import CorruptFile
    from finago_assets.core.landing.model import Content, Landing, RawStore


@dataclass(frozen=True, slots=True)
class LandedData:
    """Endpoints with the stores of their sources. Keys are an endpoint's full name and an organization."""

    endpoints: tuple[Endpoint, ...]
    stores: Mapping[str, RawStore]

    def contents(
        self, known: Mapping[tuple[str, str], Mapping[dt.date, Content]]
    ) -> dict[tuple[str, str], dict[dt.date, Content]]:
        """Return what each landed day holds. What is `known` and did not land again is not read again."""
        found = {}
        for endpoint, store, organization in self._each():
            key = (endpoint.full_name, organization)
            if days := store.contents(endpoint.name, organization, known.get(key, {})):
                found[key] = days
        return found

    def count_days(self) -> dict[tuple[str, str], int]:
        """Return how many days there are to build from; a list counts as one."""
        return {
            (endpoint.full_name, organization): days if endpoint.kind is EndpointKind.WINDOWED else 1
            for endpoint, store, organization in self._each()
            if (days := store.held(endpoint.name, organization))
        }

    def complete(self, day: dt.date) -> None:
        """Let whoever reads an endpoint that never landed find its columns, once anything has landed at all."""
        landed = False
        for endpoint, store, organization in self._each():
            landed = True
            store.placeholder(endpoint, organization, day)
        if landed:
            self.make_readable()

    def make_readable(self) -> None:
        """Do so for the sources of which nothing has landed, and with them for no organization."""
        for source, store in self.stores.items():
            if not store.organizations():
                store.make_readable(endpoint for endpoint in self.endpoints if endpoint.source.name == source)

    def faults(self, endpoints: Collection[str]) -> Iterator[CorruptFile]:
        """Verify every partition of endpoints, by their full names, and yield the error of each that fails."""
        for endpoint, store, organization in self._each():
            if endpoint.full_name in endpoints:
                yield from store.faults(endpoint.name, organization)

    def _each(self) -> Iterator[tuple[Endpoint, RawStore, str]]:
        organizations = {source: store.organizations() for source, store in self.stores.items()}
        for endpoint in self.endpoints:
            source = endpoint.source.name
            yield from ((endpoint, self.stores[source], organization) for organization in organizations[source])


def open_landed_data(data_dir: Path, landing: Landing, endpoints: Iterable[Endpoint]) -> LandedData:
    """Open the store of every source that one of the endpoints belongs to."""
    known = tuple(endpoints)
    sources = {endpoint.source.name for endpoint in known}
    return LandedData(known, {source: open_store(data_dir, landing, source) for source in sorted(sources)})
