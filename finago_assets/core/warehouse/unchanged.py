"""What need not be built again: each table and test is known by a digest of all that it is made of.

Owns those digests and the rule of a stale node. That a list landed again, or on another day, with the same records
changes nothing; an hour of fetching counts only where something is made of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from finago_assets.core.warehouse.graph import Reading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Mapping

    from finago_assets.core.landing.model import Content, RawStore
    from finago_assets.core.warehouse.generation import Marked, Verdict
    from finago_assets.core.warehouse.graph import BuildGraph

# what each landed day of an endpoint and organization holds
Contents: TypeAlias = "Mapping[tuple[str, str], Mapping[dt.date, Content]]"


@dataclass(frozen=True, slots=True)
class State:
    """What a build finds. `contents`: what each landed day holds, `known`: what it held when somebody last looked.

    `made_of`: what each node would be made of now, `made_before`: what each settled one was made of, `stale`: those
    that would not be the same. `verdicts`: what tests said.
    """

    contents: Contents
    known: Contents
    made_of: Mapping[str, str]
    made_before: Mapping[str, str]
    stale: frozenset[str]
    verdicts: Mapping[str, Verdict]

    @property
    def settled(self) -> frozenset[str]:
        """Every settled node."""
        return frozenset(self.made_before)

    def changed(self) -> list[str]:
        """Name the endpoints of which another content has landed since somebody last looked."""
        keys = {*self.contents, *self.known}
        return sorted({key[0] for key in keys if _told(self.contents.get(key)) != _told(self.known.get(key))})

    def made_after(self, graph: BuildGraph, passed: Iterable[str]) -> dict[str, str]:
        """Return what each settled node is made of after a run in which `passed` were built or tested."""
        done = frozenset(passed)
        return {
            node: self.made_of[node] if node in done else self.made_before[node]
            for node in graph.settle_run(done, self.settled)
        }


def look(marked: Marked, store: RawStore, endpoints: Iterable[str], graph: BuildGraph, engine: str) -> State:
    """Hold what has landed, and the project, against what the warehouse was made of.

    `engine`: what everything depends on beside its own code, such as macros, settings and versions.
    """
    known = marked.contents()
    contents = {
        key: days
        for key in ((endpoint, organization) for endpoint in endpoints for organization in store.organizations())
        if (days := store.contents(*key, known.get(key, {})))
    }
    mark = marked.mark()
    # a build that died, or is said to be under way, has erased what it was about to touch, and nothing else
    made_before: Mapping[str, str] = {} if mark is None else mark.made_of
    there = {name.replace(".", "/", 1) for name in marked.relations()}
    moved = {f"staging/{table}" for table in marked.moved()}
    doubled = {name for node, read in graph.endpoints.items() if graph.names[node] in moved for name in read}
    made_of = digests(graph, contents, doubled, engine)
    return State(
        contents=contents,
        known=known,
        made_of=made_of,
        made_before=made_before,
        stale=find_stale(graph, made_of, made_before, there),
        verdicts={} if mark is None else mark.verdicts,
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build does about the nodes that were chosen.

    `run` are made or tested, `kept` are as they would be if they were. `idle` are tests that could tell nothing:
    another table that they look at was not built, or not since something before it changed.
    """

    run: frozenset[str]
    kept: frozenset[str]
    idle: frozenset[str]


def plan_build(graph: BuildGraph, chosen: Iterable[str], stale: Iterable[str], settled: Iterable[str]) -> Plan:
    """Choose what to run; `settled` is what was so before."""
    wanted, old = frozenset(chosen), frozenset(stale)
    tables, tests = wanted & old & graph.tables, wanted & old & graph.tests
    telling = frozenset(test for test in tests if graph.parents[test] <= graph.settle(tables, settled))
    return Plan(run=tables | telling, kept=wanted - old, idle=tests - telling)


def digests(graph: BuildGraph, contents: Contents, moved: Container[str], engine: str) -> dict[str, str]:
    """Return for each node the digest of what it is made of: its code, its parents, the landed data that it reads.

    `moved`: endpoints of which some record lies in two days, so that it matters which day was fetched last.
    """

    @cache
    def made_of(node: str) -> str:
        read = {name: _read(name, graph.reading[node], contents, moved) for name in sorted(graph.endpoints[node])}
        order = _order(contents, graph.endpoints[node]) if graph.reading[node] is Reading.MANIFESTS else []
        parents = sorted(made_of(parent) for parent in graph.parents[node])
        return _digest([engine, graph.code[node], parents, read, order])

    return {node: made_of(node) for node in graph.parents}


def find_stale(
    graph: BuildGraph, made_of: Mapping[str, str], settled: Mapping[str, str], there: Container[str]
) -> frozenset[str]:
    """Return every node that would not be the same if it were made now.

    `settled`: what each settled node was made of; `there`: the tables of the warehouse, by name. A node over a stale
    one is stale, and a test that did not pass is not settled.
    """

    @cache
    def is_fresh(node: str) -> bool:
        return (
            settled.get(node) == made_of[node]
            and (node in graph.tests or graph.names[node] in there)
            and all(is_fresh(parent) for parent in graph.parents[node])
        )

    return frozenset(node for node in graph.parents if not is_fresh(node))


def _read(endpoint: str, reading: Reading, contents: Contents, moved: Container[str]) -> list[list[str]]:
    found: list[list[str]] = []
    is_ordered = reading is Reading.EVERY_DAY and endpoint in moved
    for organization, days in _of(endpoint, contents):
        if reading is Reading.NEWEST:
            found += [[organization, days[max(days)].digest]] if days else []
            continue
        found += [
            [organization, f"{day}", one.digest, f"{one.fetched_at}" if is_ordered else ""]
            for day, one in sorted(days.items())
            if one.rows or reading is Reading.MANIFESTS
        ]
    return found


def _order(contents: Contents, endpoints: Iterable[str]) -> list[list[str]]:
    """Name the days that were fetched after the newest day of another endpoint: all that is asked of when.

    Each night fetches everything anew; the order stays.
    """
    found: list[list[str]] = []
    for newer in sorted(endpoints):
        for other in sorted(set(endpoints) - {newer}):
            newest = {organization: days[max(days)].fetched_at for organization, days in _of(other, contents) if days}
            found += [
                [newer, other, organization, f"{day}"]
                for organization, days in _of(newer, contents)
                for day, one in sorted(days.items())
                if organization in newest and one.fetched_at > newest[organization]
            ]
    return found


def _of(endpoint: str, contents: Contents) -> list[tuple[str, Mapping[dt.date, Content]]]:
    return sorted((organization, days) for (name, organization), days in contents.items() if name == endpoint)


def _told(days: Mapping[dt.date, Content] | None) -> list[tuple[dt.date, str]]:
    return [(day, one.digest) for day, one in sorted((days or {}).items())]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
