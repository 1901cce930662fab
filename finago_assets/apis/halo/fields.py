"""The fields of a landed record of each endpoint: those of the description, as the redaction leaves them.

Owns the derivation; `core/catalogue/fields.py` says how a table of fields is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.apis.halo.redaction import HAD_VALUE, HOST_OF_URL, KEPT_OF_A_REQUEST
from finago_assets.core.catalogue.fields import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.apis.halo.facts import Described
    from finago_assets.core.catalogue.fields import JsonShape, Record

_SCALARS: Final[Mapping[str, JsonShape]] = {
    "text": Scalar.TEXT,
    "integer": Scalar.INTEGER,
    "number": Scalar.NUMBER,
    "flag": Scalar.FLAG,
    "moment": Scalar.MOMENT,
}


def landed_fields(shape: str) -> Record:
    """Return what a record of a shape looks like once it has landed; its `id` is promised."""
    fields = dict(_landed(shape, ()))
    return {("id!" if name == "id" else name): inner for name, inner in fields.items()}


def landed_requests() -> Record:
    """Return what is kept of a logged request."""
    fields = landed_fields("IntegrationRequest")
    kept = {name: inner for name, inner in fields.items() if name.rstrip("!") in KEPT_OF_A_REQUEST}
    return {**kept, HOST_OF_URL: Scalar.TEXT}


def _landed(shape: str, above: tuple[str, ...]) -> Mapping[str, JsonShape]:
    fields: dict[str, JsonShape] = {}
    for name, one in SHAPES[shape].items():
        if one.kind is Class.ACTION:
            continue  # dropped before it lands
        inner = _SCALARS.get(one.type) or _inner(one.type, (*above, shape))
        fields[name] = [inner] if one.many else inner
        if one.kind is Class.SECRET:
            fields[name + HAD_VALUE] = Scalar.FLAG
    return fields


def _inner(shape: str, above: tuple[str, ...]) -> JsonShape:
    """Return a shape within others; one that holds itself is followed once."""
    return _landed(shape, above) if above.count(shape) < 2 else {}


def settable(one: Described) -> bool:
    """Tell whether a body may hold a field: a value, and none that asks for an action or only tells something."""
    return not one.many and one.type in _SCALARS and one.kind not in {Class.ACTION, Class.DIAGNOSTIC}
