"""What the pipeline keeps for itself is no target, whatever leads to it; what lies outside is nobody's business."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from finago_assets.core.connections.address import read_address
from finago_assets.core.errors import RequestRefused
from finago_assets.core.request.targets.sql import SqlTable
from finago_assets.core.request.targets.target import parse_target, refuse_own
from finago_assets.settings import Settings

ROOT = Path(__file__).parents[4]
RAW = "raw/finago/accounts/organization=1/date=2024-01-31/data.parquet"
RUNS = "dagster/history/runs.db"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to work in, with a data folder in it where something has landed and runs have a history."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder / "data")

    def take(self, text: str, *, registry: str = "env:FINAGO_REGISTRY", **environ: str) -> None:
        """Read a target as it was typed in the folder, and hold it against what is owned."""
        refuse_own(parse_target(text), self.settings.owned, registry=registry, environ=environ)

    def refused(self, text: str, *, registry: str = "env:FINAGO_REGISTRY", **environ: str) -> str:
        with pytest.raises(RequestRefused) as raised:
            self.take(text, registry=registry, **environ)
        return str(raised.value)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for file in (RAW, RUNS, "requests/writes.jsonl", "work/warehouse.duckdb", "finago.duckdb", "exports/mine.parquet"):
        path = tmp_path / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file)
    (tmp_path / "exports").mkdir()
    # targets are typed relative to where a shell stands
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("sqlite:///data/dagster/history/runs.db#runs", RUNS),
        ("sqlite+pysqlite:///data/dagster/history/runs.db#runs", RUNS),
        ("sqlite:///data/../exports/../data/dagster/history/runs.db#runs", RUNS),
        ("sqlite:///data%2Fdagster%2Fhistory%2Fruns.db#runs", RUNS),
        (f"data/{RAW}", RAW),
        (f"data/{RAW}".replace("data.parquet", "more.parquet"), RAW.replace("data.parquet", "more.parquet")),
        ("data/requests/writes.jsonl", "requests/writes.jsonl"),
        ("data/new.ndjson", "new.ndjson"),
        ("data/exports/../new.ndjson", "new.ndjson"),
        ("duckdb:data/finago.duckdb#mine", "finago.duckdb"),
        ("duckdb:data/work/warehouse.duckdb#mine", "work/warehouse.duckdb"),
        ("duckdb:data/raw.duckdb#mine", "raw.duckdb"),
        ("duckdb:data/work/new.duckdb#mine", "work/new.duckdb"),
    ],
)
def test_nothing_below_the_data_folder_is_a_target(place: Place, text: str, file: str) -> None:
    told = place.refused(text)
    assert f"{place.folder}/data/{file}" in told
    assert "belongs to the pipeline" in told
    assert f"outside the data folder, or one in {place.folder}/data/exports" in told
    assert "Nothing was sent" in told


@pytest.mark.parametrize(
    "text",
    [
        "new.parquet",
        "exports/new.parquet",
        "duckdb:exports/new.duckdb#t",
        "sqlite:///new.db#t",
        "data/exports/new.parquet",
        "data/exports/mine.parquet",
        "duckdb:data/exports/new.duckdb#t",
        "sqlite:///data/exports/new.db#t",
        "postgresql://me@host/data#t",
    ],
)
def test_a_file_outside_or_in_exports_is_one_and_so_is_a_server(place: Place, text: str) -> None:
    place.take(text)


@pytest.mark.parametrize("file", [RAW, RUNS, "new.parquet", "work/new.db"])
def test_a_symbolic_link_to_what_is_owned_is_refused_and_both_are_named(place: Place, file: str) -> None:
    for name in ("link.parquet", "data/exports/link.parquet"):
        Path(name).symlink_to(place.folder / "data" / file)
        for text in (name, f"sqlite:///{name}#runs", f"duckdb:{name}#runs"):
            told = place.refused(text)
            assert name in told
            assert f"leads to {place.folder}/data/{file}, which belongs to the pipeline" in told


@pytest.mark.parametrize("name", ["hard.parquet", "data/exports/hard.parquet"])
def test_a_second_name_of_an_owned_file_is_refused(place: Place, name: str) -> None:
    Path(name).hardlink_to(f"data/{RUNS}")
    assert f"leads to {place.folder}/data/{RUNS}, which" in place.refused(f"sqlite:///{name}#runs")


def test_two_names_of_ones_own_file_are_nobodys_business(place: Place) -> None:
    Path("data/exports/second.parquet").hardlink_to("data/exports/mine.parquet")
    Path("third.parquet").hardlink_to("data/exports/mine.parquet")
    place.take("data/exports/second.parquet")
    place.take("third.parquet")


def test_a_folder_is_known_by_what_it_is_and_not_by_its_name(place: Place) -> None:
    # as DATA would be on a file system that takes upper and lower case for one
    Path("DATA").symlink_to("data")
    assert "belongs to the pipeline" in place.refused(f"DATA/{RAW}")
    settings = replace(place.settings, data_dir=place.folder / "DATA")
    with pytest.raises(RequestRefused, match="belongs to the pipeline"):
        refuse_own(parse_target(f"data/{RAW}"), settings.owned, environ={})


@pytest.mark.parametrize("name", ["raw", "work", "requests", "dagster"])
def test_a_folder_that_lies_on_another_disk_is_owned_there_too(place: Place, name: str) -> None:
    elsewhere = place.folder / "disk"
    (place.folder / "data" / name).rename(elsewhere)
    (place.folder / "data" / name).symlink_to(elsewhere)
    assert "belongs to the pipeline" in place.refused("disk/new.parquet")


def test_a_link_called_exports_leads_nowhere_into_what_is_owned(place: Place) -> None:
    (place.folder / "data" / "exports" / "mine.parquet").unlink()
    (place.folder / "data" / "exports").rmdir()
    (place.folder / "data" / "exports").symlink_to(place.folder / "data" / "raw" / "finago")
    assert "belongs to the pipeline" in place.refused("data/exports/new.parquet")


def test_the_checkouts_own_history_is_owned_wherever_the_data_folder_is(place: Place) -> None:
    assert ROOT / "data" in place.settings.owned.folders


@pytest.mark.parametrize("name", ["history", "schedules", "storage"])
def test_what_dagster_keeps_in_its_home_is_owned_and_the_rest_of_that_folder_is_not(place: Place, name: str) -> None:
    home = place.folder / "home"
    (home / name).mkdir(parents=True)
    text = f"sqlite:///home/{name}/runs.db#runs"
    assert "belongs to the pipeline" in place.refused(text, DAGSTER_HOME=f"{home}")
    place.take("home/new.parquet", DAGSTER_HOME=f"{home}")
    place.take(text)


def test_a_duckdb_file_behind_sqlalchemy_is_owned_as_well(place: Place) -> None:
    # its driver is not among ours, so the text is refused before; with it installed this is what is left
    target = SqlTable(read_address("duckdb:///data/finago.duckdb#mine"))
    with pytest.raises(RequestRefused, match="belongs to the pipeline"):
        refuse_own(target, place.settings.owned, environ={})


@pytest.mark.parametrize("text", ["file:data/x.db?uri=true", "file:new.db?uri=true", "file:new.db?mode=rwc&uri=1"])
def test_a_uri_in_a_sqlite_address_is_refused_since_nobody_can_tell_where_it_leads(place: Place, text: str) -> None:
    assert "a path and no URI" in place.refused(f"sqlite:///{text}#t")


@pytest.mark.parametrize("text", ["pipe.ndjson", "pipe.parquet", "duckdb:pipe#t", "sqlite:///pipe#t", "out.ndjson"])
def test_a_pipe_or_a_device_is_no_target(place: Place, text: str) -> None:
    for name in ("pipe", "pipe.ndjson", "pipe.parquet"):
        os.mkfifo(name)
    Path("out.ndjson").symlink_to(os.devnull)
    assert "is a pipe or a device" in place.refused(text)


def test_a_link_that_leads_to_itself_is_nobodys_file(place: Place) -> None:
    Path("loop.parquet").symlink_to("loop.parquet")
    place.take("loop.parquet")


REGISTRY = "connections: []\n"


@pytest.mark.parametrize("text", ["reg.ndjson", "duckdb:reg.ndjson#t", "sqlite:///reg.ndjson#t", "link.ndjson"])
def test_the_registrys_file_is_no_target(place: Place, text: str) -> None:
    Path("reg.ndjson").write_text(REGISTRY)
    Path("link.ndjson").symlink_to("reg.ndjson")
    told = "is the registry of connections, which would be replaced"
    assert told in place.refused(text, FINAGO_REGISTRY="reg.ndjson")
    assert told in place.refused(text, registry=f"{place.folder}/reg.ndjson")
    place.take(text)


@pytest.mark.parametrize(
    ("registry", "text", "refused"),
    [
        ("sqlite:///reg.db", "sqlite:///reg.db#connections", True),
        ("sqlite:///reg.db", "sqlite+pysqlite:///./reg.db#CONNECTIONS", True),
        ("sqlite:///reg.db#ours", "sqlite:///reg.db#ours", True),
        ("sqlite:///reg.db", "duckdb:reg.db#t", True),
        ("sqlite:///reg.db", "sqlite:///reg.db#accounts", False),
        ("sqlite:///reg.db", "sqlite:///other.db#connections", False),
        ("postgresql://me:hunter2@host/books", "postgres://you@host/books#public.connections", True),
        ("postgresql://me:hunter2@host/books", "postgresql://me:hunter2@host/books#accounts", False),
        ("postgresql://me:hunter2@host/books", "postgresql://me:hunter2@host/other#connections", False),
        ("postgresql://me:hunter2@host/books#a.connections", "postgresql://me:hunter2@host/books#b.connections", False),
        ("postgresql://me:hunter2@host/books", "sqlite:///reg.db#connections", False),
    ],
)
def test_the_registrys_table_is_no_target_and_other_tables_beside_it_are(
    place: Place, registry: str, text: str, *, refused: bool
) -> None:
    Path("reg.db").write_text("")
    Path("other.db").write_text("")
    if refused:
        told = place.refused(text, FINAGO_REGISTRY=registry)
        assert "is the registry of connections" in told
        assert "hunter2" not in told
    else:
        place.take(text, FINAGO_REGISTRY=registry)


def test_a_registry_that_cannot_be_read_is_told_of_elsewhere(place: Place) -> None:
    place.take("new.parquet", FINAGO_REGISTRY="postgresql://me:hunter2@host@books")
    place.take("new.parquet", registry="env:lower")
