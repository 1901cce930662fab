"""200,000 records into every kind of target, each in a process of its own whose peak memory is measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

RECORDS: Final = 200_000
LIMIT_MEBIBYTES: Final = 250  # an action has 300, of which the program around it takes some
WRITE: Final = """
import sys
from pathlib import Path
from finago_assets.core.request.answer import Answer
from finago_assets.core.request.targets.target import parse_target
from tests.peak import peak_kib
body, into, records = sys.argv[1:]
answer = Answer(200, None, {}, Path(body), True, int(records), 1, 1, 0, 0, 0, 0)
print(parse_target(into).write(answer).rows, peak_kib() // 1024)
"""


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of 200,000 records of about 600 bytes."""
    record = {"id": "x" * 36, "account": {"id": 1, "name": "y" * 40}, "text": "z" * 300, "tags": [{"a": 1}] * 5}
    file = tmp_path_factory.mktemp("answer") / "body.json"
    with file.open("w", encoding="utf-8") as text:
        for number in range(RECORDS):
            text.write(("," if number else "[") + json.dumps({**record, "number": number, "amount": number / 100}))
        text.write("]")
    return file


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["parquet", "csv", "xlsx", "ndjson", "duckdb", "sqlite", "postgresql"])
def test_every_target_takes_200000_records_in_bounded_memory(
    request: pytest.FixtureRequest, tmp_path: Path, body: Path, kind: str
) -> None:
    into = {
        "parquet": f"{tmp_path / 'x.parquet'}",
        "csv": f"{tmp_path / 'x.csv'}",
        "xlsx": f"{tmp_path / 'x.xlsx'}",
        "ndjson": f"{tmp_path / 'x.ndjson'}",
        "duckdb": f"duckdb:{tmp_path / 'x.duckdb'}#t",
        "sqlite": f"sqlite:///{tmp_path / 'x.db'}#t",
    }.get(kind) or f"{request.getfixturevalue('postgresql')}#t"
    said = subprocess.run(
        [sys.executable, "-c", WRITE, body, into, str(RECORDS)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    # under `-c` DuckDB takes itself to be watched, and on a slow machine draws its progress before this line
    rows, mebibytes = map(int, said.stdout.split()[-2:])
    assert rows == RECORDS
    assert mebibytes < LIMIT_MEBIBYTES
