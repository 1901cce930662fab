"""A company's proxy and its certificate authority: what goes through, what the proxy sees, and what an error says."""

from __future__ import annotations

import logging
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import FinagoError, SettingInvalid, TlsRefused, Unavailable
from finago_assets.core.http.call import Call, Tally
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.network import Network, read_proxy
from finago_assets.core.http.receipt import Receipt
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.transport import RoutedTransport
from tests.certificates import Authority

from .loopback import http, saying, serving
from .office import CLIENT_SECRET, Clock, plain
from .proxying import proxying

if TYPE_CHECKING:
    from pathlib import Path

API: Final = "api.example.test"
PASSWORD: Final = "pr0xy+secret"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    own = Authority(tmp_path_factory.mktemp("certificates"))
    own.server()
    return own


def client_through(network: Network, url: str = f"https://{API}", attempts: int = 1) -> ApiClient:
    clock = Clock()
    connection = FinagoConnection("1001", "client-id", Secret(CLIENT_SECRET), f"{url}/v1", f"{url}/oauth/token")
    policy = RetryPolicy(attempts=attempts)
    transport = RoutedTransport(network)
    return ApiClient(connection, policy=policy, transport=transport, clock=clock, sleep=clock.sleep, now=clock.now)


def read(network: Network, url: str = f"https://{API}", attempts: int = 1) -> list[bytes]:
    with client_through(network, url, attempts) as client:
        return [record for page in client.pages(plain(), Tally()) for record in page.records]


def refusal(network: Network) -> str:
    with pytest.raises(FinagoError) as caught:
        read(network)
    return f"{type(caught.value).__name__}: {caught.value}"


def by(url: str, authority: Authority | None = None, exempt: str = "") -> Network:
    return Network(
        read_proxy(url, "FINAGO_PROXY"), exempt, None if authority is None else authority.folder / "root.pem"
    )


def test_token_and_records_come_through_the_proxy_which_sees_neither(authority: Authority) -> None:
    with serving(saying(http(b'[{"id":1}]')), authority.server(API)) as office, proxying(office.port) as proxy:
        assert read(by(proxy.url, authority)) == [b'{"id":1}']
    assert [head.split(b"\r\n")[0] for head in proxy.heads] == [b"CONNECT api.example.test:443 HTTP/1.1"] * 2
    assert [asked.split(b" ")[0] for asked in office.requests] == [b"POST", b"GET"]
    assert b"authorization: bearer" in office.requests[1].lower()
    assert b"authorization" not in b"".join(proxy.heads).lower()
    # a TLS handshake and records, the host's name and nothing that was said
    for said in (b"Bearer", b"loopback-token", CLIENT_SECRET.encode(), b"oauth"):
        assert said not in proxy.through


def test_a_proxy_that_asks_gets_the_credentials_and_the_office_does_not(authority: Authority) -> None:
    with (
        serving(saying(http(b'[{"id":1}]')), authority.server(API)) as office,
        proxying(office.port, user=f"kari@north:{PASSWORD}") as proxy,
    ):
        url = proxy.url.replace("://", "://kari%40north:pr0xy%2Bsecret@")
        assert read(by(url, authority)) == [b'{"id":1}']
    assert b"proxy-authorization" not in b"".join(office.requests).lower()


def test_a_proxy_that_speaks_tls_itself_is_spoken_to_in_tls(authority: Authority) -> None:
    with (
        serving(saying(http(b'[{"id":1}]')), authority.server(API)) as office,
        proxying(office.port, tls=authority.server()) as proxy,
    ):
        url = proxy.url.replace("http://", "https://")
        assert read(by(url, authority)) == [b'{"id":1}']
        assert "FINAGO_CA_FILE adds" in refusal(by(url))


