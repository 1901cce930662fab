"""Signing in to the SOAP services: the right identity, seen to be the organization's, renewed once, told to nobody."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.apis.finago_soap.account_service import AccountService
from finago_assets.apis.finago_soap.connection import SoapConnection
from finago_assets.apis.finago_soap.protocol import seconds_of_quarantine
from finago_assets.core.errors import AuthRefused, RateLimited, SettingInvalid, TlsRefused, WrongOrganization
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.secret import Secret
from tests.apis.soap_service import (
    IDENTITY,
    ORGANIZATION,
    PASSWORD,
    SESSION,
    Sent,
    SoapOffice,
    client_of,
    connection,
    fault,
    identity,
)
from tests.core.http.office import START, Clock, reply

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.http.transport import Response

OTHER = "100000000000002"


def _service(office: SoapOffice, **changed: Any) -> AccountService:
    return AccountService(client_of(office, **changed))


def test_a_session_is_of_the_identity_that_is_set_and_its_cookie_goes_to_both_hosts() -> None:
    office = SoapOffice()
    service = _service(office)
    service.account_list()
    service.project_names()
    assert office.asked == ["Login", "GetIdentity", "GetAccountList", "GetProjectNameList"]
    assert office.sent[0].text("credential/IdentityId") == IDENTITY
    assert [one.host for one in office.sent] == [*["api.example.test"] * 3, "web.example.test"]
    assert {one.cookie for one in office.sent[1:]} == {f"ASP.NET_SessionId={SESSION}1"}
    assert office.sent[2].action == '"http://24sevenOffice.com/webservices/GetAccountList"'


def test_without_an_identity_the_users_own_in_the_organization_is_looked_up() -> None:
    office = SoapOffice()
    _service(office, connection=connection(identity_id="")).account_list()
    assert office.asked == ["GetIdentitiesWithCredential", "Login", "GetIdentity", "GetAccountList"]
    assert office.sent[1].text("credential/IdentityId") == IDENTITY


def test_a_disabled_identity_is_none() -> None:
    disabled = f"<Identity>{identity(more='<IsDisabled>true</IsDisabled>')}</Identity>"
    office = SoapOffice(lambda operation, _: disabled if operation.startswith("GetIdentities") else None)
    with pytest.raises(WrongOrganization, match=f"no identity in organization {ORGANIZATION}, but in none"):
        _service(office, connection=connection(identity_id="")).account_list()


def test_a_user_of_other_organizations_alone_is_told_which_and_not_asked_again() -> None:
    office = SoapOffice(organization="100000000000003")
    service = _service(office, connection=connection(identity_id=""))
    for _ in range(2):
        with pytest.raises(AuthRefused, match="but in 100000000000002, 100000000000003"):
            service.account_list()
    assert office.asked == ["GetIdentitiesWithCredential"]


def test_a_session_of_another_organization_is_not_used() -> None:
    office = SoapOffice(organization=OTHER)
    with pytest.raises(WrongOrganization, match=f"organization {OTHER}'s, not organization {ORGANIZATION}'s"):
        _service(office).account_list()
    assert office.asked == ["Login", "GetIdentity"]


@pytest.mark.parametrize("identity_id", [IDENTITY, ""])
def test_a_wrong_password_is_refused_once_whatever_the_status_says(identity_id: str) -> None:
    office = SoapOffice()
    own = connection(identity_id=identity_id, password=Secret("another-password"))
    service = _service(office, connection=own)
    for _ in range(2):
        with pytest.raises(AuthRefused, match="FINAGO_SOAP_PASSWORD"):
            service.account_list()
    assert len(office.sent) == 1


def test_a_blocked_identity_is_refused_for_good() -> None:
    office = SoapOffice(lambda operation, _: fault("Provided IdentityId is blocked.") if operation == "Login" else None)
    with pytest.raises(AuthRefused, match="the identity is blocked"):
        _service(office).account_list()
    assert office.asked == ["Login"]


def test_an_expired_session_is_opened_again_once_and_seen_to_be_the_organizations() -> None:
    office = SoapOffice()
    service = _service(office)
    service.account_list()
    office.expired.add(f"{SESSION}1")
    assert service.tax_code_list()
    assert office.asked[3:] == ["GetTaxCodeList", "Login", "GetIdentity", "GetTaxCodeList"]


def test_a_session_that_is_refused_although_it_is_new_is_not_opened_without_end() -> None:
    def refuse(operation: str, _sent: Sent) -> Response | None:
        return fault("Client is not authenticated on this identity") if operation == "GetAccountList" else None

    office = SoapOffice(refuse)
    with pytest.raises(AuthRefused, match="refuses a session that was just opened"):
        _service(office).account_list()
    assert office.sessions == 2


def test_a_session_that_knows_nobody_is_opened_again() -> None:
    answers = iter([None, "", None, None])
    office = SoapOffice(lambda operation, _: next(answers) if operation == "GetIdentity" else None)
    found = _service(office).assert_tenant()
    assert found.client is not None
    assert office.asked == ["Login", "GetIdentity", "GetIdentity", "Login", "GetIdentity", "GetIdentity"]


def _quarantined(operation: str, _sent: Sent) -> Response | None:
    text = "Limit exceeded by 12. Request is blocked. Quarantine ends at 2026-03-01T13:10:00Z"
    return fault(text) if operation == "GetAccountList" else None


def test_a_quarantine_stops_everything_on_this_machine_until_it_ends(tmp_path: Path) -> None:
    clock, office = Clock(), SoapOffice(_quarantined)
    clock.seconds = 0.0

    def budget() -> RequestBudget:
        return RequestBudget(
            tmp_path, "finago_soap", ORGANIZATION, Decimal(0), now=lambda: clock.now().timestamp(), sleep=clock.sleep
        )

    with pytest.raises(RateLimited) as limited:
        AccountService(client_of(office, clock, budget=budget())).account_list()
    # an hour is the longest that anybody is held back, and this one ends in seventy minutes
    assert (limited.value.retry_at, office.asked.count("GetAccountList")) == (clock.now().replace(hour=13), 1)
    asked = len(office.sent)
    other = AccountService(client_of(office, clock, budget=budget()))
    for _ in range(2):
        with pytest.raises(RateLimited, match="Nothing was sent"):
            other.tax_code_list()
    assert len(office.sent) == asked
    clock.seconds += 3601
    assert other.tax_code_list()


def test_a_quarantine_that_meets_the_login_stops_everything_too(tmp_path: Path) -> None:
    clock = Clock()
    office = SoapOffice(lambda *_: reply(b"Limit exceeded by 1. Quarantine ends at soon", 403))
    budget = RequestBudget(
        tmp_path, "finago_soap", ORGANIZATION, Decimal(0), now=lambda: clock.now().timestamp(), sleep=clock.sleep
    )
    service = AccountService(client_of(office, clock, budget=budget))
    for _ in range(2):
        with pytest.raises(RateLimited):
            service.account_list()
    assert office.asked == ["Login"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2026-03-01T12:30:00Z", 30),
        ("2026-03-01 12:30:00", 30),
        ("2026-03-01T13:30:00", 30),
        ("01.03.2026 13:45:00", 45),
        ("3/1/2026 1:15:00 PM", 15),
        ("13:20:00.", 20),
        ("2026-03-01 11:00:00", 60),
        ("2027-01-01 12:30:00", 60),
        ("half past", 60),
        ("", 60),
    ],
)
def test_the_end_of_a_quarantine_is_read_in_utc_and_in_oslo_and_is_an_hour_away_where_it_cannot_be(
    text: str, minutes: int
) -> None:
    said = f"Limit exceeded by 3. Request is blocked. Quarantine ends at {text}"
    assert seconds_of_quarantine(said, START) == minutes * 60


def test_no_password_and_no_session_shows_in_anything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office = SoapOffice(
        lambda operation, sent: fault(f"{PASSWORD} {sent.cookie}") if operation == "GetTypeList" else None
    )
    own = connection()
    service = _service(office, connection=own)
    with pytest.raises(Exception, match="fault") as raised:
        service.type_list()
    sent = own.sign_in().ask()
    shown = f"{own!r} {own.sign_in()!r} {sent!r} {sent.body!r} {service!r} {raised.value!r} {raised.getrepr()}"
    for text in (shown, caplog.text):
        assert PASSWORD not in text
        assert SESSION not in text


def test_an_answer_that_repeats_the_session_is_not_taken() -> None:
    office = SoapOffice(
        lambda operation, _: (
            f"<AccountData><AccountName>{SESSION}1</AccountName></AccountData>"
            if operation == "GetAccountList"
            else None
        )
    )
    with pytest.raises(Exception, match="repeats a secret"):
        _service(office).account_list()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"application_id": "no-guid"}, "application id"),
        ({"identity_id": "no-guid"}, "identity id"),
        ({"username": ""}, "user name"),
        ({"password": Secret("")}, "password"),
        ({"organization_id": "a/b"}, "organization id"),
    ],
)
def test_a_connection_that_cannot_work_is_refused_when_it_is_made(changed: dict[str, object], why: str) -> None:
    with pytest.raises(SettingInvalid, match=why):
        connection(**changed)


def test_a_password_goes_over_https_alone() -> None:
    with pytest.raises(TlsRefused):
        SoapConnection(ORGANIZATION, IDENTITY, "kari", Secret(PASSWORD), webservices_url="http://web.example.test")
