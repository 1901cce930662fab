"""A wheel of this checkout, built without a network by the setuptools that the environment has."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("finago_assets", "dbt_project", "docs", "pyproject.toml", "setup.py", "README.md")
LEFT = shutil.ignore_patterns("__pycache__", "target", "logs", ".parse.lock", ".user.yml")
_BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"


def copy_sources(folder: Path) -> Path:
    """Copy what a wheel is built from: setuptools leaves its own files beside it."""
    for name in BUILT_FROM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT)
        else:
            shutil.copy(source, folder / name)
    return folder


def build(what: str, sources: Path, into: Path) -> Path:
    """Build a `wheel` or an `sdist`, as a build frontend asks for it; return the file."""
    into.mkdir(exist_ok=True)
    command = [sys.executable, "-c", _BUILD, f"build_{what}", f"{into}"]
    done = subprocess.run(command, cwd=sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return into / done.stdout.splitlines()[-1]
