"""A registry of connections to several APIs: a row says of which kind it is, and a kind which references it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from finago_assets.apis.finago.connection import FINAGO_CONNECTION, FinagoConnection
from finago_assets.core.connections.model import ConnectionKind
from finago_assets.core.connections.registry import open_registry
from finago_assets.core.errors import SettingInvalid, SettingMissing
from finago_assets.settings import Settings
from tests.apis.invented import InventedConnection, paper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from finago_assets.core.http.connection import Connection

ENVIRONMENT = {"USER": "kari", "PASSWORD": "hunter2-and-more", "ID": "an-id", "SECRET": "a-secret"}


def _connect(organization_id: str, found: Mapping[str, str], _settings: object) -> Connection:
    assert found == {"username": "kari", "password": "hunter2-and-more"}
    return replace(paper().connection, organization_id=organization_id)


KINDS = (FINAGO_CONNECTION, ConnectionKind("paper", ("username", "password"), _connect))
NORTH = "{name: north, organization_id: 0123, client_id: env:ID, client_secret: env:SECRET}"
SOUTH = "{name: south, kind: paper, organization_id: 0123, username: env:USER, password: env:PASSWORD}"


def _write(path: Path, *rows: str) -> str:
    path.write_text("connections:\n" + "".join(f"  - {row}\n" for row in rows), encoding="utf-8")
    return str(path)


def test_a_row_without_a_kind_is_of_the_first_and_one_organization_may_have_a_row_of_each(tmp_path: Path) -> None:
    registry = open_registry(_write(tmp_path / "registry.yml", NORTH, SOUTH), KINDS, ENVIRONMENT)
    north, south = registry.all()
    assert (north.kind.name, south.kind.name) == ("finago", "paper")
    assert isinstance(north.open(Settings(), ENVIRONMENT), FinagoConnection)
    opened = south.open(Settings(), ENVIRONMENT)
    assert isinstance(opened, InventedConnection)
    assert opened.organization_id == "0123"
    with pytest.raises(SettingMissing, match="PASSWORD"):
        south.open(Settings(), {"USER": "kari"})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (SOUTH.replace("paper", "parchment"), "kind takes finago or paper"),
        (SOUTH.replace(", password: env:PASSWORD", ""), "password is missing"),
        (SOUTH.replace("env:PASSWORD", "hunter2-and-more"), "password must be a reference"),
        (SOUTH.replace("username", "client_id"), "username is missing"),
        (SOUTH.replace("}", ", client_id: env:ID}"), "1 unknown name"),
    ],
)
def test_a_row_that_is_none_of_its_kind_is_refused_and_hides_no_other(tmp_path: Path, row: str, why: str) -> None:
    registry = open_registry(_write(tmp_path / "registry.yml", NORTH, row), KINDS, ENVIRONMENT)
    assert registry.named("north").organization_id == "0123"
    with pytest.raises(SettingInvalid, match=why) as raised:
        registry.all()
    assert "hunter2" not in str(raised.value)


def test_a_table_has_the_columns_of_every_kind_and_leaves_those_of_others_empty(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'own.db'}")
    columns = ["name", "kind", "organization_id", "client_id", "client_secret", "username", "password"]
    rows: list[dict[str, Any]] = [
        {"name": "north", "organization_id": "1", "client_id": "env:ID", "client_secret": "env:SECRET"},
        {"name": "south", "kind": "paper", "organization_id": "1", "username": "env:USER", "password": "env:PASSWORD"},
    ]
    table = sa.Table("connections", sa.MetaData(), *(sa.Column(name, sa.Text) for name in columns))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [dict.fromkeys(columns) | row for row in rows])
    engine.dispose()
    registry = open_registry(f"sqlite:///{tmp_path / 'own.db'}", KINDS, {})
    assert [(one.name, one.kind.name) for one in registry.all()] == [("north", "finago"), ("south", "paper")]
