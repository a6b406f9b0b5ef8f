"""`usiran train` and `usiran predict`: systems fitted on the whole gold, used on raw texts."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from usiran.cli.options import CorpusOption, JsonOption, QuietOption, say


def train(
    task: Annotated[str, Argument(help="What it will predict, such as stance.")],
    system: Annotated[
        str, Argument(help="A system, such as tfidf-svm, or package.module:factory.")
    ],
    *,
    output: Annotated[Path, Option(metavar="DIR", help="The folder to be made.")],
    force: Annotated[bool, Option("--force", help="Replace an earlier one.")] = False,
    seed: Annotated[int, Option(min=0, help="Seed of all that is random.")] = 0,
    corpus: CorpusOption = None,
) -> None:
    """Fit a system on all articles and store it: skops file, settings, card, stored score.

    Example: usiran train stance tfidf-svm --output models/stance
    """
    from usiran.cli.options import open_benchmark
    from usiran.inference.store import INFO
    from usiran.inference.train import model_files
    from usiran.io.atomic import fill, new_folder

    bench = open_benchmark(corpus, tasks=[task], systems=[system])
    system = bench.name_of(system)
    # Before the fitting: a folder that is in the way is told at once.
    with new_folder(output, marker=INFO, force=force) as folder:
        fill(folder, model_files(bench, task, system, seed=seed, say=say))
    print(output)
    say(f"{system} learned {task} from all {len(bench.golds[task].article_ids)} articles")


def predict(
    model: Annotated[Path, Argument(help="A folder that `usiran train` wrote, or one of several.")],
    source: Annotated[
        list[Path],
        Argument(metavar="INPUT...", help=".txt, .jsonl, .csv, .parquet, or a folder."),
    ],
    *,
    output: Annotated[Path, Option(metavar="OUT", help="The folder to be made.")],
    also: Annotated[
        list[Path] | None, Option("--with", metavar="MODEL", help="One more; repeat it.")
    ] = None,
    form: Annotated[
        Literal["parquet", "jsonl", "csv"], Option("--format", help="Of the tables.")
    ] = "parquet",
    text_column: Annotated[str, Option(help="Which column holds the text.")] = "text",
    id_column: Annotated[
        str | None,
        Option(help="Which one holds the id (default: id, if there)."),
    ] = None,
    batch: Annotated[int, Option(min=1, help="Texts held in memory at a time.")] = 64,
    workers: Annotated[
        int, Option(min=1, help="Processes that label (more than 1 needs the extra 'dask').")
    ] = 1,
    html: Annotated[
        bool, Option("--html", help="Also pages that show each text with its labels.")
    ] = False,
    skip_bad: Annotated[
        bool, Option("--skip-bad", help="Leave out rows that cannot be read.")
    ] = False,
    force: Annotated[bool, Option("--force", help="Replace an earlier folder.")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Label raw texts: sentences, stance and holder, actors, events, as tables.

    Needs no corpus; inside one, models of another data version are refused.
    Example: usiran predict models texts/ --output labelled
    """
    from usiran.cli import models_output as show
    from usiran.inference.predict import write_predictions
    from usiran.inference.read_texts import Columns, Reader
    from usiran.inference.store import load_all

    if html:
        from usiran.site.predicted import PredictedPages
    models = load_all([model, *(also or ())], show.data_version(corpus))
    reader = Reader(source, Columns(text_column, id_column), skip_bad, lambda row: say(str(row)))
    with show.progress(quiet=quiet) as progress:
        predictions = write_predictions(
            models,
            reader,
            output,
            form=form,
            batch=batch,
            force=force,
            workers=workers,
            progress=progress,
            pages=PredictedPages(models) if html else None,
        )
    show.predictions(predictions, output, as_json=as_json)
