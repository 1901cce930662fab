"""The records of the tenant: a few connections with every field of the description, and what goes with them.

Owns the records alone, made the same each time, on the days before `BUILT_AROUND` or before another. Secrets are
planted in each field that may hold one, and in fields that no description has, so that a client which stores what it is
given is found out.
"""

from __future__ import annotations

import datetime as dt
import re
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
BUILT_AROUND: Final = dt.date(2024, 12, 30)
_MOMENT_TO_MOVE: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
# what the number of a module means is told by its name alone
MODULES: Final = {
    11: "KashFlow",
    12: "Fortnox",
    13: "Exact Online",
    14: "Microsoft Dynamics 365 Business Central",
    15: "Xero",
}
_MODULE_NUMBERS: Final = tuple(MODULES)
ENTITIES: Final = (("Invoice", 995), ("Client", 2), ("Item", 8))
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
_LAST_NIGHT: Final = "2024-12-30T04:15:00"
_SECRETS: Final = ("code", "authorization_code", "_authcode", "code_verifier")


def connection(description: Description, path: str, number: int) -> EstateRecord:
    """Return a connection of a provider with every field of the description, a secret in each that may hold one."""
    return _fill_record(description, path, number)


def records(
    description: Description, *, unseen: bool = False, today: dt.date = BUILT_AROUND
) -> dict[str, list[EstateRecord]]:
    """Return the records of every list, by its path; with fields that no description has where those are `unseen`.

    What happened lately did so before `today`.
    """
    found = {
        path: [_fill_record(description, path, number) | told for number, told in enumerate(connections, start=1)]
        for path, connections in ESTATE.items()
    }
    if unseen:
        found |= {path: [one | UNSEEN for one in found[path]] for path in ESTATE}
    found["/IntegrationError"] = list(_errors(description))
    found["/IntegrationRequest"] = list(_requests(description))
    found["/ExternalLink"] = list(_external_links(description))
    found["/Features"] = list(_modules(description))
    found["/Tax"] = [_fill_record(description, "/Tax", number) for number in range(1, 5)]
    moved: dict[str, list[EstateRecord]] = _moved(found, (today - BUILT_AROUND).days)
    return moved


def _moved(value: Any, days: int) -> Any:  # noqa: ANN401  JSON
    """Return a value with each moment in it so many days later."""
    match value:
        case dict():
            return {name: _moved(one, days) for name, one in value.items()}
        case list():
            return [_moved(one, days) for one in value]
        case str() if days and _MOMENT_TO_MOVE.fullmatch(value):
            return (dt.datetime.fromisoformat(value) + dt.timedelta(days=days)).isoformat()
        case _:
            return value


def _modules(description: Description) -> Iterator[EstateRecord]:
    for number, (key, name) in enumerate(MODULES.items(), start=1):
        told = {"id": key, "module_name": name, "actual_name": name, "enabled": True, "licensed": True}
        ran = {"halointegratorenabled": True, "halointegrator_lasterror": "", "halointegrator_lastsync": _LAST_NIGHT}
        yield _fill_record(description, "/Features", number) | told | ran


def _external_links(description: Description) -> Iterator[EstateRecord]:
    for number in range(1, LINKS + 1):
        module, (entity, table) = _MODULE_NUMBERS[number % 5], ENTITIES[number % 3]
        ids = {"module_id": module, "details_id": 1, "table_id": table, "halo_id": 1000 + number}
        names = {"halo_desc": f"{entity} {number}", "third_party_id": f"T-{number}"}
        yield _fill_record(description, "/ExternalLink", number) | ids | names


def _errors(description: Description) -> Iterator[EstateRecord]:
    for number in range(1, ERRORS + 1):
        yield _fill_record(description, "/IntegrationError", number) | {
            "module_id": _MODULE_NUMBERS[number % 4],
            "detail_id": 1,
            "entity_type": ENTITIES[number % 3][0],
            "entity_id": number // 4,
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
            "msid": _MODULE_NUMBERS[number % 5],
            "details_id": 1,
            "datelogged": f"2024-12-{1 + number % 30:02}T04:15:00",
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
