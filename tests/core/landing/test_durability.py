"""What a power cut may find: a name in a folder only ever stands for content that is on the disk already."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

import pytest

from finago_assets.core.landing.files import Files
from finago_assets.core.landing.parquet import ParquetStore
from tests.core.landing.samples import (
    FIRST,
    KINDS,
    LINES,
    ORDER_LINES,
    ORGANIZATION,
    THREE_DAYS,
    facts,
    land,
)

if TYPE_CHECKING:
    from pathlib import Path


class Notes(Files):
    """Notes what was made durable and what was named, in order: a file by its number and its size."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def fsync(self, file: BinaryIO) -> None:
        super().fsync(file)
        found = os.fstat(file.fileno())
        self.calls.append(("fsync", found.st_ino, found.st_size))

    def fsync_directory(self, path: Path) -> None:
        super().fsync_directory(path)
        self.calls.append(("fsync folder", path))

    def replace(self, source: Path, target: Path) -> None:
        self._named("rename", source, target)
        super().replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        self._named("link", source, target)
        super().link(source, target)

    def _named(self, how: str, source: Path, target: Path) -> None:
        found = source.stat()
        self.calls.append((how, found.st_ino, found.st_size, target))


def test_a_day_is_on_the_disk_before_it_has_its_name_and_then_the_name_is(tmp_path: Path) -> None:
    files = Notes()
    store = ParquetStore(tmp_path, "finago", files=files, checkpoint=lambda name: files.calls.append((name,)))
    (landed, *_) = land(store, THREE_DAYS, {FIRST: [b"{}"] * 10})
    file = tmp_path / f"raw/finago/transactionlines/organization={ORGANIZATION}/date={FIRST}/data.parquet"
    assert landed.location == str(file)
    found = file.stat()
    at = files.calls.index(("before copy",))
    assert files.calls[at : at + 7] == [
        ("before copy",),
        ("before fsync",),
        ("fsync", found.st_ino, found.st_size),
        ("before rename",),
        ("rename", found.st_ino, found.st_size, file),
        ("after rename",),
        ("fsync folder", file.parent),
    ]


def test_the_folders_of_days_are_on_the_disk_before_a_day_is_landed_in_one(tmp_path: Path) -> None:
    files = Notes()
    land(ParquetStore(tmp_path, "finago", files=files), THREE_DAYS, {FIRST: [b"{}"]})
    organization = tmp_path / f"raw/finago/transactionlines/organization={ORGANIZATION}"
    folders = [call[1] for call in files.calls if call[0] == "fsync folder"]
    first_rename = next(at for at, call in enumerate(files.calls) if call[0] == "rename")
    before = [call[1] for call in files.calls[:first_rename] if call[0] == "fsync folder"]
    made = [tmp_path, tmp_path / "raw", tmp_path / "raw/finago", tmp_path / "raw/finago/transactionlines"]
    assert before == [*made, organization]
    assert folders[len(before) :] == [organization / f"date={day}" for day in THREE_DAYS.days]


def test_the_folders_of_days_that_land_one_by_one_are_put_on_the_disk_in_one_go(tmp_path: Path) -> None:
    files = Notes()
    with ParquetStore(tmp_path, "finago", files=files).spool(LINES, ORGANIZATION, THREE_DAYS.days) as spool:
        for day in THREE_DAYS.days:
            list(spool.publish(facts(THREE_DAYS), [day]))
    organization = tmp_path / f"raw/finago/transactionlines/organization={ORGANIZATION}"
    assert files.calls.count(("fsync folder", organization)) == 1


def test_a_placeholder_is_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    files = Notes()
    ParquetStore(tmp_path, "finago", files=files).placeholder(LINES, ORGANIZATION, FIRST)
    (fsync, link) = [call for call in files.calls if call[0] in {"fsync", "link"}]
    assert (fsync[0], link[0]) == ("fsync", "link")
    assert fsync[1:] == link[1:3]


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_of_children_is_on_the_disk_before_it_has_its_name_and_then_the_name_is(
    tmp_path: Path, kind: str
) -> None:
    files = Notes()
    parts = KINDS[kind](tmp_path, files=files).parts(ORDER_LINES, ORGANIZATION, FIRST, "run")
    parts.keep(1, [("order 1", [b"1"])], facts(THREE_DAYS))
    (part,) = tmp_path.rglob("*.part")
    found = part.stat()
    assert files.calls[-3:] == [
        ("fsync", found.st_ino, found.st_size),
        ("rename", found.st_ino, found.st_size, part),
        ("fsync folder", part.parent),
    ]
