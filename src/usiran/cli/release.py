"""`usiran release` and `usiran diff`: versions of the data, and what changed between them."""

from typing import Annotated

import typer
from typer import Argument, Option

from usiran.cli import complete
from usiran.cli.options import CorpusOption, DryRunOption, JsonOption, QuietOption, WaitOption
from usiran.cli.output import say
from usiran.cli.session import to_write
from usiran.corpus import Corpus


def release(
    version: Annotated[str, Argument(help="Three numbers with dots, such as 1.0.0.")],
    *,
    reason: Annotated[
        str | None,
        Option(metavar="WHY", help="Why records changed where no decision says it."),
    ] = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Release the data: check it, write its manifest, records, changes and changelog.

    Edited, removed or moved records demand a MAJOR step of the version, added ones a MINOR.
    Nothing may be uncommitted.

    Example: usiran release 1.1.0 --dry-run
    """
    from usiran.cli import release_output as output
    from usiran.dataset.make_release import prepare
    from usiran.dataset.release.version import parse_version
    from usiran.io.atomic import replace_files

    progress = (lambda _: None) if quiet else say
    folder = Corpus.find(corpus) if dry_run else to_write(corpus, wait=wait)
    plan = prepare(folder, parse_version(version), reason=reason, progress=progress)
    if not dry_run:
        replace_files(plan.files, folder.swap)
    output.show_release(folder, plan, written=not dry_run, as_json=as_json)


def diff(
    old: Annotated[
        str,
        Argument(
            metavar="A", autocompletion=complete.releases, help="A version, a folder, or '.'."
        ),
    ],
    new: Annotated[
        str,
        Argument(
            metavar="B",
            autocompletion=complete.releases,
            help="The same; default: the working tree.",
        ),
    ] = ".",
    exit_code: Annotated[bool, Option("--exit-code", help="Exit 1 where records differ.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Show what changed between two releases, or a release and the working tree.

    A and B are versions, folders (of a corpus or a release), or '.' for the working tree.
    Exit code 0 whether or not records differ.

    Example: usiran diff 1.0.0 2.0.0
    """
    from usiran.cli import release_output as output
    from usiran.dataset.release.compare import compare

    comparison = compare(old, new, start=corpus)
    output.show_diff(comparison, as_json=as_json)
    # As `git diff` has it: a difference is an error only to who asks for one.
    raise typer.Exit(1 if exit_code and comparison.changes else 0)
