"""How the SOAP services are set up: by variables, by a row of the registry, and under which ceiling."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.api_questions import Condition, Finding
from finago_assets.apis import CONNECTION_KINDS
from finago_assets.apis.finago_soap.connection import SoapConnection
from finago_assets.core.connections.model import made_from
from finago_assets.core.errors import SettingMissing
from finago_assets.credentials import read_soap_connection
from finago_assets.doctor import examine
from finago_assets.settings import Settings, read_settings
from tests.apis.soap_service import APPLICATION, IDENTITY, ORGANIZATION, PASSWORD, SoapOffice, client_of, fault
from tests.core.http.office import reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.http.connection import Connection

SET = {
    "FINAGO_ORGANIZATION_ID": ORGANIZATION,
    "FINAGO_SOAP_APPLICATION_ID": APPLICATION,
    "FINAGO_SOAP_USERNAME": "kari@sandbox.example",
    "FINAGO_SOAP_PASSWORD": PASSWORD,
    "FINAGO_SOAP_IDENTITY_ID": IDENTITY,
    "FINAGO_SOAP_URL": "https://api.example.test/",
    "FINAGO_SOAP_WEBSERVICES_URL": "https://web.example.test",
}


def test_variables_make_a_connection() -> None:
    made = read_soap_connection(read_settings(SET), SET)
    assert made is not None
    assert (made.organization_id, made.identity_id, made.password.reveal()) == (ORGANIZATION, IDENTITY, PASSWORD)
    assert (made.api_url, made.protocol.further_urls) == ("https://api.example.test", ("https://web.example.test",))


def test_without_any_credential_there_is_none_and_with_one_the_others_are_named() -> None:
    assert read_soap_connection(Settings(), {"FINAGO_ORGANIZATION_ID": ORGANIZATION}) is None
    with pytest.raises(
        SettingMissing, match="FINAGO_SOAP_APPLICATION_ID, FINAGO_SOAP_PASSWORD, FINAGO_ORGANIZATION_ID"
    ):
        read_soap_connection(Settings(), {"FINAGO_SOAP_USERNAME": "kari"})


def test_the_addresses_are_the_vendors_unless_they_are_set() -> None:
    made = read_soap_connection(Settings(), SET)
    assert made is not None
    assert (made.api_url, made.webservices_url) == (
        "https://api.24sevenoffice.com",
        "https://webservices.24sevenoffice.com",
    )


def test_a_row_of_the_registry_refers_to_a_connection_of_another_organization() -> None:
    row = {
        "kind": "soap",
        "name": "north",
        "organization_id": "100000000000002",
        "application_id": "env:NORTH_APPLICATION",
        "username": "env:NORTH_USER",
        "password": "env:NORTH_PASSWORD",
    }
    environ = {"NORTH_APPLICATION": APPLICATION, "NORTH_USER": "ola", "NORTH_PASSWORD": PASSWORD}
    made = made_from(row, CONNECTION_KINDS).open(read_settings(SET), environ)
    assert isinstance(made, SoapConnection)
    # the identity that is set is one of another organization
    assert (made.organization_id, made.username, made.identity_id) == ("100000000000002", "ola", "")
    assert made.api_url == "https://api.example.test"


@pytest.mark.parametrize(("asked", "ceiling"), [("10", 2), ("2", 2), ("0.5", Decimal("0.5")), ("0", 0)])
def test_no_more_is_asked_than_the_vendor_allows_in_an_hour(asked: str, ceiling: Decimal) -> None:
    settings = read_settings({"FINAGO_REQUESTS_PER_SECOND": asked})
    assert settings.ceiling("finago_soap") == ceiling
    assert settings.ceiling("finago") == Decimal(asked)


def _examined(office: SoapOffice, folder: Path, environ: Mapping[str, str]) -> dict[str, Finding]:
    def connect(_settings: Settings, made: Connection) -> ApiClient:
        return client_of(office, connection=made)

    found = examine({**environ, "FINAGO_DATA_DIR": f"{folder}"}, connect)
    return {one.subject: one for one in found if one.subject.startswith("finago_soap")}


def test_the_doctor_signs_in_sees_whose_session_it_is_and_reads_each_list(tmp_path: Path) -> None:
    office = SoapOffice(lambda operation, _: fault("No access") if operation == "GetTypeList" else None)
    found = _examined(office, tmp_path, SET)
    assert found["finago_soap/login"].detail == f"the session is one of organization {ORGANIZATION}"
    works = {name.rpartition("/")[2] for name, one in found.items() if one.verdict is Condition.WORKS}
    assert works == {"login", "accountlist", "taxcodelist", "fiscalyears", "transactiontypes", "transactions"}
    assert "rights of a module" in found["finago_soap/typelist"].detail


def test_the_doctor_says_nothing_of_what_nobody_set_up_and_what_is_wrong_otherwise(tmp_path: Path) -> None:
    office = SoapOffice(lambda *_: reply(b"", 503))
    assert _examined(office, tmp_path, {"FINAGO_ORGANIZATION_ID": ORGANIZATION}) == {}
    half = _examined(office, tmp_path, {"FINAGO_SOAP_USERNAME": "kari"})
    assert "FINAGO_SOAP_PASSWORD" in half["finago_soap"].detail
    other = _examined(SoapOffice(organization="100000000000002"), tmp_path, SET)
    assert {name: one.verdict for name, one in other.items()} == {"finago_soap/login": Condition.FAILS}
    assert "organization 100000000000002's" in other["finago_soap/login"].detail
