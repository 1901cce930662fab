"""Reading connections of one tenant, one at a time or all of a provider: without secrets, as landing would keep them.

Owns the requests and what an answer must look like. What is made of the records is said elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finago_assets.apis.halo import HALO
from finago_assets.core.errors import Malformed, NotFound
from finago_assets.core.progress import silent
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import from_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from finago_assets.apis.halo.changes.difference import HaloRecord
    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.request.request import Request
    from finago_assets.core.request.result import RequestResult


@dataclass(frozen=True, slots=True)
class TenantReader:
    """Asks with one client; answers pass through `folder` and are removed at once."""

    client: ApiClient
    folder: Path
    say: Callable[[str], None] = silent

    def connections(self, provider: str) -> list[HaloRecord]:
        """Return all connections to a provider, without their mappings. Raises any error of the tree."""
        return self._records(from_template(HALO, f"{provider.lower()}.list"))

    def connection(self, provider: str, key: int) -> HaloRecord | None:
        """Return one connection; None where there is none of that id. Raises any error of the tree."""
        name = f"{provider.lower()}_by_id.get"
        template = name if name in HALO.operations else f"{provider.lower()}.get"
        try:
            found = self._records(from_template(HALO, template, variables={"id": f"{key}"}))
        except NotFound:
            return None
        if len(found) != 1 or found[0].get("id") != key:
            raise Malformed(
                f"GET {HALO.operations[template].path}: the answer is not the one record that was asked for. Nothing "
                "was changed; look at HALO_URL and what answers on it."
            )
        return found[0]

    def linked_records(self, key: int) -> int:
        """Return how many records are linked through connections of an id, of whichever provider."""
        query = {"details_id": f"{key}"}
        found = self._records(from_template(HALO, "externallink.list", query=query, all_pages=True))
        # a server that does not know the parameter gives them all
        return sum(one.get("details_id") == key for one in found)

    def perform(self, request: Request, *, allow_writes: bool = False) -> tuple[RequestResult, list[HaloRecord]]:
        """Send a request; return what came of it and the records of the answer, whose file is gone."""
        result = perform(request, self.client, self.folder, allow_writes=allow_writes, say=self.say)
        if result.answer is None:
            return result, []
        try:
            return result, list(_objects(result)) if result.problem is None else []
        finally:
            result.answer.body.unlink(missing_ok=True)

    def _records(self, request: Request) -> list[HaloRecord]:
        result, found = self.perform(request)
        if result.problem is not None:
            raise result.problem
        return found


def _objects(result: RequestResult) -> list[HaloRecord]:
    """Return the records of an answer: an array, an object that has one, or one record; no body holds none."""
    answer = result.open()
    if not answer.size:
        return []
    said = json.loads(answer.body.read_bytes())
    if isinstance(said, list):
        return [one for one in said if isinstance(one, dict)]
    return _in_envelope(said)


def _in_envelope(said: Mapping[str, object]) -> list[HaloRecord]:
    lists = [one for one in said.values() if isinstance(one, list)]
    return [dict(said)] if "id" in said or len(lists) != 1 else [one for one in lists[0] if isinstance(one, dict)]
