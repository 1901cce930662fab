"""Tables and verdicts from costs. Owns medians, ratios and the targets; measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import contenders, dbt_sql, framework, rebuild, request
from benchmarks.measure import Cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Target:
    """A figure beside what it should reach."""

    what: str
    figure: float
    limit: float
    unit: str
    at_least: bool = False

    def __str__(self) -> str:
        met = self.figure >= self.limit if self.at_least else self.figure <= self.limit
        word = "at least" if self.at_least else "at most"
        verdict = "reached" if met else "**missed**"
        return f"| {self.what} | {self.figure:.3g} {self.unit} | {word} {self.limit:.3g} {self.unit} | {verdict} |"


def middle(costs: Sequence[Cost]) -> Cost:
    """Median of each figure on its own."""
    return Cost(median(c.wall for c in costs), median(c.cpu for c in costs), median(c.rss for c in costs))


def ledger_table(lines: int, costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """The rows of one ledger size, in a fixed order; both ratios are to the floor."""
    floor = middle(costs[contenders.FLOOR])
    yield f"\n### {lines:,} ledger lines\n"
    yield "| | wall s | CPU s | peak MiB | times the floor, wall | times the floor, CPU |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name in contenders.ORDER:
        if costs.get(name):
            yield _row(name, costs[name], floor)


def _row(name: str, costs: Sequence[Cost], floor: Cost) -> str:
    cost = middle(costs)
    walls = [one.wall for one in costs]
    spread = f" ({min(walls):.1f} to {max(walls):.1f})" if len(walls) > 1 else ""
    if not cost.rss:
        return f"| {name} | {cost.wall:.1f}{spread} | - | - | {cost.wall / floor.wall:.1f} | - |"
    ratios = f"{cost.wall / floor.wall:.1f} | {cost.cpu / floor.cpu:.1f}"
    return f"| {name} | {cost.wall:.1f}{spread} | {cost.cpu:.1f} | {cost.rss:.0f} | {ratios} |"


def latency_table(costs: Mapping[int, Sequence[Cost]]) -> Iterator[str]:
    """One chain in flight beside four."""
    yield "\n### 50 ms a page, 200,000 lines\n"
    yield "| chains in flight | landing s | CPU s | peak MiB |"
    yield "| ---: | ---: | ---: | ---: |"
    for in_flight, found in costs.items():
        cost = middle(found)
        yield f"| {in_flight} | {cost.wall:.2f} | {cost.cpu:.1f} | {cost.rss:.0f} |"


def framework_table(costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """The documented command beside Dagster's own run of one trivial asset, and beside the bare work."""
    trivial = middle(costs[framework.TRIVIAL])
    yield "\n### The framework's own cost\n"
    yield "| | wall s | CPU s | times the trivial run, CPU | peak MiB | history MB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name in framework.ORDER:
        cost = middle(costs[name])
        weight = costs[name][0].said if name in {framework.GRAPH, framework.AGAIN} else ""
        yield (
            f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.cpu / trivial.cpu:.1f} | {cost.rss:.0f} | {weight} |"
        )


def rebuild_table(books: str, builds: Mapping[str, Sequence[rebuild.Build]]) -> Iterator[str]:
    """SQL seconds by layer; the share is of the first build's."""
    first, *others = (builds[name] for name in (rebuild.FIRST, rebuild.EDITED, rebuild.NOTHING))
    yield f"\n### Rebuilding: {books}\n"
    yield "| SQL seconds | first build | one day edited | | nothing changed | |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    staging, *rest = dbt_sql.MODELS
    layers: dict[str, Callable[[rebuild.Build], float]] = {
        staging: _seconds(staging),
        f"(of it, `{dbt_sql.MODEL}`)": _seconds(dbt_sql.MODEL),
        **{name: _seconds(name) for name in rest},
        "**models**": lambda build: build.models,
        dbt_sql.TESTS: _seconds(dbt_sql.TESTS),
        "**models and data tests**": lambda build: build.everything,
        f"({dbt_sql.OWN})": _seconds(dbt_sql.OWN),
    }
    for name, seconds in layers.items():
        base, *found = (median(map(seconds, runs)) for runs in (first, *others))
        yield f"| {name} | {base:.2f} | " + " | ".join(f"{one:.2f} | {one / base:.0%}" for one in found) + " |"
    costs = [middle([build.cost for build in runs]) for runs in (first, *others)]
    yield "| the process, wall s | " + " | | ".join(f"{cost.wall:.1f}" for cost in costs) + " | |"
    yield "| the process, peak MiB | " + " | | ".join(f"{cost.rss:.0f}" for cost in costs) + " | |"


