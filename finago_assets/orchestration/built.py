"""What dbt built and found, as Dagster's events, with what there is to show of it: row counts, pictures, rows at fault.

Owns the metadata of those events; what is the same in every run stands in the definitions. It reads the warehouse after
dbt has closed it.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import duckdb

from finago_assets.orchestration.dbt_specs import UNIQUE_ID, node_ids
from finago_assets.orchestration.plots import picture
from finago_assets.orchestration.raw import SILENT_OUTPUT
from finago_assets.orchestration.samples import sample_rows
from finago_assets.orchestration.standing import EVALUATED_IN
from finago_assets.orchestration.tables import show_rows

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from finago_assets.core.warehouse.generation import Verdict
    from finago_assets.orchestration.dbt_run import NodeResult

NOT_EVALUATED: Final = "Not evaluated again: nothing that it looks at has changed since the run named here."
# the UI calls either one "Failed"
SAID: Final = {
    "warn": "{rows:,} to look at: a warning, nothing is withheld because of it.",
    "fail": "{rows:,} rows break what this vouches for, so nothing is published until they are mended.",
}


class Built:
    """Turns results of dbt into events of `asset`'s outputs and checks; `warehouse` is the file that was built.

    A check that is not among `asked` is no output of the run; what it says comes as an event by itself.
    """

    def __init__(
        self,
        asset: dg.AssetsDefinition,
        manifest: Mapping[str, Any],
        warehouse: Path,
        asked: Container[dg.AssetCheckKey],
    ) -> None:
        ids = node_ids(manifest)
        self.nodes: dict[dg.AssetKey, str] = {spec.key: ids[spec.key] for spec in asset.specs}
        self.checks: dict[str, dg.AssetCheckKey] = {
            spec.metadata[UNIQUE_ID]: spec.key for spec in asset.check_specs if spec.metadata
        }
        self.asked = frozenset(test for test, key in self.checks.items() if key in asked)
        self._keys = {node: key for key, node in self.nodes.items()}
        self._asset = asset
        self._manifest = manifest["nodes"]
        self._warehouse = warehouse

    def events(self, results: Sequence[NodeResult]) -> Iterator[Any]:
        """Yield an event for each node that was built or tested, with what its table says."""
        with closing(duckdb.connect(self._warehouse, read_only=True)) as connection:
            for one in results:
                yield from self._event(one, connection)

    def events_of_failed(self, results: Sequence[NodeResult]) -> Iterator[Any]:
        """The same of a build that failed, which may have failed because the warehouse cannot be read."""
        try:
            yield from list(self.events(results))
        except duckdb.Error:
            for one in results:
                yield from self._event(one, None)

    def kept(
        self, nodes: Iterable[str], verdicts: Mapping[str, Verdict], standing: Container[dg.AssetCheckKey]
    ) -> Iterator[Any]:
        """Yield for each node that stays as it is a silent output, or what its test said when it last ran.

        `nodes` come in the order of the graph, and before all that is built: Dagster asks for that. Of the checks that
        are `standing` the history holds the result already.
        """
        with closing(duckdb.connect(self._warehouse, read_only=True)) as connection:
            for node in nodes:
                if node in self._keys:
                    yield self._output(self._keys[node], SILENT_OUTPUT)
                elif self.checks.get(node) in standing:
                    output = self._asset.get_output_name_for_asset_check_key(self.checks[node])
                    yield dg.Output(None, output_name=output)
                elif node in self.checks and node in verdicts:
                    verdict = verdicts[node]
                    facts = {} if verdict.passed else self._faults(connection, node)
                    facts[EVALUATED_IN] = dg.MetadataValue.dagster_run(verdict.run)
                    yield self._result(node, "pass" if verdict.passed else "warn", verdict.rows, facts, kept=True)

    def _event(self, one: NodeResult, connection: duckdb.DuckDBPyConnection | None) -> Iterator[Any]:
        if one.node in self._keys and one.status == "success":
            facts = {} if connection is None else self._facts(connection, one.node)
            yield self._output(self._keys[one.node], {**facts, "seconds_to_build": round(one.seconds, 2)})
        elif one.node in self.checks and one.status != "skipped":
            facts = {} if connection is None or not one.rows else self._faults(connection, one.node)
            yield self._result(one.node, one.status, one.rows or 0, facts)

    def _output(self, key: dg.AssetKey, metadata: Mapping[str, Any]) -> dg.Output[None]:
        return dg.Output(None, output_name=key.to_python_identifier(), metadata=metadata)

    def _result(
        self, test: str, status: str, rows: int, facts: Mapping[str, Any], *, kept: bool = False
    ) -> dg.AssetCheckResult | dg.AssetCheckEvaluation:
        kind = dg.AssetCheckResult if test in self.asked else dg.AssetCheckEvaluation
        said = [SAID[status].format(rows=rows)] if status in SAID else []
        said += [NOT_EVALUATED] if kept else []
        return kind(
            passed=status == "pass",
            asset_key=self.checks[test].asset_key,
            check_name=self.checks[test].name,
            description=" ".join(said) or None,
            severity=dg.AssetCheckSeverity.WARN if status == "warn" else dg.AssetCheckSeverity.ERROR,
            metadata={**facts, "rows_found": rows} if rows else facts,
        )

    def _facts(self, connection: duckdb.DuckDBPyConnection, node: str) -> dict[str, Any]:
        schema, name, relation = self._relation(node)
        rows = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
        shown = {
            "picture": picture(connection, name) if schema == "marts" else None,
            "sample_rows": sample_rows(connection, f"{schema}.{name}"),
        }
        return {**{key: value for key, value in shown.items() if value is not None}, "dagster/row_count": rows}

    def _faults(self, connection: duckdb.DuckDBPyConnection, test: str) -> dict[str, Any]:
        if not self._manifest[test]["config"].get("store_failures"):
            return {}
        return {"rows_at_fault": show_rows(connection, f"from {self._relation(test)[2]}")}

    def _relation(self, node: str) -> tuple[str, str, str]:
        schema, name = self._manifest[node]["schema"], self._manifest[node]["alias"]
        return schema, name, f'"{schema}"."{name}"'
