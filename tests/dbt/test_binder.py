"""The month-end binder as its command leaves it: exceptions, decisions, what changed, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest
from typer.testing import CliRunner, Result

from finago_assets.cli import app
from tests.dbt.month_end_books import SOUND, TROUBLED

if TYPE_CHECKING:
    from pathlib import Path

MARCH: Final = ("--period", "2025-03")
OF_SOUND: Final = (*MARCH, "--organization", SOUND)
OF_TROUBLED: Final = (*MARCH, "--organization", TROUBLED)
# a line of the month that nothing of the sound books explains
LATER_LINE: Final = f"""
    insert into marts.general_ledger by name
    select * replace ('added' as line_id, 100.00 as amount, 100.00 as debit) from marts.general_ledger
    where organization_id = '{SOUND}' and account_number = 1920 and posting_date = '2025-03-03'
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """A data folder in which the books are published."""

    data: Path

    def type(self, *words: str) -> Result:
        """Type `finago-assets report ...`."""
        environment = {"FINAGO_DATA_DIR": f"{self.data}", "TERM": "dumb", "COLUMNS": "200"}
        return CliRunner().invoke(app, ["report", *words], env=environment)

    def folder(self, organization: str, month: str = "2025-03") -> Path:
        return self.data / "report" / organization / month

    def listed(self, organization: str, month: str = "2025-03") -> dict[str, dict[str, Any]]:
        """The exceptions of a binder by their ids."""
        held = json.loads((self.folder(organization, month) / "exceptions.json").read_text())
        return {one["id"]: one for one in held["exceptions"]}

    def change(self, sql: str) -> None:
        """Change what is published behind everybody's back."""
        with duckdb.connect(os.fspath(self.data / "finago.duckdb")) as connection:
            connection.execute(sql)


@pytest.fixture
def desk(month_end: Path, tmp_path: Path) -> Desk:
    shutil.copytree(month_end, tmp_path / "data")
    return Desk(tmp_path / "data")


def test_a_binder_names_what_is_wrong_with_a_month_and_what_is_not(desk: Desk) -> None:
    done = desk.type(*MARCH)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in desk.folder(TROUBLED).iterdir()) == [
        ".lock",
        "binder-2025-03.html",
        "binder-2025-03.xlsx",
        "exceptions.json",
        "snapshot.parquet",
    ]
    listed = desk.listed(TROUBLED)
    found = {id_: one["verdict"] for id_, one in listed.items() if one["verdict"] != "pass"}
    assert found == {
        "ledger-rejects": "blocked",
        "tie-out/6300": "blocked",
        "trial-balance": "blocked",
        "vouchers": "blocked",
        "bank/1920": "review",
        "posted-late": "review",
        "receivable/overdue": "review",
        "receivable/unallocated": "review",
        "suspense/1990": "review",
        "unclassified/9100": "review",
        **{id_: "review" for id_ in listed if id_.startswith("check/")},
    }
    assert (
        listed["bank/1920"]["why"] == "It was overdrawn, by -1,050.00 NOK on 2025-03-05, and closes with -938.85 NOK."
    )
    assert "700.00 NOK is overdue by more than 90 days, of 1 party" in listed["receivable/overdue"]["why"]
    assert "they differ by 100.00 NOK" in listed["tie-out/6300"]["why"]
    assert {id_ for id_, one in desk.listed(SOUND).items() if one["verdict"] != "pass"} <= {
        id_ for id_ in desk.listed(SOUND) if id_.startswith("check/")
    }
    assert "tie-out/6300" in done.output
    assert all(one["why"] and one["to_do"] and one["basis"] for one in listed.values())


