"""Neither a secret nor a token comes to rest in what the action, its exits and the flow around it store."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from pydantic import BaseModel, field_validator

from finago_assets.orchestration.request import ConnectionConfig, finago_connection
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.sandbox.server import Running, running
from tests.orchestration.request.stage import ACTION, Desk, Sent, by_hand, exits_recorded, from_a_row, template
from tests.security.canaries import SECRET, SECRET_STRETCHES, sightings
from tests.security.places import Search, open_to_others
from tests.security.stage import Impatient, at_debug, with_canaries

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = template("accounts.list")
# Dagster commits every event to the disk; in memory that costs nothing
IN_MEMORY = Path("/dev/shm")  # noqa: S108  the folder in it has a name nobody can guess


class Curious(BaseModel):
    """A type of somebody's own that tells everything it can get hold of."""

    id: int

    @field_validator("id")
    @classmethod
    def _tells(cls, _: int) -> int:
        raise RuntimeError(f"{os.environ}")


@pytest.fixture(scope="module")
def guarded_office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield with_canaries(found)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for everything that is stored."""
    made = Path(tempfile.mkdtemp(prefix="canary-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def guarded(guarded_office: Running, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home = folder / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        made = Desk(guarded_office, folder / "data", instance, monkeypatch, Impatient())
        made.set(**guarded_office.environment(), FINAGO_DATA_DIR=str(made.data))
        made.set(FINAGO_CLIENT_SECRET=SECRET, NORTH_ID=guarded_office.client_id, NORTH_SECRET=SECRET)
        made.set(REPORTING=f"postgresql://reporter:{SECRET_STRETCHES[0]}@127.0.0.1:1/books")
        yield made
    guarded_office.control.set_faults()


def test_nothing_secret_is_stored_whatever_happens(
    guarded: Desk, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = logging.FileHandler(folder / "log.txt")
    logging.root.addHandler(log)
    with at_debug():
        fired = ["success" in sent.fired for sent in _everything(guarded, folder / "outputs")]
    logging.root.removeHandler(log)
    log.close()
    (folder / "seen.txt").write_text("\n".join(capfd.readouterr()), encoding="utf-8")
    assert fired == [True, True, False, False, False, False]
    scan = Search().through(folder).covered(20)
    assert scan.hits == []
    assert open_to_others(guarded.data) == []


@pytest.mark.parametrize(
    "config",
    [
        {"connection": {"registered": {"name": "north", "registry": SECRET}}},
        {"connection": {"given": {"organization_id": "1", "client_id": {"env": "A"}, "client_secret": SECRET}}},
        {"into": {"sql": {"url": f"postgresql://u:{SECRET}@h/d", "table": "accounts"}}},
        {"into": {"sql": {"url": {"url": SECRET}, "table": "accounts"}}},
    ],
    ids=["a registry's URL", "a secret", "a database's URL", "a database's URL in disguise"],
)
def test_a_value_in_a_references_place_is_refused_before_there_is_a_run_to_store(
    desk: Desk, config: dict[str, Any]
) -> None:
    before = desk.instance.get_runs_count()
    with pytest.raises(dg.DagsterInvalidConfigError):
        desk.send({**ACCOUNTS, **config})
    assert desk.instance.get_runs_count() == before


def test_a_row_that_holds_a_value_where_a_reference_belongs_is_refused_without_repeating_it() -> None:
    row = {"name": "north", "organization_id": "1", "client_id": "env:NORTH_ID", "client_secret": SECRET}
    with pytest.raises(dg.Failure) as refused, dg.build_op_context() as context:
        finago_connection(context, ConnectionConfig(), row)
    assert "client_secret must be a reference" in str(refused.value.description)
    assert sightings(repr(refused.value).encode()) == []


def test_an_address_where_a_files_path_belongs_is_not_used(desk: Desk) -> None:
    sent = desk.send({**ACCOUNTS, "into": {"file": {"path": "sqlite:///books.db#accounts"}}})
    assert sent.fired == {"error", "continue_"}
    assert "plain path" in sent.outcome.sentence()


def _everything(desk: Desk, outputs: Path) -> Iterator[Sent]:
    """Run flows whose exits are stored on disk: a static connection, a dynamic one, and errors of four kinds."""
    yield desk.run(exits_recorded, {ACTION: ACCOUNTS}, outputs=outputs)
    yield desk.run(from_a_row, {ACTION: ACCOUNTS}, outputs=outputs)
    nobody_listens = {"sql": {"url": {"env": "REPORTING"}, "table": "accounts"}}
    yield desk.run(exits_recorded, {ACTION: {**ACCOUNTS, "into": nobody_listens}}, outputs=outputs)
    curious = {"type": {"name": f"{__name__}:Curious"}}
    yield desk.run(exits_recorded, {ACTION: {**ACCOUNTS, "response": curious}}, outputs=outputs)
    written = by_hand("POST", "/customers", body="{}") | {"allow_writes": True}
    desk.office.control.set_faults(Rule(fault=AnswerFault.RESET, path="/v1/customers"))
    yield desk.run(exits_recorded, {ACTION: written}, outputs=outputs)
    desk.office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/accounts", status=400))
    yield desk.run(exits_recorded, {ACTION: ACCOUNTS}, outputs=outputs)
