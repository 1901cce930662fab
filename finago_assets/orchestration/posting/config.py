"""What a person fills in to post a journal: which table, over which route, where to, and what is allowed.

Owns the words of the launchpad. Where a secret could be typed there is a reference, not text: Dagster then refuses the
text before it stores the run and its config.
"""

from enum import StrEnum
from typing import Literal

import dagster as dg
from pydantic import Field

from finago_assets.orchestration.request.config import RegistryPlace
from finago_assets.orchestration.resources import Reference


# the launchpad goes by the names of members, and people by the words of the command line
class RouteChoice(StrEnum):
    """How a journal is sent."""

    soap = "soap"
    rest = "rest"


class SaveChoice(StrEnum):
    """Where a journal is saved."""

    draft = "draft"
    ledger = "ledger"


class FromFile(dg.Config):
    """A file: CSV, Parquet or Excel."""

    kind: Literal["file"] = "file"
    path: str = Field(description="Where; the end of the name says which: .csv, .parquet, .xlsx, or .xlsx#sheet.")


class FromDuckdb(dg.Config):
    """A table of a DuckDB file, such as a dbt model of your own in the published warehouse."""

    kind: Literal["duckdb"] = "duckdb"
    table: str = Field(description="The table, with its schema in front where it has one: own.accruals.")
    file: str = Field(default="", description="Path of the file; empty is the published warehouse, finago.duckdb.")


class FromSql(dg.Config):
    """A table of any database that SQLAlchemy reaches."""

    kind: Literal["sql"] = "sql"
    url: Reference = Field(description="Where the SQLAlchemy URL is found when the run starts; never the URL itself.")
    table: str = Field(description="The table, with its schema in front where it has one.")


class OfEnvironment(dg.Config):
    """The connection of the environment's variables: of the SOAP services for soap, of the REST API for rest."""

    kind: Literal["environment"] = "environment"


class OfRegistry(dg.Config):
    """A dynamic connection: one row of the registry, chosen by name when the run starts."""

    kind: Literal["registered"] = "registered"
    name: str = Field(description="The row's name; its kind must be the route's (soap, or finago for rest).")
    registry: RegistryPlace = Field(default=RegistryPlace(), description="Where the registry is.")


class PostingConfig(dg.Config):
    """What is posted, and what is allowed. Where nothing is, a run checks the journal and shows what it would do."""

    source: FromFile | FromDuckdb | FromSql = Field(
        discriminator="kind",
        description="The journal: a table with the columns voucher, transaction_type_number, date, account_number, "
        "amount and others of marts.general_ledger, as docs/posting.md says.",
    )
    route: RouteChoice = Field(
        default=RouteChoice.soap,
        description="How it is sent: soap knows drafts and links, rest posts to the ledger.",
    )
    save_as: SaveChoice = Field(
        default=SaveChoice.draft,
        description="draft: a person looks at it in Finago Office and books it. ledger: booked at once; needs "
        "into_the_ledger too.",
    )
    connection: OfEnvironment | OfRegistry = Field(
        default=OfEnvironment(), discriminator="kind", description="On whose behalf."
    )
    allow_writes: bool = Field(
        default=False, description="Let it be sent. Without it the run checks, shows a preview and sends nothing."
    )
    into_the_ledger: bool = Field(
        default=False, description="The second switch that save_as ledger needs: nobody reviews what is booked at once."
    )
    expect: str = Field(
        default="",
        description="The digest that a preview showed; a journal that has changed since is then not sent. Empty: any.",
    )
    ignore_warnings: list[str] = Field(
        default=[],
        description="Warnings of the server's to ignore, such as invoicealreadyexists; FINAGO_POSTING_WARNINGS says "
        "which may be.",
    )
    again: bool = Field(
        default=False,
        description="Send once more what the server refused, or what was lost and is known not to be there. What was "
        "posted is never sent again, with or without it.",
    )
    although_posted: bool = Field(
        default=False,
        description="Send entries although the outbox has the same ones under another name, in another bundle or as a "
        "draft.",
    )
    description: str = Field(default="", description="Notes for people, shown with what came of it.")
