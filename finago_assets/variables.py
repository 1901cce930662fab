"""What every variable means, in a sentence or two: a table of the documents, and the example of an environment file.

Owns the words. What a variable holds is read and judged in settings.py, where the defaults stand too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from finago_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of the table."""

    names: tuple[str, ...]
    meaning: str

    def default(self, name: str) -> str:
        """Return how the default of one of the names is spelled; empty where there is none."""
        value = getattr(Settings(), name.removeprefix("FINAGO_").lower(), "")
        return "" if value in (frozenset(), (), None) else f"{value}"


VARIABLES: Final = (
    Variable(
        ("FINAGO_CLIENT_ID", "FINAGO_CLIENT_SECRET", "FINAGO_ORGANIZATION_ID"),
        "the connection: your application's id and secret, and the organization that approved it",
    ),
    Variable(
        ("FINAGO_API_URL", "FINAGO_TOKEN_URL"),
        "where the API and its token endpoint are; plain `http://` for this machine alone",
    ),
    Variable(
        ("FINAGO_PROXY",),
        "your company's proxy, `http://user:password@host:port` or `https://...`; `environment` goes by "
        "`HTTPS_PROXY` and `NO_PROXY`, which count for nothing otherwise",
    ),
    Variable(
        ("FINAGO_CA_FILE",),
        "PEM file with your company's certificate authority, trusted besides the usual ones; "
        "`environment` takes `SSL_CERT_FILE`",
    ),
    Variable(
        ("FINAGO_DATA_DIR",),
        "raw files, the working and the published warehouse: a folder on this machine, `~/` is your home; "
        "no `?`, `#` or backslash in its name",
    ),
    Variable(("FINAGO_START_DATE",), "the first partition"),
    Variable(("FINAGO_LOOKBACK_DAYS",), "days that the nightly run lands again"),
    Variable(
        ("FINAGO_TIE_OUT",),
        "what a difference from the ERP's own balances does: `warn`, or `block` to withhold publication",
    ),
    Variable(("FINAGO_LANDING",), "`parquet`, or `duckdb` for tables in `raw.duckdb`"),
    Variable(
        ("FINAGO_REQUESTS_PER_SECOND",),
        "ceiling for one organization, shared by every process on the machine; `0` for none",
    ),
    Variable(("FINAGO_CONCURRENCY",), "request chains in flight"),
    Variable(("FINAGO_EXTRA_ENDPOINTS",), "endpoints that are off by default, by name, with commas"),
    Variable(("FINAGO_REGISTRY",), "where the registry of connections is: a YAML file, or a SQLAlchemy URL"),
    Variable(
        ("FINAGO_OUTAGE_MINUTES",),
        "how long landing sits out an outage of the API without any progress; `0` fails at once",
    ),
    Variable(("FINAGO_KEEP_RUNS_DAYS",), "days that run history is kept; `0` for good"),
    Variable(("FINAGO_KEEP_LISTS_DAYS",), "days that older files of a list are kept; `0` for good"),
    Variable(("FINAGO_DBT_MEMORY",), "DuckDB's memory limit inside dbt, and where marts are published"),
    Variable(
        ("FINAGO_PUBLISH_PARQUET",),
        "a folder for the published tables as parquet too, such as `data/exports/marts`: read its `current/marts`",
    ),
    Variable(
        ("FINAGO_PUBLISH_SQL",),
        "your PostgreSQL for the published tables too: `postgresql://user:password@host/database#schema`, or "
        "`env:NAME` or `file:PATH` that holds it; the schema is `finago` unless it is named",
    ),
    Variable(("FINAGO_EXECUTOR",), "`in_process`, or `multiprocess` for a process a step"),
    Variable(
        ("FINAGO_SOAP_APPLICATION_ID", "FINAGO_SOAP_USERNAME", "FINAGO_SOAP_PASSWORD"),
        "the SOAP services: the id of your application there, and a user of the organization; none of them leaves "
        "these services out",
    ),
    Variable(
        ("FINAGO_SOAP_IDENTITY_ID",),
        "that user's identity in the organization; looked up where this is empty",
    ),
    Variable(
        ("FINAGO_SOAP_URL", "FINAGO_SOAP_WEBSERVICES_URL"),
        "the two addresses of the SOAP services; plain `http://` for this machine alone",
    ),
    Variable(
        ("HALO_URL", "HALO_CLIENT_ID", "HALO_CLIENT_SECRET"),
        "a tenant of Halo: the address of its API and an API application there; none of them leaves Halo out",
    ),
    Variable(("HALO_AUTH_URL",), "its auth server, `/auth` on the host of `HALO_URL` where this is empty"),
    Variable(("HALO_TENANT",), "its name, which a hosted tenant is asked for by; empty on a server of your own"),
    Variable(
        ("HALO_CONNECTIONS",),
        "further tenants: names of rows of the registry, with commas; alone they do without the variables above",
    ),
    Variable(
        ("HALO_WRITE_CLIENT_ID", "HALO_WRITE_CLIENT_SECRET"),
        "an API application of its own for changes of connections; without it none can be changed from here",
    ),
    Variable(("HALO_REQUESTS_PER_SECOND",), "ceiling for the tenant, shared by every process on the machine"),
    Variable(
        ("FINAGO_POSTING_WARNINGS",),
        "warnings of the vendor's that a posting may say to ignore, with commas; see docs/posting.md",
    ),
    Variable(
        ("FINAGO_POSTING_TAX",),
        "what the server takes for a tax code: its `number` or its `id`; the read-back says when this is wrong, as it "
        "does of the next three",
    ),
    Variable(
        ("FINAGO_POSTING_LEDGER_VAT",),
        "who computes the VAT of what goes straight into the ledger over SOAP: the `sender` or the `server`",
    ),
    Variable(
        ("FINAGO_POSTING_AMOUNTS",),
        "what the amount of a foreign ledger line is in: `base`, the books' own currency, or the line's `currency`",
    ),
    Variable(("FINAGO_POSTING_TIMESTAMPS",), "what a timestamp of SOAP without an offset is in: `utc` or `oslo`"),
)


def variable_table() -> str:
    """Return the table of docs/variables.md."""
    rows = ["| variable | meaning | default |", "| --- | --- | --- |"]
    for one in VARIABLES:
        default = one.default(one.names[0])
        # an address in a table says less than whose it is
        shown = "the vendor's" if "://" in default else f"`{default}`" if default else "none"
        rows.append(f"| {', '.join(f'`{name}`' for name in one.names)} | {one.meaning} | {shown} |")
    return "\n".join(rows) + "\n"


def example_file() -> str:
    """Return an environment file with every variable: those without a default to be filled in, the others at theirs."""
    parts = ["# Copy this file to .env, which git does not take along, and fill it in.\n"]
    for one in VARIABLES:
        required = one.names[0] == VARIABLES[0].names[0]
        lines = [f"{'' if required else '# '}{name}={one.default(name)}" for name in one.names]
        parts.append("\n".join([f"# {one.meaning[0].upper()}{one.meaning[1:]}.".replace("`", ""), *lines, ""]))
    return "\n".join(parts)
