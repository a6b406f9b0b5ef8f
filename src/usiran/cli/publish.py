"""`usiran publish`: a release, to the Hugging Face Hub."""

from typing import Annotated, Literal

import typer
from typer import Option

from usiran.cli import complete
from usiran.cli.options import CorpusOption, DryRunOption, JsonOption, QuietOption
from usiran.cli.output import say, show_sent
from usiran.corpus import Corpus


def publish(
    repo_id: Annotated[
        str, Option("--repo-id", metavar="ORG/NAME", help="The dataset repository.")
    ],
    text: Annotated[
        Literal["include", "withhold"] | None,
        Option(
            help="With the articles' texts, or without (recommended: the rights in the words are "
            "the publishers', in a spun copy's the original's publisher's). No default.",
        ),
    ] = None,
    version: Annotated[
        str | None,
        Option(help="The release (default: the latest).", autocompletion=complete.releases),
    ] = None,
    public: Annotated[bool, Option("--public", help="Make it public (default: private).")] = False,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Publish a release to the Hugging Face Hub: one commit, then the tag.

    Run it again after a failure: it does what is missing. Log in first with `hf auth login`.

    Example: usiran publish --repo-id lab/news --text withhold --dry-run
    """
    from usiran.dataset.hub.publish import RIGHTS
    from usiran.dataset.hub.publish import publish as send

    # No default: whoever passes on the words of others has to say so.
    if text is None:
        raise typer.BadParameter(RIGHTS, param_hint="'--text'")
    folder, progress = Corpus.find(corpus), (lambda _: None) if quiet else say
    published = send(
        folder,
        repo_id,
        text=text,
        version=version,
        public=public,
        dry_run=dry_run,
        say=progress,
    )
    result = f"{published.url} {published.tag} {published.commit}"
    unchanged = f"{published.tag} is already published, with exactly these files"
    show_sent(published, result, unchanged=unchanged, as_json=as_json)
