"""The core stays free of the orchestrator: said by running it, not by reading it."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import pkgutil, sys, importlib, finago_assets.core as core
for module in pkgutil.walk_packages(core.__path__, core.__name__ + "."):
    importlib.import_module(module.name)
shells = ("dagster", "dbt", "dagster_dbt", "starlette", "finago_assets.apis", "finago_assets.orchestration")
print(sorted(name for name in sys.modules if name.startswith(shells)))
"""


def test_nothing_under_core_imports_dagster_or_dbt_or_any_api() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_http_library_is_imported_in_one_file() -> None:
    probe = (
        "import pathlib, finago_assets;"
        "root = pathlib.Path(finago_assets.__file__).parent;"
        "print([p.relative_to(root).as_posix() for p in sorted(root.rglob('*.py'))"
        " if any(l.split()[:2] in (['import','httpx'],['from','httpx']) for l in p.read_text().splitlines())])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['core/http/transport.py']"
