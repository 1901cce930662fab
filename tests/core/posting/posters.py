"""Processes that post the same journal at once and are killed on the way; their server has imported everything."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago.posting import RestRoute
from finago_assets.apis.finago_soap.account_service import AccountService
from finago_assets.apis.finago_soap.posting import SoapRoute
from finago_assets.connect import open_client
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.results import PostingWishes
from finago_assets.core.posting.send import SENDING_STEPS, Sender
from finago_assets.core.request.audit import Audit
from finago_assets.credentials import read_connection, read_soap_connection
from finago_assets.settings import read_settings
from tests.core.posting.fake_route import FakeRoute, Mishap
from tests.core.posting.small_journals import bundle, journal, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from finago_assets.core.posting.journal import Journal, SaveAs
    from finago_assets.core.posting.results import BundleResult
    from finago_assets.core.posting.route import Route

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.core.posting.posters"])
BUNDLES: Final = 3
QUICK: Final = RetryPolicy(attempts=1)


@dataclass(frozen=True)
class Place:
    """Where is posted to: books in a file of the folder, or a sandbox where there are variables that lead there."""

    folder: Path
    save_as: SaveAs
    environ: Mapping[str, str] | None = None
    over_soap: bool = False

    @contextmanager
    def route(self, mishaps: Iterator[Mishap | None]) -> Iterator[Route]:
        if self.environ is None:
            yield FakeRoute(self.folder / "books.json", mishaps)
            return
        settings = read_settings(self.environ)
        if self.over_soap:
            found = read_soap_connection(settings, self.environ)
            assert found is not None
            with open_client(settings, found, policy=QUICK) as client:
                yield SoapRoute(AccountService(client))
            return
        with open_client(settings, read_connection(settings, self.environ), policy=QUICK) as client:
            folder = settings.requests_dir
            yield RestRoute(client, folder, Audit(folder / "writes.jsonl"))

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.folder / "posting", who=f"{os.getpid()}")


def numbered_journal(number: int) -> Journal:
    """Return a journal that is like no other's."""
    return journal(*(bundle(voucher(f"{number}-{place}", f"{number * 100 + place + 1}")) for place in range(BUNDLES)))


def post(
    place: Place, number: int, mishaps: Iterator[Mishap | None], die_at: str = "", nth: int = 0
) -> list[BundleResult]:
    """Post a journal; die at the nth time of a step, if there is one."""
    met: Counter[str] = Counter()

    def moment(step: str) -> None:
        met[step] += 1
        if step == die_at and met[step] > nth:
            os.kill(os.getpid(), signal.SIGKILL)

    sent = numbered_journal(number)
    wishes = PostingWishes(place.save_as, again=True)
    with place.route(mishaps) as route:
        return Sender(route, place.outbox, route.read_lists(sent), wishes, checkpoint=moment).send(sent)


def post_until_killed(place: Place, number: int, seed: str) -> None:
    """Post with accidents of all kinds, and die on the way more often than not."""
    source = random.Random(seed)
    mishaps = (source.choice([*Mishap, *(None,) * 4]) for _ in iter(int, 1))
    steps = [*SENDING_STEPS, "never", "never"]
    post(place, number, mishaps, source.choice(steps), source.randrange(BUNDLES))
