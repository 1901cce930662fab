"""Whether a build may become what people query: it is whole, nobody has published a newer one, and it holds no less.

Owns that verdict, the kept copies of finished builds in `work/builds`, and the record of what was published last. The
whole build lies beside the published file, which holds what people query of it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  msgspec reads the annotation
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import NotProven, Shrunk
from finago_assets.core.landing import litter
from finago_assets.core.landing.files import Files, stamp_of, typed_errors
from finago_assets.core.landing.lock import file_lock
from finago_assets.core.landing.publish import publish_copy
from finago_assets.core.warehouse.generation import full_name_of
from finago_assets.core.warehouse.public_file import STORAGE_VERSION, write_public_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from finago_assets.core.warehouse.generation import Mark
    from finago_assets.core.warehouse.graph import BuildGraph
    from finago_assets.core.warehouse.public_file import Public, PublicContent

PUBLISHING_PATIENCE_SECONDS: Final = 1800.0
# a file that was written in another way is published anew
WRITTEN_AS: Final = f"{STORAGE_VERSION}/1"
MEMORY: Final = "300MB"
TABLES_NAMED: Final = 5


class PublicationRecord(msgspec.Struct, frozen=True):
    """What was published last: which run's build, finished when, from how many landed days."""

    run: str
    finished_at: datetime
    landed: list[tuple[str, str, int]]
    # of the published file: somebody may have written into it since
    stamp: str = ""
    form: str = ""
    # as `schema/name`, with their rows
    tables: dict[str, int] = {}
    left_out: list[str] = []

    @classmethod
    def of(cls, mark: Mark) -> PublicationRecord:
        """Return the record of a finished build."""
        if mark.finished_at is None:
            raise ValueError("only a finished build is published")
        landed = sorted((endpoint, organization, days) for (endpoint, organization), days in mark.landed.items())
        return cls(mark.run, mark.finished_at, landed)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes into `published`, and the whole build into `details`, one at a time.

    `work_dir` holds the copies and the record; `memory` bounds DuckDB.
    """

    work_dir: Path
    published: Path
    details: Path
    memory: str = MEMORY
    patience_seconds: float = PUBLISHING_PATIENCE_SECONDS

    def copy_of(self, run: str) -> Path:
        """Return where the finished build of a run is kept until it is published; `run` is an id of Dagster's."""
        return self.work_dir / "builds" / f"{run}.duckdb"

    def sweep(self, is_over: Callable[[str], bool]) -> None:
        """Remove the copies of runs that are over: one of theirs is published, or a check has withheld it."""
        folder = self.work_dir / "builds"
        if not folder.is_dir():
            return
        with typed_errors("Sweeping kept builds"):
            litter.remove_litter([folder])
            for path in folder.glob("*.duckdb"):
                if is_over(path.stem):
                    path.unlink(missing_ok=True)

    def last(self) -> PublicationRecord | None:
        """Return what was published last; None where nothing was, or the file has been taken away."""
        with suppress(FileNotFoundError, msgspec.DecodeError):
            if self.published.exists():
                record = msgspec.json.decode(self._record.read_bytes(), type=PublicationRecord)
                landed = [
                    (full_name_of(endpoint), organization, days) for endpoint, organization, days in record.landed
                ]
                return msgspec.structs.replace(record, landed=landed)
        return None

    def publish(self, copy: Path, mark: Mark, graph: BuildGraph, *, accept_fewer: bool) -> PublicationRecord:
        """Make a kept build the published file; return what is published now, which may be a newer build.

        Raises NotProven for a build that is not whole, Shrunk for one that holds less than the last; the published file
        then stays.
        """
        check_whole(mark, graph)
        mine = PublicationRecord.of(mark)
        with file_lock(self.work_dir / "publish.lock", self.patience_seconds):
            last = self.last()
            if last is not None and last.finished_at > mine.finished_at:
                copy.unlink(missing_ok=True)
                return last
            if last is not None and not accept_fewer:
                check_no_less(last, mark.landed)
            content = self._put(copy, graph.public)
            mine = msgspec.structs.replace(
                mine,
                stamp=stamp_of(self.published),
                form=WRITTEN_AS,
                tables=dict(content.tables),
                left_out=list(content.left_out),
            )
            self._write(mine)
        return mine

    def _put(self, copy: Path, public: Public) -> PublicContent:
        """Replace both files. A crash in between leaves a newer build beside the published file, until the next one."""
        written = litter.temporary(copy.parent, self.published.name)
        try:
            content = write_public_file(copy, written, public, self.memory)
            with typed_errors("Publishing the warehouse"), written.open("rb") as file:
                os.fsync(file.fileno())
            publish_copy(copy, self.details)
            publish_copy(written, self.published)
        finally:
            written.unlink(missing_ok=True)
        return content

    def standing(self, mark: Mark) -> PublicationRecord | None:
        """Return the record of what is published if that is this very build, and nobody has written into it since."""
        last = self.last()
        if last is None or last.finished_at != mark.finished_at or last.stamp != stamp_of(self.published):
            return None
        return last if last.form == WRITTEN_AS and self.details.exists() else None

    @property
    def _record(self) -> Path:
        return self.work_dir / "published.json"

    def _write(self, record: PublicationRecord) -> None:
        files = Files()
        temporary = litter.temporary(self.work_dir, self._record.name)
        with typed_errors("Recording what was published"):
            with files.create(temporary) as file:
                file.write(msgspec.json.encode(record))
                files.fsync(file)
            files.replace(temporary, self._record)
            files.fsync_directory(self.work_dir)


def check_whole(mark: Mark | None, graph: BuildGraph) -> Mark:
    """Return the mark if every table was built after what it reads and every blocking test passed over it.

    Raises NotProven otherwise, naming what is missing.
    """
    if mark is None:
        raise NotProven("There is no finished build to publish. Materialize everything, or run the job `rebuild`.")
    if mark.finished_at is None:
        raise NotProven(
            f"The build of run {mark.run}, begun at {mark.began_at:%Y-%m-%d %H:%M} UTC, did not finish, so it is not "
            "published. Run the job `rebuild`."
        )
    left = graph.unproven(mark.settled)
    if left:
        more = f" and {len(left) - TABLES_NAMED:,} more" if len(left) > TABLES_NAMED else ""
        named = ", ".join(graph.names[key] for key in left[:TABLES_NAMED])
        raise NotProven(
            f"{len(left):,} models or checks were not built or passed since something that they rest on changed: "
            f"{named}{more}. Materialize them too, or run the job `rebuild`; the published warehouse is unchanged."
        )
    return mark


def check_no_less(last: PublicationRecord, landed: Mapping[tuple[str, str], int]) -> None:
    """Raise Shrunk where an endpoint of an organization has fewer landed days than the last published build held."""
    fewer = [
        (endpoint, organization, days, landed.get((endpoint, organization), 0))
        for endpoint, organization, days in last.landed
        if landed.get((endpoint, organization), 0) < days
    ]
    if fewer:
        endpoint, organization, before, now = max(fewer, key=lambda row: row[2] - row[3])
        raise Shrunk(
            f"This build rests on less than the published one: {len(fewer):,} endpoints of an organization have fewer "
            f"landed days, such as {endpoint} of {organization} with {now:,} instead of {before:,}. Is FINAGO_DATA_DIR "
            "the right folder, and is all of raw/ there? If it is meant, materialize `published` alone with "
            "accept_fewer set to true in the launchpad. The published warehouse is unchanged."
        )
