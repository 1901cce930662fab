"""What a person fills in: which request, on whose behalf, what is made of the answer, and where its records go.

Owns the words of the launchpad and their choices. What they come to at run time is `meaning.py`; nothing here is
followed, read or sent. Where a secret could be typed there is an object, not text: Dagster then refuses the text before
it stores the run and its config.
"""

from typing import TYPE_CHECKING, Literal

import dagster as dg
from pydantic import Field

from finago_assets.apis import APIS, ApiName
from finago_assets.core.catalogue.operation import Method
from finago_assets.orchestration.resources import Reference

if TYPE_CHECKING:
    from enum import StrEnum

    class Template(StrEnum):
        """A template's name."""
else:
    from enum import StrEnum

    Template = StrEnum("Template", {name: name for api in APIS.values() for name in sorted(api.operations)})


class Parts(dg.Config):
    """What a request from a template and one by hand have in common."""

    variables: dict[str, str] = Field(
        default={},
        description='What stands for each {variable} of the path, as text: `id: "12"`. `finago-assets templates NAME` '
        "lists them.",
    )
    query: dict[str, str] = Field(
        default={},
        description='Query parameters by the vendor\'s name, as text: `dateFrom: "2024-01-01"`, `limit: "100"`.',
    )
    body: str = Field(
        default="",
        description="JSON to send, as text, so that amounts stay as they are typed. It is stored with the run; use "
        "body_file for what should not be.",
    )
    body_file: str = Field(default="", description="Path of a file whose content is sent instead of body.")
    all_pages: bool = Field(
        default=False, description="Follow the answer to its last page; without it one page is fetched."
    )


class FromTemplate(Parts):
    """A request from a template of any API, whose description says what it takes, and it is held to that."""

    kind: Literal["template"] = "template"
    name: Template = Field(description="Which one; `finago-assets templates` lists and searches them.")


class ByHand(Parts):
    """A request by hand: any method, any path below the API's base."""

    kind: Literal["by_hand"] = "by_hand"
    api: ApiName = Field(default=ApiName.FINAGO, description="Which API.")
    method: Method = Field(
        default=Method.GET, description="GET reads; every other method writes and needs allow_writes."
    )
    path: str = Field(
        description="Below the API's base, with variables in braces: `/salesorders/{id}/lines`. No query in it."
    )


class Static(dg.Config):
    """The connection of the `finago` resource, from the environment unless the resource says otherwise.

    A request to another API takes that API's own variables.
    """

    kind: Literal["environment"] = "environment"


class RegistryPlace(dg.Config):
    """Where the registry of connections is. `yaml` counts where both are given."""

    env: str = Field(
        default="FINAGO_REGISTRY",
        description="Name of the environment variable that holds the registry's place: the path of a YAML file, or the "
        "SQLAlchemy URL of a database, with #table where the table is not called connections.",
    )
    yaml: str = Field(default="", description="Path of a YAML file with a list under `connections:`.")


class Registered(dg.Config):
    """A dynamic connection: one row of the registry, chosen by name when the run starts."""

    kind: Literal["registered"] = "registered"
    name: str = Field(description="The row's name.")
    registry: RegistryPlace = Field(default=RegistryPlace(), description="Where the registry is.")


class OnTheSpot(dg.Config):
    """A dynamic connection without a registry: an organization and two references."""

    kind: Literal["given"] = "given"
    organization_id: str = Field(description="The organization that the request is about.")
    client_id: Reference = Field(description="Where the client id is found when the run starts.")
    client_secret: Reference = Field(description="Where the client secret is found when the run starts.")


class Raw(dg.Config):
    """The answer as it was sent: the file, status, trace id, headers, names of errors."""

    kind: Literal["raw"] = "raw"


class Records(dg.Config):
    """The answer's records as a table, typed from the JSON; its columns are shown with the output."""

    kind: Literal["records"] = "records"


class Typed(dg.Config):
    """A type of your own, which every record has to fit."""

    kind: Literal["type"] = "type"
    name: str = Field(description="A pydantic model or a dataclass that this process can import: package.module:Class.")


class Nowhere(dg.Config):
    """Leave the answer's file where it is, under $FINAGO_DATA_DIR/requests."""

    kind: Literal["nowhere"] = "nowhere"


class IntoRaw(dg.Config):
    """Land it as the pipeline's own assets do, in the raw store."""

    kind: Literal["raw"] = "raw"


class IntoFile(dg.Config):
    """One file: parquet, CSV, an Excel workbook, or NDJSON with one record a line."""

    kind: Literal["file"] = "file"
    path: str = Field(description="Where; the end of the name says which: .parquet, .csv, .xlsx or .ndjson.")


class IntoDuckdb(dg.Config):
    """A table of a DuckDB file, replaced whole."""

    kind: Literal["duckdb"] = "duckdb"
    file: str = Field(description="Path of the file; it is made where there is none.")
    table: str = Field(description="The table, with its schema in front where it has one: raw.accounts.")


class IntoSql(dg.Config):
    """A table of any database that SQLAlchemy reaches, replaced whole."""

    kind: Literal["sql"] = "sql"
    url: Reference = Field(description="Where the SQLAlchemy URL is found when the run starts; never the URL itself.")
    table: str = Field(description="The table, with its schema in front where it has one.")


class RequestConfig(dg.Config):
    """The action's properties."""

    request: FromTemplate | ByHand = Field(
        discriminator="kind", description="What to send: from a template, or by hand."
    )
    connection: Static | Registered | OnTheSpot = Field(
        default=Static(),
        discriminator="kind",
        description="On whose behalf. A connection wired to the op's input counts instead of this one.",
    )
    response: Raw | Records | Typed = Field(
        default=Raw(), discriminator="kind", description="What is made of the answer before success fires."
    )
    into: Nowhere | IntoRaw | IntoFile | IntoDuckdb | IntoSql = Field(
        default=Nowhere(), discriminator="kind", description="Where its records are landed, whole or not at all."
    )
    allow_writes: bool = Field(
        default=False, description="Let POST, PUT, PATCH and DELETE through; without it they are refused unsent."
    )
    disabled: bool = Field(default=False, description="Send nothing; only the exit continue_ fires.")
    description: str = Field(default="", description="Notes for people, shown with what came of it.")


class FromRow(dg.Config):
    """The row wired to the op's input: what another op read from a database of your own."""

    kind: Literal["row"] = "row"


class ConnectionConfig(dg.Config):
    """Where a dynamic connection comes from."""

    source: FromRow | Registered | OnTheSpot = Field(
        default=FromRow(), discriminator="kind", description="The row another op hands over, the registry, or by hand."
    )
