"""The dbt graph as a build sees it: what reads what, which tests can tell something, and what a build leaves unproven.

Owns the rule of a settled node: a model is settled when it was built after everything that it reads was settled, a test
when it ran over settled models. Reads dbt's manifest and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.warehouse.public_file import Public

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUILT = frozenset({"model", "seed", "snapshot"})
# what makes a node's table, or the verdict of a test, apart from what it reads
_CODE: Final = ("raw_code", "checksum", "config", "columns", "description", "test_metadata")


# where the models of a user's own lie in the project that is run, and what others say in their config's meta
_OWN: Final = "own/"
_BESIDE: Final = "beside_the_books"
# the schemas that people query
_PUBLIC: Final = ("marts/", "reporting/")


class Reading(StrEnum):
    """What a node that reads an endpoint itself takes of it. A model that reads manifests says so in its own config."""

    NEWEST = "newest"  # the records of the newest landed list
    EVERY_DAY = "every day"  # the records of every landed day
    MANIFESTS = "manifests"  # which days landed, and when


@dataclass(frozen=True, slots=True)
class BuildGraph:
    """Nodes by dbt's unique id. `parents` leaves sources out; `names` is `schema/name`, a table's as in the warehouse.

    `blocking` are the tests that withhold publication when they fail; `dbt_names` is what dbt's command line takes.
    `endpoints`: what a node reads itself of landed data, as `source/endpoint`, `reading` what it takes of them; `code`:
    digest of its text. `beside` are tables of a user's own, and tables and tests of what is no part of the books:
    the rest may be published without them; `own` are the user's alone. `keys`: the columns that tell a table's rows
    apart, by its name, where its model declares them.
    """

    parents: Mapping[str, frozenset[str]]
    tests: frozenset[str]
    blocking: frozenset[str]
    names: Mapping[str, str]
    dbt_names: Mapping[str, str]
    endpoints: Mapping[str, frozenset[str]]
    reading: Mapping[str, Reading]
    code: Mapping[str, str]
    beside: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> BuildGraph:
        """Read dbt's manifest; unit tests judge the SQL and not the data, and are left out."""
        nodes = manifest["nodes"]
        tables = {key for key, node in nodes.items() if node["resource_type"] in BUILT and not _is_part(node)}
        tests = {key for key, node in nodes.items() if node["resource_type"] == "test"}
        sources = manifest.get("sources", {})
        parts = {key: _with_parts(key, manifest) for key in tables | tests}
        read = {
            key: {parent for part in parts[key] for parent in manifest["parent_map"].get(part, ())} for key in parts
        }
        return cls(
            parents={key: frozenset(read[key]) & tables for key in parts},
            tests=frozenset(tests),
            blocking=frozenset(key for key in tests if nodes[key]["config"]["severity"].lower() == "error"),
            names={key: _qualified_name(nodes[key]) for key in parts},
            dbt_names={key: nodes[key]["name"] for key in parts},
            endpoints={
                key: frozenset(_name_source(sources[one]) for one in read[key] if one in sources) for key in parts
            },
            reading={key: _reading(nodes[key]["config"]) for key in parts},
            code={
                key: digest_of([{field: nodes[part].get(field) for field in _CODE} for part in parts[key]])
                for key in parts
            },
            beside=frozenset(key for key in parts if _is_beside(nodes[key])),
            own=frozenset(key for key in tables if _is_own(nodes[key])),
            keys=dict(filter(None, (_key_of(nodes[key], nodes) for key in tests))),
        )

    @property
    def tables(self) -> frozenset[str]:
        """Every node that makes a table or a view."""
        return frozenset(self.parents) - self.tests

    @property
    def public(self) -> Public:
        """What people query of a build: the marts, the views for people, and whatever a user adds."""
        tables = {self.names[key] for key in self.tables if self.names[key].startswith(_PUBLIC) or key in self.own}
        return Public(sorted(tables), {self.names[key] for key in self.beside}, self.keys)

    def in_order(self, nodes: Iterable[str]) -> list[str]:
        """Return nodes in an order in which everything comes after what it reads."""
        wanted = set(nodes)
        return [node for node in TopologicalSorter(self.parents).static_order() if node in wanted]

    def lacking(self, selected: Iterable[str], built: Iterable[str]) -> list[str]:
        """Every node that a selected one reads, and that is neither selected nor in the warehouse; by name."""
        chosen, there = set(selected), set(built)
        missing = {parent for key in chosen & self.tables for parent in self.parents[key]} - chosen - there
        return sorted(missing, key=lambda key: self.names[key])

    def touched(self, selected: Iterable[str]) -> frozenset[str]:
        """The selected tables with everything that rests on them: none of it is proven once they change."""
        children: dict[str, list[str]] = {}
        for key, parents in self.parents.items():
            for parent in parents:
                children.setdefault(parent, []).append(key)
        found = set(selected)
        waiting = deque(found)
        while waiting:
            for child in children.get(waiting.popleft(), ()):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return frozenset(found)

    def settle(self, selected: Iterable[str], settled: Iterable[str]) -> frozenset[str]:
        """Return the tables that are settled once the selected ones are built; `settled` is what was so before."""
        chosen = set(selected) & self.tables
        now = (set(settled) & self.tables) - self.touched(chosen)
        waiting = chosen
        while ready := {key for key in waiting if self.parents[key] <= now}:
            now |= ready
            waiting = waiting - ready
        return frozenset(now)

    def settle_run(self, passed: Iterable[str], settled: Iterable[str]) -> frozenset[str]:
        """Return every settled node after a run in which `passed` were built or tested without an error."""
        done, before = set(passed), set(settled)
        tables = self.settle(done, before)
        tests = (before - self.touched(done & self.tables)) | done
        return tables | {test for test in tests & self.tests if self.parents[test] <= tables}

    def tests_over(self, selected: Iterable[str]) -> frozenset[str]:
        """Every test that looks at a selected table."""
        chosen = set(selected)
        return frozenset(test for test in self.tests if self.parents[test] & chosen)

    def telling_tests(self, selected: Iterable[str], settled: Iterable[str]) -> frozenset[str]:
        """The tests over a selected table whose other tables are settled too: any other would compare old with new.

        `settled` is what will be so once the selected tables are built.
        """
        proven = set(settled)
        return frozenset(test for test in self.tests_over(selected) if self.parents[test] <= proven)

    def read_by(self, nodes: Iterable[str]) -> frozenset[str]:
        """Return the endpoints that nodes read themselves, and for a test those of the tables that it looks at."""
        chosen = set(nodes)
        looked_at = {parent for test in chosen & self.tests for parent in self.parents[test]}
        return frozenset().union(*(self.endpoints.get(node, frozenset()) for node in chosen | looked_at))

    def unproven(self, settled: Iterable[str]) -> list[str]:
        """What must still be built or tested before all of it may be published; by name, tables first."""
        left = (self.tables | self.blocking) - self.beside - set(settled)
        waiting = self.left_out(settled)
        # a test of a model beside the books that could not be built has nothing to look at
        telling = (key for key in left if key not in self.tests or not self.parents[key] & waiting)
        return sorted(telling, key=lambda key: (key in self.tests, self.names[key]))

    def left_out(self, settled: Iterable[str]) -> frozenset[str]:
        """Return the tables beside the books that are not settled: they hold back nothing but what rests on them."""
        return (self.beside & self.tables) - set(settled)


