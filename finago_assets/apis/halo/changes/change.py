"""A change of one connection as a person writes it, and what is wrong with it before anything is asked.

Owns the rules on fields. What the connection looks like now, and whether that is still what was looked at, is asked
elsewhere.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.halo.endpoints import PROVIDERS
from finago_assets.apis.halo.facts import SHAPES, Class, Described
from finago_assets.apis.halo.fields import settable
from finago_assets.apis.halo.redaction import HAD_VALUE
from finago_assets.core.connections import references
from finago_assets.core.errors import RequestRefused, SettingInvalid
from finago_assets.core.texts_in_yaml import read_texts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# the providers that somebody has looked at field by field
CHANGEABLE: Final = {
    shape: title for shape, title in PROVIDERS.items() if any(one.stored for one in SHAPES[shape].values())
}
PROVIDER_WORDS: Final = {
    word: shape for shape in CHANGEABLE for word in (shape.lower(), shape.lower().removesuffix("details"))
}
LONGEST_TEXT: Final = 2_000
LARGEST_INTEGER: Final = 2**31 - 1
_KEYS: Final = frozenset({"provider", "id", "set"})
_FLAG_WORDS: Final = {"true": True, "false": False}
_REFERENCE: Final = re.compile(r"(env|file):.")
_IN_HALO: Final = "connecting is done on Halo's own page"


@dataclass(frozen=True, slots=True, repr=False)
class ConnectionChange:
    """What is wanted of a connection: `key` is its id, None for a new one; `values` by field.

    A secret's value is a reference, env:NAME or file:PATH, which is followed when the change is sent.
    """

    provider: str
    key: int | None
    values: Mapping[str, Any]

    @property
    def secrets(self) -> dict[str, str]:
        """The references of the fields that hold secrets."""
        return {name: one for name, one in self.values.items() if SHAPES[self.provider][name].kind is Class.SECRET}

    @property
    def plain(self) -> dict[str, Any]:
        """The values of all other fields."""
        return {name: one for name, one in self.values.items() if SHAPES[self.provider][name].kind is not Class.SECRET}


def find_provider(word: str) -> str:
    """Return the shape that a person means by `fortnox` or `FortnoxDetails`. Raises RequestRefused."""
    shape = PROVIDER_WORDS.get(word.strip().lower())
    if shape is not None:
        return shape
    if word.strip().lower().removesuffix("details") in {one.lower().removesuffix("details") for one in PROVIDERS}:
        raise RequestRefused(
            f"Connections to {word:.40} are not changed from here: nobody has looked at their fields one by one. "
            "Nothing was sent; change it in Halo."
        )
    known = ", ".join(sorted(one.removesuffix("Details").lower() for one in CHANGEABLE))
    raise RequestRefused(f"{word!r:.60} is no provider whose connections can be changed: {known}. Nothing was sent.")


def read_change(file: Path) -> ConnectionChange:
    """Read a change from a YAML file: `provider`, `id` (left out for a new one) and `set`. Raises RequestRefused."""
    try:
        said = read_texts(file.read_text("utf-8-sig"))
    except OSError as error:
        raise RequestRefused(f"The change cannot be read from {file}: {error.strerror}. Nothing was sent.") from None
    except ValueError as fault:
        raise RequestRefused(f"The change {file} cannot be read: {fault}. Nothing was sent.") from None
    if isinstance(said, list):
        raise RequestRefused(f"{file} holds a list: one change is one connection. Nothing was sent.")
    values = said.get("set") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(values, dict):
        raise RequestRefused(f"{file} must say `provider`, `id` (not for a new one) and `set`. Nothing was sent.")
    if strange := sorted(key for key in said if key not in _KEYS):
        raise RequestRefused(
            f"{file} has {', '.join(strange):.100} beside `provider`, `id` and `set`; a record is never sent back as "
            "it was read. Nothing was sent."
        )
    return make_change(said.get("provider", ""), said.get("id"), values)


def make_change(provider: object, key: object, texts: Mapping[str, object]) -> ConnectionChange:
    """Return a change from what was typed, each value as text. Raises RequestRefused, naming all that is wrong."""
    shape = find_provider(provider if isinstance(provider, str) else "")
    number = None if key is None else _parse_key(key)
    if not texts:
        raise RequestRefused("`set` must name the fields to set, at least one. Nothing was sent.")
    values, wrong = {}, []
    for name, text in texts.items():
        try:
            values[name] = _parse_field(shape, name, text)
        except ValueError as fault:
            wrong.append(f"{name!s:.60}: {fault}")
    if (number is None or "name" in texts) and not f"{texts.get('name', '')}".strip():
        wrong.append("name: a connection needs one")
    if wrong:
        told = "".join(f"\n- {one}" for one in wrong)
        raise RequestRefused(f"The change was not sent; {len(wrong)} of its fields cannot be set:{told}")
    return ConnectionChange(shape, number, values)


def _parse_key(key: object) -> int:
    if isinstance(key, str) and re.fullmatch(r"[1-9][0-9]{0,9}", key) and int(key) <= LARGEST_INTEGER:
        return int(key)
    raise RequestRefused("`id` must be the number of a connection, or left out for a new one. Nothing was sent.")


def _parse_field(shape: str, name: str, text: object) -> Any:  # noqa: ANN401  a value of JSON
    """Return the value that a field is set to. Raises ValueError, which never repeats what was typed."""
    known = SHAPES[shape].get(name)
    if known is None:
        raise ValueError(_strange(shape, name))
    if why := _unsettable(name, known):
        raise ValueError(why)
    if not isinstance(text, str):
        raise ValueError("one value is set, no list of them")  # noqa: TRY004  said together with the other faults
    return _parse_value(known, text)


def _strange(shape: str, name: object) -> str:
    if isinstance(name, str) and name.endswith(HAD_VALUE):
        return "a mark that landing left in a secret's place; a record is never sent back as it was read"
    offered = [field for field, one in SHAPES[shape].items() if not _unsettable(field, one)]
    alike = difflib.get_close_matches(f"{name}", offered, n=1)
    return f"{PROVIDERS[shape]} has no such field" + (f"; did you mean {alike[0]}?" if alike else "")


def _unsettable(name: str, known: Described) -> str | None:
    """Return why a field is never set from here, None for one that may be."""
    reasons = (
        (name == "id", "the id stands beside `set`, and no connection changes its own"),
        (known.kind is Class.ACTION, "it asks Halo to do something, and is no setting"),
        (known.kind is Class.OAUTH, f"it is what came of connecting; {_IN_HALO}"),
        (known.kind is Class.SECRET and not known.stored, f"a code that is redeemed once; {_IN_HALO}"),
        (known.label, "it only names another field's value; set that one"),
        (known.many or not settable(known), "a list, a note or an object, whose meaning when sent is not documented"),
        (not known.stored, "it is another spelling of a setting, and which of the two wins is not known"),
        (
            known.never_sent and known.kind is not Class.SECRET,
            "what it does is not documented, so it stays as it is",
        ),
    )
    return next((why for applies, why in reasons if applies), None)


def _parse_value(known: Described, text: str) -> Any:  # noqa: ANN401  a value of JSON
    if known.kind is Class.SECRET:
        try:
            references.check("secret", text)
        except SettingInvalid:
            raise ValueError("a secret is given as env:NAME or file:PATH, never as the value itself") from None
        return text
    if _REFERENCE.match(text):
        raise ValueError("a reference, and the field holds no secret; write the value itself")
    if known.type == "flag":
        if text not in _FLAG_WORDS:
            raise ValueError("it takes true or false")
        return _FLAG_WORDS[text]
    if known.type == "integer":
        if not re.fullmatch(r"-?[0-9]{1,10}|", text) or (text and abs(int(text)) > LARGEST_INTEGER):
            raise ValueError("it takes a whole number, or nothing at all to empty it")
        return int(text) if text else None
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise ValueError(f"it takes text of {LONGEST_TEXT:,} characters at most, on one line")
    return text
