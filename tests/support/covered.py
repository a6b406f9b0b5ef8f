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
NOT_COUNTED = [r"if TYPE_CHECKING:", r"@overload", r"raise NotImplementedError", r"^\s*\.\.\.$"]


# The workers run the tests; what started them runs none, and programs of their own take too long.
_COUNTED = None
if os.environ.get("COVER") and "PYTEST_XDIST_WORKER" in os.environ:
    _COUNTED = Slipcover(branch=True, immediate=True, source=[SOURCE], exclude_lines=NOT_COUNTED)
    ImportManager(_COUNTED, FileMatcher(sources=[SOURCE])).__enter__()


def pytest_sessionfinish() -> None:
    """Write what this worker's tests ran into a file of its own, for `make coverage`."""
    if _COUNTED is not None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        file = FOLDER / f"{uuid4().hex}.json"
        file.write_text(json.dumps(_COUNTED.get_coverage()), "utf-8")
