"""What docs/request-action.md shows is run as it stands there."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
import yaml
from pydantic import BaseModel

from finago_assets.orchestration.request import RequestConfig, finago_request

if TYPE_CHECKING:
    from tests.orchestration.request.stage import Desk

PAGE = (Path(__file__).parents[3] / "docs" / "request-action.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(yaml|python)\n(.*?)```", PAGE, re.DOTALL)
RUNS = [text for kind, text in BLOCKS if kind == "yaml" and text.startswith("ops:")]
(REGISTRY,) = [text for kind, text in BLOCKS if kind == "yaml" and text.startswith("connections:")]
(SCRIPT,) = [text for kind, text in BLOCKS if kind == "python"]
# a model that only the reader has
ABSENT = "mypackage.models:OrderLine"


class OrderLine(BaseModel):
    """The reader's model."""

    id: int


@pytest.fixture
def readers_folder(desk: Desk, tmp_path: Path) -> Path:
    """The folder the reader types in, with the registry of the page in it."""
    desk.monkeypatch.chdir(tmp_path)
    desk.set(NORTH_CLIENT_ID=desk.office.client_id, NORTH_CLIENT_SECRET=desk.office.client_secret)
    (tmp_path / "connections.yaml").write_text(REGISTRY, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("text", RUNS)
@pytest.mark.usefixtures("readers_folder")
def test_every_configuration_on_the_page_works(desk: Desk, text: str) -> None:
    config = yaml.safe_load(text.replace(ABSENT, f"{__name__}:OrderLine"))
    result = finago_request.execute_in_process(
        run_config=config, instance=desk.instance, resources={"finago": desk.resource}, raise_on_error=False
    )
    assert result.success, result.output_for_node("rest_api_request", "continue_").sentence()


def test_the_script_on_the_page_works(readers_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    exec(compile(SCRIPT, "docs/request-action.md", "exec"), {})  # noqa: S102  our own page
    assert "number" in capfd.readouterr().out
    with closing(sqlite3.connect(readers_folder / "reporting.db")) as reporting:
        assert reporting.execute("select count(*) from accounts").fetchone() > (10,)


def test_the_page_names_every_property_and_every_choice() -> None:
    choices = [kind for field in RequestConfig.model_fields.values() for kind in get_args(field.annotation)]
    words = [*RequestConfig.model_fields, *(kind.model_fields["kind"].default for kind in choices)]
    assert len(words) > 15
    assert [word for word in words if f"`{word}`" not in PAGE] == []
