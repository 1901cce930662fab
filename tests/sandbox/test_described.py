"""What no endpoint answers by hand: answered from the description, with the scopes, pages and faults of the others."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.sandbox.server import Running, running
from tests.reference import facts, inlined
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = FormatChecker(["date", "date-time", "uuid", "email"])
READS = sorted(key.removeprefix("GET ") for key in facts()["operations"] if key.startswith("GET "))
# the description adds an id to a shape that forbids further keys
DEVIATION = "Additional properties are not allowed ('id' was unexpected)"
WINDOW = {"dateFrom": "2024-01-01", "dateTo": "2025-12-31"}

SHIP = {
    "type": "object",
    "required": ["id", "sail"],
    "properties": {
        "id": {"type": "integer"},
        "sail": {"enum": ["up", "down"]},
        "launched": {"type": "string", "format": "date"},
        "crew": {"type": ["integer", "null"], "minimum": 3},
    },
}
LIST = {"links": True, "schema": {"type": "array", "items": {"$ref": "#/schemas/Ship"}}}
PAGES = {"limit": {"type": "integer", "maximum": 20, "default": 10}, "page": {"type": "integer", "minimum": 1}}
DAYS = {name: {"type": "string", "format": "date"} for name in WINDOW}
ONE = {"200": {"schema": {"$ref": "#/schemas/Ship"}}}
SHIPS = {
    "version": "1",
    "operations": {
        "GET /ships": {
            "scopes": ["ships:read"],
            "query": {"properties": {**PAGES, **DAYS}, "required": ["dateFrom"]},
            "answers": {"200": LIST},
        },
        "GET /ships/{shipId}": {"scopes": ["ships:read"], "answers": ONE},
        "GET /ports": {
            "scopes": [],
            "query": {"properties": {"continuationToken": {"type": "string"}, "limit": {"type": "integer"}}},
            "answers": {"200": LIST},
        },
        "POST /ships": {
            "scopes": ["ships:write"],
            "body": {"required": True, "types": ["application/json"], "schema": {"$ref": "#/schemas/Ship"}},
            "answers": {"201": ONE["200"], "400": {}},
        },
        "DELETE /ships/{shipId}": {"scopes": ["ships:write"], "answers": {"204": {}}},
    },
    "schemas": {"Ship": SHIP},
}


@pytest.fixture(scope="module")
def ships(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    file = tmp_path_factory.mktemp("ships") / "ships.json"
    file.write_text(json.dumps(SHIPS))
    with running(size=Size.TINY, description=file) as sandbox:
        yield Caller(sandbox)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve the whole description under paths that no endpoint answers by hand."""
    file = tmp_path_factory.mktemp("elsewhere") / "facts.json"
    moved = {re.sub(" ", " /elsewhere", key): said for key, said in facts()["operations"].items()}
    file.write_text(json.dumps({**facts(), "operations": moved}, default=float))
    with running(size=Size.TINY, description=file) as sandbox:
        yield sandbox


def _asked(caller: Caller, path: str) -> Any:
    """Ask for a path, with an id from the list above it where there is such a list, and return what is answered."""
    above, _, variable = path.removesuffix("}").rpartition("/{")
    concrete = path
    if path.endswith("}") and above in READS:
        record = _asked(caller, above)[0]
        key = next((record[name] for name in record if variable.lower().endswith(name.lower())), record.get("id"))
        concrete = f"{above}/{key}"
    params = {name: WINDOW[name] for name in _query(path).get("required", ())}
    reply = caller.get("/elsewhere" + re.sub(r"\{\w+\}", "1", concrete), **params)
    assert reply.status == 200, (path, reply.body)
    return reply.json


def _query(path: str) -> dict[str, Any]:
    query: dict[str, Any] = facts()["operations"][f"GET {path}"].get("query", {})
    return query


@pytest.mark.parametrize("path", READS)
def test_every_read_of_the_description_is_answered_with_what_it_describes(elsewhere: Running, path: str) -> None:
    answer = _asked(Caller(elsewhere), path)
    schema = inlined(facts()["operations"][f"GET {path}"]["answers"]["200"]["schema"])
    errors = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(answer)
    assert {error.message for error in errors} == ({DEVIATION} if path.startswith("/salesorders/{id}/lines") else set())
    assert answer
    if isinstance(answer, list):
        assert all(set(record) == set(answer[0]) for record in answer)


