"""Whether records still look as they are known to: fields that came, went, changed their type or broke a promise.

Owns the counting over many records. It names fields and never keeps a value. A fast strict decoder lets ordinary
records through; only one that it refuses is looked at field by field.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, reduce
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from finago_assets.core.catalogue.fields import fields_of
from finago_assets.core.catalogue.model import Endpoint, EndpointKind
from finago_assets.core.drift.record import RECORD, Difference, Trouble, differences, has, loaded, paths, strict, under
from finago_assets.core.errors import DataFault
from finago_assets.core.http.damage import is_damaged, legible

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from finago_assets.core.landing.model import Partition, RawStore

_KEYS_NAMED: Final = 10  # of damaged records
LOOKED_AT: Final = 1_000  # records of one kind of trouble that are gone through field by field
_EARLIER_DAYS: Final = 10
_LOOKED_BACK: Final = 60  # landed days, most of which may be empty
_EARLIER_RECORDS: Final = 200


@dataclass(frozen=True, slots=True)
class FieldDrift:
    """One field and its trouble; `seen` is what its values were in JSON, `records` counts those looked at."""

    path: str
    trouble: Trouble
    seen: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of `rows` records: `strays` are not as they should be, `findings` say how, in order of fields.

    `keyless`: the field that names a record is missing from every one of them.
    """

    rows: int
    strays: int
    findings: tuple[FieldDrift, ...]
    keyless: bool


@dataclass(slots=True)
class _Kind:
    looked_at: int = 0
    strays: int = 0


@dataclass(frozen=True, slots=True)
class UntilNow:
    """Known fields that were always there. Fewer than `rows` records are too few to miss one of them."""

    paths: frozenset[str] = frozenset()
    rows: int = 1


class Watch:
    """Looks at the records of one endpoint as they are read."""

    def __init__(self, endpoint: Endpoint, until_now: UntilNow = UntilNow()) -> None:
        self._record = endpoint.fields or {}
        self._keys = endpoint.key
        self._decode = _decoder(endpoint).decode
        self._unseen = {path: path.replace("[]", "").split(".") for path in until_now.paths}
        self._enough = max(until_now.rows, 1)
        self._rows = self._strays = 0
        self._kinds: dict[str, _Kind] = {}
        self._found: Counter[tuple[str, Trouble]] = Counter()
        self._seen: defaultdict[tuple[str, Trouble], set[str]] = defaultdict(set)

    def look(self, payloads: Sequence[bytes]) -> None:
        """Take the next records."""
        self._rows += len(payloads)
        for payload in payloads:
            try:
                row = self._decode(payload)
            except msgspec.MsgspecError as error:
                row = self._stray(payload, str(error))
            if self._unseen:
                self._unseen = {path: steps for path, steps in self._unseen.items() if not has(row, steps)}

    def drift(self) -> Drift:
        """Return what was found so far."""
        found = [
            FieldDrift(path, trouble, tuple(sorted(self._seen[path, trouble])), records)
            for (path, trouble), records in self._found.items()
        ]
        found += [FieldDrift(path, Trouble.GONE, (), self._rows) for path in self._gone()]
        return Drift(self._rows, self._strays, tuple(sorted(found, key=lambda one: one.path)), self._keyless())

    def _gone(self) -> list[str]:
        """Return what is in no record any more, unless something else was said of it or of what it lies in."""
        if self._rows < self._enough:
            return []
        said = {path for path, _ in self._found}
        lost = said | set(self._unseen)
        return [path for path in self._unseen if path not in said and not under(path, lost)]

    def _keyless(self) -> bool:
        """Every record strays, and each that was looked at lacks the key or the object that holds it."""
        above = {".".join(key.split(".")[: depth + 1]) for key in self._keys for depth in range(key.count(".") + 1)}
        missing = max(self._found[path, Trouble.MISSING] for path in above)
        looked_at = sum(kind.strays for kind in self._kinds.values())
        return self._rows > 0 and self._strays == self._rows and missing == looked_at

    def _stray(self, payload: bytes, complaint: str) -> Any:  # noqa: ANN401  whatever JSON holds
        kind = self._kind(complaint)
        if kind.looked_at == LOOKED_AT:
            self._strays += kind.strays > 0
            return self._read(payload)[0] if self._unseen else None
        kind.looked_at += 1
        value, found = self._read(payload)
        if found:  # otherwise it holds a number that is only too long for the decoder
            kind.strays += 1
            self._strays += 1
            self._found.update({(one.path, one.trouble) for one in found})
            for one in found:
                self._seen[one.path, one.trouble].update({one.seen} - {""})
        return value

    def _read(self, payload: bytes) -> tuple[Any, set[Difference]]:
        """Read one record, and how it differs; of a damaged one what can be read, and by which key it is found."""
        text = legible(payload) if is_damaged(payload) else None
        value = loaded(text or payload)
        found = set(differences(value, self._record))
        if text is not None:
            full = len(self._seen[RECORD, Trouble.DAMAGED]) >= _KEYS_NAMED
            found.add(Difference(RECORD, Trouble.DAMAGED, "" if full else self._key_of(value)))
        return value, found

    def _key_of(self, value: Any) -> str:  # noqa: ANN401  whatever JSON holds
        keys = [reduce(_step, path.split("."), value) for path in self._keys]
        return " ".join(f"{name} {key}" for name, key in zip(self._keys, keys, strict=True) if key is not None)

    def _kind(self, complaint: str) -> _Kind:
        """Records that the decoder refused with the same words; beyond a number of those, all are one kind."""
        return self._kinds.setdefault(complaint if len(self._kinds) < LOOKED_AT else "", _Kind())


def _step(value: Any, name: str) -> Any:  # noqa: ANN401  whatever JSON holds
    return value.get(name) if isinstance(value, dict) else None


@cache
def _decoder(endpoint: Endpoint) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(strict(endpoint.fields or {}, endpoint.name))


def carried_until_now(store: RawStore, endpoint: Endpoint, organization: str, first: dt.date) -> UntilNow:
    """Return the known fields that every landed day before `first` carried: the last ten, or the last one of a list.

    None where too little has landed to say so: a field that is there now and then is not missed.
    """
    wanted = _EARLIER_DAYS if endpoint.kind is EndpointKind.WINDOWED else 1
    try:
        earlier = dict(islice(_earlier(store, endpoint, organization, first), wanted))
        days = [_carried(payload for _, payload in islice(store.records(day), _EARLIER_RECORDS)) for day in earlier]
    except DataFault:
        return UntilNow()  # a file that cannot be read is a matter of its own
    if len(days) < wanted:
        return UntilNow()
    known = frozenset(field.path for field in fields_of(endpoint.fields or {}))
    return UntilNow(reduce(frozenset.intersection, days, known), min(earlier.values()) // 2)


def _earlier(store: RawStore, endpoint: Endpoint, organization: str, first: dt.date) -> Iterator[tuple[Partition, int]]:
    """Yield landed partitions that have records, the newest first, and how many."""
    for _ in range(_LOOKED_BACK):
        partition = store.newest(endpoint.name, organization, before=first)
        if partition is None:
            return
        manifest = store.manifest(partition)
        if manifest is not None and manifest.rows:
            yield partition, manifest.rows
        first = partition.date


def _carried(payloads: Iterable[bytes]) -> frozenset[str]:
    found: set[str] = set()
    for payload in payloads:
        found.update(paths(loaded(payload), ""))
    return frozenset(found)
