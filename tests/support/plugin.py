"""The plug-in of tests/data/plugin on the path, as an installation leaves it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[1] / "data" / "plugin"


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the plug-in's modules and its metadata on the path."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]
    add_entry_points(tmp_path, project["name"], project["version"], project["entry-points"])
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.syspath_prepend(str(PLUGIN / "src"))
    return tmp_path / "site"


def add_entry_points(
    folder: Path, name: str, version: str, groups: dict[str, dict[str, str]]
) -> None:
    """Write the metadata of a package with entry points."""
    metadata = folder / "site" / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{key} = {value}" for key, value in points.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
