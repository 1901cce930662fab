"""Which folder counts as a project, and what `finago-assets init` puts into a new one."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from finago_assets.cli import app
from finago_assets.core.errors import FolderNotEmpty, NotWritable
from finago_assets.dagster_command import find_place, make_home
from finago_assets.new_project import make_project
from finago_assets.project import DBT_PROJECT, Project, find_project, read_project
from finago_assets.settings import Settings, read_settings
from finago_assets.variables import VARIABLES, example_file

ROOT = Path(__file__).parents[2]
MADE = {
    ".env.example",
    ".gitignore",
    "README.md",
    "dagster.yaml",
    "defs/__init__.py",
    "own_dbt/README.md",
    "own_dbt/macros/.gitkeep",
    "own_dbt/models/.gitkeep",
    "own_dbt/seeds/.gitkeep",
    "own_dbt/tests/.gitkeep",
    "pyproject.toml",
    "workspace.yaml",
}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    make_project(tmp_path / "books")
    return tmp_path / "books"


def _tree(folder: Path) -> dict[str, str]:
    return {f"{path.relative_to(folder)}": path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_holds_places_for_a_users_own_parts_and_no_code_of_ours(made: Path) -> None:
    tree = _tree(made)
    assert set(tree) == MADE
    assert (made / "data").stat().st_mode & 0o777 == 0o700
    assert "import" not in tree["defs/__init__.py"]
    assert not any(name.endswith((".sql", ".csv")) for name in tree)


def test_it_is_found_from_below_and_by_dagsters_home(made: Path, tmp_path: Path) -> None:
    found = Project(made, "defs")
    assert (found.defs, found.own_dbt) == (made / "defs", made / "own_dbt")
    assert find_project({}, made) == find_project({}, made / "own_dbt" / "models") == found
    assert find_project({"DAGSTER_HOME": f"{made}"}, tmp_path) == found


def test_the_data_folder_is_the_projects_wherever_in_it_a_command_is_typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for here, top in ((made / "own_dbt" / "models", made), (made, made), (tmp_path, tmp_path)):
        monkeypatch.chdir(here)
        assert read_settings({"DAGSTER_HOME": f"{made}"}).data_dir == top / "data"


def test_the_checkout_is_a_project_and_the_last_to_be_looked_at(tmp_path: Path) -> None:
    checkout = read_project(ROOT)
    assert checkout == find_project({}, tmp_path) == Project(ROOT, "finago_assets.defs")
    assert checkout.defs == ROOT / "finago_assets" / "defs"
    assert DBT_PROJECT == ROOT / "dbt_project"


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        "",
        "tool = 3",
        "[tool.dg.project]\nroot_module = 'mine'\n",
        "[tool.dg.project]\nroot_module = 'mine'\ncode_location_target_module = 'mine.definitions'\n",
    ],
)
def test_another_projects_file_is_not_ours_to_obey(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert read_project(tmp_path) is None


def test_what_dagster_and_dg_read_is_what_they_read_in_the_checkout(made: Path) -> None:
    for name in ("dagster.yaml", "workspace.yaml"):
        assert (made / name).read_text() == (ROOT / name).read_text()
    ours, theirs = (tomllib.loads((top / "pyproject.toml").read_text())["tool"] for top in (ROOT, made))
    assert ours["dagster"] == theirs["dagster"]
    assert ours["dg"]["project"] | {"root_module": "defs", "defs_module": "defs"} == theirs["dg"]["project"]


def test_a_folder_with_anything_in_it_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FolderNotEmpty, match="Name a new folder"):
        make_project(tmp_path)
    with pytest.raises(FolderNotEmpty):
        make_project(tmp_path / "notes.txt")
    assert _tree(tmp_path) == {"notes.txt": "mine"}
    with pytest.raises(NotWritable, match="ENOTDIR"):
        make_project(tmp_path / "notes.txt" / "books")


def test_the_command_says_the_next_step(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", f"{tmp_path / 'my books'}"])
    assert done.exit_code == 0
    assert f"cd '{tmp_path}/my books'" in done.stderr
    assert "finago-assets doctor" in done.stderr


def test_every_variable_stands_in_the_example_with_a_sentence_and_its_default() -> None:
    blocks = [block.splitlines() for block in example_file().split("\n\n")[1:]]
    assert len(blocks) == len(VARIABLES)
    for (sentence, *lines), variable in zip(blocks, VARIABLES, strict=True):
        assert re.fullmatch(r"# \w.{8,}\.", sentence)
        assert [re.sub(r"=.*", "", line).removeprefix("# ") for line in lines] == list(variable.names)


def test_the_example_as_it_stands_says_what_no_file_at_all_says() -> None:
    lines = [line.removeprefix("# ") for line in example_file().splitlines() if re.match(r"(# )?FINAGO_", line)]
    assert read_settings(dict(line.split("=", 1) for line in lines)) == Settings(data_dir=Path("data").absolute())


def test_every_variable_that_anything_reads_is_explained() -> None:
    texts = [(ROOT / "dbt_project" / "profiles.yml").read_text(encoding="utf-8")]
    for path in (ROOT / "finago_assets").rglob("*.py"):
        parts = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    read = {name for text in texts for name in re.findall(r"(?:FINAGO|HALO)_[A-Z_]+", text)}
    assert read == {name for variable in VARIABLES for name in variable.names}


def test_on_the_sandbox_no_env_file_of_the_project_is_in_the_way(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)
    (made / ".env").write_text("FINAGO_API_URL=https://elsewhere.invalid\n")
    place = find_place({"DAGSTER_HOME": f"{made}"}, on_sandbox=True)
    assert (place.folder, place.home, place.is_project) == (made / "data", made / "data" / "dagster", False)
    make_home(place)
    written = yaml.safe_load((place.home / "dagster.yaml").read_text())
    assert written["storage"]["sqlite"]["base_dir"] == f"{place.home}"
    assert written["run_launcher"] == yaml.safe_load((ROOT / "dagster.yaml").read_text())["run_launcher"]


def test_a_home_that_is_somebody_elses_is_left_alone(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)
    before = _tree(made)
    for ours in ({}, {"DAGSTER_HOME": f"{made / 'other'}"}):
        make_home(find_place(ours))
    assert _tree(made) == before
