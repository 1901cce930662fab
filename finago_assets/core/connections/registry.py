"""The registry of connections: a YAML file with a list under `connections:`, or a table of the user's own database.

Owns what holds between rows: names and organizations that occur once. A row's own rules are model.py's, and reading the
two kinds is done beside this file. Other parts of the project read many organizations from here.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from finago_assets.core.connections import references
from finago_assets.core.connections.model import RegisteredConnection, disabled, is_name, made_from
from finago_assets.core.connections.place import expanded, is_address, shown
from finago_assets.core.errors import SettingInvalid, SettingMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from finago_assets.core.connections.model import ConnectionKind

REGISTRY_TABLE: Final = "connections"
# where the registry is when nothing says so
REGISTRY_REFERENCE: Final = "env:FINAGO_REGISTRY"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why; it hides no other."""

    number: int  # counted from 1
    name: str | None  # None when the row has no usable name
    why: str

    def __str__(self) -> str:
        called = "" if self.name is None else f" ({self.name!r})"
        return f"row {self.number}{called}: {self.why}"


@dataclass(frozen=True, slots=True)
class Registry:
    """Every row as it was when the registry was opened. `place` says where, without any password."""

    place: str
    connections: tuple[RegisteredConnection, ...]
    bad: tuple[BadRow, ...] = ()

    def all(self) -> list[RegisteredConnection]:
        """Every connection in order, disabled ones too. Raises SettingInvalid, naming every row that cannot be used."""
        if self.bad:
            raise SettingInvalid(f"The registry {self.place} has rows to correct: {' | '.join(map(str, self.bad))}.")
        return list(self.connections)

    def named(self, name: str) -> RegisteredConnection:
        """Return one connection, whatever is wrong with others. Raises SettingInvalid: unknown, disabled, a bad row."""
        name = normalize("NFC", name)
        for row in self.bad:
            if row.name == name:
                raise SettingInvalid(f"The registry {self.place} has a row to correct: {row}.")
        for connection in self.connections:
            if connection.name == name:
                if connection.enabled:
                    return connection
                raise disabled(name)
        raise SettingInvalid(f"The registry {self.place} has no connection {name!r:.100}. {self._advice(name)}")

    def _advice(self, name: str) -> str:
        names = [one.name for one in self.connections]
        known = names + [row.name for row in self.bad if row.name is not None]
        near = get_close_matches(name, dict.fromkeys(known), n=3)
        unread = f" {len(self.bad)} of its rows cannot be used, the first: {self.bad[0]}." if self.bad else ""
        if near:
            return f"Close: {', '.join(near)}.{unread}"
        return (f"It has: {', '.join(names[:20])}." if names else "It has none.") + unread


def open_registry(location: str, kinds: Sequence[ConnectionKind], environ: Mapping[str, str] | None = None) -> Registry:
    """Read a registry: a YAML file's path, a SQLAlchemy URL, or `env:NAME` that holds either; rows are of `kinds`.

    A URL may end in `#table`. It holds a password, so it is best kept in a variable. A relative `file:` reference in a
    YAML file is taken from that file's folder. Raises SettingInvalid or SettingMissing when the registry cannot be read
    at all; a bad row is told when it is asked for.
    """
    text = _located(location, os.environ if environ is None else environ)
    if is_address(text):
        from finago_assets.core.connections.address import read_address
        from finago_assets.core.connections.table import rows_of_table

        table = read_address(text, table=REGISTRY_TABLE)
        return _build_registry(table.place, rows_of_table(table, kinds), None, kinds)
    path = expanded(text, "The registry's place")
    if not path.is_file():
        # a variable may hold something else by mistake, which is then not repeated
        given = location if location.startswith("env:") else shown(text)
        raise SettingInvalid(f"The registry is neither a file that is there nor an address: {given}.")
    from finago_assets.core.connections.file import rows_of_file

    return _build_registry(str(path), rows_of_file(path), path.parent, kinds)


def _located(location: str, environ: Mapping[str, str]) -> str:
    if not location.startswith("env:"):
        found, place = location.strip(), "the registry's place"
    else:
        found, place = references.follow(environ, "registry's place", location), location.removeprefix("env:")
    if not found:
        raise SettingMissing(f"Not set: {place}. Give the path of a YAML file or a SQLAlchemy URL.")
    return found


def _build_registry(
    place: str, rows: Sequence[object], folder: Path | None, kinds: Sequence[ConnectionKind]
) -> Registry:
    good: list[tuple[int, RegisteredConnection]] = []
    bad: list[BadRow] = []
    for number, row in enumerate(rows, start=1):
        try:
            good.append((number, _read_row(row, folder, kinds)))
        except SettingInvalid as fault:
            bad.append(BadRow(number, _read_name(row), str(fault)))
    bad += _doubles(good, [_read_name(row) for row in rows])
    refused = {row.number for row in bad}
    kept = tuple(one for number, one in good if number not in refused)
    return Registry(place, kept, tuple(sorted(bad, key=lambda row: row.number)))


def _read_row(row: object, folder: Path | None, kinds: Sequence[ConnectionKind]) -> RegisteredConnection:
    if not isinstance(row, dict):
        raise SettingInvalid("it is no list of names and values")
    return made_from(row, kinds, folder=folder)


def _read_name(row: object) -> str | None:
    name = row.get("name") if isinstance(row, dict) else None
    return normalize("NFC", name) if isinstance(name, str) and is_name(name) else None


def _doubles(good: Sequence[tuple[int, RegisteredConnection]], names: Sequence[str | None]) -> Iterator[BadRow]:
    called = Counter(names)
    # letters' case does not tell organizations apart: their folders would be one on some file systems
    organizations = Counter((one.kind.name, one.organization_id.casefold()) for _, one in good)
    for number, one in good:
        if called[one.name] > 1:
            yield BadRow(number, one.name, f"its name stands in {called[one.name]} rows")
        elif organizations[one.kind.name, one.organization_id.casefold()] > 1:
            yield BadRow(number, one.name, "its organization_id stands in another row too; keep one connection for it")
