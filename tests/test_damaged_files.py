"""A landed file that was damaged: the run that meets it fails with its name and what to do, wherever it is met."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.errors import CorruptFile
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.orchestration.partitions import RANGE_END, RANGE_START
from finago_assets.orchestration.raw import raw_assets, raw_key
from finago_assets.settings import read_settings
from tests.security.stage import Impatient
from tests.shop import DAY, NEVER_AGAIN, Shop, shop, shop_office

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.landing.store import RawStore

__all__ = ["shop", "shop_office"]


def _cut_footer(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _flip_a_byte(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 4] ^= 0x10
    path.write_bytes(whole)


def _bend_footer(path: Path) -> None:
    """Damage the length of the footer: of an empty day's file any other byte may be one that nobody reads."""
    whole = bytearray(path.read_bytes())
    whole[-6] ^= 0x10
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

        return ParquetStore(data, "finago", checkpoint=rot)


def test_a_file_damaged_as_it_lands_fails_the_blocking_check_by_name(shop: Shop) -> None:
    @dg.asset(deps=[raw_key("finago", "banktransactions")])
    def downstream() -> None:
        raise AssertionError("a damaged file was built on")

    result = dg.materialize(
        [*raw_assets(FINAGO, read_settings()), downstream],
        selection=[raw_key("finago", "banktransactions"), downstream.key],
        resources={"finago": Rotting()},
        instance=shop.instance,
        tags={RANGE_START: DAY, RANGE_END: DAY},
        raise_on_error=False,
    )
    assert not result.success
    (check,) = [one for one in result.get_asset_check_evaluations() if not one.passed]
    assert check.check_name == "landed_as_expected"
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert str(shop.file("banktransactions")) in (check.description or "")
    assert "land the partition again" in (check.description or "")


def test_every_damaged_partition_is_found_and_no_other(shop: Shop) -> None:
    store = ParquetStore(shop.data, "finago")
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
    for damage, day in ((_cut_footer, "2024-01-02"), (_bend_footer, "2024-01-10")):
        assert shop.run("transactionlines", days=(day, day)) == ""
        damaged = shop.file("transactionlines", day)
        whole = damaged.read_bytes()
        damage(damaged)
        failure = shop.build()
        assert failure.startswith(f"CorruptFile: {damaged}: "), damage.__name__
        assert "land the partition again" in failure
        assert published.read_bytes() == before
        damaged.write_bytes(whole)
