"""Makes binders: a workbook and a page for each organization, of one reading of the published file.

Owns the order of making and keeping. The files appear whole under their names, one after the other; the snapshot comes
last, so that a binder that was interrupted is compared with the one before it again.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.request.targets.written import typed_file_errors
from finago_assets.core.request.whole import appearing
from finago_assets.report.changes import keep_snapshot
from finago_assets.report.decisions import (
    ExceptionsFile,
    JudgedException,
    count_verdicts,
    judge_exceptions,
    list_exceptions,
    read_decisions,
)
from finago_assets.report.exceptions import ExceptionVerdict, raise_exceptions
from finago_assets.report.figures import MonthFigures, read_figures
from finago_assets.report.page import BinderPage
from finago_assets.report.parts import parts_of
from finago_assets.report.pictures import draw_pictures
from finago_assets.report.place import BinderPlace, binder_place
from finago_assets.report.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication


@dataclass(frozen=True, slots=True)
class MadeBinder:
    """A binder that is there now, with its exceptions as they count."""

    organization: str
    title: str
    place: BinderPlace
    judged: Sequence[JudgedException]

    @property
    def verdict(self) -> ExceptionVerdict:
        """The worst verdict of all."""
        counts = count_verdicts(self.judged)
        return next((verdict for verdict, count in counts.items() if count), ExceptionVerdict.PASS)

    def sentence(self) -> str:
        """Say what came of it."""
        counts = count_verdicts(self.judged)
        told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
        return f"{self.title}, {self.place.month}: {told}. {self.place.page} and {self.place.workbook.name} beside it."


def make_binder(source: Publication, organization: str, month: Month, root: Path, now: datetime) -> MadeBinder:
    """Make the binder of one organization below `root`; `now` is in UTC.

    Raises NoSpace, NotWritable, Locked and CorruptFile; the last binder then stays.
    """
    place = binder_place(root, organization, month)
    with place.held():
        with typed_database_errors(source.path):
            figures = read_figures(source, organization, month, place.folder)
            judged = judge_exceptions(raise_exceptions(figures), read_decisions(place.decisions))
            with typed_file_errors(f"{place.folder}"):
                _write_both(source, figures, judged, place, now)
        moment = now.isoformat(timespec="seconds")
        list_exceptions(
            place.exceptions,
            ExceptionsFile(
                organization=organization,
                period=f"{month}",
                made_at=moment,
                built_at=source.built_at,
                exceptions=[one.listed() for one in judged],
            ),
        )
        if figures.changes.is_new:
            with typed_file_errors(f"{place.folder}"):
                keep_snapshot(source, organization, month, place.folder, moment)
    return MadeBinder(organization, figures.title, place, judged)


def _write_both(
    source: Publication, figures: MonthFigures, judged: Sequence[JudgedException], place: BinderPlace, now: datetime
) -> None:
    """Write both files to their ends before either takes its name."""
    parts = parts_of(figures, judged)
    page = BinderPage(
        figures,
        parts,
        judged,
        draw_pictures(source, figures),
        workbook=place.workbook.name,
        made_at=now.isoformat(),
        built_at=source.built_at,
    )
    with ExitStack() as stack:
        html, workbook = (stack.enter_context(appearing(path)) for path in (place.page, place.workbook))
        html.write(page.html().encode("utf-8"))
        write_workbook(workbook, figures, parts)
