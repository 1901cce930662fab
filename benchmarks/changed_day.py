"""Edits one landed day, as a correction in the ERP would: one line's amount, and with it the manifest's digest.

Owns that edit. It is a process of its own, so that the one that measures stays small.
"""

from __future__ import annotations

import hashlib
import re
from argparse import ArgumentParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

AMOUNT = re.compile(r'("amount": ?-?)([0-9])')


def edit(path: Path) -> None:
    """Add one to the first digit of the amount of the day's first line, over again at each call."""
    table = pq.ParquetFile(path).read()
    payloads = table.column("payload").to_pylist()
    payloads[0] = AMOUNT.sub(lambda found: f"{found[1]}{int(found[2]) % 9 + 1}", payloads[0], count=1)
    place = table.schema.get_field_index("payload")
    field = table.schema.field(place)
    digest = hashlib.sha256("\n".join(payloads).encode()).hexdigest().encode()
    edited = table.set_column(place, field, pa.array(payloads, field.type))
    pq.write_table(
        edited.replace_schema_metadata({**table.schema.metadata, b"digest": digest}), path, compression="zstd"
    )


def main() -> None:
    parser = ArgumentParser("benchmarks.changed_day")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--day", required=True)
    asked = parser.parse_args()
    (path,) = asked.data.glob(f"raw/finago/transactionlines/organization=*/date={asked.day}/data.parquet")
    edit(path)


if __name__ == "__main__":
    main()
