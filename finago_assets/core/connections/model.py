"""One registered connection: a name, an organization, and references to its credentials.

Owns the rules of a registry's row, wherever the row comes from. Follows the references when it is opened, not before.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from unicodedata import normalize

from finago_assets.core.connections.references import check, follow_all
from finago_assets.core.errors import SettingInvalid
from finago_assets.core.http.connection import ORGANIZATION, Connection
from finago_assets.core.http.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST_NAME: Final = 100
_FLAGS: Final = {"true": True, "false": False}


class Addresses(Protocol):
    """Where the API and its tokens are; `Settings` is one."""

    @property
    def api_url(self) -> str: ...

    @property
    def token_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RegisteredConnection:
    """A row of the registry. Construction raises SettingInvalid, which says everything that is wrong at once.

    `client_id` and `client_secret` are references (`env:NAME`, `file:PATH`), so that it may be printed and stored.
    """

    name: str
    organization_id: str
    client_id: str
    client_secret: str
    enabled: bool = True

    def __post_init__(self) -> None:
        _raise_for([*_text_faults(self), *_reference_faults(self)])

    def open(self, settings: Addresses, environ: Mapping[str, str] | None = None) -> Connection:
        """Follow the references to a connection. Raises SettingMissing if one is empty, SettingInvalid if disabled."""
        if not self.enabled:
            raise disabled(self.name)
        found = follow_all(
            os.environ if environ is None else environ,
            {"client id": self.client_id, "client secret": self.client_secret},
            advice=f"The connection {self.name!r} takes its credentials from there.",
        )
        return Connection(
            organization_id=self.organization_id,
            client_id=found["client id"],
            client_secret=Secret(found["client secret"]),
            api_url=settings.api_url,
            token_url=settings.token_url,
        )


COLUMNS: Final = tuple(field.name for field in fields(RegisteredConnection))
REQUIRED: Final = COLUMNS[:-1]


def made_from(values: Mapping[str, object], *, folder: Path | None = None) -> RegisteredConnection:
    """Make a connection on the spot, from a row of the user's own database say, under the rules of the registry.

    A `file:` reference must be an absolute path, or is taken from `folder` where there is one. Raises SettingInvalid.
    """
    _raise_for([*_missing(values), *_unknown(values)])
    texts = {name: value for name in REQUIRED if isinstance(value := values[name], str)}
    enabled = _flag(values.get("enabled", True))
    faults = [f"{name} must be a text, in quotes where it is digits" for name in REQUIRED if name not in texts]
    if enabled is None:
        faults.append("enabled takes true or false")
    if len(texts) == len(REQUIRED):
        try:
            made = _made(texts, folder, enabled=enabled is not False)
        except SettingInvalid as fault:
            faults.insert(0, str(fault))
        else:
            _raise_for(faults)
            return made
    raise SettingInvalid("; ".join(faults))


def _made(texts: Mapping[str, str], folder: Path | None, *, enabled: bool) -> RegisteredConnection:
    return RegisteredConnection(
        # a Mac may write å as two signs, and whoever asks for the name type one
        name=normalize("NFC", texts["name"]),
        organization_id=texts["organization_id"],
        client_id=_anchored(texts["client_id"], folder),
        client_secret=_anchored(texts["client_secret"], folder),
        enabled=enabled,
    )


def disabled(name: str) -> SettingInvalid:
    """Build the error for using a connection that is switched off."""
    return SettingInvalid(f"The connection {name!r} is disabled; set enabled to true in the registry to use it.")


def is_name(value: object) -> bool:
    """Tell whether a value can be a connection's name: 1 to 100 visible characters, no space around them."""
    return isinstance(value, str) and value.isprintable() and value == value.strip() and 0 < len(value) <= _LONGEST_NAME


def _text_faults(row: RegisteredConnection) -> Iterator[str]:
    if not is_name(row.name):
        yield f"name must be 1 to {_LONGEST_NAME} visible characters"
    if not ORGANIZATION.fullmatch(row.organization_id):
        yield "organization_id must be the id itself, 1 to 64 letters, digits, '_' or '-'"


def _reference_faults(row: RegisteredConnection) -> Iterator[str]:
    for what, reference in (("client_id", row.client_id), ("client_secret", row.client_secret)):
        try:
            check(what, reference)
        except SettingInvalid as fault:
            yield str(fault).removeprefix("The ").rstrip(".")


def _missing(values: Mapping[str, object]) -> Iterator[str]:
    lacking = [name for name in REQUIRED if values.get(name) in (None, "")]
    if lacking:
        yield f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing"


def _unknown(values: Mapping[str, object]) -> Iterator[str]:
    strange = [name for name in values if name not in COLUMNS]
    if strange:
        near = [match for name in strange for match in get_close_matches(str(name), COLUMNS, n=1)]
        meant = f" (meant: {', '.join(near)}?)" if near else ""
        yield f"{len(strange)} unknown {'name' if len(strange) == 1 else 'names'}{meant}; it takes {', '.join(COLUMNS)}"


def _flag(value: object) -> bool | None:
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
