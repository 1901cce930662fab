"""Our dbt project and a user's own, laid together as one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from finago_assets.orchestration.dbt_layout import lay_together, sources_of


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return _filled(
        tmp_path / "ours",
        {
            "dbt_project.yml": "",
            "models/marts/a.sql": "ours",
            "seeds/s.csv": "ours",
            "seeds/s.yml": "",
            "target/x.sql": "",
        },
    )


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return _filled(tmp_path / "own", {"models/marts/b.sql": "own", "seeds/s.csv": "own", "seeds/t.csv": "own"})


def _filled(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def _seen(folder: Path) -> dict[str, str]:
    """Return what a program sees that follows links, as dbt does."""
    walked = ((Path(where), name) for where, _, files in os.walk(folder, followlinks=True) for name in files)
    return {f"{(where / name).relative_to(folder)}": (where / name).read_text() for where, name in walked}


def test_a_users_models_stand_beside_ours_and_his_seed_in_the_place_of_ours(
    ours: Path, own: Path, tmp_path: Path
) -> None:
    lay_together(ours, own, tmp_path / "together")
    seen = _seen(tmp_path / "together")
    assert (seen["models/marts/a.sql"], seen["own/models/marts/b.sql"]) == ("ours", "own")
    assert (seen["seeds/s.csv"], seen["seeds/t.csv"], seen["seeds/s.yml"]) == ("own", "own", "")
    assert (tmp_path / "together" / "own").readlink() == own


def test_what_a_user_takes_away_is_gone_and_ours_is_back(ours: Path, own: Path, tmp_path: Path) -> None:
    together = tmp_path / "together"
    lay_together(ours, own, together)
    (own / "seeds" / "s.csv").unlink()
    lay_together(ours, own, together)
    assert _seen(together)["seeds/s.csv"] == "ours"
    lay_together(ours, None, together)
    assert not [name for name in _seen(together) if name.startswith("own/") or name == "seeds/t.csv"]
    assert (own / "models" / "marts" / "b.sql").read_text() == "own"


def test_another_installation_takes_the_place_of_the_one_before(ours: Path, own: Path, tmp_path: Path) -> None:
    newer = _filled(tmp_path / "newer", {"dbt_project.yml": "", "models/marts/a.sql": "newer"})
    lay_together(ours, own, tmp_path / "together")
    lay_together(newer, own, tmp_path / "together")
    seen = _seen(tmp_path / "together")
    assert seen["models/marts/a.sql"] == "newer"
    assert "seeds/s.yml" not in seen


def test_what_dbt_wrote_there_stays(ours: Path, own: Path, tmp_path: Path) -> None:
    _filled(tmp_path / "together", {"target/manifest.json": "{}"})
    lay_together(ours, own, tmp_path / "together")
    assert _seen(tmp_path / "together")["target/manifest.json"] == "{}"


def test_a_changed_an_added_and_a_removed_file_are_each_noticed(ours: Path) -> None:
    known = [sources_of(ours)]
    (ours / "models" / "marts" / "a.sql").write_text("changed")
    known.append(sources_of(ours))
    (ours / "models" / "marts" / "b.sql").write_text("")
    known.append(sources_of(ours))
    (ours / "models" / "marts" / "a.sql").unlink()
    known.append(sources_of(ours))
    assert all(known[i] != known[j] for i in range(4) for j in range(i))
    (ours / "target" / "y.sql").write_text("")
    assert sources_of(ours) == known[-1]
