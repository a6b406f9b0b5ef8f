"""`usiran`: the program. Turns errors into one clear message and an exit code.

Exit codes: 0 done, 1 findings or a known error, 2 wrong usage, 130 stopped by Ctrl-C,
143 by SIGTERM.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option
from typer._click.exceptions import UsageError

from usiran.cli import (
    annotate,
    articles,
    editions,
    estimate,
    export,
    init,
    models,
    publish,
    release,
    site,
    status,
)
from usiran.cli import show as show_
from usiran.cli.benchmark import run as benchmark
from usiran.cli.help import speak_plainly
from usiran.cli.mistakes import Group, WrongUsage, wrong_usage
from usiran.cli.options import (
    CorpusOption,
    JsonOption,
    QuietOption,
    RehearsalOption,
    WaitOption,
    output_option,
)
from usiran.cli.output import say, show, show_findings, show_json
from usiran.cli.session import session, to_write
from usiran.cli.stopping import stoppable
from usiran.corpus import Corpus
from usiran.errors import (
    FileError,
    InputError,
    InvalidCorpus,
    UsiranError,
    counted,
    grouped,
    shorten,
)
from usiran.io import dry_run
from usiran.io.atomic import SHORTER

if TYPE_CHECKING:
    from usiran.dataset.build import Result

# Whichever library was writing when the disk was full.
_NO_FAULT_OF_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}

# Also among other flags of one letter.
_JSON = re.compile(r"--json|-[jqnh]*j[jqnh]*")

speak_plainly()
app = typer.Typer(
    no_args_is_help=True,
    cls=Group,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Keep, check, publish and score an annotated corpus of news.",
    epilog="Start with **usiran status**: it says what to type next.",
)


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        show(f"usiran {version('usiran')}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool,
        Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Keep, check, publish and score an annotated corpus of news."""


def validate(
    full: Annotated[
        bool, Option("--full", help="List all findings, also many of a kind, one a line.")
    ] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check everything in the corpus and list every finding.

    Findings of one kind stand in one line where they are more than three; --full and --json
    list them all. Exit code 0: nothing found; 1: findings.

    Example: usiran validate --full
    """
    from usiran import loading
    from usiran.validation.companion import shared_runs
    from usiran.validation.validate import validate as check

    opened = loading.open(Corpus.find(corpus))
    report = check(opened)
    if as_json:
        findings = [finding.as_dict() for finding in report.findings]
        names = ("passage_id", "unit_id", "words")
        shared = [dict(zip(names, run, strict=True)) for run in shared_runs(opened)]
        told = {"followed": report.followed, "rows": report.counts, "companion_shares": shared}
        show_json({"findings": findings} | told)
    else:
        show_findings(report.findings, full=full)
        rows = ", ".join(f"{name} {count}" for name, count in report.counts.items() if count)
        more = f"; {report.followed} more follow from these" if report.followed else ""
        say(f"{counted(len(report.findings), 'finding')}{more}. Rows checked: {rows or 'none'}.")
    raise typer.Exit(1 if report.findings else 0)


def build(
    corpus: CorpusOption = None,
    check: Annotated[
        bool, Option("--check", help="Write nothing; exit 1 where a file would change.")
    ] = False,
    text: Annotated[
        editions.Text, Option(help="withhold: the edition without the articles' words.")
    ] = editions.Text.INCLUDE,
    output: Annotated[
        Path | None,
        output_option(metavar="DIR", help="A new folder for the edition without words."),
    ] = None,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the published dataset, its card and every other generated file.

    The dataset is loaded back and compared row by row before anything is written. With
    --text withhold --output DIR a text-free edition is written instead, which `usiran restore`
    can fill.

    Example: usiran build --check
    """
    from usiran.dataset.build import build as write
    from usiran.dataset.build import drift

    progress = (lambda _: None) if quiet else say
    if text is editions.Text.WITHHOLD:
        editions.write_edition(
            Corpus.find(corpus), output, check=check, as_json=as_json, progress=progress
        )
        return
    if output is not None:
        raise typer.BadParameter("only with --text withhold", param_hint="--output")
    if check:
        if findings := drift(Corpus.find(corpus), progress):
            raise InputError(findings)
        if as_json:
            show_json({"findings": []})
        return
    folder = to_write(corpus, wait=wait)
    _show_built(folder, write(folder, progress), as_json=as_json)


def _show_built(corpus: Corpus, result: Result, *, as_json: bool) -> None:
    """Print the files that a build changed; the rows go to standard error."""
    changed = [corpus.name_of(path) for path in (*result.changed, *result.stale)]
    rows = {config.view.key: len(config.view.rows) for config in result.configs}
    if as_json:
        show_json({"changed": changed, "files": len(result.files), "rows": rows})
        return
    for name in changed:
        show(name)
    counts = ", ".join(f"{name} {count}" for name, count in rows.items())
    done = "would change" if dry_run.is_on() else "changed"
    say(f"{len(result.changed)} of {counted(len(result.files), 'file')} {done}. Rows: {counts}.")


_PANELS: dict[str, tuple[Callable[..., None] | tuple[str, typer.Typer], ...]] = {
    "Where things stand": (status.status, validate, show_.show),
    "Make a corpus": (init.init, ("articles", articles.app), ("annotate", annotate.app)),
    "Build it and look at it": (build, site.site, export.export),
    "Systems": (models.train, models.predict, estimate.estimate, ("benchmark", benchmark.app)),
    "Releases": (release.release, release.diff, publish.publish, editions.restore),
}
"""What --help shows together, in its order."""
for panel, commands in _PANELS.items():
    for command in commands:
        if isinstance(command, tuple):
            app.add_typer(command[1], name=command[0], rich_help_panel=panel)
        else:
            app.command(rich_help_panel=panel)(command)


def main() -> None:
    """Run the program and exit with its code."""
    try:
        with stoppable(), session():
            sys.exit(app(prog_name="usiran", standalone_mode=False))
    except UsageError as error:
        if wrong := wrong_usage(error, typer.main.get_command(app)):
            _fail(wrong)
        sys.exit(2)
    except typer.Abort:
        say("Aborted.")
        sys.exit(1)
    except UsiranError as error:
        _fail(error)
    except BrokenPipeError:
        # The reader of a pipe has gone (`usiran articles list | head`): nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            allowed = "a name that the system allows"
            _fail(FileError.of(error, shorten(error.filename or "a name"), allowed, SHORTER))
        if error.errno not in _NO_FAULT_OF_OURS:
            raise
        fix = "free some space, or see the folder's rights, then run it again"
        allowed = "a disk that can be written; what was begun is undone or goes on then"
        _fail(FileError.of(error, error.filename or "a file", allowed, fix))


def _fail(error: UsiranError) -> None:
    findings = error.findings
    # Out here the options of the command that failed are no longer known.
    if any(_JSON.fullmatch(word) for word in sys.argv):
        show_json({"error": str(error), "findings": [finding.as_dict() for finding in findings]})
    else:
        text = str(error)
        if len(lines := grouped(findings)) < len(findings):
            everything = (
                "`usiran validate --full`" if isinstance(error, InvalidCorpus) else "--json"
            )
            text = "\n".join([*lines, f"{everything} lists every one of them"])
        one_line = len(findings) < 2 and not isinstance(error, WrongUsage)
        say(f"usiran: {text}" if one_line else text)
    sys.exit(2 if isinstance(error, WrongUsage) else 1)
