"""What is taken out of Halo's records: every secret of every shape, what nobody has described, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from finago_assets.apis.halo.endpoints import HALO_ENDPOINTS, PATHS
from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.apis.halo.redaction import HAD_VALUE, HOST_OF_URL, KEPT_OF_A_REQUEST, REDACTION
from finago_assets.core.drift.record import differences

CANARY = "cAn4ry/hunter2+zz"
_EXAMPLES = {"text": "a text", "integer": 7, "number": 0.5, "flag": True, "moment": "2024-03-01T10:20:30.123"}


def redacted(record: dict[str, Any], path: str = "/ExactDetails") -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(REDACTION.record(path, json.dumps(record).encode()))
    return kept


def example(shape: str, depth: int = 0) -> dict[str, Any]:
    """Return a record with every field of a shape, a canary in each secret."""
    found: dict[str, Any] = {}
    for name, one in SHAPES[shape].items():
        value: Any = CANARY if one.kind is Class.SECRET else _EXAMPLES.get(one.type)
        if value is None:
            value = example(one.type, depth + 1) if depth < 1 else {}
        found[name] = [value] if one.many else value
    return found


def secrets_of(shape: str) -> list[str]:
    return [name for name, one in SHAPES[shape].items() if one.kind is Class.SECRET]


def test_the_secrets_of_the_providers_are_the_known_ones() -> None:
    assert {shape: len(secrets_of(shape)) for shape in PATHS} == {
        "KashflowDetails": 1,
        "FortnoxDetails": 4,
        "ExactDetails": 4,
        "BusinessCentralDetails": 6,
        "AvalaraDetails": 1,
        "XeroDetails": 4,
        "QuickBooksDetails": 4,
        "SageBusinessCloudDetails": 4,
        "MYOBDetails": 5,
    }
    assert secrets_of("ExternalLink_List") == ["new_subscription_key"]


@pytest.mark.parametrize("shape", PATHS)
def test_no_secret_of_a_provider_is_left_and_each_says_whether_it_was_there(shape: str) -> None:
    kept = redacted(example(shape), PATHS[shape])
    assert CANARY not in json.dumps(kept)
    for name in secrets_of(shape):
        assert (kept[name], kept[name + HAD_VALUE]) == (None, True)
    empty = redacted({"id": 1, **dict.fromkeys(secrets_of(shape))}, PATHS[shape])
    assert [empty[name + HAD_VALUE] for name in secrets_of(shape)] == [False] * len(secrets_of(shape))


@pytest.mark.parametrize("endpoint", HALO_ENDPOINTS.values(), ids=lambda one: one.name)
def test_what_is_kept_has_the_fields_that_are_known_of_a_landed_record(endpoint: Any) -> None:
    root = endpoint.path.strip("/").partition("/")[0]
    shape = {"ExternalLink": "ExternalLink_List", "Features": "ModuleSetup", "MYOBdetails": "MYOBDetails"}.get(
        root, root
    )
    kept = redacted(example(shape), endpoint.path)
    assert list(differences(kept, endpoint.fields)) == []


def test_settings_that_are_called_like_secrets_survive_as_long_as_they_are_true_or_false() -> None:
    settings = {"id": 1, "new_method": True, "newmethod": False, "exdnewmethod": True, "isauthorized": True}
    assert redacted({**settings, "new_thing": True}) == {**settings, "new_thing": True}
    assert redacted({"id": 1, "new_thing": "true"})["new_thing"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("new_certificate", CANARY),
        ("ApiKey", CANARY),
        ("oauth2_state_token", [CANARY]),
        ("credentials", {"user": "x", "value": CANARY}),
        ("_authcode2", CANARY),
        ("code", CANARY),
        ("pin", 471147114711),
        ("handle", "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA=="),
    ],
)
def test_a_field_that_nobody_has_described_is_judged_by_its_name_and_by_what_it_holds(name: str, value: object) -> None:
    kept = redacted({"id": 1, name: value}, "/FortnoxDetails" if name != "code" else "/KashflowDetails")
    assert kept[name] is None
    assert kept[name + HAD_VALUE] is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("refresh_token_expiry", "2024-03-01T10:20:30"),
        ("region", "eu-north-1"),
        ("sub_company", "5f0c8e1a-9a53-4b6e-8a55-0d9f6b1f7c42"),
        ("host", "customer.north.example"),
        ("note", "A note of several words, 20 of them maybe"),
        ("limit", 1.10),
    ],
)
def test_what_is_new_and_no_secret_lands_as_it_came(name: str, value: object) -> None:
    assert redacted({"id": 1, name: value}) == {"id": 1, name: value}


def test_action_flags_are_dropped_and_an_unknown_one_keeps_its_name_alone() -> None:
    assert redacted({"id": 1, "_disconnect": True, "_exchangecode": True, "_importtype": "x", "_warning": "w"}) == {
        "id": 1,
        "_warning": "w",
    }
    assert redacted({"id": 1, "_purge": "customers"}) == {"id": 1, "_purge": None}


def test_mapping_rows_lose_their_keys_and_show_the_end_of_a_subscription() -> None:
    rows = [{"id": 5, "new_subscription_key": CANARY, "subscription_id": "5f0c8e1a-9a53-4b6e", "halo_desc": "North"}]
    for path, record in (
        ("/ExactDetails/{id}", {"id": 1, "client_mappings": rows}),
        ("/ExactDetails/{id}", {"id": 1, "mappings_of_tomorrow": rows}),
    ):
        (kept,) = next(value for value in redacted(record, path).values() if isinstance(value, list))
        assert kept["new_subscription_key"] is None
        assert kept["new_subscription_key" + HAD_VALUE] is True
        assert (kept["subscription_id"], kept["halo_desc"]) == ("***4b6e", "North")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"could not log in with {CANARY}", "could not log in with (removed)"),
        ("sent cAn4ry%2Fhunter2%2Bzz", "sent (removed)"),
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer (removed)"),
        ('{"password":"hunter2","user":"x"}', '{"password":"(removed)","user":"x"}'),
        ("https://kari:hunter2@north.example/x?access_token=abc&page=1", None),
        ("eyJhbGciOi.eyJzdWIiOi.c2ln rejected", "(removed) rejected"),
        ("error code: 4711, tax code=25", "error code: 4711, tax code=25"),
    ],
)
def test_a_text_loses_what_looks_like_a_secret_or_repeats_one(text: str, kept: str | None) -> None:
    usual = "https://(removed)@north.example/x?access_token=(removed)&page=1"
    assert redacted({"id": 1, "new_password": CANARY, "_warning": text}, "/KashflowDetails")["_warning"] == (
        kept or usual
    )


def test_of_a_logged_request_only_the_outline_is_left() -> None:
    record = {
        **example("IntegrationRequest"),
        "url": f"https://api.north.example/v1/x?key={CANARY}",
        "request_headers": f"Bearer {CANARY}",
        "response_body": CANARY,
        "tomorrows_body": CANARY,
    }
    kept = redacted(record, "/IntegrationRequest")
    assert set(kept) == {*KEPT_OF_A_REQUEST, HOST_OF_URL}
    assert kept[HOST_OF_URL] == "api.north.example"
    envelope = redacted({"record_count": 1, "page_no": 1, "note": CANARY, "rows": [record]}, "/IntegrationRequest")
    assert envelope == {"record_count": 1, "page_no": 1, "rows": [kept]}


def test_an_envelope_is_gone_through_as_its_records_are() -> None:
    rows = [{"id": 1, "code": CANARY, "_disconnect": True}]
    kept = redacted({"record_count": 1, "anything": rows})
    assert kept == {"record_count": 1, "anything": [{"id": 1, "code": None, "code" + HAD_VALUE: True}]}


def test_numbers_and_times_keep_the_vendors_own_digits() -> None:
    record = b'{"id":1,"value":1.10,"big":12345678901234567890123,"tokenexpiry":"2024-03-01T10:20:30.1"}'
    assert REDACTION.record("/ExactDetails", record) == record


@pytest.mark.parametrize("record", [b"[1]", b"{", b'{"id":1', b"text"])
def test_what_cannot_be_read_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        REDACTION.record("/ExactDetails", record)
