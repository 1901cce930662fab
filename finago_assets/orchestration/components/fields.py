"""How a field of a component's YAML is explained, so that `dg`, its schema and an editor can show it.

Owns what the two components have in common, and no rule of either. There is a spelling to own because Dagster drops the
description of a pydantic field that has a default.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

import dagster as dg

from finago_assets.core.catalogue.model import PLAIN_NAME
from finago_assets.core.errors import SettingInvalid
from finago_assets.orchestration.components.typed import as_typed, count_as_typed

T = TypeVar("T", bound="Named")
WORD: Final = rf"^{PLAIN_NAME.pattern}$"
"""A name in snake_case."""


class Named(Protocol):
    """A component that carries a name of its own."""

    name: str


def note(description: str, *examples: Any) -> dg.Resolver:  # noqa: ANN401  whatever YAML can hold
    """Return the annotation that explains a field."""
    resolver: dg.Resolver = dg.Resolver.default(description=description, examples=list(examples) or None)
    return resolver


def verbatim(description: str, *examples: Any) -> dg.Resolver:  # noqa: ANN401  whatever YAML can hold
    """Return the annotation of a field that is taken as it is typed.

    Dagster otherwise reads a text as a template, and what looks like a number, a list or JSON in it as that: a price
    would come out as a float.
    """
    resolver: dg.Resolver = dg.Resolver.passthrough(description=description, examples=list(examples) or None)
    return resolver


def parameters(description: str, *examples: Any) -> dg.Resolver:  # noqa: ANN401  whatever YAML can hold
    """Return the annotation of parameters, each of which is sent in the letters that were typed."""
    return dg.Resolver(
        as_typed,
        model_field_type=dict[str, str | int | float | bool],
        inject_before_resolve=False,
        description=description,
        examples=list(examples) or None,
    )


def note_int(description: str) -> dg.Resolver:
    """Return the annotation of a count, which is the number that was typed: 010 is ten."""
    return dg.Resolver(
        count_as_typed, model_field_type=int | None, inject_before_resolve=False, description=description
    )


def by_name(what: str, found: Sequence[T]) -> dict[str, T]:
    """Return components by name. Raises SettingInvalid where two have one name."""
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise SettingInvalid(f"{what} {name}: `name` is carried by two components; choose another for one of them.")
    return dict(zip(names, found, strict=True))


def texts(values: Mapping[str, str | int | bool]) -> dict[str, str]:
    """Return parameters the way the API spells them: true and false in small letters."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
