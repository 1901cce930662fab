"""One raw parquet file: its columns, its writing in chunks, its reading in chunks, its digest.

Owns the format. Where the file lies and when it becomes visible is the store's business.
"""

from __future__ import annotations

import errno
import hashlib
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from finago_assets.core.catalogue.model import XML_COLUMN
from finago_assets.core.errors import CorruptFile, Malformed, NotLanded, NotWritable
from finago_assets.core.http.packed import PackedRecords
from finago_assets.core.landing.model import Manifest

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from finago_assets.core.landing.files import Files
    from finago_assets.core.landing.model import Inspect, Partition

# larger groups cost memory when the file is read, smaller ones compress worse
ROW_GROUP: Final = 20_000
_READ_BATCH: Final = 2_000
_PAGE_BYTES: Final = 64 * 1024
_PAGE_CHECK_ROWS: Final = 100
_COLUMNS: Final = (
    pa.field("ordinal", pa.int64(), nullable=False),
    pa.field("page", pa.int32(), nullable=False),
    pa.field("payload", pa.string(), nullable=False),
)


class Digest:
    """SHA-256 over payloads in order, fed in chunks of any size; `Manifest` says what exactly is hashed."""

    def __init__(self) -> None:
        self.rows = 0
        self.payload_bytes = 0
        self._hash = hashlib.sha256()

    def update(self, payloads: PackedRecords, parents: Sequence[str] | None) -> None:
        """Take the next records."""
        if not payloads:
            return
        if self.rows:
            self._hash.update(b"\x1e")
        self.rows += len(payloads)
        self.payload_bytes += len(payloads.text)
        if parents is None:
            self._hash.update(payloads.joined(b"\x1e"))
        else:
            pairs = zip(parents, payloads, strict=True)
            self._hash.update(b"\x1e".join(b"%b\x1f%b" % (parent.encode(), payload) for parent, payload in pairs))

    def hexdigest(self) -> str:
        """Return the digest of everything so far."""
        return self._hash.hexdigest()