def test_a_decision_is_kept_with_who_and_why_and_no_longer_holds_when_its_figure_changed(desk: Desk) -> None:
    assert desk.type(*OF_TROUBLED).exit_code == 0
    done = desk.type(
        *("decide", "suspense/1990", *OF_TROUBLED),
        *("--verdict", "pass", "--by", "Kari <Nordmann>", "--note", "=card fee, moved in April"),
    )
    assert done.exit_code == 0, done.output
    one = desk.listed(TROUBLED)["suspense/1990"]
    assert (one["verdict"], one["found"], one["decided_by"]) == ("pass", "review", "Kari <Nordmann>")
    assert one["note"] == "=card fee, moved in April"
    assert one["decided_at"].endswith("+00:00")
    page = (desk.folder(TROUBLED) / "binder-2025-03.html").read_text()
    assert "<strong>pass</strong> by Kari &lt;Nordmann&gt;" in page
    # as it stands when the binder is made again, and not when the balance is another
    assert desk.type(*OF_TROUBLED).exit_code == 0
    assert desk.listed(TROUBLED)["suspense/1990"]["verdict"] == "pass"
    desk.change("update reporting.trial_balance set closing_balance = 12.31 where account_number = 1990")
    assert desk.type(*OF_TROUBLED).exit_code == 0
    one = desk.listed(TROUBLED)["suspense/1990"]
    assert (one["verdict"], one["decided_by"], one["basis"]) == ("review", None, "closes with 12.31 NOK")
    page = (desk.folder(TROUBLED) / "binder-2025-03.html").read_text()
    assert "No longer holds: Kari &lt;Nordmann&gt; decided pass" in page
    kept = json.loads((desk.folder(TROUBLED) / "decisions.json").read_text())["decisions"]
    assert [(decision["exception"], decision["basis"]) for decision in kept] == [
        ("suspense/1990", "closes with 12.30 NOK")
    ]


def test_what_changed_is_told_against_the_last_binder_of_other_figures(desk: Desk) -> None:
    assert desk.type(*OF_SOUND).exit_code == 0
    first = desk.listed(SOUND)["changed"]
    assert first["why"] == "This is the first binder of the month."
    desk.change(LATER_LINE)
    desk.change(
        f"update marts.general_ledger set comment = 'other' where organization_id = '{SOUND}' and account_number = 3200"
    )
    assert desk.type(*OF_SOUND).exit_code == 0
    changed = desk.listed(SOUND)["changed"]
    assert changed["verdict"] == "review"
    assert changed["why"].endswith("2 lines, 0 balances.")
    page = (desk.folder(SOUND) / "binder-2025-03.html").read_text()
    assert "comment: nothing" in page
    # binders of the same figures say the same; they do not make them look as if they had always been so
    for _ in range(2):
        assert desk.type(*OF_SOUND).exit_code == 0
        assert desk.listed(SOUND)["changed"] == changed
    desk.change("delete from marts.general_ledger where line_id = 'added'")
    assert desk.type(*OF_SOUND).exit_code == 0
    assert desk.listed(SOUND)["changed"]["why"].endswith("1 line, 0 balances.")
    assert "removed" in (desk.folder(SOUND) / "binder-2025-03.html").read_text()


def test_a_snapshot_that_cannot_be_read_is_told_and_holds_nothing_back(desk: Desk) -> None:
    assert desk.type(*OF_SOUND).exit_code == 0
    (desk.folder(SOUND) / "snapshot.parquet").write_bytes(b"PAR1 not at all")
    assert desk.type(*OF_SOUND).exit_code == 0
    assert "cannot be read" in desk.listed(SOUND)["changed"]["why"]
    assert desk.type(*OF_SOUND).exit_code == 0
    assert "Nothing has changed" in desk.listed(SOUND)["changed"]["why"]


