"""The one check of a raw asset, over files landed without a run: what each trouble says, and whether it blocks.

`test_raw_events.py` and `test_drift.py` show it in runs.
"""

from __future__ import annotations

import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.errors import Forbidden
from finago_assets.core.landing.model import Missing
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.orchestration.checks import CHECK, judged, spec, withheld
from finago_assets.orchestration.raw import raw_key
from tests.core.landing.samples import FIRST, LINES, ORGANIZATION, SECOND, THREE_DAYS, facts, land

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.store import Landed

LINE: dict[str, Any] = {"id": "a", "amount": 12.5, "date": f"{FIRST}", "account": {"number": 1500}}
KEY = raw_key("finago", "transactionlines")
ELEMENTS = dataclasses.replace(ENDPOINTS["dimension_elements"], may_be_empty=False)
ELEMENT: dict[str, Any] = {"dimensionType": 101, "value": "1", "name": "One"}
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    return ParquetStore(tmp_path, "finago")


def _lines(*records: dict[str, Any]) -> list[bytes]:
    return [json.dumps(record).encode() for record in records]


def _damage(*landed: Landed) -> None:
    for one in landed:
        os.truncate(one.location, 40)


def _land_elements(store: ParquetStore, *records: dict[str, Any], refused: int = 0) -> list[Landed]:
    missing = tuple(Missing(f"{number}", "Permanent", 400, "t") for number in range(refused))
    chain = dataclasses.replace(facts(THREE_DAYS), missing=missing)
    with store.spool(ELEMENTS, ORGANIZATION, [FIRST]) as spool:
        spool.add(1, _lines(*records), FIRST, [f"{n}" for n in range(len(records))], "101")
        return list(spool.publish(chain))


def _judge(store: ParquetStore, landed: Sequence[Landed], endpoint: Endpoint = LINES) -> dg.AssetCheckResult:
    return judged(endpoint, store, KEY, landed)


def test_what_is_as_expected_says_how_many_rows_were_read_again_and_by_month_only_over_several_days(
    store: ParquetStore,
) -> None:
    landed = land(store, THREE_DAYS, {FIRST: _lines(LINE), SECOND: _lines(LINE, LINE)})
    whole, day = _judge(store, landed), _judge(store, landed[1:2])
    assert (whole.passed, whole.description, day.passed, day.description) == (True, None, True, None)
    assert set(whole.metadata) == {"rows_of_this_run", "months"}
    assert set(day.metadata) == {"rows_of_this_run"}
    assert (whole.metadata["rows_of_this_run"].value, day.metadata["rows_of_this_run"].value) == (3, 2)
    (month,) = whole.metadata["months"].value.records  # type: ignore[union-attr]
    assert dict(month.data) == {"month": "2024-01", "days": 3, "rows": 3, "faulty": 0}


def test_a_damaged_file_blocks_and_is_named_with_what_to_do(store: ParquetStore) -> None:
    landed = land(store, THREE_DAYS, {FIRST: _lines(LINE), SECOND: _lines(LINE, LINE)})
    _damage(landed[1])
    for check in (_judge(store, landed), _judge(store, landed[1:2])):
        assert (check.passed, check.severity) == (False, ERROR)
        said = check.description or ""
        assert said.startswith(landed[1].location)
        assert "land the partition again" in said
        (month,) = check.metadata["months"].value.records  # type: ignore[union-attr]
        assert month.data["faulty"] == 1


def test_several_damaged_files_are_counted_and_named(store: ParquetStore) -> None:
    landed = land(store, THREE_DAYS, {FIRST: _lines(LINE)})
    _damage(*landed)
    said = _judge(store, landed).description or ""
    assert said.startswith("3 landed files are damaged. ")
    assert [one.location for one in landed if one.location not in said] == []


def test_a_key_that_is_gone_from_every_record_blocks_and_another_field_warns(store: ParquetStore) -> None:
    odd = {**LINE, "news": 1}
    warned = _judge(store, land(store, THREE_DAYS, {FIRST: _lines(LINE, odd)}))
    assert (warned.passed, warned.severity) == (False, WARN)
    assert (warned.description or "").startswith("`news` not in the description. What came landed byte for byte.")
    counted = {name: warned.metadata[name].value for name in ("rows_of_this_run", "records", "records_that_differ")}
    assert counted == {"rows_of_this_run": 2, "records": 2, "records_that_differ": 1}

    del odd["id"]
    blocked = _judge(store, land(store, THREE_DAYS, {FIRST: _lines(odd)}))
    assert (blocked.passed, blocked.severity) == (False, ERROR)
    assert (blocked.description or "").startswith("No record has its key any more. `id` ")


