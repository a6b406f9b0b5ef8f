"""`usiran site`: the corpus, the gold, the systems and the leaderboard as pages."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

from typer import Option

from usiran.cli.editions import Text
from usiran.cli.options import CorpusOption, JsonOption, QuietOption, say, show_json
from usiran.corpus import Corpus


def site(
    output: Annotated[Path, Option(metavar="DIR", help="The folder to be made.")],
    text: Annotated[
        Text, Option(help="withhold: masks in the place of the articles' words.")
    ] = Text.INCLUDE,
    serve: Annotated[
        bool, Option("--serve", help="Serve it on this machine until Ctrl-C.")
    ] = False,
    port: Annotated[int, Option(min=0, max=65535, help="Where (default: any free one).")] = 0,
    force: Annotated[bool, Option("--force", help="Replace an earlier site.")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Write the corpus as pages that open from the disk: read, compare, explore, leaderboard.

    Nothing is needed to look at them but a browser: open index.html. Example: usiran site
    --output pages
    """
    from usiran import loading
    from usiran.site.write import write_site

    progress = (lambda _: None) if quiet else say
    opened = loading.open(Corpus.find(corpus)).refuse_findings()
    written = write_site(opened, output, words=text is Text.INCLUDE, force=force, progress=progress)
    if as_json:
        show_json(written._asdict() | {"index": str(output / "index.html")})
    else:
        print(output / "index.html")
        say(f"{written.files} files, {written.size:,} bytes; the largest: {written.largest}")
    if serve:
        _serve(output, port)


def _serve(folder: Path, port: int) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    # Only this machine can reach it.
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
