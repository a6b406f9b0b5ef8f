"""Which lines and branches of usiran the tests run: what COVER=1 adds to pytest (`-p`).

SlipCover puts probes into the byte code of usiran alone. A tracer, which Python 3.11 tells of every
line of pandas and pyarrow too, doubles the time of the tests.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import uuid4

from slipcover import FileMatcher, ImportManager, Slipcover

ROOT = Path(__file__).resolve().parents[2]
SOURCE = str(ROOT / "src" / "usiran")
FOLDER = ROOT / "build" / "coverage"
ASKED = bool(os.environ.get("COVER"))
NOT_COUNTED = [r"if TYPE_CHECKING:", r"@overload", r"raise NotImplementedError", r"^\s*\.\.\.$"]


def start() -> Slipcover:
    """Count from here on what this process runs of the modules that it imports from here on."""
    counted = Slipcover(branch=True, source=[SOURCE], exclude_lines=NOT_COUNTED)
    ImportManager(counted, FileMatcher(sources=[SOURCE])).__enter__()
    return counted


def save(counted: Slipcover) -> None:
    """Write what was counted into a file of its own, for `make coverage`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{uuid4().hex}.json").write_text(json.dumps(counted.get_coverage()), "utf-8")


# The workers run the tests; what started them runs none.
_COUNTED = start() if ASKED and "PYTEST_XDIST_WORKER" in os.environ else None


def pytest_sessionfinish() -> None:
    """Keep what this worker's tests ran."""
    if _COUNTED is not None:
        save(_COUNTED)
