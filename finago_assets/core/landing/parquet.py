"""The store of choice: one parquet file for each partition, renamed into place, so that landing takes no lock.

Owns visibility and durability of raw files. Their format is rawfile.py, their place paths.py.
"""

from __future__ import annotations

import datetime as dt
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from finago_assets.core.errors import CorruptFile
from finago_assets.core.landing import litter
from finago_assets.core.landing.files import Files, stamp_of, typed_errors
from finago_assets.core.landing.model import Content, Landed, LandingOutcome, Manifest, Partition, content_of
from finago_assets.core.landing.parts import PartitionParts
from finago_assets.core.landing.paths import DATA_FILE, RawTree
from finago_assets.core.landing.rawfile import RawReader, RawWriter, corrupt, not_landed
from finago_assets.core.landing.spool import ChainSpool, placeholder_manifest
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.model import Inspect, Spool


class ParquetStore:
    """See `RawStore`. `files` and `checkpoint` let tests make a call fail, or die at a named moment."""

    def __init__(
        self,
        data_dir: Path,
        source: str,
        *,
        files: Files | None = None,
        checkpoint: Callable[[str], None] = silent,
    ) -> None:
        self.files = files or Files()
        self.checkpoint = checkpoint
        self._data_dir = data_dir
        self.source = source
        self._tree = RawTree(data_dir / "raw" / source, source)

    def spool(self, endpoint: Endpoint, organization: str, days: Sequence[dt.date]) -> Spool:
        """See `RawStore.spool`."""
        self._tree.refuse_case_twin(endpoint.name, organization)
        return ChainSpool(self, endpoint, organization, days)

    def parts(self, endpoint: Endpoint, organization: str, day: dt.date | None, run: str) -> PartitionParts:
        """See `RawStore.parts`."""
        return PartitionParts(
            self, self._tree.organization(endpoint.name, organization), endpoint, organization, day=day, run=run
        )

    def manifest(self, partition: Partition) -> Manifest | None:
        """See `RawStore.manifest`."""
        try:
            with closing(RawReader(self._tree.file(partition))) as reader:
                return self._manifest(reader, partition)
        except FileNotFoundError:
            return None

    def landed(self, endpoint: str, organization: str) -> dict[dt.date, Landed]:
        """See `RawStore.landed`."""
        found = {}
        for day in self._tree.days(endpoint, organization):
            partition = Partition(self.source, endpoint, organization, day)
            with suppress(CorruptFile):
                manifest = self.manifest(partition)
                if manifest is not None and manifest.outcome is LandingOutcome.LANDED:
                    found[day] = Landed(partition, manifest, str(self._tree.file(partition)))
        return found

    def contents(self, endpoint: str, organization: str, known: Mapping[dt.date, Content]) -> dict[dt.date, Content]:
        """See `RawStore.contents`."""
        found = {}
        for day in self._tree.days(endpoint, organization):
            partition = Partition(self.source, endpoint, organization, day)
            with suppress(FileNotFoundError):
                stamp = stamp_of(self._tree.file(partition))
                content = known.get(day)
                if content is None or content.stamp != stamp:
                    content = content_of(stamp, partial(self.manifest, partition))
                if content is not None:
                    found[day] = content
        return found

    def held(self, endpoint: str, organization: str) -> int:
        """See `RawStore.held`."""
        return len(self._tree.days(endpoint, organization))

    def newest(self, endpoint: str, organization: str, before: dt.date | None = None) -> Partition | None:
        """See `RawStore.newest`."""
        for day in reversed(self._tree.days(endpoint, organization)):
            if before is not None and day >= before:
                continue
            partition = Partition(self.source, endpoint, organization, day)
            manifest = self.manifest(partition)
            if manifest is not None and manifest.outcome is LandingOutcome.LANDED:
                return partition
        return None

    def records(self, partition: Partition) -> Iterator[tuple[str | None, bytes]]:
        """See `RawStore.records`."""
        with closing(self._reader(partition)) as reader:
            yield from reader.records()

    def verify(self, partition: Partition, look: Inspect | None = None) -> Manifest:
        """See `RawStore.verify`."""
        with closing(self._reader(partition)) as reader:
            manifest = self._manifest(reader, partition)
            reader.hold_against(manifest, look)
        return manifest

    def faults(self, endpoint: str, organization: str) -> Iterator[CorruptFile]:
        """See `RawStore.faults`."""
        for day in self._tree.days(endpoint, organization):
            try:
                self.verify(Partition(self.source, endpoint, organization, day))
            except CorruptFile as fault:
                yield fault

    def placeholder(self, endpoint: Endpoint, organization: str, day: dt.date) -> None:
        """See `RawStore.placeholder`."""
        partition = Partition(self.source, endpoint.name, organization, day)
        self._tree.refuse_case_twin(endpoint.name, organization)
        if not self._tree.days(endpoint.name, organization):
            with typed_errors(f"Preparing {endpoint.name}"):
                self._put_placeholder(endpoint, placeholder_manifest(partition), self._tree.file(partition))

    def make_readable(self, endpoints: Iterable[Endpoint]) -> None:
        """See `RawStore.make_readable`."""
        for endpoint in endpoints:
            file = self._tree.nobodys_file(endpoint.name)
            if not file.exists():
                of_any = placeholder_manifest(Partition(self.source, endpoint.name, "nobody", dt.date(1970, 1, 1)))
                with typed_errors(f"Preparing {endpoint.name}"):
                    self._put_placeholder(endpoint, replace(of_any, organization=""), file)

    def forget(self, endpoint: str, organization: str, before: dt.date) -> int:
        """See `RawStore.forget`."""
        newest = self.newest(endpoint, organization)
        old = [
            Partition(self.source, endpoint, organization, day)
            for day in self._tree.days(endpoint, organization)
            if newest is not None and day < min(before, newest.date)
        ]
        with typed_errors(f"Removing old lists of {endpoint}"):
            for partition in old:
                file = self._tree.file(partition)
                file.unlink(missing_ok=True)
                # somebody may be landing this very day at this moment
                with suppress(OSError):
                    file.parent.rmdir()
        return len(old)

    def organizations(self) -> list[str]:
        """See `RawStore.organizations`."""
        return sorted({path.name.partition("=")[2] for path in self._tree.organizations()} - {""})

    def sweep(self) -> int:
        """See `RawStore.sweep`."""
        with typed_errors("Sweeping the data folder"):
            return litter.remove_litter([self._data_dir, *self._tree.organizations()])

    # -- what a spool asks of its target

    def temporaries(self, endpoint: str, organization: str) -> Path:
        """Return the organization's folder: on the same disk as the target, and found by a sweep in one look."""
        directory = self._tree.organization(endpoint, organization)
        self.files.make_private(directory)
        return directory

    def prepare(self, partitions: Sequence[Partition]) -> None:
        """Create the folders of all days, their names made durable with one fsync."""
        directory = self.temporaries(partitions[0].endpoint, partitions[0].organization)
        missing = [path for partition in partitions if not (path := self._tree.day(partition)).is_dir()]
        for path in missing:
            path.mkdir(mode=0o700, exist_ok=True)
        if missing:
            self.files.fsync_directory(directory)

    def put(self, manifest: Manifest, file: RawWriter) -> str:
        """Rename the file into place and make that durable."""
        target = self._tree.file(manifest.partition)
        self.checkpoint("before fsync")
        file.sync()
        self.checkpoint("before rename")
        self.files.replace(file.path, target)
        self.checkpoint("after rename")
        self.files.fsync_directory(target.parent)
        return str(target)

    def _put_placeholder(self, endpoint: Endpoint, manifest: Manifest, target: Path) -> None:
        self.files.make_private(target.parent)
        file = RawWriter(litter.temporary(target.parents[1], DATA_FILE), endpoint.text_column, self.files)
        try:
            file.finish(manifest)
            file.sync()
            # a link never overwrites: somebody may be landing the very first answer at this moment
            with suppress(FileExistsError):
                self.files.link(file.path, target)
        finally:
            file.discard()

    def _manifest(self, reader: RawReader, partition: Partition) -> Manifest:
        manifest = reader.manifest()
        if manifest.partition != partition:
            raise corrupt(str(self._tree.file(partition)), f"its manifest is that of {manifest.partition}")
        return manifest

    def _reader(self, partition: Partition) -> RawReader:
        try:
            return RawReader(self._tree.file(partition))
        except FileNotFoundError:
            raise not_landed(partition) from None
