"""What the tenant answers: lists and single records, writes, its many ways to say no, and the token endpoint.

Owns the habits: no page above a hundred records whatever is asked for, arrays with and without an envelope, errors in
JSON of several kinds, in text and in HTML, a limit that is told with and without a time. Knows nothing of sockets.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from finago_assets.sandbox.description.facts import read_description
from finago_assets.sandbox.halo.estate import BUILT_AROUND, records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.sandbox.description.facts import DescribedOperation, Description
    from finago_assets.sandbox.halo.estate import EstateRecord

DESCRIPTION: Final = Path(__file__).parents[1] / "description" / "halo.json"
TENANT: Final = "north"
HALO_CLIENT: Final = "sandbox-halo"
HALO_SECRET: Final = "sandbox-halo-secret"  # noqa: S105  known to everybody
# the application that is for changes; the other may change something too, as most do
HALO_WRITER: Final = "sandbox-halo-writer"
HALO_WRITER_SECRET: Final = "sandbox-halo-writer-secret"  # noqa: S105  known to everybody
PAGE_CAP: Final = 100
# arrays that come within an object, and what they are called there
ENVELOPES: Final = {"/XeroDetails": "connections", "/IntegrationError": "errors", "/ExternalLink": "links"}
_DETAILS: Final = "_mappings"
_FILTERS: Final = ("module_id", "detail_id", "details_id", "table_id", "halo_id", "third_party_id")
_CLIENTS: Final = ((HALO_CLIENT, HALO_SECRET), (HALO_WRITER, HALO_WRITER_SECRET))


@dataclass(frozen=True, slots=True)
class TenantAnswer:
    """A status, a body, and the headers that matter."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Logged:
    """A request as it came: never a header or a body of it."""

    method: str
    path: str
    query: str
    status: int


def in_json(value: Any, status: int = 200) -> TenantAnswer:  # noqa: ANN401  whatever JSON holds
    """Return an answer in JSON."""
    return TenantAnswer(status, json.dumps(value, ensure_ascii=False).encode())


def in_text(words: str, status: int, **headers: str) -> TenantAnswer:
    """Return an answer in plain text."""
    return TenantAnswer(
        status, words.encode(), "text/plain", {name.replace("_", "-"): one for name, one in headers.items()}
    )


def in_html(words: str, status: int) -> TenantAnswer:
    """Return an answer that is a page."""
    return TenantAnswer(status, f"<!DOCTYPE html><html><body><h1>{words}</h1></body></html>".encode(), "text/html")


def too_many(seconds: int | None = None) -> TenantAnswer:
    """Return what a request above the limit gets, with and without a time to wait."""
    return in_text("Rate Limit Reached", 429, **({} if seconds is None else {"Retry_After": f"{seconds}"}))


def tenant_of_today() -> Tenant:
    """Return the tenant that people look at: its last night was the last one."""
    return Tenant(today=datetime.now(UTC).date())


