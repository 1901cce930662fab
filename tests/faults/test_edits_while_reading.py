"""T10: somebody edits a list while its pages are read. What lands is what was there at one moment, or nothing."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from finago_assets.core.errors import WindowMoved
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import Window
from tests.core.company import CUSTOMERS, DAY, LINES, TODAY, Company
from tests.core.http.office import Asked, reply
from tests.core.landing.samples import partition

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.http.transport import Response

EDITED: Final = 0.05  # the chance of an edit before a page
RECENT: Final = Window(TODAY, TODAY + DAY)
SETTLED: Final = Window(TODAY - 400 * DAY, TODAY - 399 * DAY)


@dataclass
class Edited:
    """A list that is read in pages of `size` and edited between them; `states` are the lists it was, one after another.

    `script` says what happens before each request, by number; without one it is drawn by lot.
    """

    rows: list[int]
    size: int
    hand: random.Random = field(default_factory=lambda: random.Random(0))
    chance: float = EDITED
    script: dict[int, tuple[str, int]] = field(default_factory=dict)
    states: list[set[int]] = field(default_factory=list)
    asked: int = 0
    began: int = 0

    def __call__(self, asked: Asked) -> Response | None:
        if not asked.path.endswith(("customers", "transactionlines")):
            return None
        self.asked += 1
        page = int(asked.params.get("page", "1"))
        if page == 1:
            self.began = len(self.states) - 1
        self._edit()
        shown = self.rows[(page - 1) * self.size : page * self.size]
        more = page * self.size < len(self.rows)
        headers = {"Link": f'<?page={page + 1}>; rel="next"'} if more else {}
        day = asked.params.get("dateFrom", "")
        return reply(json.dumps([{"id": row, "date": day} for row in shown]).encode(), headers=headers)

    def _edit(self) -> None:
        what, where = self.script.get(self.asked, ("", 0))
        if not self.script and self.asked > 1 and self.hand.random() < self.chance:
            what, where = self.hand.choice(["insert", "delete", "update"]), self.hand.randrange(len(self.rows))
        if what == "insert":
            self.rows.insert(where, 10_000 + self.asked)
        elif what == "delete":
            del self.rows[where]
        self.states.append(set(self.rows))

    @property
    def last_states(self) -> list[set[int]]:
        """Every list that it was during the last reading."""
        return self.states[max(self.began, 0) :]


def land(edited: Edited, folder: Path, window: Window | None) -> set[int]:
    """Land the customers, or the ledger lines of a window; return the ids, which must be distinct."""
    store = ParquetStore(folder, "finago")
    extractor = Company(trouble=edited).extractor(store)
    if window is None:
        landed = extractor.land_reference(CUSTOMERS)
    else:
        (landed,) = extractor.land_window(LINES, window)
    ids = [int(msgspec.json.decode(payload)["id"]) for _, payload in store.records(landed.partition)]
    assert len(ids) == len(set(ids))
    return set(ids)


def figures(runs: int, pages: int, folder: Path) -> tuple[int, int]:
    """Play so many readings; return how many were silently wrong and how many were flagged."""
    wrong = flagged = 0
    for seed in range(runs):
        edited = Edited(list(range(pages * 10 - 3)), 10, random.Random(seed))
        try:
            ids = land(edited, folder / f"{seed}", None if seed % 2 else RECENT)
        except WindowMoved:
            flagged += 1
        else:
            wrong += ids not in edited.last_states
    print(f"T10: {runs} runs of {pages} pages, {wrong} silently wrong, {flagged} flagged")
    return wrong, flagged


def test_edits_while_reading_never_land_a_list_that_never_was(tmp_path: Path) -> None:
    wrong, flagged = figures(120, 3, tmp_path)
    assert (wrong, flagged <= 6) == (0, True)


@pytest.mark.slow
def test_of_a_thousand_edited_readings_none_is_wrong_and_one_in_twenty_is_flagged_at_most(tmp_path: Path) -> None:
    wrong, flagged = figures(1000, 3, tmp_path)
    assert (wrong, flagged <= 50) == (0, True)


@pytest.mark.parametrize("window", [RECENT, None])
def test_a_record_deleted_behind_the_reader_is_gone_and_the_one_it_hid_is_there(
    tmp_path: Path, window: Window | None
) -> None:
    edited = Edited(list(range(332)), 100, script={3: ("delete", 5)})
    assert land(edited, tmp_path, window) == set(range(332)) - {5}
    # four pages, then four and four again: the first reading had missed the record that came to stand on page 2
    assert edited.asked == 12


def test_of_settled_days_a_single_reading_is_enough_unless_a_record_comes_twice(tmp_path: Path) -> None:
    quiet = Edited(list(range(35)), 10, chance=0)
    assert land(quiet, tmp_path / "quiet", SETTLED) == set(range(35))
    assert quiet.asked == 4
    inserted = Edited(list(range(35)), 10, script={2: ("insert", 0)})
    assert land(inserted, tmp_path / "inserted", SETTLED) == {*range(35), 10_002}
    assert inserted.asked == 12  # once somebody edits, one reading is not enough any more


def test_a_record_that_comes_twice_in_every_reading_lies_there_twice_and_is_landed(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path, "finago")
    rows = [*range(12), 3]
    edited = Edited(rows, 10, chance=0)
    (landed,) = Company(trouble=edited).extractor(store).land_window(LINES, SETTLED)
    assert (landed.manifest.rows, landed.manifest.distinct_ids, edited.asked) == (13, 12, 4)


def test_a_list_that_never_holds_still_is_refused_after_three_readings_and_the_old_one_stays(tmp_path: Path) -> None:
    land(Edited(list(range(25)), 10, chance=0), tmp_path, RECENT)
    restless = Edited(list(range(30)), 10, script=dict.fromkeys((2, 5, 8, 11), ("insert", 0)))
    with pytest.raises(WindowMoved, match="read 3 times"):
        land(restless, tmp_path, RECENT)
    manifest = ParquetStore(tmp_path, "finago").manifest(partition(RECENT.start))
    assert manifest is not None
    assert manifest.rows == 25


def test_a_list_of_one_page_is_read_once(tmp_path: Path) -> None:
    edited = Edited(list(range(35)), 100, chance=0)
    land(edited, tmp_path, None)
    assert edited.asked == 2  # the look behind it is for a server that clamps its pages and sends no links
