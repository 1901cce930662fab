"""Every FINAGO_* variable: defaults, types, and the sentence for a wrong one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finago_assets.core.errors import SettingInvalid, SettingMissing, TlsRefused
from finago_assets.core.http.network import DIRECT, Proxy
from finago_assets.core.landing.store import Landing
from finago_assets.credentials import read_connection, read_publish_address
from finago_assets.settings import Settings, TieOut, read_settings

CREDENTIALS = {
    "FINAGO_CLIENT_ID": "id",
    "FINAGO_CLIENT_SECRET": "s3cret-value",
    "FINAGO_ORGANIZATION_ID": "123456789012345",
}


def test_an_empty_environment_gives_the_defaults_of_the_contract() -> None:
    settings = read_settings({})
    assert settings.api_url == "https://rest.api.24sevenoffice.com/v1"
    assert settings.token_url == "https://login.24sevenoffice.com/oauth/token"
    assert settings.data_dir == Path("data").absolute()
    assert settings.start_date == date(2020, 1, 1)
    assert settings.lookback_days == 35
    assert settings.tie_out is TieOut.WARN
    assert settings.landing is Landing.PARQUET
    assert settings.requests_per_second == 2
    assert settings.concurrency == 4


def test_every_variable_is_read_with_its_type(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "FINAGO_DATA_DIR": str(tmp_path),
            "FINAGO_START_DATE": "2017-01-01",
            "FINAGO_LOOKBACK_DAYS": "7",
            "FINAGO_TIE_OUT": "block",
            "FINAGO_LANDING": "duckdb",
            "FINAGO_REQUESTS_PER_SECOND": "0.5",
            "FINAGO_CONCURRENCY": "8",
            "FINAGO_EXTRA_ENDPOINTS": "salesorder_attachments, product_dimensions",
            "FINAGO_API_URL": "http://127.0.0.1:9/v1",
            "FINAGO_TOKEN_URL": "http://127.0.0.1:9/oauth/token",
        }
    )
    assert settings == Settings(
        data_dir=tmp_path,
        start_date=date(2017, 1, 1),
        lookback_days=7,
        tie_out=TieOut.BLOCK,
        landing=Landing.DUCKDB,
        requests_per_second=Decimal("0.5"),
        concurrency=8,
        extra_endpoints=frozenset({"salesorder_attachments", "product_dimensions"}),
        api_url="http://127.0.0.1:9/v1",
        token_url="http://127.0.0.1:9/oauth/token",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FINAGO_START_DATE", "01.01.2020"),
        ("FINAGO_LOOKBACK_DAYS", "0"),
        ("FINAGO_LOOKBACK_DAYS", "many"),
        ("FINAGO_TIE_OUT", "maybe"),
        ("FINAGO_LANDING", "csv"),
        ("FINAGO_REQUESTS_PER_SECOND", "-1"),
        ("FINAGO_REQUESTS_PER_SECOND", "NaN"),
        ("FINAGO_CONCURRENCY", "4.5"),
        ("FINAGO_EXTRA_ENDPOINTS", "accounts"),
    ],
)
def test_a_wrong_value_is_named_with_what_the_variable_takes(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=f"{name} is .*; it takes ") as raised:
        read_settings({name: value})
    assert value in str(raised.value)


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingMissing) as raised:
        read_connection(Settings(), {"FINAGO_CLIENT_ID": "id"})
    assert "FINAGO_CLIENT_SECRET, FINAGO_ORGANIZATION_ID" in str(raised.value)
    assert "FINAGO_CLIENT_ID" not in str(raised.value)


def test_a_secret_can_lie_in_a_file_and_never_shows(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret-value\n")
    environ = {**CREDENTIALS, "FINAGO_CLIENT_SECRET": ""}
    connection = read_connection(Settings(), environ, client_secret=f"file:{tmp_path / 'secret'}")
    assert connection.client_secret.reveal() == "s3cret-value"
    assert "s3cret-value" not in repr(connection)


def test_a_secret_given_as_its_value_instead_of_a_reference_is_refused_without_being_repeated() -> None:
    with pytest.raises(SettingInvalid, match="env:NAME or file:PATH") as raised:
        read_connection(Settings(), CREDENTIALS, client_secret="s3cret-value")
    assert "s3cret-value" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://rest.example.com/v1", "ftp://127.0.0.1/v1"])
def test_plain_http_is_for_this_machine_alone(url: str) -> None:
    with pytest.raises((SettingInvalid, TlsRefused), match="http"):
        read_connection(Settings(api_url=url), CREDENTIALS)


def test_a_proxy_is_read_and_its_password_never_shows() -> None:
    settings = read_settings({"FINAGO_PROXY": "http://kari:s3cret-value@proxy.north.test:8080"})
    assert settings.network.proxy == Proxy("http", "proxy.north.test", 8080, "FINAGO_PROXY")
    assert settings.network.proxy.credentials is not None
    assert settings.network.proxy.credentials.reveal() == "kari:s3cret-value"
    assert "s3cret-value" not in repr(settings)
    assert "s3cret-value" not in settings.network.described("rest.example.test")


USUAL = {
    "HTTPS_PROXY": "http://proxy.north.test:8080",
    "NO_PROXY": "internal.test",
    "SSL_CERT_FILE": "/etc/ssl/north.pem",
}


def test_the_variables_of_other_programs_count_only_where_ours_say_so(tmp_path: Path) -> None:
    assert read_settings(USUAL).network == DIRECT
    network = read_settings({**USUAL, "FINAGO_PROXY": "environment"}).network
    assert network.proxy == Proxy("http", "proxy.north.test", 8080, "HTTPS_PROXY")
    assert network.proxy_for("login.internal.test") is None
    assert network.ca_file is None
    network = read_settings({**USUAL, "FINAGO_CA_FILE": "environment"}).network
    assert (network.proxy, network.ca_file, network.ca_variable) == (None, Path("/etc/ssl/north.pem"), "SSL_CERT_FILE")
    own = {**USUAL, "FINAGO_PROXY": "http://own.test:1", "FINAGO_CA_FILE": str(tmp_path / "ca.pem")}
    network = read_settings(own).network
    assert network.proxy_for("login.internal.test") == Proxy("http", "own.test", 1, "FINAGO_PROXY")
    assert network.ca_file == tmp_path / "ca.pem"
    assert read_settings({"FINAGO_PROXY": "environment", "FINAGO_CA_FILE": "environment"}).network.proxy is None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("s3://raw/demo", "takes a path on this machine"),
        ("gs://raw", "takes a path on this machine"),
        ("file:///srv/data", "takes a path on this machine"),
        ("$HOME/data", "nothing has filled in"),
        ("${HOME}/data", "nothing has filled in"),
        ("%USERPROFILE%/data", "nothing has filled in"),
        ("~nobody-of-that-name/data", "home folder is not known"),
        ("data\\north", "no file is found below a folder with "),
        ("data #1", "no file is found below a folder with #"),
        ("data?", "no file is found below a folder with [?]"),
    ],
)
def test_what_is_no_folder_here_is_refused_before_anything_is_fetched(place: str, said: str) -> None:
    with pytest.raises(SettingInvalid, match=f"FINAGO_DATA_DIR .*{said}"):
        read_settings({"FINAGO_DATA_DIR": place})


def test_the_home_folder_is_meant_by_its_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = read_settings({"FINAGO_DATA_DIR": "~/finago", "FINAGO_CA_FILE": "~/ca.pem"})
    assert settings.data_dir == tmp_path / "finago"
    assert settings.network.ca_file == tmp_path / "ca.pem"
    (tmp_path / "secret").write_text("s3cret-value")
    connection = read_connection(Settings(), CREDENTIALS, client_secret="file:~/secret")
    assert connection.client_secret.reveal() == "s3cret-value"


@pytest.mark.parametrize("name", ["100% done", "5$", "Kunde [Acme] Økonomi's data", "a*b", "C:", "x://"])
def test_an_odd_name_is_a_folder_all_the_same(tmp_path: Path, name: str) -> None:
    assert read_settings({"FINAGO_DATA_DIR": str(tmp_path / name)}).data_dir == tmp_path / name


@pytest.mark.parametrize("spelled", ["{address}", "env:WHERE", "file:{file}"])
def test_the_address_of_ones_own_database_is_given_or_referred_to_and_its_password_never_shows(
    tmp_path: Path, spelled: str
) -> None:
    address = "postgresql://me:s3cret-value@db.example.com/reports#books"
    file = tmp_path / "address"
    file.write_text(f"{address}\n")
    environ = {"FINAGO_PUBLISH_SQL": spelled.format(address=address, file=file), "WHERE": address}
    assert read_settings(environ).publishes_sql
    found = read_publish_address(environ)
    assert (found.place, found.url.password) == ("postgresql://db.example.com/reports#books", "s3cret-value")
    assert "s3cret-value" not in repr(found) + repr(read_settings(environ))


def test_a_copy_goes_into_a_schema_of_ours_unless_one_is_named_and_nowhere_unless_it_is_asked_for() -> None:
    assert read_publish_address({"FINAGO_PUBLISH_SQL": "postgresql://db/reports"}).table == "finago"
    assert (read_settings({}).publishes_sql, read_settings({}).publish_parquet) == (False, None)
    for wrong in ("env:NOT_SET", "no address"):
        with pytest.raises(SettingInvalid, match="address of the database"):
            read_publish_address({"FINAGO_PUBLISH_SQL": wrong})