@pytest.mark.parametrize(
    ("user", "said"), [("", "asks for a user and a password"), (f"kari:{PASSWORD}@", "refused the user")]
)
def test_a_proxy_that_lets_nobody_through_is_named_with_what_to_do_and_without_the_password(
    authority: Authority, caplog: pytest.LogCaptureFixture, user: str, said: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with proxying(1, user="somebody:else") as proxy:
        told = refusal(by(proxy.url.replace("://", f"://{user}"), authority))
    assert told.startswith("SettingInvalid: POST the token endpoint: the proxy 127.0.0.1:")
    assert f"{proxy.port} (FINAGO_PROXY) {said}" in told
    assert PASSWORD not in told + caplog.text
    assert len(proxy.heads) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (b"HTTP/1.1 403 No\r\n\r\n", SettingInvalid, "lets nobody through to api.example.test:443"),
        (b"HTTP/1.1 502 Bad\r\n\r\n", Unavailable, "cannot reach api.example.test:443 (it answers 502)"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", Unavailable, "does not speak as a proxy does"),
        (b"HTTP/1.1 200 OK\r\nX-", Unavailable, "does not speak as a proxy does"),
        (b"HTTP/1.1 407 Who\r\nProxy-Authenticate: NTLM\r\n\r\n", SettingInvalid, "(NTLM, and not Basic)"),
    ],
)
def test_what_a_proxy_answers_is_told_apart(
    authority: Authority, answer: bytes, kind: type[FinagoError], said: str
) -> None:
    with proxying(1, answer=answer) as proxy:
        told = refusal(by(proxy.url, authority))
    assert told.startswith(kind.__name__)
    assert said in told
    assert f"127.0.0.1:{proxy.port} (FINAGO_PROXY)" in told


def test_a_proxy_that_is_not_there_is_told_from_an_office_that_is_not() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    assert f"the proxy 127.0.0.1:{port} (FINAGO_PROXY) cannot be reached" in refusal(by(f"http://127.0.0.1:{port}"))
    with pytest.raises(Unavailable, match=f"the connection failed \\(127.0.0.1:{port}\\): nothing listens there"):
        read(Network(), f"http://127.0.0.1:{port}")


def test_an_authority_of_the_companys_own_is_accepted_when_its_file_is_named(authority: Authority) -> None:
    with serving(saying(http(b'[{"id":1}]')), authority.server()) as office:
        url = f"https://127.0.0.1:{office.port}"
        assert read(Network(ca_file=authority.folder / "root.pem"), url) == [b'{"id":1}']
        with pytest.raises(TlsRefused, match="no authority that is trusted here has signed it; FINAGO_CA_FILE adds"):
            read(Network(), url)


def test_a_proxy_that_opens_tls_is_named_as_the_likely_reason(authority: Authority) -> None:
    with serving(saying(http()), authority.server(API)) as office, proxying(office.port) as proxy:
        told = refusal(by(proxy.url))
    assert told.startswith("TlsRefused")
    assert f"through the proxy 127.0.0.1:{proxy.port} comes a certificate" in told
    assert "set FINAGO_CA_FILE to a PEM file" in told
    assert office.requests == []


def test_a_certificate_for_another_name_is_refused_with_the_file_too(authority: Authority) -> None:
    with serving(saying(http()), authority.server("other.example.test")) as office, proxying(office.port) as proxy:
        told = refusal(by(proxy.url, authority))
    assert "it is for another name" in told
    assert office.requests == []


def test_this_machine_is_reached_directly_so_that_no_token_goes_to_a_proxy_in_the_clear() -> None:
    with serving(saying(http(b'[{"id":1}]'))) as office, proxying(office.port) as proxy:
        assert read(by(proxy.url), office.url) == [b'{"id":1}']
        assert read(by(proxy.url), office.url.replace("127.0.0.1", "localhost")) == [b'{"id":1}']
    assert proxy.heads == []


def test_a_write_that_never_got_past_the_proxy_was_certainly_not_carried_out(
    authority: Authority, tmp_path: Path
) -> None:
    def hung_up(_connection: socket.socket, _head: bytes) -> None:
        """End the connection with the handshake."""

    call = Call("/customers", "/customers", method="POST", body=b"{}", media_type="application/json")
    with serving(hung_up) as broken, serving(saying(http(b"[]")), authority.server(API)) as office:
        targets = [office.port]
        with proxying(targets) as proxy, client_through(by(proxy.url, authority)) as client:
            client.authenticate()
            targets[0] = broken.port
            # not OutcomeUnknown
            with pytest.raises(Unavailable):
                client.send(call, Receipt(tmp_path / "answer"), Tally(), lambda _: None)


