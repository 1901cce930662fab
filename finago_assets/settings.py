"""Every FINAGO_* and HALO_* variable but credentials: its type, default, and what a user reads when it is wrong.

They are read when the definitions load, and all have defaults. Credentials are credentials.py's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from finago_assets.apis.finago.connection import API_URL, TOKEN_URL
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.apis.finago_soap.connection import FINAGO_SOAP_API, SOAP_URL, WEBSERVICES_URL
from finago_assets.apis.halo.endpoints import HALO_API
from finago_assets.core.connections.place import expanded
from finago_assets.core.connections.references import read_variable
from finago_assets.core.errors import FinagoError, SettingInvalid
from finago_assets.core.http.network import DIRECT, Network, read_proxy
from finago_assets.core.landing.model import Landing
from finago_assets.core.posting.facts import (
    LineAmounts,
    PostingFacts,
    TaxIdentifier,
    TimestampZone,
    VatComputedBy,
)
from finago_assets.core.posting.rules import WARNINGS_TO_IGNORE
from finago_assets.core.request.targets.owned import Owned
from finago_assets.project import find_project, find_project_above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

# dbt_project.yml asks for the same two; the addresses have defaults, and so say nothing
SET_UP_SOAP: Final = ("FINAGO_SOAP_USERNAME", "FINAGO_SOAP_APPLICATION_ID")
# 7,200 an hour is what the vendor lets one address ask of its SOAP services
SOAP_CEILING: Final = Decimal(2)
RATE: Final = "a number from 0, where 0 means no ceiling"
# more days than a date can be counted back from, and more of anything else than anybody means
MOST: Final = 99_999
COUNT: Final = f"a whole number from 1 to {MOST:,}"
OUTAGE: Final = "a whole number of minutes, where 0 waits for nothing"
# DuckDB knows no pattern for the first, and dbt takes what follows the others for options
_NO_FOLDER: Final = ("\\", "?", "#")
# what FINAGO_PROXY and FINAGO_CA_FILE hold to mean the variables that other programs go by
ENVIRONMENT: Final = "environment"
KEEP_DAYS: Final = "a whole number of days, where 0 keeps everything"


class TieOut(StrEnum):
    """What a difference from the ERP's own balances does to publication."""

    WARN = "warn"
    BLOCK = "block"


