"""One warehouse, built once, that most dbt tests look at; and copies of its folder for those that change it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.orchestration.dbt_project import dbt_project
from finago_assets.sandbox.books.plan import Size
from tests.dbt import month_end_books
from tests.dbt.numbers import DAY, ORGANIZATION, lines_of, spelled
from tests.dbt.office import land_office
from tests.dbt.published_books import publish_books
from tests.dbt.small_books import land_small_books
from tests.dbt.together import LAND, Together, build_together
from tests.dbt.warehouse import Built, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.sandbox.books.company import Books

NUMBERS = 2000


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps what it parsed, for the whole session."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory, artifacts: Path) -> Callable[[], Warehouse]:
    """Makes a folder with nothing in it."""
    return lambda: Warehouse(tmp_path_factory.mktemp("books"), artifacts)


@pytest.fixture(scope="session")
def _small(empty_warehouse: Callable[[], Warehouse]) -> tuple[Warehouse, dict[str, str]]:
    warehouse = empty_warehouse()
    land_small_books(warehouse.raw)
    warehouse.raw.of(ORGANIZATION).land("transactionlines", DAY, lines_of(list(spelled(NUMBERS))))
    warehouse.raw.fill_with_placeholders()
    return warehouse, warehouse.dbt("build")


@pytest.fixture(scope="session")
def small(_small: tuple[Warehouse, dict[str, str]]) -> Warehouse:
    """The built warehouse of the small books and of an organization that only posts numbers. Never change it."""
    return _small[0]


@pytest.fixture(scope="session")
def statuses(_small: tuple[Warehouse, dict[str, str]]) -> dict[str, str]:
    """How each node of that build ended."""
    return _small[1]


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """The manifest that every build here is of."""
    parsed: dict[str, Any] = json.loads(dbt_project().manifest_path.read_text())
    return parsed


@dataclass(frozen=True, slots=True)
class Staged:
    """A sandbox's books with every scenario in them, landed as users land and built once. Never change it."""

    warehouse: Warehouse
    books: Books
    statuses: dict[str, str]


@pytest.fixture(scope="session")
def staged(empty_warehouse: Callable[[], Warehouse]) -> Staged:
    """Fourteen months of tiny books, in which every scenario is played to its end."""
    warehouse = empty_warehouse()
    books = land_office(warehouse, size=Size.TINY, until=date(2025, 2, 28), scenarios=True)
    # unit tests judge the SQL, whatever has landed: the build of the small books runs them
    return Staged(warehouse, books, warehouse.dbt("build", "--exclude-resource-type", "unit_test"))


@pytest.fixture(scope="session")
def together(request: pytest.FixtureRequest, empty_warehouse: Callable[[], Warehouse]) -> Together:
    """The books of every file of this session that lands some of its own, built once. Never change it."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    modules = {item.module: None for item in items if hasattr(item.module, LAND)}
    if any("month_end" in item.fixturenames for item in items):
        modules[month_end_books] = None
    return build_together(modules, empty_warehouse())


@pytest.fixture(scope="module")
def own_books(request: pytest.FixtureRequest, together: Together, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """What the books of the file that asks became, and how each test of them ended. Never change it."""
    return together.part_of(request.module.__name__, tmp_path_factory.mktemp("part"))


@pytest.fixture(scope="session")
def month_end(together: Together, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both organizations' books after a run. Never change it."""
    folder = tmp_path_factory.mktemp("month-end")
    warehouse = together.part_of(month_end_books.__name__, tmp_path_factory.mktemp("part")).warehouse
    warehouse.publish(folder)
    shutil.copyfile(warehouse.file, folder / "finago_details.duckdb")
    return folder


@pytest.fixture
def copied(small: Warehouse, tmp_path: Path) -> Warehouse:
    """A copy of the built folder that a test may change."""
    shutil.copytree(small.folder, tmp_path, dirs_exist_ok=True)
    return Warehouse(tmp_path, small.artifacts)


@pytest.fixture(scope="session")
def published_books(staged: Staged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of those books after a run. Never change it."""
    return publish_books(staged.warehouse, tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def published_small(small: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the small books, and of an organization that only posts numbers, after a run."""
    return publish_books(small, tmp_path_factory.mktemp("published"))
