"""A connection is refused before anything is sent if a token could go where it should not."""

from __future__ import annotations

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import FinagoError, SettingInvalid, TlsRefused
from finago_assets.core.http.secret import Secret

SECRET = Secret("canary-77c1")


def made(
    organization: str = "123456789012345",
    client_id: str = "client",
    secret: Secret = SECRET,
    api: str = "https://a.test/v1",
) -> FinagoConnection:
    return FinagoConnection(organization, client_id, secret, api, "https://b.test/token")


@pytest.mark.parametrize("organization", ["", "a b", "../x", "a/b", "ø", "x" * 65, "a\n", "a.b"])
def test_an_organization_id_outside_its_alphabet_is_refused(organization: str) -> None:
    with pytest.raises(SettingInvalid):
        made(organization)


def test_empty_credentials_are_refused() -> None:
    with pytest.raises(SettingInvalid):
        made(client_id="")
    with pytest.raises(SettingInvalid):
        made(secret=Secret(""))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8765/v1", "http://localhost/v1", "http://[::1]:9/v1", "http://127.8.8.8/v1"]
)
def test_plain_http_is_fine_on_this_machine(url: str) -> None:
    assert made(api=url).api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/v1",
        "http://localhost.a.test/v1",
        "http://127.0.0.1.a.test/v1",
        "http://0.0.0.0/v1",
        "http://10.0.0.1",
    ],
)
def test_plain_http_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(TlsRefused):
        made(api=url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.test/v1",
        "ftp://a.test/v1",
        "https://",
        "https://user@a.test/v1",
        "https://user:password@a.test/v1",
        "https://a.test/v1?x=1",
        "https://a.test/v1#x",
        "https://a.test/v1/../x",
        "https://a.test\\@b.test/v1",
        "https://a.test:port/v1",
        "https://a.test:0/v1",
        "https://[::1/v1",
        "https://a.test/v 1",
        "https://аpi.test/v1",  # noqa: RUF001 - the Cyrillic letter is the point
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(FinagoError) as caught:
        made(api=url)
    assert isinstance(caught.value, SettingInvalid)


def test_a_trailing_slash_is_no_difference() -> None:
    assert made(api="https://a.test/v1/").api_url == "https://a.test/v1"


def test_a_connection_can_be_printed() -> None:
    assert "canary" not in repr(made())