def test_a_list_that_is_never_empty_and_came_empty_is_a_warning_and_another_is_none(store: ParquetStore) -> None:
    landed = land(store, THREE_DAYS, {})
    assert _judge(store, landed).passed
    check = _judge(store, landed, dataclasses.replace(LINES, may_be_empty=False))
    assert (check.passed, check.severity) == (False, WARN)
    assert "came without a single record" in (check.description or "")
    assert "then materialize finago/transactionlines again" in (check.description or "")


def test_parents_that_were_not_answered_are_a_warning_with_a_table(store: ParquetStore) -> None:
    check = _judge(store, _land_elements(store, ELEMENT, refused=7), ELEMENTS)
    assert (check.passed, check.severity) == (False, WARN)
    said = check.description or ""
    assert said.startswith("dimension_elements lacks what belongs to 7 records of dimensions, because the API refused")
    assert "; and 2 more. What belongs to the others is there." in said
    assert check.metadata["missing"].value == 7
    assert len(check.metadata["parents"].value.records) == 7  # type: ignore[union-attr]


def test_several_troubles_are_one_result_of_the_worst_severity_the_most_serious_first(store: ParquetStore) -> None:
    keyless = {"dimensionType": 101, "name": "One"}
    check = _judge(store, _land_elements(store, keyless, refused=1), ELEMENTS)
    assert (check.passed, check.severity) == (False, ERROR)
    key, parents, blocks = (check.description or "").split("\n\n")
    assert blocks == "What is made of it is not built until this is mended."
    assert key.startswith("No record has its key any more.")
    assert parents.startswith("dimension_elements lacks what belongs to 1 record of dimensions")
    assert set(check.metadata) == {"rows_of_this_run", "records", "records_that_differ", "fields", "missing", "parents"}

    landed = _land_elements(store, {**ELEMENT, "news": 1}, refused=1)
    mild = _judge(store, landed, ELEMENTS)
    parents, fields, warns = (mild.description or "").split("\n\n")
    assert warns == "This is a warning: nothing is withheld because of it."
    assert mild.severity is WARN
    assert (parents[:17], fields[:6]) == ("dimension_element", "`news`")

    empty = _judge(store, _land_elements(store, refused=1), ELEMENTS)
    lead, parents, _ = (empty.description or "").split("\n\n")
    assert empty.severity is WARN
    assert "came without a single record" in lead
    assert "lacks what belongs to 1 record" in parents

    _damage(*landed)
    damaged = _judge(store, landed, ELEMENTS)
    assert damaged.severity is ERROR
    assert [part.startswith(landed[0].location) for part in (damaged.description or "").split("\n\n")][:2] == [
        True,
        False,
    ]


def test_a_withheld_scope_is_a_warning_that_says_nothing_of_what_cannot_be_judged() -> None:
    check = withheld(ELEMENTS, KEY, Forbidden("403", scopes=("api.some:read",)))
    assert (check.passed, check.severity) == (False, WARN)
    assert (check.description or "").startswith(
        "403 for GET /dimensions/{dimensionType}/elements: the organization has"
    )
    assert {name: fact.value for name, fact in check.metadata.items()} == {"scopes": "api.some:read"}


def test_each_endpoint_has_one_check_which_blocks_and_vouches_for_what_applies_to_it() -> None:
    specs = {name: spec(endpoint, raw_key("finago", name)) for name, endpoint in ENDPOINTS.items()}
    assert {(one.name, one.blocking) for one in specs.values()} == {(CHECK, True)}
    said = {name: one.description or "" for name, one in specs.items()}
    assert all("manifest" in words and "grants" in words for words in said.values())
    assert {name for name, words in said.items() if "not empty" in words} == {
        name for name, endpoint in ENDPOINTS.items() if not endpoint.may_be_empty
    }
    assert {name for name, words in said.items() if "answered for each record of" in words} == {
        name for name, endpoint in ENDPOINTS.items() if endpoint.parent is not None
    }
    mine = dataclasses.replace(LINES, name="lines_of_my_own", fields=None)
    own = spec(mine, raw_key("finago", mine.name)).description or ""
    assert "fields" in said[LINES.name]
    assert "fields" not in own
