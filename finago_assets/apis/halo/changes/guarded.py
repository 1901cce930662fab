"""A change carried out, or refused: a fresh look, everything that a person has to have said, one request, a look again.

Owns the order of things and what is asked for before a request leaves. Nothing is ever sent twice: whoever repeats a
command finds it done, or finds the connection as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.changes.difference import (
    compare_fields,
    confirmation,
    reads_as_wanted,
    show_record,
    state_of,
    table_of,
)
from finago_assets.apis.halo.changes.record import Ended, HaloAction
from finago_assets.core.connections.references import follow_all
from finago_assets.core.errors import FinagoError, NotFound, OutcomeUnknown, RequestRefused
from finago_assets.core.progress import silent
from finago_assets.core.request.request import from_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finago_assets.apis.halo.changes.change import ConnectionChange
    from finago_assets.apis.halo.changes.difference import FieldDifference, HaloRecord
    from finago_assets.apis.halo.changes.record import ChangeLine, ChangeRecord
    from finago_assets.apis.halo.changes.tenant import TenantReader
    from finago_assets.core.request.request import Request
    from finago_assets.core.request.result import RequestResult

    # given the records of the answer, None where there was none: the id, and what is not as it was meant
    LookAfterwards = Callable[[list[HaloRecord] | None], tuple[int | None, str]]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person has said to a change, besides what it is.

    `state` is the mark that the preview showed, `confirm` the connection's name in full, `high_risk` the second switch,
    `with_links` lets a connection be deleted through which records are linked.
    """

    allow_writes: bool = False
    state: str = ""
    confirm: str = ""
    high_risk: bool = False
    with_links: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do to what is there now. `state` is the mark of that, `links` counts what hangs on it."""

    action: HaloAction
    provider: str
    key: int | None
    name: str
    state: str
    differs: tuple[FieldDifference, ...] = ()
    links: int = 0

    @property
    def confirm(self) -> str:
        """What has to be typed for it."""
        return confirmation(self.provider, self.key, self.name)

    @property
    def changes_nothing(self) -> bool:
        """True where everything is set as it is wanted."""
        return self.action is HaloAction.UPDATE and not self.differs

    def lacking(self, said: Consent) -> list[str]:
        """Return what a person still has to say; nothing where the change may be sent."""
        is_risky = self.action is HaloAction.DELETE or any(one.risky for one in self.differs)
        risky = ", ".join(one.name for one in self.differs if one.risky) or "a deletion"
        asked = (
            (not said.allow_writes, "it writes, which is allowed by --allow-writes (allow_writes in the launchpad)"),
            (said.state != self.state, self._say_state(said)),
            (said.confirm != self.confirm, f"it is confirmed by --confirm '{self.confirm}'"),
            (is_risky and not said.high_risk, f"the second switch --high-risk (high_risk) is for this: {risky}"),
            (bool(self.links) and not said.with_links, self._say_links()),
        )
        return [why for is_missing, why in asked if is_missing]

    def _say_links(self) -> str:
        return (
            f"{self.links:,} records are linked through connections of this id, and what becomes of them is not "
            "documented; --with-links (with_links) deletes all the same"
        )

    def _say_state(self, said: Consent) -> str:
        if said.state:
            return (
                f"it has been changed since it was looked at: its state is {self.state} now; look at the difference "
                "again before anything is sent"
            )
        return f"it is held to what you have seen by --state {self.state}"


@dataclass(frozen=True, slots=True)
class HaloChangeResult:
    """How a change ended: `sentence` for people, `fields` as rows."""

    ended: Ended
    sentence: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class GuardedChanges:
    """Changes connections of one tenant. `checkpoint` is called with the name of each moment that a kill may hit."""

    tenant: TenantReader
    record: ChangeRecord
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    checkpoint: Callable[[str], None] = silent

    def preview(self, change: ConnectionChange) -> Preview:
        """Look at the connection as it is now. Raises NotFound where it has gone, RequestRefused for a doubled name."""
        if change.key is None:
            return self._preview_new(change)
        before = self.existing(change.provider, change.key)
        differs = compare_fields(change, before)
        name, state = f"{before.get('name') or ''}", state_of(change.provider, before)
        return Preview(HaloAction.UPDATE, change.provider, change.key, name, state, tuple(differs))

    def preview_deletion(self, provider: str, key: int) -> Preview:
        """Look at a connection and at what hangs on it. Raises NotFound where it has gone."""
        before = self.existing(provider, key)
        links = self.tenant.linked_records(key)
        name, state = f"{before.get('name') or ''}", state_of(provider, before)
        return Preview(HaloAction.DELETE, provider, key, name, state, links=links)

    def apply(self, change: ConnectionChange, said: Consent) -> HaloChangeResult:
        """Carry a change out. Raises RequestRefused with all that is lacking, and any error before it is sent."""
        preview = self.preview(change)
        if preview.changes_nothing:
            return HaloChangeResult(
                Ended.ALREADY, f"{preview.confirm} is set like that already; nothing was sent.", preview
            )
        self._refuse_what_lacks(preview, said)
        secrets = follow_all(self.environ, change.secrets, advice="Nothing was sent.") if change.secrets else {}
        record = {"id": change.key} if change.key is not None else {}
        body = json.dumps([{**record, **change.plain, **secrets}], ensure_ascii=False).encode()
        request = from_template(HALO, f"{change.provider.lower()}.save", body=body)
        return self._carry_out(preview, request, partial(self._look_at_change, change, preview))

    def delete(self, provider: str, key: int, said: Consent) -> HaloChangeResult:
        """Delete a connection. Raises as `apply` does; one that is not there is deleted already."""
        try:
            preview = self.preview_deletion(provider, key)
        except NotFound:
            gone = Preview(HaloAction.DELETE, provider, key, "", "")
            return HaloChangeResult(Ended.ALREADY, f"There is no {provider} {key}; nothing was sent.", gone)
        self._refuse_what_lacks(preview, said)
        request = from_template(HALO, f"{provider.lower()}.delete", variables={"id": f"{key}"})

        def look(_: object) -> tuple[int | None, str]:
            return key, "" if self.tenant.connection(provider, key) is None else "it is still there"

        return self._carry_out(preview, request, look)

    def existing(self, provider: str, key: int) -> HaloRecord:
        """Return a connection as it is now. Raises NotFound where it has gone."""
        found = self.tenant.connection(provider, key)
        if found is None:
            raise NotFound(
                f"There is no {provider} with the id {key}. Nothing was sent; `halo list` shows what is there."
            )
        return found

    def _preview_new(self, change: ConnectionChange) -> Preview:
        name = f"{change.values['name']}"
        there = self.tenant.connections(change.provider)
        if any(one.get("name") == name for one in there):
            raise RequestRefused(
                f"A {change.provider} called {name!r} is there already. Nothing was sent; give the new one another "
                "name, or its id to change that one."
            )
        differs = compare_fields(change, None)
        state = state_of(change.provider, {"name": sorted(f"{one.get('id')}" for one in there)})
        return Preview(HaloAction.CREATE, change.provider, None, name, state, tuple(differs))

    @staticmethod
    def _refuse_what_lacks(preview: Preview, said: Consent) -> None:
        if lacking := preview.lacking(said):
            told = "".join(f"\n- {one}" for one in lacking)
            raise RequestRefused(f"The {preview.action} of {preview.confirm} was not sent. What is lacking:{told}")

    def _carry_out(self, preview: Preview, request: Request, look: LookAfterwards) -> HaloChangeResult:
        rows = [dict(row) for row in table_of(list(preview.differs))]
        line = self.record.open(
            self.tenant.client.organization_id, preview.provider, preview.action, preview.key, preview.name, rows
        )
        self.checkpoint("recorded")
        result, saved = self.tenant.perform(request, allow_writes=True)
        self.checkpoint("sent")
        key, ended, reason = self._conclude(preview, result, saved, look)
        self.checkpoint("looked")
        return self._close(preview, line, key, ended, reason)

    def _conclude(
        self,
        preview: Preview,
        result: RequestResult,
        saved: list[HaloRecord],
        look: LookAfterwards,
    ) -> tuple[int | None, Ended, str]:
        problem = result.problem
        if problem is not None and not isinstance(problem, OutcomeUnknown):
            return preview.key, Ended.REFUSED, f"{problem.kind}, status {problem.status}"
        try:
            key, otherwise = look(None if problem is not None else saved)
        except FinagoError as error:
            return preview.key, Ended.UNKNOWN, f"it could not be looked at afterwards ({error.kind})"
        if not otherwise:
            return key, Ended.DONE, ""
        # what was accepted and is not there was ignored; what nobody answered may still be on its way
        return key, Ended.DIFFERENT if problem is None else Ended.UNKNOWN, otherwise

    def _look_at_change(
        self, change: ConnectionChange, preview: Preview, saved: list[HaloRecord] | None
    ) -> tuple[int | None, str]:
        """Return the id of the connection and what does not read as it was set, empty where everything does."""
        key = change.key
        if key is None:
            said = saved[0].get("id") if saved else None
            named = [one for one in self.tenant.connections(change.provider) if one.get("name") == preview.name]
            if len(named) != 1 or (said is not None and named[0].get("id") != said):
                return None, f"{len(named)} connections have that name now"
            key = named[0]["id"]
        after = self.tenant.connection(change.provider, key) if isinstance(key, int) else None
        if after is None:
            return key, "it is not there"
        wrong = reads_as_wanted(change, after)
        if wrong:
            return key, f"these read otherwise: {', '.join(wrong)}"
        return key, "a secret cannot be read back" if change.secrets and saved is None else ""

    def _close(
        self, preview: Preview, line: ChangeLine, key: int | None, ended: Ended, reason: str
    ) -> HaloChangeResult:
        self.record.close(line, ended, reason, key)
        named = confirmation(preview.provider, preview.key if preview.key is not None else key, preview.name)
        told = {
            Ended.DONE: f"{named}: the {preview.action} was carried out and reads back as it was meant.",
            Ended.DIFFERENT: f"{named}: the {preview.action} was accepted, but {reason}. Look at it in Halo.",
            Ended.REFUSED: f"{named}: the {preview.action} was refused ({reason}); nothing has changed.",
            Ended.UNKNOWN: (
                f"{named}: it is unknown whether the {preview.action} was carried out; {reason}. The same command "
                "looks first and sends nothing that is done already."
            ),
        }
        return HaloChangeResult(ended, told[ended], preview)


def shown_connection(provider: str, record: HaloRecord) -> dict[str, Any]:
    """Return a connection for people: its fields, the mark of its state, and what has to be typed for it."""
    key = record.get("id")
    return {
        "fields": show_record(provider, record),
        "state": state_of(provider, record),
        "confirm": confirmation(provider, key if isinstance(key, int) else None, f"{record.get('name') or ''}"),
    }
