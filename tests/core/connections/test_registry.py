"""The registry in a YAML file: what it reads and refuses, and that no secret typed in a reference's place shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.apis import CONNECTION_KINDS
from finago_assets.apis.finago.connection import FINAGO_CONNECTION, FinagoConnection
from finago_assets.core.connections.model import RegisteredConnection, made_from
from finago_assets.core.connections.registry import open_registry
from finago_assets.core.errors import SettingInvalid, SettingMissing
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2-and-more"
NORTH = "{name: north, organization_id: 0123, client_id: env:NORTH_ID, client_secret: file:north.secret}"
SOUTH = "{name: south, organization_id: 999, client_id: env:SOUTH_ID, client_secret: env:SOUTH_SECRET}"
ROW = {"name": "north", "organization_id": "123", "client_id": "env:NORTH_ID", "client_secret": "env:NORTH_SECRET"}


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return tmp_path / "registry.yml"


def write(path: Path, *rows: str) -> str:
    path.write_text("connections:\n" + "".join(f"  - {row}\n" for row in rows), encoding="utf-8")
    return str(path)


def ask(location: str, name: str | None) -> object:
    registry = open_registry(location, CONNECTION_KINDS, {})
    return registry.all() if name is None else registry.named(name)


def refused(location: str, name: str | None = None) -> str:
    """Return the words of the refusal, which never repeat the secret."""
    with pytest.raises(SettingInvalid) as raised:
        ask(location, name)
    assert SECRET not in str(raised.value)
    return str(raised.value)


def test_a_connection_opens_with_what_its_references_lead_to(registry: Path) -> None:
    (registry.parent / "north.secret").write_text(f"{SECRET}\n")
    row = open_registry(write(registry, NORTH, SOUTH), CONNECTION_KINDS, {}).named("north")
    connection = row.open(Settings(api_url="http://127.0.0.1:9/v1"), {"NORTH_ID": "id"})
    assert isinstance(connection, FinagoConnection)
    assert connection.organization_id == "0123"
    assert connection.client_id == "id"
    assert connection.client_secret.reveal() == SECRET
    assert connection.api_url == "http://127.0.0.1:9/v1"
    assert SECRET not in repr(row) + repr(connection)


def test_an_id_of_digits_is_read_as_it_stands_there(registry: Path) -> None:
    ids = ["0123", "1_000", "123456789012345678901", "0x1f", "1e5"]
    rows = [f"{{name: n{id_}, organization_id: {id_}, client_id: env:A, client_secret: env:B}}" for id_ in ids]
    assert [one.organization_id for one in open_registry(write(registry, *rows), CONNECTION_KINDS, {}).all()] == ids


def test_a_file_reference_is_taken_from_the_registrys_folder(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    location = write(registry, NORTH)
    monkeypatch.chdir(registry.parent)
    assert (
        open_registry("registry.yml", CONNECTION_KINDS, {}).named("north").references[1]
        == f"file:{registry.parent / 'north.secret'}"
    )
    assert (
        open_registry(location, CONNECTION_KINDS, {}).named("north").references[1]
        == f"file:{registry.parent / 'north.secret'}"
    )


def test_its_place_may_be_kept_in_a_variable(registry: Path) -> None:
    assert (
        open_registry("env:REGISTRY", CONNECTION_KINDS, {"REGISTRY": write(registry, NORTH)}).named("north").name
        == "north"
    )
    with pytest.raises(SettingMissing, match="Not set: REGISTRY"):
        open_registry("env:REGISTRY", CONNECTION_KINDS, {})


def test_what_a_reference_does_not_lead_to_is_named_at_once(registry: Path) -> None:
    row = open_registry(write(registry, SOUTH), CONNECTION_KINDS, {}).named("south")
    with pytest.raises(SettingMissing, match=r"SOUTH_ID, SOUTH_SECRET.*'south'"):
        row.open(Settings(), {})


@pytest.mark.parametrize("place", ["client_id", "client_secret"])
@pytest.mark.parametrize("value", [SECRET, f"env:{SECRET}", f"ENV:{SECRET}", "env:", "file:", f"vault:{SECRET}"])
def test_a_value_in_a_references_place_is_refused_without_being_repeated(
    registry: Path, place: str, value: str
) -> None:
    row = {**ROW, place: value}
    location = write(registry, "{" + ", ".join(f"{name}: '{text}'" for name, text in row.items()) + "}")
    assert f"{place} must be a reference, env:NAME or file:PATH" in refused(location, "north")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (SOUTH.replace("999", "'a b'"), "organization_id must be the id itself"),
        (SOUTH.replace("999", "../up"), "organization_id must be the id itself"),
        (SOUTH.replace("999", "env:ID"), "organization_id must be the id itself"),
        (SOUTH.replace("999", "[1]"), "organization_id must be a text"),
        (SOUTH.replace("organization_id: 999, ", ""), "organization_id is missing"),
        (SOUTH.replace(", client_secret: env:SOUTH_SECRET", ""), "client_secret is missing"),
        (SOUTH.replace("env:SOUTH_SECRET", ""), "client_secret is missing"),
        (SOUTH.replace("organization_id", "organisation_id"), "meant: organization_id"),
        (SOUTH.replace("}", f", secret: {SECRET}}}"), "1 unknown name"),
        (SOUTH.replace("}", ", enabled: yes}"), "enabled takes true or false"),
        (SOUTH.replace("south", "''"), "name is missing"),
        (SOUTH.replace("south", "' south'"), "name must be 1 to 100 visible characters"),
        (f"just {SECRET}", "no list of names and values"),
        (SOUTH.replace("999", "0123"), "organization_id stands in another row too"),
        (SOUTH.replace("south", "north"), "its name stands in 2 rows"),
    ],
)
def test_a_bad_row_is_told_and_hides_no_good_one(registry: Path, row: str, why: str) -> None:
    other = SOUTH.replace("south", "west").replace("999", "777")
    location = write(registry, NORTH, row, other)
    assert open_registry(location, CONNECTION_KINDS, {}).named("west").organization_id == "777"
    assert why in refused(location)


def test_all_bad_rows_are_told_in_one_error_and_all_faults_of_a_row(registry: Path) -> None:
    bad = f"{{name: bad, organization_id: a b, client_id: {SECRET}, client_secret: env:X, enabled: no}}"
    told = refused(write(registry, NORTH, bad, SOUTH.replace("999", "")))
    assert "row 2 ('bad')" in told
    assert "row 3 ('south')" in told
    assert "client_id must be a reference" in told
    assert "enabled takes" in told


def test_organizations_that_differ_in_letters_case_are_one_organization(registry: Path) -> None:
    rows = [SOUTH.replace("999", "abc"), NORTH.replace("0123", "ABC")]
    assert refused(write(registry, *rows)).count("organization_id stands in another row too") == 2


def test_a_disabled_connection_is_listed_and_never_used(registry: Path) -> None:
    opened = open_registry(write(registry, NORTH, SOUTH.replace("}", ", enabled: false}")), CONNECTION_KINDS, {})
    assert [(one.name, one.enabled) for one in opened.all()] == [("north", True), ("south", False)]
    with pytest.raises(SettingInvalid, match="'south' is disabled"):
        opened.named("south")
    with pytest.raises(SettingInvalid, match="'south' is disabled"):
        opened.all()[1].open(Settings(), {"SOUTH_ID": "id", "SOUTH_SECRET": SECRET})


def test_an_unknown_name_beside_rows_that_cannot_be_used_is_told_why_they_cannot(registry: Path) -> None:
    told = refused(write(registry, NORTH, SOUTH.replace("south", "north")), "nroth")
    assert "Close: north. 2 of its rows cannot be used, the first: row 1 ('north'): its name stands in 2 rows" in told


def test_an_unknown_name_is_answered_with_names_that_are_close(registry: Path) -> None:
    location = write(registry, NORTH, SOUTH)
    assert "Close: north" in refused(location, "nroth")
    assert "It has: north, south" in refused(location, "zzz")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "another shape"),
        ("connections:\n", "another shape"),
        (f"connections: {SECRET}", "another shape"),
        ("connections: []\nconnection: []", "another shape"),
        (f"connections:\n  - name: [{SECRET}", "no YAML from line"),
        ("connections:\n  - {name: a, name: b}", "a name stands twice in the entry of line 2"),
        ("connections: []\nconnections: []", "a name stands twice"),
        (f"a: &a [*a]\n{SECRET}: *b", "no YAML"),
        ("[" * 600, "no YAML"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_line_and_without_its_text(
    registry: Path, text: str, why: str
) -> None:
    registry.write_text(text)
    assert why in refused(str(registry))


def test_yaml_tags_make_no_objects(registry: Path) -> None:
    row = SOUTH.replace("south", "!!python/object/apply:os.getcwd []")
    assert "name" in refused(write(registry, row))


def test_a_file_that_is_no_text_is_named(registry: Path) -> None:
    registry.write_bytes(b"\xff\xfe\x00")
    assert f"{registry} cannot be read as text" in refused(str(registry))


def test_a_place_that_is_no_file_is_repeated_only_where_it_can_be_no_secret(registry: Path) -> None:
    assert f"neither a file that is there nor an address: '{registry}'" in refused(str(registry))
    assert "what was given" in refused(f"postgresql:me:{SECRET}@host/books")
    with pytest.raises(SettingInvalid, match="nor an address: env:REGISTRY") as raised:
        open_registry("env:REGISTRY", CONNECTION_KINDS, {"REGISTRY": SECRET})
    assert SECRET not in str(raised.value)


def test_an_empty_list_is_a_registry_of_none(registry: Path) -> None:
    registry.write_text("connections: []")
    assert open_registry(str(registry), CONNECTION_KINDS, {}).all() == []
    assert "It has none" in refused(str(registry), "north")


def test_a_connection_made_on_the_spot_follows_the_rules_of_the_registry() -> None:
    assert made_from(ROW, CONNECTION_KINDS) == RegisteredConnection(
        FINAGO_CONNECTION, "north", "123", ("env:NORTH_ID", "env:NORTH_SECRET")
    )
    assert made_from({**ROW, "enabled": 0}, CONNECTION_KINDS).enabled is False


@pytest.mark.parametrize("optional", ["", ", enabled: ", ", kind: ", ", enabled: , kind: "])
def test_what_a_row_may_leave_out_it_may_leave_empty(registry: Path, optional: str) -> None:
    row = open_registry(write(registry, SOUTH.replace("}", f"{optional}}}")), CONNECTION_KINDS, {}).named("south")
    assert (row.enabled, row.kind) == (True, FINAGO_CONNECTION)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"client_secret": None}, "client_secret is missing"),
        ({"client_secret": SECRET}, "client_secret must be a reference"),
        ({"organization_id": 123}, "organization_id must be a text"),
        ({"client_secret": "file:relative"}, "must be an absolute path"),
        ({"enabled": 2}, "enabled takes true or false"),
        ({SECRET: "x"}, "1 unknown name"),
    ],
)
def test_values_of_another_op_that_make_no_connection_are_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(SettingInvalid, match=why) as raised:
        made_from({**ROW, **change}, CONNECTION_KINDS)
    assert SECRET not in str(raised.value)


def test_a_name_is_found_however_its_letters_are_composed(registry: Path) -> None:
    composed, decomposed = "Bl\u00e5b\u00e6r", "Bla\u030ab\u00e6r"
    for written in (composed, decomposed):
        place = write(registry, NORTH.replace("north,", f"{written},"))
        for asked in (composed, decomposed):
            assert open_registry(place, CONNECTION_KINDS, {}).named(asked).organization_id == "0123"
    both = write(registry, NORTH.replace("north,", f"{composed},"), SOUTH.replace("south,", f"{decomposed},"))
    assert "stands in 2 rows" in refused(both, decomposed)


def test_the_home_folder_and_an_unfilled_variable_in_the_registrys_place(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(registry.parent))
    write(registry, NORTH)
    assert open_registry(f"~/{registry.name}", CONNECTION_KINDS, {}).named("north")
    assert open_registry("env:PLACE", CONNECTION_KINDS, {"PLACE": f"~/{registry.name}"}).named("north")
    assert "nothing has filled in" in refused("$HOME/registry.yml")
