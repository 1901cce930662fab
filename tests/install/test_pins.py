"""The two files of pins: what a run needs, and what tests and linters need besides."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN, TOOLS = ((ROOT / name).read_text(encoding="utf-8") for name in ("constraints.txt", "constraints-dev.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def _names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", one[0]).lower() for one in found if one}


def _pinned(text: str) -> dict[str, str]:
    """Return each package of a file of pins with what stands below its line."""
    parts = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
    return {name: part for part in parts for name in _names([part])}


def test_a_run_installs_what_it_needs_and_no_tool_of_developers() -> None:
    pinned = set(_pinned(RUN))
    assert _names(PROJECT["dependencies"]) <= pinned
    tools = _names(EXTRAS["dev"]) - {"finago-assets", "cryptography", "psutil"}
    assert tools & pinned == set()


def test_what_developers_need_comes_on_top() -> None:
    assert "\n-r constraints.txt\n" in TOOLS
    wanted = _names(EXTRAS["dev"]) | _names(EXTRAS["postgresql"])
    assert wanted - {"finago-assets"} <= set(_pinned(RUN)) | set(_pinned(TOOLS))


def test_every_pin_has_hashes_and_no_index_is_named() -> None:
    for text in (RUN, TOOLS):
        pinned = _pinned(text)
        assert pinned
        assert [name for name, part in pinned.items() if "--hash=sha256:" not in part] == []
        assert re.search(r"https?:|--(?:extra-)?index|--find-links", text) is None
