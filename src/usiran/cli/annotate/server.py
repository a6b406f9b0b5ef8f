"""`usiran annotate serve`, `push`, `enter` and `pull`: labelling in Label Studio."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from usiran.cli import complete
from usiran.cli.options import (
    CorpusOption,
    DryRunOption,
    JsonOption,
    QuietOption,
    WaitOption,
    annotator_option,
    round_option,
)
from usiran.cli.options import article_id as full_id
from usiran.cli.output import say, show, show_json
from usiran.cli.session import not_reading, to_write
from usiran.corpus import Corpus

if TYPE_CHECKING:
    from usiran.annotation.server.client import Connection

app = typer.Typer()
DataOption = Annotated[
    Path | None,
    Option(
        metavar="DIR",
        help="The server's data folder (default: .label-studio in the corpus folder).",
    ),
]
UrlOption = Annotated[
    str | None,
    Option(
        metavar="URL",
        help="Another server; its token is taken from LABEL_STUDIO_API_KEY.",
    ),
]
RoundOption = Annotated[str, round_option(help="The round of annotation, such as r1.")]
AnnotatorOption = Annotated[str, annotator_option(help="Who labelled, as in annotators.csv.")]
CompletedByOption = Annotated[
    str | None,
    Option(metavar="WHO", help="Of an export of several: whose labels (id or email)."),
]
MapOption = Annotated[
    list[str] | None,
    Option(
        "--map",
        metavar="CONTROL=LAYER",
        help="What another project's control is here; nothing behind = leaves it out. Repeat it.",
    ),
]
LabelOption = Annotated[
    list[str] | None,
    Option(
        "--label",
        metavar="THEIRS=OURS",
        help="What another project's label is here; nothing behind = leaves it out. Repeat it.",
    ),
]
SkipFaultyOption = Annotated[
    bool,
    Option("--skip-faulty", help="Leave out labels with a fault, tell them, take the others."),
]
# A project by another name: importing that type would load the label scheme for every help.
Layer = Literal["stance", "spans"]


def connect(
    corpus: Corpus, data: Path | None, url: str | None, *, quiet: bool = False
) -> Connection:
    """Return the connection that the options name, with progress on standard error."""
    from usiran.annotation.server.client import Connection, silent
    from usiran.annotation.server.data_dir import DataDir

    return Connection(DataDir.of(corpus, data), url, silent if quiet else say)


@app.command()
def serve(
    port: Annotated[
        int | None,
        Option(min=1, max=65535, help="The port (default: any free one)."),
    ] = None,
    data: DataOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Run Label Studio on this machine until Ctrl-C; its data stays for the next time.

    Only this machine can reach it, signup is closed, nothing is reported to anybody.

    Example: usiran annotate serve --port 8080
    """
    from usiran.annotation.server.data_dir import DataDir
    from usiran.annotation.server.process import Server, note_version
    from usiran.annotation.server.process import serve as run

    def ready(server: Server) -> None:
        # Whoever starts the server as a part of something larger reads this from a pipe.
        show(server, flush=True)
        if note := note_version(server.version):
            say(note)
        say("Ctrl-C stops it")

    here = Corpus.find(corpus)
    not_reading()
    if not run(here, DataDir.of(here, data), wanted_port=port, ready=ready, say=say):
        # What a shell says of a program that Ctrl-C ended.
        raise typer.Exit(130)


@app.command()
def push(
    layer: Annotated[Layer, Option("--layer", help="Which project.")],
    article: Annotated[
        list[str] | None,
        Option(
            metavar="ID",
            help="Only this article (or the beginning of its id); repeat it.",
            autocompletion=complete.articles,
        ),
    ] = None,
    annotator: Annotated[
        str | None,
        annotator_option(help="For whom, as in annotators.csv. Default: the only one."),
    ] = None,
    pre_annotate: Annotated[
        str | None,
        Option(
            metavar="SYSTEM",
            autocompletion=complete.systems,
            help="Show what this system says of articles it has not learned from, as a start. "
            "It anchors annotators: they agree more with it, and with each other, than they would.",
        ),
    ] = None,
    queue: Annotated[
        Literal["uncertainty"] | None,
        Option(
            help="Hand out first what the system (tfidf-logreg, unless shown) is least sure of.",
        ),
    ] = None,
    url: UrlOption = None,
    data: DataOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Make or update an annotator's project and send the tasks it lacks.

    Pushing twice changes nothing. Labels that are there are never changed or lost.

    Example: usiran annotate push --layer stance --annotator ann
    """
    from usiran.annotation.server.predictions import Use
    from usiran.annotation.server.push import push as run

    here = Corpus.find(corpus)
    connection = connect(here, data, url, quiet=quiet)
    predictor = None
    if pre_annotate is not None or queue is not None:
        # It loads the models, which a push without predictions does not need.
        from usiran.active_learning.preannotation import predictor_of

        predictor = predictor_of(
            here, layer, pre_annotate, ordering=queue is not None, say=connection.say
        )
    pushed = run(
        here,
        connection,
        layer=layer,
        annotator_id=annotator,
        article_ids=[full_id(here, word, "--article") for word in article or ()],
        predictor=predictor,
        # Two choices: to be ordered by a system shows nothing of it, so it anchors nobody.
        use=Use(shown=pre_annotate is not None, ordering=queue is not None),
    )
    if as_json:
        show_json(asdict(pushed))
    else:
        show(pushed.text(here.name_of(connection.data_dir.credentials)))


@app.command()
def enter(
    sheets: Annotated[
        list[Path],
        Argument(metavar="SHEET...", help="Sheets (.txt) or exports (.json, .jsonl)."),
    ],
    *,
    annotator: AnnotatorOption,
    completed_by: CompletedByOption = None,
    replace: Annotated[
        bool, Option("--replace", help="Put them in the place of other labels there.")
    ] = False,
    url: UrlOption = None,
    data: DataOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Enter filled sheets into the annotator's projects, as that annotator's own labels.

    Everything is checked before anything is sent. Entering twice changes nothing.

    Example: usiran annotate enter drawdown.txt --annotator ann
    """
    from usiran.annotation.server.upload import upload as run

    here = Corpus.find(corpus)
    uploaded = run(
        here,
        connect(here, data, url, quiet=quiet),
        sheets,
        annotator_id=annotator,
        completed_by=completed_by,
        replace=replace,
    )
    if as_json:
        show_json({"projects": [asdict(project) for project in uploaded]})
    else:
        show("\n".join(map(str, uploaded)))


@app.command()
def pull(
    *,
    round_name: RoundOption,
    annotator: AnnotatorOption,
    layer: Annotated[Layer | None, Option("--layer", help="Which project. Default: both.")] = None,
    dry_run: DryRunOption = False,
    url: UrlOption = None,
    data: DataOption = None,
    wait: WaitOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Take an annotator's labels from Label Studio, checked, into a submission.

    All or nothing: with any fault nothing is written. Pulling again takes what is new.

    Example: usiran annotate pull --annotator ann --round r1
    """
    from usiran.annotation.server.pull import pull as run

    here = Corpus.find(corpus) if dry_run else to_write(corpus, wait=wait)
    pulled = run(
        here,
        connect(here, data, url, quiet=quiet),
        round=round_name,
        annotator_id=annotator,
        layers=(layer,) if layer else ("stance", "spans"),
        dry_run=dry_run,
    )
    show_json(asdict(pulled)) if as_json else show(pulled)
