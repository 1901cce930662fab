"""Neither a secret nor a token comes to rest in what the action, its exits and the flow around it store."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from pydantic import BaseModel, field_validator

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.faults import Fault, Rule
from finago_assets.sandbox.server import Running, running
from tests.orchestration.request.stage import ACTION, Desk, Sent, exits_recorded, from_a_row, template
from tests.security.canaries import SECRET, SECRET_STRETCHES
from tests.security.places import Search, open_to_others
from tests.security.stage import Impatient, at_debug, with_canaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNTS = template("accounts.list")


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
def guarded(guarded_office: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        made = Desk(guarded_office, tmp_path / "data", instance, monkeypatch, Impatient())
        made.set(**guarded_office.environment(), FINAGO_DATA_DIR=str(made.data))
        made.set(FINAGO_CLIENT_SECRET=SECRET, NORTH_ID=guarded_office.client_id, NORTH_SECRET=SECRET)
        made.set(REPORTING=f"postgresql://reporter:{SECRET_STRETCHES[0]}@127.0.0.1:1/books")
        yield made
    guarded_office.control.set_faults()


def test_nothing_secret_is_stored_whatever_happens(
    guarded: Desk, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = logging.FileHandler(tmp_path / "log.txt")
    logging.root.addHandler(log)
    with at_debug():
        fired = ["success" in sent.fired for sent in _everything(guarded, tmp_path / "outputs")]
    logging.root.removeHandler(log)
    log.close()
    (tmp_path / "seen.txt").write_text("\n".join(capfd.readouterr()), encoding="utf-8")
    assert fired == [True, True, False, False, False, False]
    scan = Search().through(tmp_path).covered(20)
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
    guarded: Desk, config: dict[str, Any]
) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        guarded.send({**ACCOUNTS, **config})
    assert guarded.instance.get_runs_count() == 0


def _everything(desk: Desk, outputs: Path) -> Iterator[Sent]:
    """Run flows whose exits are stored on disk: a static connection, a dynamic one, and errors of four kinds."""
    yield desk.run(exits_recorded, {ACTION: ACCOUNTS}, outputs=outputs)
    yield desk.run(from_a_row, {ACTION: ACCOUNTS}, outputs=outputs)
    nobody_listens = {"sql": {"url": {"env": "REPORTING"}, "table": "accounts"}}
    yield desk.run(exits_recorded, {ACTION: {**ACCOUNTS, "into": nobody_listens}}, outputs=outputs)
    curious = {"type": {"name": f"{__name__}:Curious"}}
    yield desk.run(exits_recorded, {ACTION: {**ACCOUNTS, "response": curious}}, outputs=outputs)
    written = template("customers.create", body='{"name": "Kari"}') | {"allow_writes": True}
    desk.office.control.set_faults(Rule(fault=Fault.RESET, path="/v1/customers"))
    yield desk.run(exits_recorded, {ACTION: written}, outputs=outputs)
    desk.office.control.set_faults(Rule(fault=Fault.STATUS, path="/v1/accounts", status=400))
    yield desk.run(exits_recorded, {ACTION: ACCOUNTS}, outputs=outputs)
