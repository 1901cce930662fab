"""The YAML that people copy, out of docs/components.md and out of the components' own words, loads as it stands."""

from __future__ import annotations

import textwrap
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from finago_assets import FinagoEndpoint, FinagoRequest
from tests.orchestration.components.projects import DAGSTERS_OWN_WARNING, ENDPOINT, REQUEST, assets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.orchestration.components.projects import MakeProject

pytestmark = DAGSTERS_OWN_WARNING

DOCS = Path(__file__).parents[3] / "docs" / "components.md"
SUPPLIERS = {"name": "suppliers", "like": "customers", "params": {"isSupplier": True}}


def examples(text: str) -> Iterator[dict[str, Any]]:
    """Yield each indented block that is a component's YAML."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if line.startswith("    type: finago_assets."):
            ends = (at for at, later in enumerate(lines[start:], start) if later and not later.startswith("    "))
            yield yaml.safe_load(textwrap.dedent("\n".join(lines[start : next(ends, len(lines))])))


@pytest.mark.parametrize("type_", [ENDPOINT, REQUEST])
def test_the_examples_of_the_docs_load(type_: str, project: MakeProject) -> None:
    found = [one["attributes"] for one in examples(DOCS.read_text()) if one["type"] == type_]
    assert found
    # the docs make the suppliers with a command, and then speak of their bank accounts
    more = [SUPPLIERS] if type_ == ENDPOINT else []
    assert len(assets(project(*found, *more, type_=type_))) == len(found) + len(more)


@pytest.mark.parametrize(("component", "type_"), [(FinagoEndpoint, ENDPOINT), (FinagoRequest, REQUEST)])
def test_the_examples_in_a_components_own_description_load(
    component: type[object], type_: str, project: MakeProject
) -> None:
    found = [one["attributes"] for one in examples(getdoc(component) or "")]
    assert len(found) == 2
    assert len(assets(project(*found, type_=type_))) == 2