def test_what_is_not_known_passes_nothing(desk: Desk) -> None:
    unknown = f"set opening_balance = null, closing_balance = null where organization_id = '{SOUND}'"
    for schema in ("marts", "reporting"):
        desk.change(f"update {schema}.trial_balance {unknown} and account_number = 1920")
    assert desk.type(*OF_SOUND).exit_code == 0
    listed = desk.listed(SOUND)
    assert (listed["balances-unknown"]["verdict"], listed["bank/1920/unknown"]["verdict"]) == ("blocked", "blocked")
    assert listed.keys() & {"trial-balance", "bank"} == set()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--period", "2025-3"), "it takes a month as YYYY-MM"),
        (("--period", "2999-01"), "has not begun"),
        (("--period", "2019-01"), "Nothing of 2019-01 has landed; the books are there from 2024-01 to 2025-04"),
        ((*MARCH, "--organization", "nobody"), "'nobody' is not in the published file, which holds sound, troubled"),
        ((*MARCH, "--into", "{data}/raw/x"), "which the pipeline keeps for itself"),
        (
            ("decide", "bank/1920", *MARCH, "--verdict", "pass", "--by", "a", "--note", "b"),
            "There is no binder of 2025-03",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_with_2_before_anything_is_written(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    done = desk.type(*(word.format(data=desk.data) for word in words))
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert not (desk.data / "report").exists()
    assert not (desk.data / "raw").exists()


def test_where_nothing_or_no_database_is_published_that_is_said(desk: Desk) -> None:
    published = desk.data / "finago.duckdb"
    published.write_bytes(b"x" * 9000)
    done = desk.type(*MARCH)
    assert (done.exit_code, "CorruptFile" in done.output) == (2, True), done.output
    published.unlink()
    done = desk.type(*MARCH)
    assert (done.exit_code, "Nothing is published" in done.output) == (2, True), done.output
    assert not (desk.data / "report").exists()


def test_a_decision_needs_a_name_a_reason_and_an_exception_that_there_is(desk: Desk) -> None:
    assert desk.type(*OF_TROUBLED).exit_code == 0
    asked = ("--verdict", "pass", "--by")
    for words, said in (
        (("decide", "bank/1", *MARCH, *asked, "a", "--note", "b"), "has no exception 'bank/1'"),
        (("decide", "bank/1920", *MARCH, *asked, " ", "--note", "b"), "names who made it"),
        (("decide", "bank/1920", *MARCH, *asked, "a", "--note", ""), "and why"),
        ((*MARCH, "decide", "bank/1920", *asked, "a", "--note", "b"), "write options after `decide`"),
    ):
        done = desk.type(*words)
        assert (done.exit_code, said in done.output) == (2, True), done.output
    assert not (desk.folder(TROUBLED) / "decisions.json").exists()
    # the only organization with a binder need not be named
    assert desk.type("decide", "bank/1920", *MARCH, *asked, "Ola", "--note", "overdraft").exit_code == 0
    (desk.folder(TROUBLED) / "decisions.json").write_text("[")
    done = desk.type(*OF_TROUBLED)
    assert (done.exit_code, "It says who decided what" in done.output) == (1, True), done.output


def test_a_binder_that_cannot_be_written_to_its_end_leaves_the_last_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.type(*OF_SOUND).exit_code == 0
    before = {path.name: path.read_bytes() for path in desk.folder(SOUND).iterdir()}
    desk.change(LATER_LINE)
    # the page is written by then; the workbook's rows find no room
    monkeypatch.setenv("TMPDIR", "/dev/full")
    monkeypatch.setattr("tempfile.tempdir", "/dev/full")
    done = desk.type(*OF_SOUND)
    assert (done.exit_code, "NotWritable" in done.output) == (1, True), done.output
    assert {path.name: path.read_bytes() for path in desk.folder(SOUND).iterdir()} == before


def test_a_month_without_lines_and_without_a_year_before_has_a_binder_of_its_own(desk: Desk) -> None:
    assert desk.type("--period", "2025-04", "--organization", SOUND).exit_code == 0
    listed = desk.listed(SOUND, "2025-04")
    assert listed["landing"]["verdict"] == "pass"
    page = (desk.folder(SOUND, "2025-04") / "binder-2025-04.html").read_text()
    assert "Nothing was posted in this month." in page
    assert "Last year is empty where its month is not in the books." in page


def test_without_the_build_behind_it_the_binder_says_what_it_does_not_know(desk: Desk) -> None:
    (desk.data / "finago_details.duckdb").unlink()
    assert desk.type(*OF_SOUND).exit_code == 0
    assert desk.listed(SOUND)["checks"]["verdict"] == "review"


def test_the_rows_of_a_check_that_is_no_more_are_no_finding(desk: Desk) -> None:
    with duckdb.connect(os.fspath(desk.data / "finago_details.duckdb")) as connection:
        connection.execute("create table audit.gone as from audit.trial_balance_is_zero")
        connection.execute("create schema if not exists build")
        connection.execute("create table build.verdicts as select 'test.finago.trial_balance_is_zero' as test")
    assert desk.type(*OF_TROUBLED).exit_code == 0
    assert [id_ for id_ in desk.listed(TROUBLED) if id_.startswith("check")] == ["check/trial_balance_is_zero"]


def test_binders_go_where_they_are_told_to(desk: Desk, tmp_path: Path) -> None:
    assert desk.type(*OF_SOUND, "--into", f"{tmp_path / 'elsewhere'}").exit_code == 0
    assert (tmp_path / "elsewhere" / SOUND / "2025-03" / "binder-2025-03.xlsx").is_file()
    assert not (desk.data / "report").exists()
