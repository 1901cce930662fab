"""Finished batches of a partition of children that is not finished itself: what a killed run leaves its re-execution.

Owns the files `.<source>.<endpoint>.<organization>.<day or list>.<number>-<count>-<keys>.part`: the answers for `count`
parents from `number` on, whose keys have that digest. No reader of partitions sees them.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import CorruptFile
from finago_assets.core.landing.files import typed_errors
from finago_assets.core.landing.litter import PART
from finago_assets.core.landing.rawfile import RawReader
from finago_assets.core.landing.spool import ChainSpool

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.files import Files
    from finago_assets.core.landing.model import ChainFacts, Manifest, Partition
    from finago_assets.core.landing.rawfile import RawWriter
    from finago_assets.core.landing.spool import SpoolTarget

    ParentAnswer = tuple[str, Sequence[bytes]]  # a parent's key and its children

LIST: Final = "list"
_COVERS: Final = re.compile(r"(?P<number>[0-9]+)-(?P<count>[0-9]+)-(?P<keys>[0-9a-f]{32})" + re.escape(PART))


@dataclass(frozen=True, slots=True)
class Part:
    """A whole batch: the answers for `count` parents from `number` on. Its manifest says what they cost."""

    path: Path
    number: int
    count: int
    keys: str
    manifest: Manifest

    def answers(self) -> Iterator[tuple[int, str, list[bytes]]]:
        """Yield the number, the key and the children of every parent that has any, in order."""
        with closing(RawReader(self.path)) as reader:
            yield from reader.answers()


class PartitionParts:
    """The parts of one partition: a day's, or for `day` None a list's, which has no day before it is whole.

    `run` marks them, so that only re-executions of the run that kept them take them up. Methods raise NoSpace,
    NotWritable or Environment.
    """

    def __init__(  # noqa: PLR0913  what names a partition, and who writes it
        self,
        target: SpoolTarget,
        folder: Path,
        endpoint: Endpoint,
        organization: str,
        *,
        day: dt.date | None,
        run: str,
    ) -> None:
        self._target = target
        self._folder = folder
        self._endpoint = endpoint
        self._organization = organization
        self._run = run
        self._stem = f".{endpoint.source.name}.{endpoint.name}.{organization}.{LIST if day is None else day}."

    def keep(self, number: int, answers: Sequence[ParentAnswer], facts: ChainFacts) -> None:
        """Make a batch durable: the answers for the parents from `number` on, counted from 1."""
        keys = _digest(key for key, _ in answers)
        path = self._folder / f"{self._stem}{number}-{len(answers)}-{keys}{PART}"
        day = facts.window.start
        with ChainSpool(_Into(self._target, path), self._endpoint, self._organization, [day]) as spool:
            for position, (key, records) in enumerate(answers, start=number):
                spool.add(position, records, day, None, key)
            for _ in spool.publish(facts):
                pass

    def taken_up(self, keys: Iterator[str]) -> tuple[list[Part], Iterator[str]]:
        """Return the batches that need not be asked for again, and of the parents' `keys` those that do.

        A batch counts while it follows on the one before, is whole, this run's, and about the parents that come next;
        what comes after one that does not is removed.
        """
        found, kept, following = self._found(), list[Part](), 1
        for path, number, count, digest in found:
            taken = list(islice(keys, count))
            manifest = self._manifest(path) if number == following and digest == _digest(taken) else None
            if manifest is None:
                keys = chain(taken, keys)
                break
            kept.append(Part(path, number, count, digest, manifest))
            following += count
        self._remove(path for path, *_ in found[len(kept) :])
        return kept, keys

    def discard(self) -> None:
        """Remove every part of the partition, whichever run kept it."""
        self._remove(path for path, *_ in self._found())

    def _found(self) -> list[tuple[Path, int, int, str]]:
        """Every part by its name, in order."""
        named = []
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                ours = entry.name.startswith(self._stem)
                covers = _COVERS.fullmatch(entry.name.removeprefix(self._stem)) if ours else None
                if covers is not None:
                    named.append((Path(entry), int(covers["number"]), int(covers["count"]), covers["keys"]))
        return sorted(named, key=lambda part: part[1])

    def _manifest(self, path: Path) -> Manifest | None:
        """Read a part's manifest; None where it is another run's, or damaged, or gone."""
        with suppress(CorruptFile, FileNotFoundError), closing(RawReader(path)) as reader:
            manifest = reader.manifest()
            reader.hold_against(manifest)
            return manifest if manifest.run == self._run else None
        return None

    def _remove(self, paths: Iterable[Path]) -> None:
        with typed_errors(f"Removing what was kept of {self._endpoint.name}"):
            for path in paths:
                path.unlink(missing_ok=True)


class _Into:
    """A spool's target that is no partition but a part."""

    def __init__(self, target: SpoolTarget, path: Path) -> None:
        self.files: Files = target.files
        self.checkpoint: Callable[[str], None] = target.checkpoint
        self.temporaries = target.temporaries
        self._path = path

    def prepare(self, partitions: Sequence[Partition]) -> None:
        """The folder is there as soon as something is written."""

    def put(self, manifest: Manifest, file: RawWriter) -> str:  # noqa: ARG002  it is in the file
        """Give the file its name, and make that durable."""
        file.sync()
        self.files.replace(file.path, self._path)
        self.files.fsync_directory(self._path.parent)
        return str(self._path)


def _digest(keys: Iterable[str]) -> str:
    found = hashlib.sha256()
    for key in keys:
        text = key.encode()
        found.update(b"%d:%b" % (len(text), text))
    return found.hexdigest()[:32]