class Executor(StrEnum):
    """Where steps run: in the run's own process, or each in one of its own."""

    IN_PROCESS = "in_process"
    MULTIPROCESS = "multiprocess"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is not a secret. Rates are requests a second for one organization; 0 means no ceiling."""

    data_dir: Path = Path("data")
    start_date: date = date(2020, 1, 1)
    lookback_days: int = 35
    tie_out: TieOut = TieOut.WARN
    landing: Landing = Landing.PARQUET
    requests_per_second: Decimal = Decimal(2)
    concurrency: int = 4
    extra_endpoints: frozenset[str] = field(default_factory=frozenset)
    executor: Executor = Executor.IN_PROCESS
    outage_minutes: int = 45
    keep_runs_days: int = 30
    keep_lists_days: int = 0
    api_url: str = API_URL
    token_url: str = TOKEN_URL
    network: Network = DIRECT
    soap_url: str = SOAP_URL
    soap_webservices_url: str = WEBSERVICES_URL
    soap_identity_id: str = ""
    uses_soap: bool = False  # somebody has set one of SET_UP_SOAP
    dbt_memory: str = "300MB"
    publish_parquet: Path | None = None
    publishes_sql: bool = False
    halo_url: str = ""
    halo_auth_url: str = ""
    halo_tenant: str = ""
    halo_connections: tuple[str, ...] = ()
    halo_requests_per_second: Decimal = Decimal("0.8")
    posting_tax: TaxIdentifier = TaxIdentifier.NUMBER
    posting_ledger_vat: VatComputedBy = VatComputedBy.SENDER
    posting_amounts: LineAmounts = LineAmounts.BASE
    posting_timestamps: TimestampZone = TimestampZone.UTC
    posting_warnings: frozenset[str] = field(default_factory=frozenset)

    @property
    def uses_halo(self) -> bool:
        """Whether somebody has set up a tenant of Halo."""
        return bool(self.halo_url or self.halo_connections)

    @property
    def posting_facts(self) -> PostingFacts:
        """What the vendor's documents leave open about posting."""
        return PostingFacts(self.posting_tax, self.posting_ledger_vat, self.posting_amounts, self.posting_timestamps)

    @property
    def posting_dir(self) -> Path:
        """The outbox: what was posted. Never safe to delete."""
        return self.data_dir / "posting"

    def ceiling(self, source: str) -> Decimal:
        """Return how many requests a second an API may be asked, by its source's name."""
        if source == FINAGO_SOAP_API.name:
            return min(self.requests_per_second, SOAP_CEILING)
        return self.halo_requests_per_second if source == HALO_API.name else self.requests_per_second

    @property
    def report_dir(self) -> Path:
        """Month-end binders, and what people decided in them. Not safe to delete."""
        return self.data_dir / "report"

    @property
    def work_dir(self) -> Path:
        """Locks, budgets and the working warehouse: safe to delete when nothing runs."""
        return self.data_dir / "work"

    @property
    def requests_dir(self) -> Path:
        """Answers of requests, and the record of writes."""
        return self.data_dir / "requests"

    @property
    def working_warehouse(self) -> Path:
        """The DuckDB file that dbt writes."""
        return self.work_dir / "warehouse.duckdb"

    @property
    def published_warehouse(self) -> Path:
        """The DuckDB file that people query."""
        return self.data_dir / "finago.duckdb"

    @property
    def published_details(self) -> Path:
        """The whole build behind it: what the marts are made of, seeds, and what checks found."""
        return self.data_dir / "finago_details.duckdb"

    @property
    def owned(self) -> Owned:
        """What no request may be written into. Each place is named by itself too: it may be a link to another disk."""
        folders = (
            self.data_dir / "raw",
            self.work_dir,
            self.requests_dir,
            self.posting_dir,
            self.report_dir,
            self.data_dir / "dagster",
        )
        published = self.published_warehouse, self.published_details
        databases = *published, self.working_warehouse, self.data_dir / "raw.duckdb"
        # dagster.yaml keeps run history in `data` of the project, wherever the data folder is
        project = find_project()
        ours = (self.data_dir,) if project is None else (self.data_dir, project.root / "data")
        return Owned(ours, (*folders, *databases))


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read every variable that has a default. Raises SettingInvalid: the variable, what it held and what it takes."""
    env = os.environ if environ is None else environ
    usual = Settings()
    return Settings(
        data_dir=_take(env, "FINAGO_DATA_DIR", _top() / usual.data_dir, _data_dir, "a folder"),
        start_date=_take(env, "FINAGO_START_DATE", usual.start_date, date.fromisoformat, "a day as YYYY-MM-DD"),
        lookback_days=_take(env, "FINAGO_LOOKBACK_DAYS", usual.lookback_days, _parse_count, COUNT),
        tie_out=_take(env, "FINAGO_TIE_OUT", usual.tie_out, TieOut, "warn or block"),
        landing=_take(env, "FINAGO_LANDING", usual.landing, Landing, "parquet or duckdb"),
        requests_per_second=_take(
            env,
            "FINAGO_REQUESTS_PER_SECOND",
            usual.requests_per_second,
            _rate,
            RATE,
        ),
        concurrency=_take(env, "FINAGO_CONCURRENCY", usual.concurrency, _parse_count, COUNT),
        extra_endpoints=_take(
            env,
            "FINAGO_EXTRA_ENDPOINTS",
            usual.extra_endpoints,
            _some_of(_OFF),
            f"a comma-separated list of {', '.join(_OFF)}",
        ),
        executor=_take(env, "FINAGO_EXECUTOR", usual.executor, Executor, "in_process or multiprocess"),
        outage_minutes=_take(env, "FINAGO_OUTAGE_MINUTES", usual.outage_minutes, _parse_whole, OUTAGE),
        keep_runs_days=_take(env, "FINAGO_KEEP_RUNS_DAYS", usual.keep_runs_days, _parse_whole, KEEP_DAYS),
        keep_lists_days=_take(env, "FINAGO_KEEP_LISTS_DAYS", usual.keep_lists_days, _parse_whole, KEEP_DAYS),
        api_url=_take(env, "FINAGO_API_URL", usual.api_url, str, "an address"),
        token_url=_take(env, "FINAGO_TOKEN_URL", usual.token_url, str, "an address"),
        network=_network(env),
        soap_url=_take(env, "FINAGO_SOAP_URL", usual.soap_url, str, "an address"),
        soap_webservices_url=_take(env, "FINAGO_SOAP_WEBSERVICES_URL", usual.soap_webservices_url, str, "an address"),
        soap_identity_id=_take(env, "FINAGO_SOAP_IDENTITY_ID", usual.soap_identity_id, str, "an identity's guid"),
        uses_soap=any(env.get(name, "").strip() for name in SET_UP_SOAP),
        dbt_memory=_take(env, "FINAGO_DBT_MEMORY", usual.dbt_memory, str, "an amount such as 300MB"),
        publishes_sql=bool(env.get("FINAGO_PUBLISH_SQL", "").strip()),
        publish_parquet=_take(env, "FINAGO_PUBLISH_PARQUET", None, _parquet_folder, "a folder"),
        halo_url=_take(env, "HALO_URL", usual.halo_url, str, "an address"),
        halo_auth_url=_take(env, "HALO_AUTH_URL", usual.halo_auth_url, str, "an address"),
        halo_tenant=_take(env, "HALO_TENANT", usual.halo_tenant, str, "a tenant's name"),
        halo_connections=_take(env, "HALO_CONNECTIONS", (), _parse_names, "names of the registry, with commas"),
        halo_requests_per_second=_take(env, "HALO_REQUESTS_PER_SECOND", usual.halo_requests_per_second, _rate, RATE),
        posting_tax=_take(env, "FINAGO_POSTING_TAX", usual.posting_tax, TaxIdentifier, "number or id"),
        posting_ledger_vat=_take(
            env, "FINAGO_POSTING_LEDGER_VAT", usual.posting_ledger_vat, VatComputedBy, "sender or server"
        ),
        posting_amounts=_take(env, "FINAGO_POSTING_AMOUNTS", usual.posting_amounts, LineAmounts, "base or currency"),
        posting_timestamps=_take(
            env, "FINAGO_POSTING_TIMESTAMPS", usual.posting_timestamps, TimestampZone, "utc or oslo"
        ),
        posting_warnings=_take(
            env,
            "FINAGO_POSTING_WARNINGS",
            usual.posting_warnings,
            _some_of(WARNINGS_TO_IGNORE),
            f"a comma-separated list of {', '.join(WARNINGS_TO_IGNORE)}",
        ),
    )


def _network(env: Mapping[str, str]) -> Network:
    """Read the road to the API. What other programs go by counts only where one of ours says `environment`."""
    variable, proxy, exempt = "FINAGO_PROXY", env.get("FINAGO_PROXY", "").strip(), ""
    if proxy == ENVIRONMENT:
        usual = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        variable = next((name for name in usual if env.get(name, "").strip()), "HTTPS_PROXY")
        proxy, exempt = env.get(variable, "").strip(), env.get("NO_PROXY", "") or env.get("no_proxy", "")
    ca_variable = "FINAGO_CA_FILE"
    if env.get(ca_variable, "").strip() == ENVIRONMENT:
        ca_variable = "SSL_CERT_FILE"
    return Network(
        proxy=read_proxy(proxy, variable) if proxy else None,
        exempt=exempt,
        ca_file=_take(env, ca_variable, None, _parse_file, "a file"),
        ca_variable=ca_variable,
    )


def _top() -> Path:
    """Return where `data` lies: in a project at its top, wherever in it a command is typed; else where we are."""
    project = find_project_above()
    return Path.cwd() if project is None else project.root


def _parse_file(text: str) -> Path | None:
    return expanded(text, "FINAGO_CA_FILE").absolute()


def _parquet_folder(text: str) -> Path | None:
    return _top() / expanded(text, "FINAGO_PUBLISH_PARQUET")


def _data_dir(text: str) -> Path:
    folder = expanded(text, "FINAGO_DATA_DIR").absolute()
    if odd := next((sign for sign in _NO_FOLDER if sign in str(folder)), None):
        raise SettingInvalid(
            f"FINAGO_DATA_DIR is {str(folder)!r}, and no file is found below a folder with {odd} in its name, by dbt "
            "or by DuckDB; choose another."
        )
    return folder


def _take(env: Mapping[str, str], name: str, usual: T, parse: Callable[[str], T], takes: str) -> T:
    text = read_variable(env, name)
    if not text:
        return usual
    try:
        return parse(text)
    except FinagoError:
        raise
    except (ValueError, InvalidOperation):
        raise SettingInvalid(f"{name} is {text!r}; it takes {takes}.") from None


def _parse_count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST:
        raise ValueError(text)
    return number


def _parse_whole(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST:
        raise ValueError(text)
    return number


def _rate(text: str) -> Decimal:
    rate = Decimal(text)
    if not rate.is_finite() or rate < 0:
        raise ValueError(text)
    return rate


def _parse_names(text: str) -> tuple[str, ...]:
    names = _split_names(text)
    if len(set(names)) < len(names):
        raise ValueError(text)
    return names


def _some_of(known: Iterable[str]) -> Callable[[str], frozenset[str]]:
    """Return what reads names out of a list that is known."""

    def parse(text: str) -> frozenset[str]:
        names = frozenset(_split_names(text))
        if not names <= set(known):
            raise ValueError(text)
        return names

    return parse


def _split_names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


_OFF: Final = tuple(sorted(name for name, endpoint in ENDPOINTS.items() if not endpoint.enabled))
