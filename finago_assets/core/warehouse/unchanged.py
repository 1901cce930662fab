"""What need not be built again: each table and test is known by a digest of all that it is made of.

Owns those digests and the rule of a stale node. That a list landed again, or on another day, with the same records
changes nothing; an hour of fetching counts only where something is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from finago_assets.core.warehouse.graph import Reading, digest_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Mapping

    from finago_assets.core.landing.landed_data import LandedData
    from finago_assets.core.landing.model import Content
    from finago_assets.core.warehouse.generation import Mark, Marked, Verdict
    from finago_assets.core.warehouse.graph import BuildGraph

# what each landed day of an endpoint and organization holds
Contents: TypeAlias = "Mapping[tuple[str, str], Mapping[dt.date, Content]]"


@dataclass(frozen=True, slots=True)
class State:
    """What a build finds. `contents`: what each landed day holds, `known`: what it held when somebody last looked.

    `mark` is the warehouse's, `there` its tables by the names of the graph. `made_of`: what each node would be made of
    now; `stale`: those that would not be the same.
    """

    contents: Contents
    known: Contents
    mark: Mark | None
    there: frozenset[str]
    made_of: Mapping[str, str]
    stale: frozenset[str]

    @property
    def made_before(self) -> Mapping[str, str]:
        """What each settled node was made of. A build that died has erased what it was about to touch, no more."""
        return {} if self.mark is None else self.mark.made_of

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What settled tests said."""
        return {} if self.mark is None else self.mark.verdicts

    def changed(self) -> list[str]:
        """Name the endpoints of which another content has landed since somebody last looked."""
        keys = {*self.contents, *self.known}
        return sorted(
            {key[0] for key in keys if _list_digests(self.contents.get(key)) != _list_digests(self.known.get(key))}
        )

    def made_after(self, graph: BuildGraph, tried: Iterable[str], passed: Iterable[str]) -> dict[str, str]:
        """Return what each settled node is made of after a run that tried some and in which `passed` came out right."""
        done, before = frozenset(passed), frozenset(self.made_before) - graph.touched(tried)
        return {
            node: self.made_of[node] if node in done else self.made_before[node]
            for node in graph.settle_run(done, before)
        }


def look(marked: Marked, landed: LandedData, graph: BuildGraph, engine: str) -> State:
    """Hold what has landed, and the project, against what the warehouse was made of.

    `engine`: what everything depends on beside its own code, such as macros, settings and versions.
    """
    seen = marked.look()
    contents = landed.contents(seen.contents)
    there, moved = _in_graph(seen.relations), _in_graph(seen.moved)
    doubled = {name for node, read in graph.endpoints.items() if graph.names[node] in moved for name in read}
    made_of = digests(graph, contents, doubled, engine)
    made_before = {} if seen.mark is None else seen.mark.made_of
    stale = find_stale(graph, made_of, made_before, there)
    return State(contents, seen.contents, seen.mark, there, made_of, stale)


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
    telling = tests & graph.telling_tests(graph.tables, graph.settle(tables, settled))
    return Plan(run=tables | telling, kept=wanted - old, idle=tests - telling)


def digests(graph: BuildGraph, contents: Contents, moved: Container[str], engine: str) -> dict[str, str]:
    """Return for each node the digest of what it is made of: its code, its parents, the landed data that it reads.

    `moved`: endpoints of which some record lies in two days, so that it matters which day was fetched last.
    """

    @cache
    def made_of(node: str) -> str:
        read = {
            name: _list_contents(name, graph.reading[node], contents, moved) for name in sorted(graph.endpoints[node])
        }
        order = _order(contents, graph.endpoints[node]) if graph.reading[node] is Reading.MANIFESTS else []
        parents = sorted(made_of(parent) for parent in graph.parents[node])
        return digest_of([engine, graph.code[node], parents, read, order])

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


def _list_contents(endpoint: str, reading: Reading, contents: Contents, moved: Container[str]) -> list[list[str]]:
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


def _in_graph(relations: Iterable[str]) -> frozenset[str]:
    return frozenset(name.replace(".", "/", 1) for name in relations)


def _list_digests(days: Mapping[dt.date, Content] | None) -> list[tuple[dt.date, str]]:
    return [(day, one.digest) for day, one in sorted((days or {}).items())]