class RawWriter:
    """Writes one temporary file. After `finish` it is complete; `sync` makes it durable, `discard` removes the name."""

    def __init__(self, path: Path, text_column: str | None, files: Files) -> None:
        self.path = path
        self.text_column = text_column
        self._files = files
        self._rows = 0
        self._schema = pa.schema([*_COLUMNS, *_text_field(text_column)])
        self._file = files.create(path)
        self._parquet: Any = pq.ParquetWriter(
            self._file,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=False,
            write_statistics=False,
            store_schema=False,
            write_page_checksum=True,
            # an open file keeps a page of each column in memory, and a chain has a file open for each of its days
            data_page_size=_PAGE_BYTES,
            write_batch_size=_PAGE_CHECK_ROWS,
        )

    def write(self, pages: array[int], payloads: list[pa.Array], texts: list[pa.Array]) -> None:
        """Append records as row groups: the page of each, and their text in chunks as `make_text_column` makes them."""
        first, self._rows = self._rows, self._rows + len(pages)
        columns = [
            pa.arange(first, self._rows),
            pa.Array.from_buffers(pa.int32(), len(pages), [None, pa.py_buffer(pages)]),
            pa.chunked_array(payloads, pa.string()),
        ]
        if self.text_column is not None:
            columns.append(pa.chunked_array(texts, pa.string()))
        self._parquet.write_table(pa.table(columns, schema=self._schema), row_group_size=ROW_GROUP)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the footer."""
        self._parquet.add_key_value_metadata(manifest.to_metadata())
        self._parquet.close()
        self._file.flush()

    def sync(self) -> None:
        """Make the content durable."""
        self._files.fsync(self._file)

    def discard(self) -> None:
        """Close, and remove the file if it still has its temporary name."""
        # the writer would write a footer when collected, into a file that is gone by then
        self._parquet.is_open = False
        self._parquet = None
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self.path.unlink()


class RawReader:
    """Reads one landed file. Raises CorruptFile, naming the file and the next step, whenever the content fails it."""

    def __init__(self, path: Path, label: str | None = None) -> None:
        self._label = label or str(path)
        with self._readable():
            self._parquet: Any = pq.ParquetFile(path, page_checksum_verification=True)

    def close(self) -> None:
        """Give the file back."""
        self._parquet.close()

    def manifest(self) -> Manifest:
        """Return the manifest in the footer."""
        with self._readable():
            pairs = self._parquet.metadata.metadata or {}
            return Manifest.from_metadata({key.decode(): value.decode() for key, value in pairs.items()})

    def chunks(self) -> Iterator[tuple[list[int], list[bytes], list[str] | None]]:
        """Yield ordinals, payloads and, for a child, parents' keys of a few thousand records at a time."""
        with self._readable():
            names = self._parquet.schema_arrow.names
            parent = next((name for name in names[3:] if name != XML_COLUMN), None)
            columns = ["ordinal", "payload", *([] if parent is None else [parent])]
            batches = self._parquet.iter_batches(_READ_BATCH, columns=columns)
        while True:
            with self._readable():
                batch = next(batches, None)
                if batch is None:
                    return
                payloads = batch.column("payload").cast(pa.binary()).to_pylist()
                parents = None if parent is None else batch.column(parent).to_pylist()
                ordinals = batch.column("ordinal").to_pylist()
            yield ordinals, payloads, parents

    def stream(self) -> pa.RecordBatchReader:
        """Return all columns for another engine to read, a row group at a time."""
        return pa.RecordBatchReader.from_batches(self._parquet.schema_arrow, self._parquet.iter_batches(ROW_GROUP))

    def records(self) -> Iterator[tuple[str | None, bytes]]:
        """Yield parent's key and payload in order."""
        for _, payloads, parents in self.chunks():
            if parents is None:
                yield from ((None, payload) for payload in payloads)
            else:
                yield from zip(parents, payloads, strict=True)

    def answers(self) -> Iterator[tuple[int, str, list[bytes]]]:
        """Yield page, parent's key and payloads of a child's file, the records of one parent at a time."""
        for (page, parent), rows in groupby(self._rows(), key=itemgetter(0, 1)):
            yield page, parent, [payload for _, _, payload in rows]

    def _rows(self) -> Iterator[tuple[int, str, bytes]]:
        with self._readable():
            parent = self._parquet.schema_arrow.names[3]
            for batch in self._parquet.iter_batches(_READ_BATCH, columns=["page", parent, "payload"]):
                payloads = batch.column("payload").cast(pa.binary()).to_pylist()
                yield from zip(
                    batch.column("page").to_pylist(), batch.column(parent).to_pylist(), payloads, strict=True
                )

    def hold_against(self, manifest: Manifest, look: Inspect | None = None) -> None:
        """Read everything again, `look` with us. Raises CorruptFile unless it is what the manifest says."""
        digest = Digest()
        for ordinals, payloads, parents in self.chunks():
            if ordinals != list(range(digest.rows, digest.rows + len(ordinals))):
                raise corrupt(self._label, "its ordinals are not counted from 0 without gaps")
            digest.update(PackedRecords(payloads), parents)
            if look is not None:
                look(payloads)
        found = (digest.rows, digest.payload_bytes, digest.hexdigest())
        if found != (manifest.rows, manifest.payload_bytes, manifest.digest):
            raise corrupt(
                self._label,
                f"it holds {found[0]} rows of {found[1]} bytes, digest {found[2]:.12}, and its manifest says "
                f"{manifest.rows} rows of {manifest.payload_bytes} bytes, digest {manifest.digest:.12}",
            )
        if manifest.distinct_ids > manifest.rows:
            raise corrupt(self._label, f"its manifest counts {manifest.distinct_ids} keys in {manifest.rows} rows")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise NotWritable(f"{self._label} cannot be read; give this user access to the data folder.") from None
            raise corrupt(self._label, "it cannot be read") from None
        except (pa.ArrowException, ValueError, KeyError):
            raise corrupt(self._label, "it is no raw file, or was damaged") from None


def make_text_column(payloads: PackedRecords) -> pa.Array:
    """Return the payloads as a column chunk, bytes untouched. Raises Malformed for bytes that are not UTF-8."""
    buffers = [None, pa.py_buffer(payloads.ends), pa.py_buffer(payloads.text)]
    column = pa.Array.from_buffers(pa.string(), len(payloads), buffers)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raise Malformed("A record holds bytes that are not UTF-8. Nothing of this request was landed.") from None
    return column


def corrupt(label: str, why: str) -> CorruptFile:
    """Build the error for landed data that fails its reader."""
    return CorruptFile(f"{label}: {why}. Delete it, or just land the partition again, which replaces it.")


def not_landed(partition: Partition) -> NotLanded:
    """Build the error for reading what is not there."""
    return NotLanded(f"{partition} has not landed; materialize {partition.source}/{partition.endpoint} first.")


def _text_field(text_column: str | None) -> list[pa.Field]:
    return [] if text_column is None else [pa.field(text_column, pa.string(), nullable=False)]
