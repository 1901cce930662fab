"""Records into files: whole or not at all, private, and again the same."""

from __future__ import annotations

import json
import resource
import stat
from contextlib import contextmanager
from decimal import Decimal
from secrets import token_hex
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from finago_assets.core.errors import Malformed, NoSpace, NotWritable
from finago_assets.core.request.targets.target import parse_target
from finago_assets.core.request.targets.written import Written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.request.targets.conftest import Answering


def test_parquet_has_typed_columns(tmp_path: Path, answer: Answering) -> None:
    path = tmp_path / "accounts.parquet"
    written = parse_target(str(path)).write(answer('[{"id": 1, "balance": 1.50}, {"id": 2, "open": true}]'))
    assert written == Written(2, str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pq.read_table(path).to_pylist() == [
        {"id": 1, "balance": Decimal("1.5"), "open": None},
        {"id": 2, "balance": None, "open": True},
    ]


@pytest.mark.parametrize("name", ["accounts.ndjson", "accounts.JSONL"])
def test_ndjson_has_each_record_as_it_was_sent_on_one_line(tmp_path: Path, answer: Answering, name: str) -> None:
    path = tmp_path / name
    written = parse_target(str(path)).write(answer('[{"id": 1.50},\n {"id":\r\n "a\\nb"}, 3]'))
    assert written == Written(3, str(path))
    assert path.read_bytes() == b'{"id": 1.50}\n{"id":   "a\\nb"}\n3\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_object_is_one_line(tmp_path: Path, answer: Answering) -> None:
    parse_target(str(tmp_path / "one.ndjson")).write(answer('{"a":\n1}', many=False))
    assert (tmp_path / "one.ndjson").read_text() == '{"a": 1}\n'


@pytest.mark.parametrize("name", ["x.parquet", "x.ndjson"])
def test_no_records_are_an_empty_file(tmp_path: Path, answer: Answering, name: str) -> None:
    assert parse_target(str(tmp_path / name)).write(answer("[]")).rows == 0
    if name.endswith("parquet"):
        assert pq.read_table(tmp_path / name).num_rows == 0
    else:
        assert (tmp_path / name).read_bytes() == b""


@pytest.mark.parametrize("name", ["x.parquet", "x.ndjson"])
def test_an_answer_damaged_on_disk_leaves_the_earlier_file(tmp_path: Path, answer: Answering, name: str) -> None:
    target = parse_target(str(tmp_path / name))
    target.write(answer('[{"a": 1}]'))
    before = (tmp_path / name).read_bytes()
    broken = answer('[{"a": 2}]')
    broken.body.write_text('[{"a": 2}')
    with pytest.raises(Malformed):
        target.write(broken)
    assert (tmp_path / name).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["body.json", name])


def test_a_file_that_cannot_be_made_is_told_with_its_path(tmp_path: Path, answer: Answering) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    target = parse_target(str(folder / "x.parquet"))
    folder.rmdir()
    with pytest.raises(NotWritable, match=r"x\.parquet cannot be written: ENOENT.*Nothing was changed"):
        target.write(answer('[{"a": 1}]'))


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.xlsx", "x.ndjson"])
def test_a_full_disk_leaves_the_earlier_file(tmp_path: Path, answer: Answering, name: str) -> None:
    target = parse_target(str(tmp_path / name))
    target.write(answer('[{"a": 1}]'))
    before = (tmp_path / name).read_bytes()
    larger = answer(json.dumps([{"a": token_hex(50)} for _ in range(500)]))
    with no_file_larger_than(8_192), pytest.raises(NoSpace, match=r"no room left\. Nothing was changed"):
        target.write(larger)
    assert (tmp_path / name).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["body.json", name])


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Python ignores the signal that comes with it, so that a write fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
