"""What the pipeline keeps for itself is no target of the op either: the error exit, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.orchestration.request.stage import Desk, template

if TYPE_CHECKING:
    from pathlib import Path

RAW = "raw/finago/accounts/organization=1/date=2024-01-31/data.parquet"
RUNS = "dagster/history/runs.db"
INTO: dict[str, tuple[str, dict[str, Any]]] = {
    "a landed file": (RAW, {"file": {"path": "{file}"}}),
    "a link to a landed file": (RAW, {"file": {"path": "{link}"}}),
    "the history of runs": (RUNS, {"sql": {"url": {"env": "REPORTING"}, "table": "runs"}}),
    "the warehouse": ("finago.duckdb", {"duckdb": {"file": "{file}", "table": "marts.accounts"}}),
}


@pytest.mark.parametrize("case", INTO)
def test_what_the_pipeline_keeps_for_itself_is_no_target(desk: Desk, tmp_path: Path, case: str) -> None:
    name, into = INTO[case]
    file, link = desk.data / name, tmp_path / "link.parquet"
    file.parent.mkdir(parents=True)
    file.write_text("as it was")
    link.symlink_to(file)
    desk.set(REPORTING=f"sqlite:///{file}")
    ((kind, fields),) = into.items()
    named = {
        key: value.format(file=file, link=link) if isinstance(value, str) else value for key, value in fields.items()
    }
    sent = desk.send({**template("accounts.list"), "into": {kind: named}})
    assert "error" in sent.fired
    assert f"{file}" in sent.outcome.sentence()
    assert f"{desk.data / 'exports'}" in sent.outcome.sentence()
    assert desk.asked() == []
    assert file.read_text() == "as it was"
    assert link.is_symlink()
