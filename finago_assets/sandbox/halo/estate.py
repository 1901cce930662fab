"""The records of the tenant: a few connections with every field of the description, and what goes with them.

Owns the records alone, made the same each time. Secrets are planted in each field that may hold one, and in fields that
no description has, so that a client which stores what it is given is found out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from finago_assets.sandbox.description.facts import Description, JsonSchema

EstateRecord = dict[str, Any]

PLANTED: Final = "planted-in-the-sandbox"
UNSEEN: Final[EstateRecord] = {
    "region": "north",
    "new_signing_secret": f"{PLANTED}-unseen",
    "session": {"cookie": f"{PLANTED}-inside"},
    "handle": "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA==",
}
ERRORS: Final = 250
LINKS: Final = 120
REQUESTS: Final = 130

# by path: what is told of each connection beside what its fields are filled with
ESTATE: Final[Mapping[str, tuple[EstateRecord, ...]]] = {
    "/KashflowDetails": ({"name": "Thames Office", "enabled": True, "enablesync": True, "isdefault": True},),
    "/FortnoxDetails": (
        {"name": "Nordvik AB", "isauthorized": True, "token_expiry": "2024-12-30T04:15:00"},
        {"name": "Sydvik AB", "isauthorized": False, "token_expiry": None, "sync_entities": None},
    ),
    "/ExactDetails": (
        {"name": "Noordwijk BV", "isauthorized": True, "enablesync": True, "division": 1001},
        {"name": "Zuidwijk BV", "isauthorized": True, "enablesync": True, "division": 1001},
    ),
    "/BusinessCentralDetails": (
        {"name": "Vestvik AS", "authorized": True, "enable_sync": True, "environment_type": "Production"},
    ),
    "/AvalaraDetails": ({"name": "Lakeside Inc", "authorized": True, "environment": 1},),
    "/XeroDetails": ({"name": "Harbour Ltd", "authorized": True, "enablesync": True, "isdefault": True},),
    "/QuickBooksDetails": (),
    "/SageBusinessCloudDetails": (),
    "/MYOBdetails": (),
}
# the array of an envelope has a name of its own, which nothing tells
SHAPE_OF_PATH: Final = {"/ExternalLink": "ExternalLink_List", "/Features": "ModuleSetup", "/MYOBdetails": "MYOBDetails"}
_SECRETS: Final = ("code", "authorization_code", "_authcode", "code_verifier")


def connection(description: Description, path: str, number: int) -> EstateRecord:
    """Return a connection of a provider with every field of the description, a secret in each that may hold one."""
    return _fill_record(description, path, number)


def records(description: Description, *, unseen: bool = False) -> dict[str, list[EstateRecord]]:
    """Return the records of every list, by its path; with fields that no description has where those are `unseen`."""
    found = {
        path: [_fill_record(description, path, number) | told for number, told in enumerate(connections, start=1)]
        for path, connections in ESTATE.items()
    }
    if unseen:
        found |= {path: [one | UNSEEN for one in found[path]] for path in ESTATE}
    found["/IntegrationError"] = list(_errors(description))
    found["/IntegrationRequest"] = list(_requests(description))
    found["/ExternalLink"] = [_fill_record(description, "/ExternalLink", number) for number in range(1, LINKS + 1)]
    found["/Features"] = [_fill_record(description, "/Features", number) for number in range(1, 6)]
    found["/Tax"] = [_fill_record(description, "/Tax", number) for number in range(1, 5)]
    return found


def _errors(description: Description) -> Iterator[EstateRecord]:
    for number in range(1, ERRORS + 1):
        yield _fill_record(description, "/IntegrationError", number) | {
            "error": f"The tax code is not known. Sent with access_token={PLANTED}-in-text.",
            "date": f"2024-{1 + number % 12:02}-{1 + number % 28:02}T08:00:00.{number:03}",
        }


def _requests(description: Description) -> Iterator[EstateRecord]:
    for number in range(1, REQUESTS + 1):
        yield _fill_record(description, "/IntegrationRequest", number) | {
            "url": f"https://api.fortnox.example/3/invoices?key={PLANTED}-in-url",
            "request_headers": f"Authorization: Bearer {PLANTED}-in-headers",
            "request_body": f'{{"customer":"Kari Nordmann","password":"{PLANTED}-in-body"}}',
            "resultcode": 200,
        }


def _fill_record(description: Description, path: str, number: int) -> EstateRecord:
    schema = description.schemas[SHAPE_OF_PATH.get(path, path.strip("/"))]
    filled = {name: _make_value(description, name, one, number, 0) for name, one in schema["properties"].items()}
    # elsewhere a code is that of a tax or a currency
    planted = [name for name in _SECRETS if name in filled and path in ESTATE]
    return filled | {name: f"{PLANTED}-{name}" for name in planted}


def _make_value(description: Description, name: str, schema: JsonSchema, number: int, depth: int) -> Any:  # noqa: ANN401, PLR0911  JSON
    schema = description.resolved(schema)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if name.startswith("_"):
        return None
    if kind == "array":
        return [_make_value(description, name, schema["items"], number, depth + 1)] if depth == 0 else []
    if kind == "object":
        held = schema.get("properties", {}) if depth < 2 else {}
        return {key: _make_value(description, key, one, number, depth + 1) for key, one in held.items()}
    if kind == "boolean":
        return number % 2 == 1
    if kind == "integer":
        return number
    if kind == "number":
        return number / 4
    if schema.get("format") == "date-time":
        return f"2024-12-{number % 28 + 1:02}T04:15:00"  # without a zone, as a database column without one gives it
    return f"{PLANTED}-{name}" if name.startswith("new_") else f"{name} {number}"
