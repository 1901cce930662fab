"""Changes of a tenant's connections with what a person would have typed, and children that are killed while at it.

Owns the desk. Run as a module it forks children that die at any moment, for a test in `test_halo_changes.py`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finago_assets.apis.halo.changes.change import make_change
from finago_assets.apis.halo.changes.guarded import Consent, GuardedChanges
from finago_assets.apis.halo.changes.record import CHANGES_FILE, ChangeRecord
from finago_assets.apis.halo.changes.tenant import TenantReader
from finago_assets.connect import open_client
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.progress import silent
from finago_assets.credentials import read_halo_write_connection
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from finago_assets.apis.halo.changes.change import ConnectionChange
    from finago_assets.apis.halo.changes.guarded import HaloChangeResult, Preview


@dataclass(frozen=True, slots=True)
class ChangeDesk:
    """Changes of a tenant that an environment leads to."""

    environ: Mapping[str, str]
    checkpoint: Callable[[str], None] = field(default=silent)

    @contextmanager
    def opened(self) -> Iterator[GuardedChanges]:
        settings = read_settings(self.environ)
        connection = read_halo_write_connection(settings, self.environ)
        record = ChangeRecord(settings.requests_dir / CHANGES_FILE, "a test")
        with open_client(settings, connection, RetryPolicy(attempts=1)) as client:
            yield GuardedChanges(TenantReader(client, settings.requests_dir), record, self.environ, self.checkpoint)

    def preview(self, change: ConnectionChange) -> Preview:
        with self.opened() as changes:
            return changes.preview(change)

    def apply(self, change: ConnectionChange, said: Consent | None = None) -> HaloChangeResult:
        """Carry a change out; unless told otherwise everything is said that it asks for."""
        with self.opened() as changes:
            return changes.apply(change, said or say_all(changes.preview(change)))

    def delete(self, provider: str, key: int, said: Consent | None = None) -> HaloChangeResult:
        with self.opened() as changes:
            return changes.delete(provider, key, said or say_all(changes.preview_deletion(provider, key)))


def say_all(preview: Preview) -> Consent:
    """Say everything that a change asks for."""
    return Consent(allow_writes=True, state=preview.state, confirm=preview.confirm, high_risk=True, with_links=True)


def kill_often(times: int, seed: int) -> None:
    """Change and make connections in children that die at any moment; then finish each; print how each ended."""
    choose = random.Random(seed)
    desk = ChangeDesk(dict(os.environ))
    ended = []
    for number in range(times):
        name = f"Killed {number}"
        key = None if number % 2 else "2"
        values = {"name": name} if key is None else {"item_group": f"{100 + number}"}
        change = make_change("fortnox", key, values)
        moment = choose.uniform(0.001, 0.08)
        if not (child := os.fork()):
            signal.setitimer(signal.ITIMER_REAL, moment)
            desk.apply(change)
            os._exit(0)
        os.waitpid(child, 0)
        try:
            ended.append(desk.apply(change).ended.value)
        except Exception as error:  # noqa: BLE001  its name is what is looked at
            ended.append(type(error).__name__)
    sys.stdout.write(json.dumps(ended))


if __name__ == "__main__":
    kill_often(int(sys.argv[1]), int(sys.argv[2]))
