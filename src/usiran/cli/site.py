"""`usiran site`: the corpus, the gold, the systems and the leaderboard as pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, cast

import typer
from typer import Option

from usiran.cli.options import CorpusOption, DryRunOption, JsonOption, QuietOption, output_option
from usiran.cli.output import say, show, show_json, show_sent
from usiran.cli.session import not_reading
from usiran.corpus import Corpus
from usiran.errors import counted
from usiran.io.dry_run import begin as begin_dry_run

_UNCHANGED = "the Space shows exactly these pages already"


def site(
    context: typer.Context,
    output: Annotated[
        Path | None, output_option(metavar="DIR", help="The folder to be made.")
    ] = None,
    text: Annotated[
        Literal["include", "withhold"] | None,
        Option(help="withhold: masks in the place of the articles' words (default: include)."),
    ] = None,
    serve: Annotated[
        bool, Option("--serve", help="Serve it on this machine until Ctrl-C.")
    ] = False,
    port: Annotated[int, Option(min=0, max=65535, help="Where (default: any free one).")] = 0,
    publish: Annotated[
        Literal["space"] | None,
        Option(help="space: make a static Space on the Hub show it; --text has to be said."),
    ] = None,
    repo_id: Annotated[
        str | None, Option("--repo-id", metavar="ORG/NAME", help="The Space.")
    ] = None,
    public: Annotated[bool, Option("--public", help="Make it public (default: private).")] = False,
    dry_run: DryRunOption = False,
    force: Annotated[bool, Option("--force", help="Replace an earlier site.")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Write the corpus as pages that open from the disk: read, compare, explore, leaderboard.

    Nothing is needed to look at them but a browser: open index.html. With --serve alone they are
    written aside, and gone when it is stopped.

    Example: usiran site --output pages
    """
    from usiran import loading

    if dry_run and output is not None:
        begin_dry_run()
    progress = (lambda _: None) if quiet else say
    _check(output, text, publish, repo_id, serve=serve)
    program = cast("typer.Context", context.find_root())  # typed as one of another library's
    opened = loading.open(Corpus.find(corpus)).refuse_findings()
    if repo_id is not None:
        from usiran.site.space import publish as send

        sent = send(
            opened,
            repo_id,
            words=text == "include",
            public=public,
            dry_run=dry_run,
            program=program,
            say=progress,
        )
        result = f"{sent.url} {sent.commit}".rstrip()
        show_sent(sent, result, unchanged=_UNCHANGED, as_json=as_json)
    with _folder(output, serve=serve and not dry_run) as folder:
        if folder is None:
            return
        from usiran.site.write import write_site

        written = write_site(
            opened,
            folder,
            words=text != "withhold",
            force=force,
            program=program,
            progress=progress,
        )
        if as_json:
            show_json(written._asdict() | {"index": str(folder / "index.html")})
        else:
            show(folder / "index.html")
            files = counted(written.files, "file")
            say(f"{files}, {written.size:,} bytes; the largest: {written.largest}")
        if serve and not dry_run:
            _serve(folder, port)


@contextmanager
def _folder(output: Path | None, *, serve: bool) -> Iterator[Path | None]:
    """Give the folder to write; what is served and named nowhere is gone when that ends."""
    if output is not None or not serve:
        yield output
        return
    with TemporaryDirectory(prefix="usiran-site-") as folder:
        yield Path(folder) / "site"


def _check(
    output: Path | None, text: str | None, publish: str | None, repo_id: str | None, *, serve: bool
) -> None:
    if (publish is None) != (repo_id is None):
        raise typer.BadParameter("go together", param_hint="--publish and --repo-id")
    if publish is None and output is None and not serve:
        raise typer.BadParameter("one of them", param_hint="--output, --serve or --publish")
    if publish is not None and text is None:
        from usiran.dataset.hub.publish import RIGHTS

        # No default: whoever passes on the words of others has to say so.
        raise typer.BadParameter(RIGHTS, param_hint="'--text'")


def _serve(folder: Path, port: int) -> None:
    # Here, not above: it would be a fifth of the time in which every command starts.
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    not_reading()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    # Only this machine can reach it.
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        show(f"http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
