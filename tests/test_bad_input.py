"""Bad input, seen from the run: a typed error that says what to do, and what was landed before still stands."""

from __future__ import annotations

import errno
import hashlib
import shutil
import socket
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._cli.asset import asset_materialize_command

from finago_assets.core.catalogue.finago import ENDPOINTS
from finago_assets.core.errors import CorruptFile
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import ONE_DAY, oslo_today
from finago_assets.doctor import WINDOW_ADVICE
from finago_assets.orchestration.partitions import RANGE_END, RANGE_START
from finago_assets.orchestration.raw import raw_assets, raw_key
from finago_assets.orchestration.warehouse import dbt_resource, warehouse_assets
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running
from finago_assets.settings import read_settings
from tests.core.landing.faulty import FaultyFiles
from tests.core.landing.samples import temporaries
from tests.security.stage import Impatient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from finago_assets.core.landing.store import RawStore

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
DAY = "2024-01-03"
NEVER_AGAIN = "will fail again until something is changed"
DAGSTER_SAYS = "must have a PartitionsDefinition containing the passed partition key"


@dataclass
class Shop:
    """A data folder with something landed in it, and the means to run more."""

    data: Path
    office: Running
    instance: dg.DagsterInstance
    monkeypatch: pytest.MonkeyPatch
    before: dict[Path, str] = field(default_factory=dict)

    def run(self, *endpoints: str, days: tuple[str, str] = (DAY, DAY), resource: Impatient | None = None) -> str:
        """Materialize raw endpoints; return every failure as the event log holds it, nothing when all went well."""
        assets = raw_assets(read_settings())
        return self._materialize(
            assets, [raw_key(name) for name in endpoints], {"finago": resource or Impatient()}, days
        )

    def build(self) -> str:
        """Build and publish the warehouse of what has landed; return every failure, nothing when all went well."""
        return self._materialize(warehouse_assets(), "*", {"dbt": dbt_resource()}, (DAY, DAY))

    def _materialize(
        self,
        assets: Sequence[dg.AssetsDefinition],
        chosen: str | Sequence[dg.AssetKey],
        resources: dict[str, Any],
        days: tuple[str, str],
    ) -> str:
        result = dg.materialize(
            assets,
            selection=chosen,
            resources=resources,
            instance=self.instance,
            tags=dict(zip((RANGE_START, RANGE_END), days, strict=True)),
            raise_on_error=False,
        )
        stored = self.instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
        assert bool(stored) is not result.success
        return "\n".join(_said(record.event_log_entry.get_dagster_event()) for record in stored)

    def file(self, endpoint: str, day: str = DAY) -> Path:
        """Where a partition lies."""
        folder = self.data / "raw" / "finago" / endpoint / f"organization={self.office.organization_id}"
        return folder / f"date={day}" / "data.parquet"

    def contents(self) -> dict[Path, str]:
        """Every landed file, by what is in it."""
        files = self.data.glob("raw/finago/*/*/*/data.parquet")
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def stands(self) -> bool:
        """Tell whether what was landed before is there as it was, and nothing half made beside it."""
        assert self.before
        return self.contents() == self.before and temporaries(self.data) == []


def _said(event: Any) -> str:
    failure = event.step_failure_data
    given = failure.user_failure_data
    verdict = given.metadata["verdict"].value if given else "nothing typed"
    return f"{given.description if given else failure.error.message} ({verdict})"


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield found


@pytest.fixture
def shop(office: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name, value in {
        **office.environment(),
        "FINAGO_DATA_DIR": str(tmp_path / "data"),
        "FINAGO_LANDING": "parquet",
    }.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.ephemeral() as instance:
        made = Shop(tmp_path / "data", office, instance, monkeypatch)
        assert made.run("salesorders", "transactionlines") == ""
        made.before = made.contents()
        yield made
    office.control.set_faults()


def _closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FINAGO_CLIENT_SECRET", "not the secret", "AuthRefused: POST the token endpoint"),
        ("FINAGO_CLIENT_ID", "nobody", "AuthRefused: POST the token endpoint"),
        ("FINAGO_ORGANIZATION_ID", "999999999999999", "AuthRefused: POST the token endpoint"),
    ],
    ids=["wrong secret", "wrong client", "unknown organization"],
)
def test_refused_credentials_name_the_three_variables_to_check(
    shop: Shop, variable: str, value: str, said: str
) -> None:
    shop.monkeypatch.setenv(variable, value)
    failure = shop.run("transactionlines")
    assert failure.startswith(said)
    assert "Check FINAGO_CLIENT_ID, FINAGO_CLIENT_SECRET and FINAGO_ORGANIZATION_ID" in failure
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
def test_where_dagster_answers_first_the_readme_and_the_doctor_quote_its_very_words(
    shop: Shop, tmp_path: Path, days: str
) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    shop.monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    command = ["-m", "finago_assets.definitions", "--select", "finago/transactionlines", "--partition-range", days]
    answer = CliRunner().invoke(asset_materialize_command, command)
    assert f"{DAGSTER_SAYS} `{days.partition('.')[0]}`" in str(answer.exception)
    assert "Could not find a partition with key" in str(answer.exception.__context__ if answer.exception else "")
    for text in (README, WINDOW_ADVICE):
        assert DAGSTER_SAYS in text
        assert "Could not find a partition with key" in text
    assert shop.stands()


