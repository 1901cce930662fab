"""A secret leaves through `reveal()` and through nothing else."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.http.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = "canary-3f9d6f0c"


@dataclass(frozen=True)
class Holder:
    secret: Secret


def test_every_way_of_printing_shows_a_placeholder() -> None:
    secret = Secret(VALUE)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        repr(Holder(secret)),
        f"{[secret]}",
    ]
    assert not any(VALUE in text for text in shown)
    assert secret.reveal() == VALUE


def test_comparing_hashing_copying_and_storing_are_refused() -> None:
    secret = Secret(VALUE)
    attempts: list[Callable[[], object]] = [
        lambda: secret == Secret(VALUE),
        lambda: secret != VALUE,
        lambda: hash(secret),
        lambda: copy.copy(secret),
        lambda: copy.deepcopy([secret]),
        lambda: pickle.dumps(secret),
        lambda: json.dumps(secret),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError) as caught:
            attempt()
        assert VALUE not in str(caught.value)


def test_there_is_no_dictionary_to_look_into() -> None:
    assert not hasattr(Secret(VALUE), "__dict__")
    assert not hasattr(Secret(VALUE), "value")


def test_an_empty_secret_is_false_and_other_types_are_refused() -> None:
    assert not Secret("")
    assert Secret(VALUE)
    with pytest.raises(TypeError):
        Secret(b"bytes")  # type: ignore[arg-type] # the run-time check is what is tested
