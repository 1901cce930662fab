"""Which field each column of a staging model types, read from the model's own call of `typed`.

Owns reading the models; dbt has no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

PROJECT = Path(__file__).parents[2] / "dbt_project"
HALO_STAGING = {path.stem: path for path in (PROJECT / "models" / "staging" / "halo").glob("stg_*.sql")}
SOAP_STAGING = {path.stem: path for path in (PROJECT / "models" / "staging" / "soap").glob("stg_*.sql")}
STAGING = {
    path.stem: path
    for path in (PROJECT / "models" / "staging").rglob("stg_*.sql")
    if path.stem not in HALO_STAGING | SOAP_STAGING
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, the path it types, and as what: text, integer, ..., lines, or list."""

    name: str
    path: str
    kind: str


def staged_columns(model: str) -> tuple[str, list[Column]]:
    """Return the endpoint that a staging model types, and its columns."""
    calls: list[tuple[str, list[Column]]] = []

    def typed(endpoint: str, columns: list[list[Any]], **_: Any) -> str:
        calls.append((endpoint, [_column(*column) for column in columns]))
        return ""

    def blank(*_: Any, **__: Any) -> str:
        return ""

    names = {"typed": typed} | dict.fromkeys(
        ("config", "one_row_each", "reject_reason", "typed_value", "whole_ore"), blank
    )
    Environment(autoescape=False).from_string(_text(model)).render(names)  # noqa: S701  SQL
    (call,) = calls
    return call


def _text(model: str) -> str:
    return {**STAGING, **HALO_STAGING, **SOAP_STAGING}[model].read_text("utf-8")


def _column(name: str, path: str, kind: str | list[Any] = "text") -> Column:
    return Column(name, path, kind if isinstance(kind, str) else "list")