@dataclass(slots=True)
class Tenant:
    """A tenant and its records by path.

    `rights`: whether the agent that a client logs in as may see integrations. `unseen`: whether records have fields
    that no description has. `today`: the day before which everything happened.

    `troubles` are answered first, one for each request below the API, and nothing is done then; `undone` are what
    writes are answered that are not carried out, `lost` those that were. `envelopes` says which arrays come in an
    object.
    """

    name: str = TENANT
    rights: bool = True
    unseen: bool = False
    today: date = BUILT_AROUND
    envelopes: Mapping[str, str] = field(default_factory=lambda: dict(ENVELOPES))
    troubles: deque[TenantAnswer] = field(default_factory=deque)
    undone: deque[TenantAnswer] = field(default_factory=deque)
    lost: deque[TenantAnswer] = field(default_factory=deque)
    log: list[Logged] = field(default_factory=list)
    description: Description = field(default_factory=lambda: read_description(DESCRIPTION))
    records: dict[str, list[EstateRecord]] = field(init=False)
    lock: RLock = field(default_factory=RLock, repr=False)
    _tokens: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.records = records(self.description, unseen=self.unseen, today=self.today)

    def token(self, tenant: str | None, body: bytes) -> TenantAnswer:
        """Answer a request for a token; the tenant stands in the query."""
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        if tenant != self.name:
            return in_html("No such tenant", 400)
        if form.get("grant_type") != "client_credentials":
            return in_json({"error": "unsupported_grant_type"}, 400)
        if (form.get("client_id"), form.get("client_secret")) not in _CLIENTS:
            return in_json({"error": "invalid_client", "error_description": f"Not known: {form.get('client_id')}"}, 401)
        if form.get("scope") != "all":
            return in_json({"error": "invalid_scope"}, 400)
        token = f"sandbox.{secrets.token_urlsafe(24)}"
        self._tokens.add(token)
        more = {"refresh_token": secrets.token_urlsafe(16), "id_token": "e30.e30.e30"}
        return in_json({"access_token": token, "token_type": "Bearer", "expires_in": 3600, **more})

    def expire(self) -> None:
        """Let every token die."""
        self._tokens.clear()

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes, authorization: str) -> TenantAnswer:
        """Answer a request below the API; letters of a path may be large or small."""
        if path.lower() == "/authinfo":
            return in_json({"tenant_id": self.name})
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or token not in self._tokens:
            return in_text("", 401)
        return self.troubles.popleft() if self.troubles else self._answered(method, path, query, body)

    def _answered(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> TenantAnswer:
        operation, key = self._operation(method, path)
        if operation is None or operation.path.removesuffix("/{id}") not in self.records:
            return in_html("Not found", 404)
        if problems := operation.of_query(query):
            return in_json({"Message": f"The request is invalid: {problems[0][0]}"}, 400)
        at = operation.path.removesuffix("/{id}")
        if method == "GET":
            return self._listed(at, query) if key is None else self._single(at, key, query)
        if not self.rights:
            return in_text("You do not have permission to do this", 403)
        if self.undone:
            return self.undone.popleft()
        done = self._deleted(at, key or "") if method == "DELETE" else self._saved(at, operation, body)
        return self.lost.popleft() if self.lost else done

    def _operation(self, method: str, path: str) -> tuple[DescribedOperation | None, str | None]:
        above, _, last = path.rpartition("/")
        for one in self.description.operations.values():
            if one.method != method:
                continue
            if one.path.lower() == path.lower():
                return one, None
            if one.path.lower() == f"{above}/{{id}}".lower() and last.isdigit():
                return one, last
        return None, None

    def _listed(self, at: str, query: Mapping[str, str]) -> TenantAnswer:
        rows = [_bare(record) for record in self.records[at] if _is_asked_for(record, query)] if self.rights else []
        total = len(rows)
        if query.get("pageinate") == "true":
            size = min(int(query.get("page_size", PAGE_CAP)), PAGE_CAP)
            first = (int(query.get("page_no", 1)) - 1) * size
            rows = rows[first : first + size]
        else:
            rows = rows[: int(query.get("count", PAGE_CAP))][:PAGE_CAP]
        name = self.envelopes.get(at)
        if name is None:
            return in_json(rows)
        page = {"page_no": int(query.get("page_no", 1)), "page_size": PAGE_CAP}
        return in_json({**page, "record_count": total, name: rows})

    def _single(self, at: str, key: str, query: Mapping[str, str]) -> TenantAnswer:
        if not self.rights:
            return in_text("You do not have permission to view this", 403)
        found = self._found(at, key)
        if found is None:
            return in_json({"resultCode": 404, "errorMessage": "It does not exist"}, 404)
        return in_json(found if query.get("includedetails") == "true" else _bare(found))

    def _saved(self, at: str, operation: DescribedOperation, body: bytes) -> TenantAnswer:
        try:
            sent = json.loads(body)
        except ValueError:
            return in_text(f"Unexpected character in {body.decode('utf-8', 'replace')}", 400)
        if not isinstance(sent, list) or operation.of_body(sent):  # type: ignore[arg-type]
            # what was sent comes back in the words of the error
            said = f"Cannot deserialize {json.dumps(sent)}"
            return in_json({"ClassName": "Newtonsoft.Json.JsonSerializationException", "Message": said}, 400)
        kept = [self._merged(at, record) for record in sent]
        return in_json(kept[0] if len(kept) == 1 else kept, 201)

    def _merged(self, at: str, sent: EstateRecord) -> EstateRecord:
        found = self._found(at, f"{sent.get('id') or ''}")
        if found is None:
            found = {"id": max((one["id"] for one in self.records[at]), default=0) + 1}
            self.records[at].append(found)
        # what is not sent stays; what asks for an action is carried out, and not kept
        values = {name: one for name, one in sent.items() if name != "id" and not name.startswith("_")}
        found |= values
        if sent.get("_disconnect"):
            found |= {name: False for name in ("authorized", "isauthorized") if name in found}
        return found | {"_warning": None}

    def _deleted(self, at: str, key: str) -> TenantAnswer:
        found = self._found(at, key)
        if found is None:
            return in_text("Database operation expected to affect 1 row, but affected 0", 404)
        self.records[at].remove(found)
        return TenantAnswer(204, b"")

    def _found(self, at: str, key: str) -> EstateRecord | None:
        return next((one for one in self.records[at] if f"{one['id']}" == key), None)


def _is_asked_for(record: EstateRecord, query: Mapping[str, str]) -> bool:
    return all(f"{record[name]}" == query[name] for name in _FILTERS if name in query and name in record)


def _bare(record: EstateRecord) -> EstateRecord:
    """Return a record as a list has it: its mappings come only with the details."""
    return {name: None if name.endswith(_DETAILS) else value for name, value in record.items()}