@pytest.mark.parametrize("path", READS)
def test_every_read_is_refused_without_its_scope(elsewhere: Running, path: str) -> None:
    said = facts()["operations"][f"GET {path}"]
    if said["scopes"]:
        elsewhere.control.withhold(said["scopes"][-1])
    else:
        elsewhere.control.withhold(f"GET /elsewhere{path}")
    try:
        caller = Caller(elsewhere)
        params = {name: WINDOW[name] for name in _query(path).get("required", ())}
        assert caller.get("/elsewhere" + re.sub(r"\{\w+\}", "1", path), **params).status == 403
    finally:
        elsewhere.control.grant()


def test_a_list_is_the_same_each_time_with_keys_that_differ(ships: Caller) -> None:
    first, second = (ships.records("/ships", **WINDOW) for _ in range(2))
    assert first == second
    assert len({ship["id"] for ship in first}) == len(first) > 20


def test_one_record_is_that_of_the_list_and_another_is_not_there(ships: Caller) -> None:
    listed = ships.records("/ships", **WINDOW)
    assert ships.get(f"/ships/{listed[7]['id']}").json == listed[7]
    assert ships.get("/ships/99999").status == 404


def test_days_lie_in_the_window_that_was_asked_for(ships: Caller) -> None:
    days = [ship["launched"] for ship in ships.records("/ships", dateFrom="2024-03-01", dateTo="2024-05-31")]
    assert days
    assert "2024-03-01" <= min(days) <= max(days) <= "2024-05-31"
    assert ships.get("/ships", dateFrom="2019-01-01", dateTo="2019-12-31").json == []


def test_pages_are_as_large_as_described_and_a_larger_one_is_refused(ships: Caller) -> None:
    assert len(ships.get("/ships", **WINDOW).json) == 10
    assert len(ships.get("/ships", **WINDOW, limit=20).json) == 20
    for wrong in ({"limit": 21}, {"limit": "many"}, {"page": 0}, {"dateFrom": "May"}, {"dateFrom": ""}):
        refused = ships.get("/ships", **{**WINDOW, **wrong})
        assert refused.status == 400
        assert [one["path"] for one in refused.json["error"]["payload"]["validationErrors"]] == list(wrong)


def test_a_continuation_token_leads_through_a_list(ships: Caller) -> None:
    pages = ships.follow("/ports", limit=25)
    assert [len(page.json) for page in pages] == [25, 25, 10]
    assert "continuationToken" in str(pages[0].next)


def test_a_write_is_checked_and_not_kept(ships: Caller) -> None:
    made = ships.write("POST", "/ships", {"id": 7, "sail": "up"})
    assert made.status == 201
    assert Draft202012Validator(SHIP).is_valid(made.json)
    refused = ships.write("POST", "/ships", {"sail": "half", "crew": 1})
    named = refused.json["error"]["payload"]["validationErrors"]
    assert {(one["path"], one["keyword"]) for one in named} == {
        ("id", "required"),
        ("sail", "enum"),
        ("crew", "minimum"),
    }
    assert ships.write("POST", "/ships", b"<ship/>", "application/xml").status == 415
    assert ships.write("DELETE", "/ships/1").status == 204
    assert ships.get("/ships/1").status == 200


def test_tokens_and_faults_are_those_of_every_other_endpoint(ships: Caller) -> None:
    assert Caller(ships.sandbox, token="unknown").get("/ships", **WINDOW).status == 401
    assert set(ships.authenticate().json["scope"].split()) == {"ships:read", "ships:write"}
    ships.sandbox.control.set_faults(Rule(fault=AnswerFault.STATUS, status=503, times=1, path="/v1/ships"))
    assert [ships.get("/ships", **WINDOW).status for _ in range(2)] == [503, 200]
    assert ships.get("/accounts").status == 404


def test_a_shape_that_holds_itself_ends(tmp_path: Path) -> None:
    fleet = {"type": "object", "properties": {"fleets": {"type": "array", "items": {"$ref": "#/schemas/Fleet"}}}}
    answer = {"200": {"schema": {"$ref": "#/schemas/Fleet"}}}
    said = {"operations": {"GET /fleet": {"scopes": [], "answers": answer}}, "schemas": {"Fleet": fleet}}
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(said))
    with running(size=Size.TINY, description=file) as sandbox:
        assert Caller(sandbox).get("/fleet").json["fleets"]
