"""`usiran publish`: a release, to the Hugging Face Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from usiran.cli.options import CorpusOption, JsonOption, QuietOption, say, show_json

if TYPE_CHECKING:
    from usiran.dataset.hub.publish import Published


def publish(
    repo_id: Annotated[
        str, typer.Option("--repo-id", metavar="ORG/NAME", help="The dataset repository.")
    ],
    text: Annotated[
        Literal["include", "withhold"] | None,
        typer.Option(help="With the articles' texts, or without. No default.", show_default=False),
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="The release (default: the latest).", show_default=False)
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Make it public (default: private).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print every operation, write nothing.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Publish a release to the Hugging Face Hub: one commit, then the tag.

    Run it again after a failure: it does what is missing. Log in first with `hf auth login`.
    Example: usiran publish --repo-id lab/news --text withhold --dry-run
    """
    from usiran.corpus import Corpus
    from usiran.dataset.hub.publish import RIGHTS
    from usiran.dataset.hub.publish import publish as send

    if text is None:
        raise typer.BadParameter(RIGHTS, param_hint="'--text'")
    here, tell = Corpus.find(corpus), (lambda _: None) if quiet else say
    done = send(here, repo_id, text=text, version=version, public=public, dry_run=dry_run, say=tell)
    _show(done, as_json=as_json)


def _show(done: Published, *, as_json: bool) -> None:
    if as_json:
        operations = [one._asdict() for one in done.operations]
        show_json(done._asdict() | {"operations": operations})
    elif done.dry_run:
        for one in done.operations:
            print(one)
        say(f"dry run: nothing was written to {done.url}")
    else:
        print(f"{done.url} {done.tag} {done.commit}")
    if not (done.operations or as_json):
        say(f"{done.tag} is already published, with exactly these files")


def mount(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(publish)
