"""One registered connection: a kind, a name, an organization, and references to its credentials.

Owns the rules of a registry's row, wherever the row comes from. Follows the references when it is opened, not before.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

from finago_assets.core.connections.references import check, follow_all
from finago_assets.core.errors import SettingInvalid
from finago_assets.core.http.connection import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from finago_assets.core.http.connection import Connection

_LONGEST_CONNECTION_NAME: Final = 100
_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ConnectionKind:
    """What a connection to one API is made of: the `references` that lead to its credentials, by name.

    `connect` makes the connection of an organization's id, what the references lead to, and the settings of this
    process. It is a function of a module, so that a row can be handed from one process to another.
    """

    name: str
    references: tuple[str, ...]
    connect: Callable[[str, Mapping[str, str], Any], Connection]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a row of this kind may have."""
        return ("name", "organization_id", *self.references, "enabled", "kind")

    @property
    def required(self) -> tuple[str, ...]:
        """Those that it cannot do without; of the others, what is left out or empty is `true` and the first kind."""
        return self.columns[:-2]


@dataclass(frozen=True, slots=True)
class RegisteredConnection:
    """A row of the registry. Construction raises SettingInvalid, which says everything that is wrong at once.

    `references` are those of the kind, in its order (`env:NAME`, `file:PATH`), so that it may be printed and stored.
    """

    kind: ConnectionKind
    name: str
    organization_id: str
    references: tuple[str, ...]
    enabled: bool = True

    def __post_init__(self) -> None:
        _raise_for([*_text_faults(self), *_reference_faults(self)])

    def open(self, settings: object, environ: Mapping[str, str] | None = None) -> Connection:
        """Follow the references to a connection. Raises SettingMissing if one is empty, SettingInvalid if disabled."""
        if not self.enabled:
            raise disabled(self.name)
        named = zip(self.kind.references, self.references, strict=True)
        found = follow_all(
            os.environ if environ is None else environ,
            {name.replace("_", " "): reference for name, reference in named},
            advice=f"The connection {self.name!r} takes its credentials from there.",
        )
        values = {name: found[name.replace("_", " ")] for name in self.kind.references}
        return self.kind.connect(self.organization_id, values, settings)


def made_from(
    values: Mapping[str, object], kinds: Sequence[ConnectionKind], *, folder: Path | None = None
) -> RegisteredConnection:
    """Make a connection on the spot, from a row of the user's own database say, under the rules of the registry.

    A row that names no kind is of the first. A `file:` reference must be an absolute path, or is taken from `folder`
    where there is one. Raises SettingInvalid.
    """
    kind = _find_kind(values.get("kind"), kinds)
    _raise_for([*_find_missing_values(values, kind), *_find_unknown_values(values, kind, kinds)])
    texts = {name: value for name in kind.required if isinstance(value := values[name], str)}
    enabled = _flag(values.get("enabled"))
    faults = [f"{name} must be a text, in quotes where it is digits" for name in kind.required if name not in texts]
    if enabled is None:
        faults.append("enabled takes true or false")
    if len(texts) == len(kind.required):
        try:
            made = _build_connection(kind, texts, folder, enabled=enabled is not False)
        except SettingInvalid as fault:
            faults.insert(0, str(fault))
        else:
            _raise_for(faults)
            return made
    raise SettingInvalid("; ".join(faults))


def _find_kind(name: object, kinds: Sequence[ConnectionKind]) -> ConnectionKind:
    if name in (None, ""):
        return kinds[0]
    found = next((kind for kind in kinds if kind.name == name), None)
    if found is None:
        raise SettingInvalid(f"kind takes {' or '.join(kind.name for kind in kinds)}")
    return found


def _build_connection(
    kind: ConnectionKind, texts: Mapping[str, str], folder: Path | None, *, enabled: bool
) -> RegisteredConnection:
    return RegisteredConnection(
        kind,
        # a Mac may write å as two signs, and whoever asks for the name type one
        name=normalize("NFC", texts["name"]),
        organization_id=texts["organization_id"],
        references=tuple(_anchored(texts[name], folder) for name in kind.references),
        enabled=enabled,
    )


def disabled(name: str) -> SettingInvalid:
    """Build the error for using a connection that is switched off."""
    return SettingInvalid(f"The connection {name!r} is disabled; set enabled to true in the registry to use it.")


def is_name(value: object) -> bool:
    """Tell whether a value can be a connection's name: 1 to 100 visible characters, no space around them."""
    return (
        isinstance(value, str)
        and value.isprintable()
        and value == value.strip()
        and 0 < len(value) <= _LONGEST_CONNECTION_NAME
    )


def _text_faults(row: RegisteredConnection) -> Iterator[str]:
    if not is_name(row.name):
        yield f"name must be 1 to {_LONGEST_CONNECTION_NAME} visible characters"
    if not ORGANIZATION.fullmatch(row.organization_id):
        yield "organization_id must be the id itself, 1 to 64 letters, digits, '_' or '-'"


def _reference_faults(row: RegisteredConnection) -> Iterator[str]:
    for what, reference in zip(row.kind.references, row.references, strict=True):
        try:
            check(what, reference)
        except SettingInvalid as fault:
            yield str(fault).removeprefix("The ").rstrip(".")


def _find_missing_values(values: Mapping[str, object], kind: ConnectionKind) -> Iterator[str]:
    lacking = [name for name in kind.required if values.get(name) in (None, "")]
    if lacking:
        yield f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing"


def _find_unknown_values(
    values: Mapping[str, object], kind: ConnectionKind, kinds: Sequence[ConnectionKind]
) -> Iterator[str]:
    # a table has one column for all kinds, and those of the others are empty
    others = {name for other in kinds for name in other.columns if values.get(name) in (None, "")}
    strange = [name for name in values if name not in {*kind.columns, *others}]
    if strange:
        near = [match for name in strange for match in get_close_matches(str(name), kind.columns, n=1)]
        meant = f" (meant: {', '.join(near)}?)" if near else ""
        known = ", ".join(kind.columns[:-1] if len(kinds) == 1 else kind.columns)
        yield f"{len(strange)} unknown {'name' if len(strange) == 1 else 'names'}{meant}; it takes {known}"


def _flag(value: object) -> bool | None:
    if value in (None, ""):
        return True
    if isinstance(value, int) and value in (0, 1):  # the way databases without a boolean keep it
        return bool(value)
    return _FLAGS.get(value.lower()) if isinstance(value, str) else None


def _anchored(reference: str, folder: Path | None) -> str:
    path = Path(reference.removeprefix("file:"))
    if not reference.startswith("file:") or path.is_absolute() or not path.name or path.parts[0].startswith("~"):
        return reference
    if folder is None:
        raise SettingInvalid("a file: reference outside a registry file must be an absolute path")
    return f"file:{folder.absolute() / path}"


def _raise_for(faults: list[str]) -> None:
    if faults:
        raise SettingInvalid("; ".join(faults))
