"""Bad input, seen from the run: a typed error that says what to do, and what was landed before still stands."""

from __future__ import annotations

import errno
import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from dagster._cli.asset import asset_materialize_command

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import ONE_DAY, oslo_today
from tests.core.landing.faulty import FaultyFiles
from tests.core.landing.samples import temporaries
from tests.security.stage import Impatient
from tests.shop import DAY, NEVER_AGAIN, Shop, shop, shop_office

if TYPE_CHECKING:
    from finago_assets.core.landing.store import RawStore

__all__ = ["shop", "shop_office"]

TROUBLES = (Path(__file__).parents[1] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
DAGSTER_SAYS = "must have a PartitionsDefinition containing the passed partition key"


def _closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FINAGO_CLIENT_SECRET", "not the secret", "Check FINAGO_CLIENT_ID and FINAGO_CLIENT_SECRET"),
        ("FINAGO_CLIENT_ID", "nobody", "Check FINAGO_CLIENT_ID and FINAGO_CLIENT_SECRET"),
        ("FINAGO_ORGANIZATION_ID", "999999999999999", "check FINAGO_ORGANIZATION_ID"),
    ],
    ids=["wrong secret", "wrong client", "unknown organization"],
)
def test_refused_credentials_name_the_variables_to_check(shop: Shop, variable: str, value: str, said: str) -> None:
    shop.monkeypatch.setenv(variable, value)
    failure = shop.run("transactionlines")
    assert failure.startswith("AuthRefused: POST the token endpoint")
    assert said in failure
    assert NEVER_AGAIN in failure
    assert value not in failure
    assert shop.stands()


@pytest.mark.parametrize(
    ("variable", "path", "said"),
    [
        ("FINAGO_TOKEN_URL", "/oauth/token", "Unavailable: POST the token endpoint"),
        ("FINAGO_API_URL", "/v1", "Unavailable: GET /transactionlines"),
    ],
)
def test_an_unreachable_host_says_which_address_to_check(shop: Shop, variable: str, path: str, said: str) -> None:
    shop.monkeypatch.setenv(variable, f"http://127.0.0.1:{_closed_port()}{path}")
    failure = shop.run("transactionlines")
    assert failure.startswith(said)
    assert "Check the address" in failure
    assert "try again later" in failure
    assert shop.stands()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2023-12-30", DAY), "lies before the start date 2024-01-01; set FINAGO_START_DATE to an earlier day"),
        (("2024-01-05", "2024-01-04"), "is empty or reversed; give the earlier day first"),
        ((DAY, f"{oslo_today() + 2 * ONE_DAY}"), "ends in the future"),
    ],
    ids=["before the start", "reversed", "in the future"],
)
def test_a_window_that_cannot_be_asked_for_is_refused_before_anything_is_sent(
    shop: Shop, days: tuple[str, str], said: str
) -> None:
    asked = len(shop.office.requests)
    failure = shop.run("transactionlines", days=days)
    assert failure.startswith("WindowRefused: ")
    assert said in failure
    assert len(shop.office.requests) == asked
    assert shop.stands()


@pytest.mark.filterwarnings("ignore:.*asset_materialize_command. is superseded")
@pytest.mark.parametrize("days", ["1999-12-30...2024-01-02", "2024-01-01...2099-01-05", "2099-01-01...2099-01-05"])
def test_where_dagster_answers_first_the_page_of_troubles_quotes_its_very_words(
    shop: Shop, tmp_path: Path, days: str
) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    shop.monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    command = ["-m", "finago_assets.definitions", "--select", "finago/transactionlines", "--partition-range", days]
    answer = CliRunner().invoke(asset_materialize_command, command)
    assert f"{DAGSTER_SAYS} `{days.partition('.')[0]}`" in str(answer.exception)
    assert "Could not find a partition with key" in str(answer.exception.__context__ if answer.exception else "")
    assert DAGSTER_SAYS in TROUBLES
    assert "Could not find a partition with key" in TROUBLES
    assert shop.stands()


class Faulty(Impatient):
    """Fails at the call numbered `at` of those that land a file, with the error `code`."""

    at: int
    code: int

    def store(self) -> RawStore:
        """Open a store on a disk that is about to fail."""
        return ParquetStore(self.settings().data_dir, "finago", files=FaultyFiles(self.at, self.code))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "(ENOSPC): no room left. Free some disk space and run it again"),
        (
            errno.EROFS,
            "(EROFS): the data folder cannot be used. Give this user write access to it, or set FINAGO_DATA_DIR",
        ),
    ],
    ids=["full disk", "read-only data folder"],
)
@pytest.mark.parametrize("at", [0, 2])  # before the rename
def test_a_disk_that_is_full_or_read_only_says_so_in_the_run(shop: Shop, code: int, said: str, at: int) -> None:
    failure = shop.run("transactionlines", resource=Faulty(at=at, code=code))
    assert failure.startswith("NoSpace: " if code == errno.ENOSPC else "NotWritable: ")
    assert said in failure
    assert "what was landed before still stands" in failure
    assert shop.stands()


def test_a_file_in_a_folders_place_says_which_folder_cannot_be_used(shop: Shop) -> None:
    in_the_way = shop.data / "raw" / "finago" / "accounts"
    in_the_way.write_text("in the way")
    failure = shop.run("accounts")
    assert failure.startswith("NotWritable: ")
    assert str(in_the_way) in failure
    assert shop.stands()


def test_a_second_run_of_the_same_partition_at_the_same_moment_leaves_one_whole_answer(shop: Shop) -> None:
    said: list[str] = []

    class Overtaken(Impatient):
        """Lets a whole second run happen just before the first one's file is put into place."""

        def store(self) -> RawStore:
            def meanwhile(checkpoint: str) -> None:
                if checkpoint == "before rename":
                    said.append(shop.run("accounts"))

            return ParquetStore(self.settings().data_dir, "finago", checkpoint=meanwhile)

    assert shop.run("accounts", resource=Overtaken()) == ""
    assert said == [""]
    store, accounts = ParquetStore(shop.data, "finago"), ENDPOINTS["accounts"].name
    partition = store.newest(accounts, shop.office.organization_id)
    assert partition is not None
    assert store.verify(partition).rows > 0
    assert temporaries(shop.data) == []
    assert shop.before.items() <= shop.contents().items()
