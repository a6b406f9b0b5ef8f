"""Why tests of the server or the browser cannot run here, if so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

STUDIO = Path(__file__).resolve().parents[2] / ".venv-studio" / "bin"
"""Where the Label Studio server is installed."""

AXE = Path(__file__).resolve().parents[2] / "build" / "axe-core" / "axe.min.js"
"""The accessibility checker, which is other people's and no part of the repository."""


def studio() -> str | None:
    """Return why no server can be started, if so."""
    if (STUDIO / "label-studio").is_file():
        return None
    return "Label Studio is not installed; `make studio` installs it"


def browser() -> str | None:
    """Return why no browser can be used, if so."""
    if os.environ.get("CI"):
        return "browser tests are run by hand, never in CI (CI is set)"
    return chromium()


def chromium() -> str | None:
    """Return why there is no browser at all, if so."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"{program} is not installed; Debian's package of that name has it"
    return None


def axe() -> str | None:
    """Return why pages cannot be checked for accessibility, if so."""
    if AXE.is_file():
        return None
    return "axe-core is not there; `make test-browser` fetches it"
