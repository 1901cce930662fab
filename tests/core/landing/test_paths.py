"""T16: whatever an organization, endpoint or day is called, nothing lands outside the root or in another's place."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from typing import TYPE_CHECKING, Any, cast

import pytest

from finago_assets.core.errors import NotWritable, SettingInvalid
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.paths import RawTree, refuse_case_twin
from finago_assets.core.landing.store import Partition
from tests.core.landing.samples import FIRST, LINES, ORGANIZATION, THREE_DAYS, files_below, land, partition
from tests.hostile import hostile

if TYPE_CHECKING:
    from pathlib import Path


def _hostile_day(source: random.Random) -> object:
    days: tuple[object, ...] = (
        "2024-01-01",
        "..",
        None,
        20240101,
        dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        b"2024-01-01",
    )
    return source.choice((*days, FIRST, FIRST, FIRST, dt.date.min, dt.date.max))


def test_ten_thousand_hostile_names_stay_inside_the_root_and_apart(tmp_path: Path) -> None:
    source, tree = random.Random(16), RawTree(tmp_path / "raw", "finago")
    root, places, refused = str(tree.root.resolve()), dict[str, Partition](), 0
    known: set[str] = set()
    for _ in range(10_000):
        endpoint, organization, day = hostile(source), hostile(source), _hostile_day(source)
        if source.random() < 0.8:
            endpoint = LINES.name
        try:
            asked = Partition("finago", endpoint, organization, cast("Any", day))
            refuse_case_twin(organization, sorted(known))
        except SettingInvalid:
            refused += 1
            continue
        known.add(organization)
        path = str(tree.file(asked).resolve())
        assert path.startswith(root + "/")
        # some file systems tell neither upper from lower case nor one spelling of an accent from another
        alike = unicodedata.normalize("NFKC", path).casefold()
        assert places.setdefault(alike, asked) == asked
    print(f"T16: 10,000 names, {refused:,} refused, {len(places):,} places, 0 outside the root, 0 collisions")
    assert refused > 5000
    assert len(places) > 50
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_refused_by_every_way_into_a_store(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path, "finago")
    with pytest.raises(SettingInvalid):
        store.spool(LINES, "../x", [FIRST])
    with pytest.raises(SettingInvalid):
        store.landed("../x", ORGANIZATION)
    with pytest.raises(SettingInvalid):
        store.newest(LINES.name, "a/../../b")
    with pytest.raises(SettingInvalid):
        store.placeholder(LINES, "..", FIRST)
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("level", ["raw/finago/transactionlines", "raw/finago/transactionlines/organization=4711"])
def test_a_link_beneath_the_root_is_refused(tmp_path: Path, level: str) -> None:
    outside, link = tmp_path / "outside", tmp_path / "data" / level
    outside.mkdir()
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    with pytest.raises(NotWritable, match="symbolic link"):
        land(ParquetStore(tmp_path / "data", "finago"), THREE_DAYS, {FIRST: [b"{}"]})
    assert files_below(outside) == []


def test_a_link_in_place_of_a_day_or_its_file_is_refused(tmp_path: Path) -> None:
    store, secret = ParquetStore(tmp_path / "data", "finago"), tmp_path / "secret"
    secret.write_bytes(b"secret")
    (landed, second, _) = land(store, THREE_DAYS, {FIRST: [b"{}"]})
    file = tmp_path / "data" / "raw/finago/transactionlines/organization=4711/date=2024-01-01/data.parquet"
    assert landed.location == str(file)
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(NotWritable, match="symbolic link"):
        store.manifest(partition(FIRST))
    with pytest.raises(NotWritable, match="symbolic link"):
        land(store, THREE_DAYS, {FIRST: [b"{}"]})
    assert secret.read_bytes() == b"secret"
    assert store.manifest(second.partition) is not None


def test_the_data_folder_itself_may_be_a_link_to_another_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    land(ParquetStore(tmp_path / "data", "finago"), THREE_DAYS, {FIRST: [b"{}"]})
    assert len(files_below(tmp_path / "disk")) == 3


@pytest.mark.parametrize("name", ["date=20240101", "date=2024-W01-1", "date=2024-13-01", "date=", "2024-01-01", "x"])
def test_a_folder_that_is_not_spelled_as_a_day_is_no_partition(tmp_path: Path, name: str) -> None:
    store = ParquetStore(tmp_path, "finago")
    (landed, *_) = land(store, THREE_DAYS, {FIRST: [b"{}"]})
    organization = tmp_path / "raw/finago/transactionlines/organization=4711"
    (organization / name).mkdir()
    (organization / name / "data.parquet").write_bytes(b"")
    assert list(store.landed(LINES.name, ORGANIZATION)) == list(THREE_DAYS.days)
    assert landed.partition == partition(FIRST)
