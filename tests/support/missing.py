"""Why tests of the server or the browser cannot run here, if so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

STUDIO = Path(__file__).resolve().parents[2] / ".venv-studio" / "bin"
"""Where the Label Studio server is installed."""


def studio() -> str | None:
    """Return why no server can be started, if so."""
    if (STUDIO / "label-studio").is_file():
        return None
    return "Label Studio is not installed; `make studio` installs it"


def browser() -> str | None:
    """Return why no browser can be used, if so."""
    if os.environ.get("CI"):
        return "browser tests are run by hand, never in CI (CI is set)"
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"{program} is not installed; Debian's package of that name has it"
    return None
