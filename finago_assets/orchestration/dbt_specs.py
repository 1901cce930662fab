"""What dbt's nodes say of themselves as assets: words for people first, and nothing that is only for the machine.

Owns descriptions, and what of dbt's own metadata is shown. Which columns come from where is column_lineage.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from finago_assets.orchestration.check_texts import ROWS_ARE_SOUND, description_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagster_dbt import DbtProject

# dagster-dbt writes it into the spec of every check
UNIQUE_ID: Final = "dagster_dbt/unique_id"
SQL: Final = "sql"
OF_DBT: Final = ("dagster_dbt/", "dagster-dbt/")


class BooksTranslator(DagsterDbtTranslator):
    """dbt's nodes as assets that say what they hold, where their columns come from, and what their checks vouch for."""

    def __init__(self, settings: DagsterDbtTranslatorSettings, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(settings)
        self._metadata = metadata

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return what the table holds, in the words of its YAML. Its SQL is one click away, in the metadata."""
        said: str = dbt_resource_props.get("description") or ""
        return said or f"The {dbt_resource_props['resource_type']} `{dbt_resource_props['name']}` of dbt."

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return dbt's own metadata with the lineage of the columns, and the SQL as it was written."""
        sql = dbt_resource_props.get("raw_code", "").strip()
        return {
            **super().get_metadata(dbt_resource_props),
            **self._metadata.get(dbt_resource_props["unique_id"], {}),
            **({SQL: dg.MetadataValue.md(f"```sql\n{sql}\n```")} if sql else {}),
        }

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Return the spec of a node without what dagster-dbt keeps in it for itself, which the UI would show."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        kept = {name: value for name, value in spec.metadata.items() if not name.startswith(OF_DBT)}
        return spec.replace_attributes(metadata=kept)

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """Return the spec of a test with what it vouches for."""
        found = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        said = description_of(manifest, unique_id)
        if found is None or said is None:
            return found
        return dg.AssetCheckSpec(
            found.name,
            asset=found.asset_key,
            description=said,
            additional_deps=list(found.additional_deps),
            metadata=found.metadata,
            blocking=found.blocking,
        )


def node_ids(manifest: Mapping[str, Any]) -> dict[dg.AssetKey, str]:
    """Return the id of dbt's node by the key of its asset."""
    key_of = DagsterDbtTranslator().get_asset_key
    return {
        key_of(node): name for name, node in manifest["nodes"].items() if node["resource_type"] in {"model", "seed"}
    }


def list_checks(built: dg.AssetsDefinition, others: Iterable[dg.AssetCheckKey] = ()) -> dg.AssetsDefinition:
    """Return the same assets, each with links to its checks in its description, first those that a person looks for.

    Dagster sorts them by name alone. `others` are checks that are no test of dbt's; they come first of all.
    """
    tests = sorted((spec.key for spec in built.check_specs), key=lambda key: (ROWS_ARE_SOUND in key.name, key.name))
    keys = [*others, *tests]

    def said(spec: dg.AssetSpec) -> dg.AssetSpec:
        page = f"/assets/{spec.key.to_user_string()}?view=checks&checkDetail="
        links = [f"[{key.name}]({page}{key.name})" for key in keys if key.asset_key == spec.key]
        if not links:
            return spec
        return spec.replace_attributes(description=f"{spec.description}\n\nChecks: {', '.join(links)}.")

    return built.map_asset_specs(said)
