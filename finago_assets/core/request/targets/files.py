"""Records into a file: parquet with typed columns, or NDJSON with each record as it was sent.

Owns the two formats. Appearing whole is whole.py's, types are columns.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finago_assets.core.request.targets.written import Written, typed_file_errors
from finago_assets.core.request.whole import appearing

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.request.answer import Answer

_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """One parquet file of typed columns. Without records it has one column `no_fields` and no rows."""

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def file(self) -> Path | None:
        """See `Target.file`."""
        return self.path

    def write(self, answer: Answer) -> Written:
        """See `Target.write`."""
        with typed_file_errors(self.place), appearing(self.path) as file:
            rows = answer.write_parquet(file)
        return Written(rows, self.place)


@dataclass(frozen=True, slots=True)
class NdjsonFile:
    """One record a line, its bytes as sent; a line break between its values, which JSON allows, becomes a space."""

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def file(self) -> Path | None:
        """See `Target.file`."""
        return self.path

    def write(self, answer: Answer) -> Written:
        """See `Target.write`."""
        rows = 0
        with typed_file_errors(self.place), appearing(self.path) as file:
            for rows, payload in enumerate(answer.payloads(), start=1):  # noqa: B007  the count is what is wanted
                file.write(payload.translate(_ONE_LINE))
                file.write(b"\n")
        return Written(rows, self.place)
