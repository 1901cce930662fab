"""The data dictionary: dbt's own documentation as one page, which needs no server, no network and no warehouse.

Owns what the page shows and where it lies. The words are those of the models' YAML, the page itself is dbt's.
"""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
from dbt.task.docs import DOCS_INDEX_FILE_PATH
from rich.console import Console

from finago_assets.core.errors import FinagoError
from finago_assets.core.landing.files import typed_errors
from finago_assets.orchestration.dbt_project import PACKAGE, dbt_project
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# where dbt's page waits for the two files; `dbt docs generate --static` fills the same places
_INLINE: Final = {"manifest": '"MANIFEST.JSON INLINE DATA"', "catalog": '"CATALOG.JSON INLINE DATA"'}
# dbt's page holds code that would count its readers: with this a browser asks nobody for anything
_NO_NETWORK: Final = (
    "<meta http-equiv='Content-Security-Policy' "
    "content=\"default-src 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'none'; form-action 'none'\">"
)
# what a column is, in full and at once; how dbt makes the table is for others
_FOR_READERS: Final = """<style>
column-details tr.column-row td:nth-child(3) { white-space: normal !important; max-width: none !important; }
column-details th:nth-child(3) { width: 70%; }
column-details th:nth-child(n+4), column-details tr.column-row td:nth-child(n+4) { display: none; }
column-details .table-responsive, column-details [style*="max-height"] { max-height: none !important; }
table-details, .app-links li:first-child, h1 > small:not(.text-bold) { display: none !important; }
</style>"""
_HELD: Final = """
    select schema_name, table_name, column_name, data_type, column_index, tables.comment, columns.comment
    from duckdb_columns() as columns
    inner join (
        select schema_name, table_name, comment from duckdb_tables()
        union all select schema_name, view_name, comment from duckdb_views()
    ) as tables using (schema_name, table_name)
    where columns.database_name = current_database()
    order by all
"""


def write_dictionary(manifest: dict[str, Any], warehouse: Path, page: Path) -> Path:
    """Write the page from dbt's manifest, with the columns of the warehouse where that file is there; return it.

    Raises FinagoError where dbt's page is not made as it was, NotWritable and NoSpace.
    """
    text = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    parts = {"manifest": fold_machinery(manifest), "catalog": read_catalog(manifest, warehouse)}
    for name, place in _INLINE.items():
        text = put_in_place(text, place, _as_script(parts[name]))
    text = put_in_place(text, "<head>", f"<head>{_NO_NETWORK}{_FOR_READERS}")
    with typed_errors("Writing the data dictionary"):
        page.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        page.write_text(text, encoding="utf-8")
    return page


def fold_machinery(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest without what no reader of figures looks for: macros, tests, and where files lie here."""
    nodes, sources = ({key: _for_readers(one) for key, one in manifest[kind].items()} for kind in ("nodes", "sources"))
    ours = {key: macro for key, macro in manifest["macros"].items() if macro["package_name"] == PACKAGE}
    shown = {"nodes": nodes, "sources": sources, "macros": {key: _hidden(one) for key, one in ours.items()}}
    return {**manifest, **shown, "disabled": {}}


def read_catalog(manifest: dict[str, Any], warehouse: Path) -> dict[str, Any]:
    """Return what dbt calls a catalog: the columns of each table as they are in the file, where there is one."""
    held: dict[tuple[str, str], dict[str, Any]] = {}
    if warehouse.exists():
        with closing(duckdb.connect(os.fspath(warehouse), read_only=True)) as connection:
            for schema, table, column, kind, index, of_table, of_column in connection.execute(_HELD).fetchall():
                found = held.setdefault((schema, table), _empty_entry(schema, table, of_table))
                found["columns"][column] = {"type": kind, "index": index, "name": column, "comment": of_column}
    nodes = {key: {**held[place], "unique_id": key} for key, place in _tables_of(manifest) if place in held}
    return {"metadata": {}, "nodes": nodes, "sources": {}, "errors": None}


def _tables_of(manifest: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for key, node in manifest["nodes"].items():
        if node["resource_type"] in {"model", "seed"}:
            yield key, (node["schema"], node["alias"])


def _empty_entry(schema: str, table: str, comment: str | None) -> dict[str, Any]:
    said = {"type": "BASE TABLE", "schema": schema, "name": table, "database": None, "comment": comment, "owner": None}
    no_figures = {"id": "has_stats", "label": "Has Stats?", "value": False, "include": False, "description": ""}
    return {"metadata": said, "columns": {}, "stats": {"has_stats": no_figures}}


def _for_readers(node: dict[str, Any]) -> dict[str, Any]:
    # where the checkout and the data lie is nobody's business who is sent the page
    said = {
        name: value for name, value in node.items() if name not in {"root_path", "source_meta", "unrendered_config"}
    }
    said |= {"meta": {}, "config": {**node["config"], "meta": {}}}
    return _hidden(said) if node["resource_type"] == "test" else said


def _hidden(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "docs": {**node["docs"], "show": False}}


def _as_script(held: dict[str, Any]) -> str:
    # a description may hold what would end the script that it lies in
    return json.dumps(held, ensure_ascii=False).replace("</", "<\\/")


def put_in_place(text: str, place: str, instead: str) -> str:
    """Return the text with the one place in it filled. Raises FinagoError where it is not there once."""
    if text.count(place) != 1:
        raise FinagoError(f"dbt's page has another form than this release knows: {place} does not stand in it once.")
    return text.replace(place, instead)


def main() -> None:
    """Write the page into the data folder, and say where it is."""
    os.umask(0o077)
    settings = read_settings()
    project = dbt_project()
    manifest = json.loads((project.target_path / "manifest.json").read_text(encoding="utf-8"))
    page = write_dictionary(manifest, settings.published_details, settings.data_dir / "docs" / "index.html")
    Console().print(f"The data dictionary: {page.resolve()}", highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
