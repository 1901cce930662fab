"""Month-end binders of what the settings say is published: what the command and the asset both do.

Owns opening what is published by the settings. What a binder is lies in `report`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.landing.files import stamp_of
from finago_assets.core.warehouse.publication import Publisher
from finago_assets.report.source import open_publication

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.report.source import Publication
    from finago_assets.settings import Settings


@contextmanager
def opened_publication(settings: Settings) -> Iterator[Publication]:
    """Open what is published, and the build behind it. Raises what `open_publication` does."""
    published, details = settings.published_warehouse, settings.published_details
    record = Publisher(settings.work_dir, published, details).last()
    # somebody may have put another file there since
    is_ours = record is not None and record.stamp == stamp_of(published)
    with open_publication(published, details, record.finished_at.isoformat() if record and is_ours else "") as source:
        yield source


def binder_root(settings: Settings, into: Path | None) -> Path:
    """Return the folder of binders: `into` where it is named. Raises SettingInvalid for one that the pipeline keeps."""
    if into is None:
        return settings.report_dir
    owned = settings.owned.found(into / "binder")
    # its own place may be named too
    if owned is not None and not into.resolve().is_relative_to(settings.report_dir.resolve()):
        raise SettingInvalid(
            f"--into leads to {into}, which the pipeline keeps for itself; name another folder, such as "
            f"{settings.owned.exports / 'month-end'}. Nothing was written."
        )
    return into
