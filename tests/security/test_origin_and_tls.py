"""A token goes to the API's own origin over a trusted connection, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import BadRequest, FinagoError, ForeignOrigin, TlsRefused
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.origin import Origin
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from tests.certificates import Authority
from tests.core.http.loopback import Heard, http, saying, serving
from tests.core.http.office import API, Clock, Office, client_of, orders, records, reply

if TYPE_CHECKING:
    from finago_assets.core.http.transport import BaseTransport

KEPT: Final = "dateFrom=2026-01-01&dateTo=2026-02-01&continuationToken=2"
HOSTILE: Final = [
    "https://evil.test",
    "https://api.example.test:0/v1/salesorders",
    "https://api.example.test:99999/v1/salesorders",
    "https://api.example.test@evil.test/v1/salesorders",
    "https://user@api.example.test/v1/salesorders",
    "https://user:password@api.example.test/v1/salesorders",
    "https://@api.example.test/v1/salesorders",
    "/\\evil.test/v1/salesorders",
    "\\\\evil.test/v1/salesorders",
    "https:\\\\evil.test/v1/salesorders",
    "https://api.example.test\\.evil.test/v1/salesorders",
    "https://api.example.test\t.evil.test/v1/salesorders",
    "ht\ttps://evil.test/v1/salesorders",
    "https://api.example.test/v1/sales orders",
    "https://\u0430pi.example.test/v1/salesorders",
    "https://api\u3002example\u3002test/v1/salesorders",
    "https://[::1/v1/salesorders",
    "https://api.example.test/v1/../admin/salesorders",
    "https://api.example.test/v1/%2e%2e/admin/salesorders",
    "https://api.example.test/v1/%252e%252e/admin/salesorders",
    "https://api.example.test/v1/x/..%2f..%2fadmin",
    "../../admin/salesorders",
    "/v1/..\\..\\admin",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "ftp://api.example.test/v1/salesorders",
    "https:/evil.test/v1/salesorders/../../..",
    "https://api.example.test/v1/customers",
    "https://api.example.test/v1/salesorders/5/lines",
    "https://evil.test/v1/salesorders%2f..%2fcustomers",
    "/v1/purchasesalesorders",
]
# other places that speak of the same list, as a gateway that rewrites hosts makes them
ELSEWHERE: Final = [
    "https://evil.test/v1/salesorders",
    "http://api.example.test/v1/salesorders",
    "HTTP://API.EXAMPLE.TEST/v1/salesorders",
    "https://api.example.test:8443/v1/salesorders",
    "https://api.example.test:80/v1/salesorders",
    "https://api.example.test.evil.test/v1/salesorders",
    "https://evil-api.example.test/v1/salesorders",
    "//evil.test/v1/salesorders",
    "///evil.test/v1/salesorders",
    "https://xn--pi-7kc.example.test/v1/salesorders",
    "https://api.example.test./v1/salesorders",
    "https://api%2eexample.test/v1/salesorders",
    "https://169.254.169.254/v1/salesorders",
    "https://127.0.0.1/v1/salesorders",
    "https://[::1]/v1/salesorders",
    "https://api.example.test/v2/salesorders",
    "https://api.example.test/v1.evil/salesorders",
    "/salesorders",
]
LEGITIMATE: Final = [
    f"https://api.example.test/v1/salesorders?{KEPT}",
    f"HTTPS://API.Example.TEST/v1/salesorders?{KEPT}",
    f"https://api.example.test:443/v1/salesorders?{KEPT}",
    f"https://api.example.test/v1/salesorders/?{KEPT}",
    f"/v1/salesorders?{KEPT}",
    f"?{KEPT}",
    f"salesorders?{KEPT}",
    f"//api.example.test/v1/salesorders?{KEPT}",
    f"https://api.example.test/v1/salesorders?{KEPT}&url=https%3A%2F%2Fevil.test%2F..%2F",
    f"https://api.example.test/v1/salesorders?{KEPT}#fragment",
]


def address(target: str) -> str:
    """The target with our filters, so that nothing but its origin can be what is refused."""
    return target if "?" in target else f"{target}?{KEPT}"


@dataclass
class Attempt:
    """What one target led to: the error, and where requests and tokens went."""

    error: FinagoError | None
    office: Office

    @property
    def strangers(self) -> int:
        return sum(not asked.url.startswith((API, "https://login.example.test/")) for asked in self.office.asked)


def attempted(office: Office) -> Attempt:
    error: FinagoError | None = None
    with client_of(office, Clock()) as client:
        try:
            list(client.pages(orders(), Tally()))
        except FinagoError as raised:
            error = raised
    return Attempt(error, office)


def linked(target: str) -> Attempt:
    headers = {"Link": f'<{target}>; rel="next"'.encode().decode("latin-1")}
    return attempted(
        Office(lambda asked: reply(records(asked.number, 9), headers=headers if asked.number == 1 else {}))
    )


def redirected(target: str, status: int) -> Attempt:
    location = target.encode().decode("latin-1")
    return attempted(Office(lambda _: reply(b"", status, {"Location": location})))


def test_no_hostile_link_or_redirect_is_ever_followed() -> None:
    attempts = [linked(address(target)) for target in HOSTILE]
    attempts += [redirected(address(target), status) for target in HOSTILE + ELSEWHERE for status in (302, 307)]
    hinted = [linked(address(target)) for target in ELSEWHERE]
    strangers = sum(attempt.strangers for attempt in attempts + hinted)
    followed = [attempt for attempt in attempts if len(attempt.office.calls) != 1]
    print(f"T8: {len(HOSTILE + ELSEWHERE)} targets as link and redirect, {strangers} requests to another origin")
    assert len(HOSTILE + ELSEWHERE) >= 40
    allowed = {ForeignOrigin, BadRequest}  # a redirect within our own origin is refused as one, and not followed either
    assert {type(attempt.error) for attempt in attempts} <= allowed
    assert [type(linked(address(target)).error) for target in HOSTILE] == [ForeignOrigin] * len(HOSTILE)
    assert (strangers, followed) == (0, [])


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_elsewhere_to_the_same_list_only_tells_which_page_of_ours_to_ask(target: str) -> None:
    attempt = linked(address(target))
    assert attempt.error is None
    assert [asked.url for asked in attempt.office.calls[1:]] == [f"{API}/salesorders?{KEPT}"]
    assert attempt.strangers == 0


@pytest.mark.parametrize("target", LEGITIMATE)
def test_a_legitimate_link_is_followed_on_our_own_authority(target: str) -> None:
    attempt = linked(target)
    assert attempt.error is None
    assert len(attempt.office.calls) == 2
    assert attempt.office.calls[1].url.startswith(f"{API}/salesorders")
    assert attempt.strangers == 0


@pytest.mark.parametrize("target", LEGITIMATE)
def test_a_legitimate_redirect_is_not_followed_either(target: str) -> None:
    attempt = redirected(target, 302)
    assert isinstance(attempt.error, BadRequest)
    assert len(attempt.office.calls) == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9999/v1/x",
        "http://localhost:8765/v1/x",
        "http://127.1:8765/v1/x",
        "http://2130706433:8765/v1/x",
    ],
)
def test_another_spelling_or_port_of_this_machine_is_another_origin(target: str) -> None:
    assert not Origin("http://127.0.0.1:8765/v1").holds("http://127.0.0.1:8765/v1/x?page=1", target)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    own = Authority(tmp_path_factory.mktemp("certificates"))
    own.server()
    return own


def read(heard: Heard, scheme: str, transport: BaseTransport | None) -> int:
    """How many records came; retries are allowed, so that one would be noticed."""
    clock, url = Clock(), f"{scheme}://127.0.0.1:{heard.port}"
    connection = FinagoConnection("1001", "client-id", Secret("canary"), f"{url}/v1", f"{url}/oauth/token")
    policy = RetryPolicy(attempts=3)
    with ApiClient(
        connection, policy=policy, transport=transport, clock=clock, sleep=clock.sleep, now=clock.now
    ) as client:
        return sum(len(page.records) for page in client.pages(orders(), Tally()))


def test_a_trusted_certificate_works(authority: Authority) -> None:
    with serving(saying(http(b'[{"id":1}]')), authority.server()) as heard:
        assert read(heard, "https", authority.trusting()) == 1
    assert len(heard.requests) == 2


@pytest.mark.parametrize("case", ["unknown authority", "self-signed", "wrong name", "expired"])
def test_a_certificate_that_proves_nothing_is_refused_before_a_request_is_sent(authority: Authority, case: str) -> None:
    server, transport = {
        "unknown authority": (authority.server(), None),
        "self-signed": (authority.server(signed_by_itself=True), authority.trusting()),
        "wrong name": (authority.server("localhost.example.test"), authority.trusting()),
        "expired": (authority.server(days=-1), authority.trusting()),
    }[case]
    with serving(saying(http()), server) as heard, pytest.raises(TlsRefused):
        read(heard, "https", transport)
    assert (heard.requests, heard.connections) == ([], 1)


def test_a_server_that_speaks_plain_http_on_an_https_address_is_refused() -> None:
    with serving(lambda connection, _: connection.sendall(http())) as heard, pytest.raises(FinagoError) as caught:
        read(heard, "https", None)
    assert heard.connections == 1
    assert isinstance(caught.value, TlsRefused)


def test_plain_http_outside_this_machine_is_refused_before_a_client_exists() -> None:
    with pytest.raises(TlsRefused):
        FinagoConnection("1001", "client-id", Secret("canary"), "http://api.example.test/v1")


def test_planted_variables_change_neither_the_route_nor_the_trust(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(saying(http())) as proxy, serving(saying(http(b'[{"id":1}]'))) as heard:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "root.pem"))
        assert read(heard, "http", None) == 1
        with serving(saying(http()), authority.server()) as secure, pytest.raises(TlsRefused):
            read(secure, "https", None)
    assert proxy.connections == 0


def test_nothing_in_the_tree_turns_verification_off() -> None:
    root = Path(__file__).parents[2]
    files = [file for folder in ("finago_assets", "tests", "benchmarks") for file in (root / folder).rglob("*.py")]
    off = re.compile(r"verify\s*=\s*" + "False|CERT" + "_NONE|check_hostname" + r"\s*=\s*False|_create_un" + "verified")
    assert len(files) > 30
    assert [file.name for file in files if off.search(file.read_text("utf-8"))] == []
