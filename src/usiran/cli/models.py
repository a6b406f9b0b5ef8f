"""`usiran train` and `usiran predict`: systems fitted on the whole gold, used on raw texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, BadParameter, Option

from usiran.cli.options import (
    MOST_WORKERS,
    CorpusOption,
    JsonOption,
    QuietOption,
    RehearsalOption,
    WithOption,
    output_option,
    system_argument,
    task_argument,
)
from usiran.cli.output import say, show, show_json
from usiran.errors import InputError, counted

if TYPE_CHECKING:
    from usiran.benchmark.run import Benchmark


def train(
    task: Annotated[str, task_argument(help="What it will predict, such as stance.")] = "",
    system: Annotated[
        str, system_argument(help="A system, such as tfidf-svm, or package.module:factory.")
    ] = "",
    *,
    output: Annotated[Path, output_option(metavar="DIR", help="The folder to be made.")],
    companion: WithOption = None,
    defaults: Annotated[
        bool, Option("--defaults", help="One model a task, as `usiran predict` uses them.")
    ] = False,
    force: Annotated[bool, Option("--force", help="Replace an earlier one.")] = False,
    seed: Annotated[int, Option(min=0, help="Seed of all that is random.")] = 0,
    as_json: JsonOption = False,
    _dry_run: RehearsalOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Fit a system on all articles and store it: skops file, settings, card, stored score.

    With --with synthetic it learns from the training companion besides. --defaults makes the
    models that label a text whole, stance to linked actors, each of the system that scores best.

    Example: usiran train stance tfidf-svm --output models/stance
    """
    from usiran.benchmark.results import read_results
    from usiran.cli.options import open_benchmark
    from usiran.inference.default_models import default_systems, teaching

    if defaults == bool(task or system) or (task and not system):
        raise BadParameter("name TASK and SYSTEM, or --defaults and neither")
    if defaults:
        bench = open_benchmark(corpus, companion="synthetic")
        results = {track: read_results(bench.corpus, track) for track in ("", bench.track)}
        models = [
            _train(teaching(bench, name), name, best, output / name, force=force, seed=seed)
            for name, best in default_systems(bench, results).items()
        ]
        _show_trained(models, as_json=as_json)
        return
    bench = open_benchmark(corpus, tasks=[task], systems=[system], companion=companion)
    model = _train(bench, task, bench.name_of(system), output, force=force, seed=seed)
    _show_trained([model], as_json=as_json)


def _train(
    bench: "Benchmark", task: str, system: str, output: Path, *, force: bool, seed: int
) -> dict[str, str]:
    """Fit and store one model; return what it is, and where."""
    from usiran.inference.store import INFO
    from usiran.inference.train import model_files
    from usiran.io.atomic import fill
    from usiran.io.new_folder import new_folder

    # Before the fitting: a folder that is in the way is told at once.
    with new_folder(output, marker=INFO, force=force, tell=say) as folder:
        fill(folder, model_files(bench, task, system, seed=seed, say=say))
    besides = " and the companion" if bench.track else ""
    articles = len(bench.golds[task].article_ids)
    say(f"{system} learned {task} from all {counted(articles, 'article')}{besides}")
    return {"folder": str(output), "task": task, "system": system}


def _show_trained(models: Sequence[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        show_json({"models": models})
        return
    for model in models:
        show(model["folder"])


def _one(option: str, columns: list[str] | None) -> str | None:
    """Return the column that an option names; refuse two, of which one would be passed over."""
    if len(columns or ()) > 1:
        found, fix = ", ".join(columns or ()), f"join them in the file, or give {option} once"
        raise InputError.of(option, found, "one column", fix)
    return columns[0] if columns else None


def predict(
    words: Annotated[
        list[str],
        Argument(
            metavar="[MODEL] INPUT...",
            help="A folder that `usiran train` wrote, or one of several; then .txt, .jsonl, .csv, "
            ".parquet, a folder of texts or of `datasets`, hf://datasets/ORG/NAME or a file of it, "
            "or - for standard input. One word is an INPUT, for the default models.",
        ),
    ],
    *,
    output: Annotated[
        Path, output_option(metavar="OUT", help="The folder to be made, or gone on with.")
    ],
    also: Annotated[
        list[Path] | None, Option("--with", metavar="MODEL", help="One more; repeat it.")
    ] = None,
    form: Annotated[
        Literal["parquet", "jsonl", "csv"], Option("--format", help="Of the tables.")
    ] = "parquet",
    text_column: Annotated[
        list[str] | None,
        Option(metavar="COLUMN", help="Which column holds the text (default: text)."),
    ] = None,
    id_column: Annotated[
        list[str] | None,
        Option(metavar="COLUMN", help="Which one holds the id (default: id, if there)."),
    ] = None,
    part: Annotated[
        int, Option(min=1, help="Texts of a part: what is labelled, written and gone on from.")
    ] = 1000,
    workers: Annotated[
        int,
        Option(
            min=1,
            max=MOST_WORKERS,
            help="Processes that label (more than 1 needs the extra 'dask').",
        ),
    ] = 1,
    scheduler: Annotated[
        str | None,
        Option(metavar="tcp://HOST:PORT", help="A Dask scheduler, whose workers label."),
    ] = None,
    html: Annotated[
        bool, Option("--html", help="Also pages that show each text with its labels.")
    ] = False,
    strict: Annotated[
        bool, Option("--strict", help="Stop at a record that cannot be labelled.")
    ] = False,
    force: Annotated[bool, Option("--force", help="Start anew where OUT holds a job.")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Label raw texts: sentences, stance and holder, actors, events, who does what to whom.

    Needs no corpus; inside one, models of another data version are refused. Without MODEL the
    default models in the folder models label: `usiran train --defaults --output models` makes them.
    Stopped at any point, the same command goes on from there.

    Example: usiran predict models texts/ --output labelled
    """
    from usiran.cli import models_output as show
    from usiran.cli.session import not_reading
    from usiran.inference.default_models import model_and_inputs
    from usiran.inference.job.engine import Engine
    from usiran.inference.job.readers import Columns
    from usiran.inference.job.run import Options, run_job
    from usiran.inference.store import load_all

    if html:
        from usiran.site.predicted import PredictedPages
    columns = Columns(_one("--text-column", text_column) or "text", _one("--id-column", id_column))
    model, inputs = model_and_inputs(words)
    models = load_all([model, *(also or ())], show.data_version(corpus))
    options = Options(
        columns,
        form,
        part,
        strict=strict,
        force=force,
        engine=Engine(workers, scheduler),
    )
    # A job goes on for hours, and has read of the corpus what it needs.
    not_reading()
    pages = PredictedPages(models) if html else None
    with show.progress(output, quiet=quiet) as progress:
        run = run_job(models, inputs, output, options, progress=progress, pages=pages)
    show.run(run, output, as_json=as_json)