def _qualified_name(node: Mapping[str, Any]) -> str:
    name = node["name"] if node["resource_type"] == "test" else node.get("alias") or node["name"]
    return f"{node['schema']}/{name}"


def _name_source(source: Mapping[str, Any]) -> str:
    return f"{source['source_name']}/{source['name']}"


def _is_own(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] in BUILT and node.get("original_file_path", "").startswith(_OWN)


def _is_beside(node: Mapping[str, Any]) -> bool:
    return _is_own(node) or bool((node["config"].get("meta") or {}).get(_BESIDE))


def _key_of(test: Mapping[str, Any], nodes: Mapping[str, Any]) -> tuple[str, tuple[str, ...]] | None:
    """Return the table that a test looks at, and the columns that it holds to be unlike on every row."""
    model = nodes.get(test.get("attached_node") or "")
    key = ((test.get("test_metadata") or {}).get("kwargs") or {}).get("key")
    return (_qualified_name(model), tuple(key)) if model and key else None


def _is_part(node: Mapping[str, Any]) -> bool:
    """Tell whether a model is no table of its own, but written into those that read it."""
    return bool(node["config"].get("materialized") == "ephemeral")


def _with_parts(key: str, manifest: Mapping[str, Any]) -> list[str]:
    """Return a node and the models that are written into it, in order."""
    found, waiting = {key}, deque([key])
    while waiting:
        for parent in manifest["parent_map"].get(waiting.popleft(), ()):
            node = manifest["nodes"].get(parent)
            if node is not None and parent not in found and _is_part(node):
                found.add(parent)
                waiting.append(parent)
    return [key, *sorted(found - {key})]


def _reading(config: Mapping[str, Any]) -> Reading:
    if (config.get("meta") or {}).get("reads") == Reading.MANIFESTS.value:
        return Reading.MANIFESTS
    return Reading.EVERY_DAY if config.get("materialized") == "incremental" else Reading.NEWEST


def digest_of(value: object) -> str:
    """Return a digest of anything that JSON can spell, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
