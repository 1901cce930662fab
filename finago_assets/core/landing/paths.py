"""Where raw files of a source lie: `<root>/<endpoint>/organization=<id>/date=<YYYY-MM-DD>/data.parquet`, only there.

Owns the refusal of links beneath the root and of organizations that differ in case only. Reads no file's content.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import NotWritable, SettingInvalid
from finago_assets.core.landing.model import Partition, checked_names

if TYPE_CHECKING:
    from pathlib import Path

DATA_FILE: Final = "data.parquet"
# no organization is called so, and a reader's pattern finds it
_NOBODYS_DAY: Final = ("organization=", "date=1970-01-01")
_ORGANIZATION_FOLDER: Final = "organization="
_DAY_FOLDER: Final = "date="


@dataclass(frozen=True, slots=True)
class RawTree:
    """The folder of a source's raw files. Every path it returns lies inside `root`, links resolved."""

    root: Path
    source: str

    def file(self, partition: Partition) -> Path:
        """Return the partition's file, which need not exist. Raises NotWritable for a link beneath the root."""
        return self._inside(self.day(partition) / DATA_FILE)

    def day(self, partition: Partition) -> Path:
        """Return the folder of the partition's file, links not looked for."""
        directory = self._organization(partition.endpoint, partition.organization)
        return directory / f"{_DAY_FOLDER}{partition.date.isoformat()}"

    def organization(self, endpoint: str, organization: str) -> Path:
        """Return the folder of an organization's days, which need not exist."""
        return self._inside(self._organization(endpoint, organization))

    def days(self, endpoint: str, organization: str) -> list[dt.date]:
        """Every day that has a file, in order."""
        directory = self.organization(endpoint, organization)
        named = ((name, day) for name in _list_folders(directory) if (day := _read_day_folder(name)) is not None)
        return sorted(day for name, day in named if (directory / name / DATA_FILE).is_file())

    def refuse_case_twin(self, endpoint: str, organization: str) -> None:
        """Raise SettingInvalid if an organization landed before has the same name in other letters."""
        known = [
            name.removeprefix(_ORGANIZATION_FOLDER)
            for name in _list_folders(self.organization(endpoint, organization).parent)
        ]
        refuse_case_twin(organization, known)

    def nobodys_file(self, endpoint: str) -> Path:
        """Return where an endpoint's file of no organization lies. Raises NotWritable for a link beneath the root."""
        return self._inside(self.root.joinpath(endpoint, *_NOBODYS_DAY, DATA_FILE))

    def organizations(self) -> list[Path]:
        """Every organization's folder of every endpoint, that of none too, links left out."""
        return [
            directory / name
            for directory in (self.root / endpoint for endpoint in _list_folders(self.root))
            for name in _list_folders(directory)
            if name.startswith(_ORGANIZATION_FOLDER)
        ]

    @staticmethod
    def _name_of(organization: str) -> str:
        return f"{_ORGANIZATION_FOLDER}{organization}"

    def _organization(self, endpoint: str, organization: str) -> Path:
        checked_names(self.source, endpoint, organization)
        return self.root / endpoint / self._name_of(organization)

    def _inside(self, path: Path) -> Path:
        # the root may be a link, to another disk say; beneath it a link could lead anywhere
        steps = accumulate(path.relative_to(self.root).parts, os.path.join, initial=os.fspath(self.root))
        if any(map(os.path.islink, islice(steps, 1, None))):
            raise NotWritable(
                f"{path} passes through a symbolic link; put a real folder there, or move FINAGO_DATA_DIR."
            )
        return path


def refuse_case_twin(organization: str, known: list[str]) -> None:
    """Raise SettingInvalid if `known` holds the organization in other letters: some file systems would mix the two."""
    twins = [name for name in known if name != organization and name.casefold() == organization.casefold()]
    if twins:
        raise SettingInvalid(
            f"Organization {organization} differs from the landed {twins[0]} in upper and lower case only; "
            "correct FINAGO_ORGANIZATION_ID or use another FINAGO_DATA_DIR."
        )


def _list_folders(directory: Path) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return []


def _read_day_folder(name: str) -> dt.date | None:
    with suppress(ValueError):
        day = dt.date.fromisoformat(name.removeprefix(_DAY_FOLDER))
        return day if name == f"{_DAY_FOLDER}{day.isoformat()}" else None
    return None
