"""Things that happen to companies, each small enough to be reckoned by hand, with the figures that follow.

Owns the list. `scenarios(plan)` is what a plan's books hold: a scenario that would outlast them is not begun.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.scenarios import general, invoiced, payables, receivables, taxed
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.sandbox.books.plan import BooksPlan
    from finago_assets.sandbox.books.scenarios.model import Scenario

WRITTEN: Final[tuple[Callable[[ScenarioBooks], Scenario], ...]] = (
    *general.SCENARIOS,
    *receivables.SCENARIOS,
    *invoiced.SCENARIOS,
    *payables.SCENARIOS,
    *taxed.SCENARIOS,
)


def scenarios(plan: BooksPlan) -> tuple[Scenario, ...]:
    """Return the scenarios that the books of a plan hold, if they hold any."""
    books = ScenarioBooks(plan)
    written = (write(books) for write in WRITTEN) if plan.staged else ()
    return tuple(scenario for scenario in written if scenario.last <= plan.last)


def scenario(plan: BooksPlan, name: str) -> Scenario:
    """Return one scenario. Raises KeyError for a name that the books of this plan do not hold."""
    return {found.name: found for found in scenarios(plan)}[name]
