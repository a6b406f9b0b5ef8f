"""The changelog's section on a release of the data."""

import re
from collections import Counter
from collections.abc import Sequence

from packaging.version import Version

from usiran.dataset.release.diff import KINDS, Changes
from usiran.dataset.release.version import Bump
from usiran.errors import counted
from usiran.io.markdown import words

_NEXT = re.compile(r"^## (?!Unreleased\b)", re.MULTILINE)


def section(
    version: Version,
    created: str,
    *,
    since: Version | None,
    bump: Bump | None,
    changes: Changes,
    reasons: Sequence[str | None],
    records: int,
) -> str:
    """Return the section of one release, in Markdown."""
    if since is None:
        lines = [f"The first release: {counted(records, 'record')}."]
    elif not changes:
        lines = [f"The records of {since}, packaged anew."]
    else:
        counts = (
            f"{table} {', '.join(f'{count[kind]} {kind}' for kind in KINDS if count[kind])}"
            for table, count in changes.counts().items()
        )
        lines = [f"Since {since} ({bump}): {'; '.join(counts)}."]
        commonest = Counter(reason for reason in reasons if reason).most_common(1)
        # A reason given once says nothing of the rest; all of them stand in changes.json.
        lines += [f"Mostly: {words(text)}" for text, count in commonest if count > 1]
        lines.append(f"Every change and its reason: dataset/releases/{version}/changes.json.")
    return f"## Data {version} ({created})\n\n" + "".join(f"- {line}\n" for line in lines)


def with_section(changelog: str, text: str) -> str:
    r"""Return a changelog with a section before the newest release's, after what is unreleased.

    >>> print(with_section("# Changelog\n\n## Unreleased\n\n- a\n", "## Data 1.0.0\n"))
    # Changelog
    <BLANKLINE>
    ## Unreleased
    <BLANKLINE>
    - a
    <BLANKLINE>
    ## Data 1.0.0
    <BLANKLINE>
    """
    old = changelog or "# Changelog\n"
    match = _NEXT.search(old)
    at = match.start() if match else len(old)
    before, after = old[:at].rstrip("\n"), old[at:]
    return f"{before}\n\n{text}" + (f"\n{after}" if after else "")
