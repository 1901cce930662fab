"""A run gives dbt the places of raw records that dbt by hand finds in the project's own file of sources."""

from __future__ import annotations

import pytest
import yaml
from jinja2 import Environment

from finago_assets.core.landing.store import Landing
from finago_assets.orchestration.dbt_run import location
from finago_assets.project import DBT_PROJECT


@pytest.mark.parametrize("landing", Landing)
@pytest.mark.parametrize("folder", ["data", "/srv/o'clock", "/srv/[2024]*?", "/srv/{a}/b"])
def test_a_source_is_where_the_file_of_sources_says(folder: str, landing: Landing) -> None:
    (source,) = yaml.safe_load((DBT_PROJECT / "models" / "finago_sources.yml").read_text(encoding="utf-8"))["sources"]
    spelled = Environment(autoescape=False).from_string(source["config"]["meta"]["external_location"])  # noqa: S701
    said = spelled.render(target={"name": landing.value}, env_var=lambda *_: folder)
    assert location(folder, landing, "finago") == said
    assert location(folder, landing, "finago").format(name="accounts") == said.format(name="accounts")