def test_a_road_that_is_cut_a_hundred_times_is_open_again_when_it_is_mended(authority: Authority) -> None:
    def hung_up(connection: socket.socket, _: bytes) -> None:
        connection.close()

    with serving(hung_up) as broken, serving(saying(http(b'[{"id":1}]')), authority.server(API)) as office:
        targets = [broken.port]
        with proxying(targets) as proxy, client_through(by(proxy.url, authority), attempts=1) as client:
            for _ in range(100):
                with pytest.raises(Unavailable):
                    client.authenticate()
            targets[0] = office.port
            assert [list(page.records) for page in client.pages(plain(), Tally())] == [[b'{"id":1}']]


@pytest.mark.parametrize(
    ("exempt", "direct"),
    [
        ("api.example.test", True),
        (".example.test", True),
        ("other.test, example.test:443", True),
        ("*", True),
        ("*.example.test", True),
        ("ample.test", False),
        ("api.example.test.evil.test", False),
        ("", False),
    ],
)
def test_no_proxy_means_what_it_means_elsewhere(exempt: str, direct: bool) -> None:  # noqa: FBT001
    network = by("http://127.0.0.1:1", exempt=exempt)
    assert (network.proxy_for("API.example.test") is None) is direct


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("http://proxy.north.test:8080", "proxy.north.test:8080"),
        ("https://kari:s%3Acret@proxy.north.test/", "proxy.north.test:443"),
        ("proxy.north.test:3128", "proxy.north.test:3128"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_address_of_a_proxy_is_read(text: str, place: str) -> None:
    proxy = read_proxy(text, "FINAGO_PROXY")
    assert proxy.place == place
    assert "s:cret" not in repr(proxy)


@pytest.mark.parametrize(
    "text",
    [
        "socks5://kari:canary@proxy.north.test:1080",
        "http://kari:canary@proxy.north.test:port",
        "http://kari:can#ary@proxy.north.test:8080",
        "http://kari:can/ary@proxy.north.test:8080",
        "http://proxy.north.test:8080/canary",
        "http://proxy.north.test:0",
        "http://:8080",
        "canary",
        "http://pro xy:8080",
    ],
)
def test_what_is_no_proxys_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(SettingInvalid, match=r"FINAGO_PROXY .*it takes http://host:port") as caught:
        read_proxy(text, "FINAGO_PROXY")
    assert "canary" not in str(caught.value)
    assert "ary@" not in str(caught.value)


def test_a_file_of_authorities_may_have_a_byte_order_mark_windows_lines_and_comments(
    authority: Authority, tmp_path: Path
) -> None:
    written = (authority.folder / "root.pem").read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "Bedriftens CA.pem").write_bytes(
        b"\xef\xbb\xbf" + written + "# også æøå\r\n".encode("latin-1") + written
    )
    with serving(saying(http(b'[{"id":1}]')), authority.server()) as office:
        assert read(Network(ca_file=tmp_path / "Bedriftens CA.pem"), f"https://127.0.0.1:{office.port}")


@pytest.mark.parametrize("content", [b"", b"\x30\x82\x01\x0a", b"-----BEGIN PRIVATE KEY-----", "damaged"])
def test_a_file_without_a_certificate_is_refused_by_the_variables_name(
    authority: Authority, tmp_path: Path, content: bytes | str
) -> None:
    whole = (authority.folder / "root.pem").read_bytes()
    (tmp_path / "ca.pem").write_bytes(content if isinstance(content, bytes) else whole[:100] + whole[140:])
    with pytest.raises(SettingInvalid, match=r"FINAGO_CA_FILE: the file .*ca.pem holds no certificate"):
        RoutedTransport(Network(ca_file=tmp_path / "ca.pem"))
    with pytest.raises(SettingInvalid, match=r"FINAGO_CA_FILE: the file .* cannot be read"):
        RoutedTransport(Network(ca_file=tmp_path / "missing.pem"))
    with pytest.raises(SettingInvalid, match=r"FINAGO_CA_FILE: the file .* cannot be read"):
        RoutedTransport(Network(ca_file=tmp_path))
