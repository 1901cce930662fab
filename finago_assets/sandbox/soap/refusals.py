"""How a bundle is refused: the type of the answer and the words that go with it.

Owns the shape. Which rule a bundle breaks is found by the modules that know the rule.
"""

from __future__ import annotations

from typing import Final

SAVED_WORD: Final = "Ok"
NOT_SAVED_WORD: Final = "NotSaved"
DUPLICATE_WORD: Final = "DuplicateData"
ALREADY_SAVED_WORD: Final = "DataAlreadySaved"


class BundleRefused(Exception):
    """Nothing of what was sent is saved; `kind` is the type that the answer has, `warning` what could be ignored."""

    def __init__(self, words: str, kind: str = NOT_SAVED_WORD, *, warning: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.kind = kind
        self.warning = warning