class Faulty(Impatient):
    """Fails at the call numbered `at` of those that land a file, with the error `code`."""

    at: int
    code: int

    def store(self) -> RawStore:
        """Open a store on a disk that is about to fail."""
        return ParquetStore(self.settings().data_dir, files=FaultyFiles(self.at, self.code))


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


def _cut_footer(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _flip_a_byte(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 4] ^= 0x10
    path.write_bytes(whole)


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _another_day(path: Path) -> None:
    shutil.copy(path.parents[1] / "date=2024-01-04" / "data.parquet", path)


@pytest.mark.parametrize("damage", [_cut_footer, _flip_a_byte, _nothing, _another_day])
def test_a_damaged_parent_fails_its_children_with_the_files_name_and_landing_it_again_cures_it(
    shop: Shop, damage: Callable[[Path], None]
) -> None:
    assert shop.run("salesorders", days=("2024-01-04", "2024-01-04")) == ""
    damaged = shop.file("salesorders")
    damage(damaged)
    shop.before = shop.contents()
    failure = shop.run("salesorder_lines")
    assert failure.startswith(f"CorruptFile: {damaged}: ")
    assert "land the partition again" in failure
    assert NEVER_AGAIN in failure
    assert shop.stands()
    assert shop.run("salesorders", "salesorder_lines") == ""


class Rotting(Impatient):
    """Damages every file the moment it has landed."""

    def store(self) -> RawStore:
        """Open a store whose files do not last."""
        data = self.settings().data_dir

        def rot(checkpoint: str) -> None:
            if checkpoint == "after rename":
                for path in data.glob("raw/finago/banktransactions/*/*/data.parquet"):
                    _flip_a_byte(path)

        return ParquetStore(data, checkpoint=rot)


def test_a_file_damaged_as_it_lands_fails_the_blocking_check_by_name(shop: Shop) -> None:
    @dg.asset(deps=[raw_key("banktransactions")])
    def downstream() -> None:
        raise AssertionError("a damaged file was built on")

    result = dg.materialize(
        [*raw_assets(read_settings()), downstream],
        selection=[raw_key("banktransactions"), downstream.key],
        resources={"finago": Rotting()},
        instance=shop.instance,
        tags={RANGE_START: DAY, RANGE_END: DAY},
        raise_on_error=False,
    )
    assert not result.success
    (check,) = [one for one in result.get_asset_check_evaluations() if not one.passed]
    assert check.check_name == "manifest_and_file_agree"
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert str(shop.file("banktransactions")) in (check.description or "")
    assert "land the partition again" in (check.description or "")


def test_every_damaged_partition_is_found_and_no_other(shop: Shop) -> None:
    store = ParquetStore(shop.data)
    lines = ENDPOINTS["transactionlines"].name
    assert list(store.faults(lines, shop.office.organization_id)) == []
    _flip_a_byte(shop.file(lines))
    (fault,) = store.faults(lines, shop.office.organization_id)
    assert isinstance(fault, CorruptFile)
    assert str(shop.file(lines)) in str(fault)
    assert list(store.faults("salesorders", shop.office.organization_id)) == []


@pytest.mark.slow
def test_a_damaged_file_of_any_day_fails_dbt_by_name_and_the_published_warehouse_stays(shop: Shop) -> None:
    assert shop.run("transactionlines", days=("2024-01-01", "2024-01-10")) == ""
    assert shop.build() == ""
    published = shop.data / "finago.duckdb"
    before = published.read_bytes()
    for damage, day in ((_cut_footer, "2024-01-02"), (_flip_a_byte, "2024-01-10")):
        assert shop.run("transactionlines", days=(day, day)) == ""
        damaged = shop.file("transactionlines", day)
        whole = damaged.read_bytes()
        damage(damaged)
        failure = shop.build()
        assert failure.startswith(f"CorruptFile: {damaged}: "), damage.__name__
        assert "land the partition again" in failure
        assert published.read_bytes() == before
        damaged.write_bytes(whole)


def test_a_second_run_of_the_same_partition_at_the_same_moment_leaves_one_whole_answer(shop: Shop) -> None:
    said: list[str] = []

    class Overtaken(Impatient):
        """Lets a whole second run happen just before the first one's file is put into place."""

        def store(self) -> RawStore:
            def meanwhile(checkpoint: str) -> None:
                if checkpoint == "before rename":
                    said.append(shop.run("accounts"))

            return ParquetStore(self.settings().data_dir, checkpoint=meanwhile)

    assert shop.run("accounts", resource=Overtaken()) == ""
    assert said == [""]
    store, accounts = ParquetStore(shop.data), ENDPOINTS["accounts"].name
    partition = store.newest(accounts, shop.office.organization_id)
    assert partition is not None
    assert store.verify(partition).rows > 0
    assert temporaries(shop.data) == []
    assert shop.before.items() <= shop.contents().items()
