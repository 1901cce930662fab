"""Records are compared with what is known of their fields: by name, in full, and without keeping a value."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.drift.record import Trouble
from finago_assets.core.drift.watch import LOOKED_AT, UntilNow, Watch, carried_until_now
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import ONE_DAY, Window
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.core.landing.samples import JANUARY, KINDS, LINES, ORGANIZATION, Store, facts, land
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.drift.watch import Drift

LINE = {"id": "a", "account": {"number": 1500}, "amount": 12.5, "date": "2024-01-02", "tax": {"id": 3, "rate": 25}}


def _bytes(*records: dict[str, Any]) -> list[bytes]:
    return [json.dumps(record, default=float).encode() for record in records]


def _drift(*payloads: bytes, until_now: UntilNow = UntilNow(), endpoint: Endpoint = LINES) -> Drift:  # noqa: B008  frozen
    watch = Watch(endpoint, until_now)
    watch.look(payloads)
    return watch.drift()


def _named(drift: Drift) -> list[tuple[str, Trouble, int]]:
    return [(finding.path, finding.trouble, finding.records) for finding in drift.findings]


def test_a_field_that_came_is_named_with_what_it_is_and_how_often_and_never_with_what_it_holds() -> None:
    drift = _drift(*_bytes(LINE, {**LINE, "secret": "Kari"}, {**LINE, "secret": 7, "tax": {"id": 1, "code": "Ola"}}))
    assert _named(drift) == [("secret", Trouble.UNKNOWN, 2), ("tax.code", Trouble.UNKNOWN, 1)]
    assert [finding.seen for finding in drift.findings] == [("text", "whole number"), ("text",)]
    assert (drift.rows, drift.strays, drift.keyless) == (3, 2, False)
    assert "Kari" not in str(drift)
    assert "Ola" not in str(drift)


def test_a_record_with_damaged_text_is_named_by_its_key_and_the_rest_of_it_is_looked_at() -> None:
    whole = json.dumps(LINE).removesuffix("}")
    damaged = [f'{whole}, "comment": "{text}"}}'.encode() for text in (r"cut \ud83d", "a\x01", r"caf\xe9")]
    known = UntilNow(frozenset({"tax.rate"}))
    drift = _drift(damaged[0], *damaged, damaged[0].replace(b'"comment"', b'"news"'), until_now=known)
    assert _named(drift) == [("news", Trouble.UNKNOWN, 1), ("the record", Trouble.DAMAGED, 5)]
    assert drift.findings[1].seen == ("id a",)
    many = _drift(*[damaged[0].replace(b'"a"', b'"%d"' % number) for number in range(40)])
    assert (many.findings[0].records, len(many.findings[0].seen)) == (40, 10)


def test_a_null_or_missing_promise_is_named_and_an_optional_field_may_be_either() -> None:
    without_tax = {name: value for name, value in LINE.items() if name != "tax"}
    assert _drift(*_bytes({**LINE, "tax": None}, without_tax)).findings == ()
    drift = _drift(*_bytes(LINE, {**LINE, "amount": None}, {**LINE, "currency": {"code": "EUR"}}))
    assert _named(drift) == [("amount", Trouble.MISSING, 1), ("currency.rate", Trouble.MISSING, 1)]


def test_a_key_that_one_record_has_is_not_gone_and_one_that_none_has_is() -> None:
    keyless = {name: value for name, value in LINE.items() if name != "id"}
    assert not _drift(*_bytes(LINE, keyless, keyless)).keyless
    assert _drift(*_bytes(*[keyless] * (LOOKED_AT + 5))).keyless
    balances = ENDPOINTS["accountbalances"]
    assert _drift(*_bytes({"balances": []}), endpoint=balances).keyless
    assert _drift(*_bytes({"account": {"number": 1}}), endpoint=balances).keyless
    assert not _drift().keyless


@pytest.mark.parametrize("number", ["1e400", "-1e-400", "9" * 5000, "12.50", "0.1e1"])
def test_any_number_is_a_number(number: str) -> None:
    (payload,) = _bytes({**LINE, "amount": 8})
    drift = _drift(payload.replace(b'"amount": 8', f'"amount": {number}'.encode()))
    assert drift.findings == ()
    assert drift.strays == 0


def test_a_whole_number_may_have_decimals_that_are_zero_and_no_others() -> None:
    payloads = _bytes({**LINE, "tax": {"id": 3.0}}, {**LINE, "tax": {"id": 3.5}})
    assert _named(_drift(*payloads)) == [("tax.id", Trouble.OTHER_TYPE, 1)]


def test_of_one_trouble_a_thousand_records_are_looked_at_and_all_are_counted_and_another_still_shows() -> None:
    payloads = _bytes(*[{**LINE, "new": 1}] * (LOOKED_AT + 10), {**LINE, "date": 20240102})
    drift = _drift(*payloads)
    assert _named(drift) == [("date", Trouble.OTHER_TYPE, 1), ("new", Trouble.UNKNOWN, LOOKED_AT)]
    assert drift.strays == LOOKED_AT + 11


def test_a_field_that_was_always_there_is_missed_by_its_topmost_name_only() -> None:
    bare = {name: value for name, value in LINE.items() if name != "tax"}
    until_now = UntilNow(
        frozenset({"tax", "tax.id", "tax.rate", "comment", "dimensions", "dimensions[].value"}), rows=2
    )
    dimension = {"dimensionType": 1, "value": "1", "name": "North"}
    drift = _drift(*_bytes(bare, {**bare, "dimensions": [dimension], "new": 1}), until_now=until_now)
    assert [path for path, trouble, _ in _named(drift) if trouble is Trouble.GONE] == ["comment", "tax"]
    # a text has a count of its own, and it is not the field's
    flat = _drift(*_bytes({**bare, "comment": "text"}), until_now=UntilNow(frozenset({"comment.count"})))
    assert _named(flat) == [("comment.count", Trouble.GONE, 1)]
    assert _drift(*_bytes(bare), until_now=until_now).findings == ()  # too few to miss anything
    assert _drift(until_now=UntilNow(until_now.paths)).findings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_renamed_field_is_named_twice(tmp_path: Path, kind: str) -> None:
    store, taxes = KINDS[kind](tmp_path), ENDPOINTS["taxes"]
    high, none = {"id": 1, "number": 3, "name": "High", "rate": 25}, {"id": 0, "number": 0, "name": "None"}
    _land_list(store, taxes, dt.date(2024, 1, 1), high, none)
    until_now = carried_until_now(store, taxes, ORGANIZATION, dt.date(2024, 1, 2))
    assert until_now == UntilNow(frozenset({"id", "number", "name", "rate"}), 1)
    high["percent"] = high.pop("rate")
    drift = _drift(*_bytes(high, none), until_now=until_now, endpoint=taxes)
    assert _named(drift) == [("percent", Trouble.UNKNOWN, 1), ("rate", Trouble.GONE, 2)]


def _land_list(store: Store, endpoint: Endpoint, day: dt.date, *records: dict[str, Any]) -> None:
    window = Window(day, day + ONE_DAY)
    with store.spool(endpoint, ORGANIZATION, window.days) as spool:
        spool.add(1, _bytes(*records), day, None)
        list(spool.publish(facts(window)))


def test_only_what_each_of_ten_earlier_days_carried_is_expected_and_empty_days_do_not_count(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path, "finago")
    records = {day: [LINE, {**LINE, "comment": "x"}] for day in JANUARY.days if day.day % 2}
    records[dt.date(2024, 1, 21)] = [LINE] * 5
    land(store, JANUARY, {day: _bytes(*lines) for day, lines in records.items()})
    after = carried_until_now(store, LINES, ORGANIZATION, JANUARY.end)
    assert "tax.rate" in after.paths
    assert "comment" not in after.paths
    assert after.rows == 1
    assert "comment" in carried_until_now(store, LINES, ORGANIZATION, dt.date(2024, 1, 20)).paths
    assert carried_until_now(store, LINES, ORGANIZATION, dt.date(2024, 1, 19)) == UntilNow()


def test_an_earlier_file_that_cannot_be_read_is_no_reason_to_expect_anything(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path, "finago")
    land(store, JANUARY, {day: _bytes(LINE) for day in JANUARY.days})
    assert carried_until_now(store, LINES, ORGANIZATION, JANUARY.end).paths
    next(tmp_path.rglob("date=2024-01-30/data.parquet")).write_bytes(b"PAR1")
    assert carried_until_now(store, LINES, ORGANIZATION, JANUARY.end) == UntilNow()


def test_what_a_sandbox_sends_is_known_but_for_the_fields_it_makes_up() -> None:
    made_up = {}
    with running(size=Size.TINY, scenarios=True) as office:
        caller = Caller(office)
        for name in ("transactionlines", "salesorders", "customers", "products", "accounts", "taxes", "bankaccounts"):
            endpoint = ENDPOINTS[name]
            window = {"dateFrom": "2023-12-01", "dateTo": "2026-01-01"} if endpoint.window else {}
            records = caller.records(endpoint.path, **dict(endpoint.params), **window)
            assert records
            made_up[name] = {(one.path, one.trouble) for one in _drift(*_bytes(*records), endpoint=endpoint).findings}
    assert {name: found for name, found in made_up.items() if found} == {
        "transactionlines": {("postedVia", Trouble.UNKNOWN)},
        "salesorders": {("webhookStatus", Trouble.UNKNOWN)},
        "customers": {("loyalty", Trouble.UNKNOWN)},
        "products": {("sustainability", Trouble.UNKNOWN)},
    }