def _seconds(layer: str) -> Callable[[rebuild.Build], float]:
    return lambda build: build.sql[layer]


def rebuild_targets(books: str, builds: Mapping[str, Sequence[rebuild.Build]]) -> Iterator[Target]:
    """What a changed day may cost, of the first build's SQL seconds."""
    first, edited = builds[rebuild.FIRST], builds[rebuild.EDITED]
    parts: dict[str, tuple[Callable[[rebuild.Build], float], int]] = {
        "staging": (_seconds(dbt_sql.STAGING), 10),
        "models": (lambda build: build.models, 25),
        "models and data tests": (lambda build: build.everything, 25),
    }
    short = books.partition(":")[0]
    for name, (seconds, limit) in parts.items():
        share = 100 * median(map(seconds, edited)) / median(map(seconds, first))
        yield Target(f"rebuilding after one day, {short}: {name}", share, limit, "%")
    peak = max(build.cost.rss for build in (*first, *edited))
    yield Target("the same, peak memory of the dbt process", peak / 1024, 1, "GiB")


def ledger_targets(sizes: Mapping[int, Mapping[str, Sequence[Cost]]]) -> Iterator[Target]:
    """What can be said of the sizes that were run."""
    largest, smallest = max(sizes), min(sizes)
    found = {name: middle(costs) for name, costs in sizes[largest].items()}
    ours, floor = found[contenders.OURS], found[contenders.FLOOR]
    peers = [found[name] for name in (contenders.DLT, contenders.DLT_BEST) if name in found]
    for clock in ("wall", "cpu"):
        ratio = getattr(ours, clock) / getattr(floor, clock)
        yield Target(f"land and type, {largest:,} lines, to the floor, {clock}", ratio, 2, "times")
        if peers:
            ratio = min(getattr(peer, clock) for peer in peers) / getattr(ours, clock)
            yield Target(f"the same, faster than dlt's better setting, {clock}", ratio, 10, "times", at_least=True)
    land = {lines: middle(costs[contenders.LAND]).rss for lines, costs in sizes.items()}
    yield Target(f"landing, peak memory at {largest:,} lines", land[largest], 250, "MiB")
    if largest != smallest:
        growth = land[largest] / land[smallest]
        yield Target(f"the same, beside {smallest:,} lines", growth, 1.25, "times")
    yield Target(f"typing, peak memory at {largest:,} lines", found[contenders.TYPE].rss, 450, "MiB")
    yield Target("typing, peak memory of the whole dbt process", found[contenders.DBT].rss, 450, "MiB")


def request_table(costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """One large answer, httpx first."""
    yield f"\n### One request of {request.LINES:,} records, all pages\n"
    yield "| | wall s | CPU s | peak MiB | times httpx, wall | times httpx, CPU |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    plain = middle(costs[request.PLAIN])
    for name, found in costs.items():
        cost = middle(found)
        times = f"{cost.wall / plain.wall:.1f} | {cost.cpu / plain.cpu:.1f}"
        yield f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.rss:.0f} | {times} |"


def request_targets(costs: Mapping[str, Sequence[Cost]]) -> Iterator[Target]:
    """Memory alone is held to a figure."""
    for name in (request.OURS, request.TABLE):
        yield Target(f"{name}, peak memory", middle(costs[name]).rss, 300, "MiB")


def latency_target(costs: Mapping[int, Sequence[Cost]]) -> Target:
    """Four chains in flight to one."""
    ratio = middle(costs[1]).wall / middle(costs[4]).wall
    return Target("50 ms a page, four chains in flight to one", ratio, 3.5, "times", at_least=True)


def history_table(weights: Mapping[int, int]) -> Iterator[str]:
    """Run history, by night."""
    yield "\n### Run history of a small tenant, one run a night, pruned as by default\n"
    yield "| nights | MB |"
    yield "| ---: | ---: |"
    for night, weight in weights.items():
        yield f"| {night} | {weight / 1e6:,.0f} |"


def history_target(weights: Mapping[int, int]) -> Target:
    """A year of nights."""
    return Target("run history after a year of nights", weights[max(weights)] / 1e6, 500, "MB")


def target_table(targets: Sequence[Target]) -> Iterator[str]:
    """The verdicts."""
    yield "\n### Targets\n"
    yield "| what | figure | target | |"
    yield "| --- | ---: | ---: | --- |"
    yield from map(str, targets)
