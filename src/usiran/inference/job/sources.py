"""What the user names as input: files, folders of texts, `datasets`, the Hub, standard input."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from usiran.errors import FileError, shorten
from usiran.files import readable
from usiran.inference.job.records import slug

Kind = Literal["texts", "jsonl", "csv", "parquet", "dataset", "lines"]
STDIN = "-"
_KINDS: dict[str, Kind] = {
    ".txt": "texts", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"
}  # fmt: skip
_SAVED = ("dataset_info.json", "dataset_dict.json")  # what `save_to_disk` leaves in a folder
_HUB = re.compile(r"hf://datasets/([^/@]+/[^/@]+)(?:@([^/]+))?(?:/(.+))?")
_ALLOWED = (
    f"a folder of texts or of `datasets`, hf://datasets/ORG/NAME[/FILE], {STDIN}, or a file "
    f"ending in {', '.join(_KINDS)}"
)


class TextFile(NamedTuple):
    """A file that is one text: where it is, what the user called it, the id of its text."""

    place: str
    file: str
    name: str


class Source(msgspec.Struct, frozen=True):
    """One input.

    `file` is what the user called it, `place` where any program of the job finds it: an absolute
    path or an address on the Hub. `name` begins the ids of texts that have none. Files of one
    text each that are named together are one input, `files`.
    """

    kind: Kind
    file: str
    name: str
    place: str
    split: str = ""  # of a dataset
    files: tuple[TextFile, ...] = ()


def sources_of(inputs: Sequence[str], stdin: Path) -> list[Source]:
    """Return the inputs that the words name; standard input was copied to the file `stdin`.

    A folder stands for the .txt files in it, at any depth, in the order of their names. What is
    named twice is read once.

    Raises
    ------
    FileError
        There is no such file, or it is of no kind that is read.
    """
    named = {
        (source.place, source.split): source for word in inputs for source in _named(word, stdin)
    }
    taken: set[str] = set()
    sources: list[Source] = []
    for texts, group in groupby(named.values(), lambda source: source.kind == "texts"):
        if texts:
            files = tuple(TextFile(row.place, row.file, _new(row.name, taken)) for row in group)
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            sources.append(Source("texts", files[0].file + more, "", "", files=files))
        else:
            renamed = (msgspec.structs.replace(row, name=_new(row.name, taken)) for row in group)
            sources += renamed
    return sources


def local(source: Source) -> Path:
    """Return where a file lies on this machine; one of the Hub is fetched, once a machine."""
    match = _HUB.fullmatch(source.place)
    if match is None:
        return Path(source.place)
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    repo, revision, file = match.groups()
    try:
        return Path(hf_hub_download(repo, file, repo_type="dataset", revision=revision))
    except (HfHubHTTPError, OSError) as error:
        raise _hub_error(source.file, error) from None


@cache
def dataset(place: str) -> dict[str, Any]:
    """Return the splits of a dataset, memory-mapped: a folder's, or the Hub's."""
    import datasets

    match = _HUB.fullmatch(place)
    try:
        if match is None:
            opened = datasets.load_from_disk(place)
        else:
            opened = datasets.load_dataset(match.group(1), revision=match.group(2))
    # `datasets` tells of a missing config, a folder that is damaged and the like by ValueError.
    except (OSError, ValueError, LookupError) as error:
        raise _hub_error(place, error) from None
    return dict(opened) if isinstance(opened, dict) else {"": opened}


def _hub_error(place: str, error: Exception) -> FileError:
    fix = "name another, or one file of it: hf://datasets/ORG/NAME/FILE"
    return FileError(place, shorten(str(error).strip()), "a dataset that can be read", fix)


def _named(word: str, stdin: Path) -> Iterator[Source]:
    if word == STDIN:
        yield Source(_kind_of_lines(stdin), STDIN, "stdin", str(stdin.absolute()))
    elif word.startswith("hf://"):
        yield from _on_the_hub(word)
    else:
        yield from _on_disk(Path(word))


def _on_the_hub(word: str) -> Iterator[Source]:
    match = _HUB.fullmatch(word)
    if match is None:
        raise FileError(word, "no address of a dataset", _ALLOWED, "name ORG and NAME of it")
    repo, _, file = match.groups()
    if file is None:
        yield from _splits(word, word, repo.partition("/")[2])
    else:
        yield Source(_kind(Path(file), word), word, Path(file).stem, word)


def _on_disk(path: Path) -> Iterator[Source]:
    if not path.exists():
        raise FileError(path, "no such file", _ALLOWED, "name a file or folder of texts")
    if any((path / name).is_file() for name in _SAVED):
        yield from _splits(readable(path), str(path.absolute()), path.absolute().name)
    elif path.is_dir():
        # Others than files, such as a pipe or a link to nothing, are told by who reads them.
        inside = (text for text in path.rglob("*") if text.suffix.lower() == ".txt")
        texts = sorted(text for text in inside if not text.is_dir())
        if not texts:
            fix = "name another folder, or a file"
            raise FileError(path, "a folder without .txt files", _ALLOWED, fix)
        for text in texts:
            name = text.relative_to(path).with_suffix("").as_posix()
            yield Source("texts", readable(text), name, str(text.absolute()))
    else:
        yield Source(_kind(path, str(path)), readable(path), path.stem, str(path.absolute()))


def _splits(file: str, place: str, name: str) -> Iterator[Source]:
    for split in dataset(place):
        file_of_split = f"{file}[{split}]" if split else file
        yield Source("dataset", file_of_split, f"{name}-{split}" if split else name, place, split)


def _kind(path: Path, file: str) -> Kind:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise FileError(file, f"the ending '{path.suffix}'", _ALLOWED, "convert it to one")
    return kind


def _kind_of_lines(stdin: Path) -> Kind:
    """JSON objects where the first line begins as one, else a text a line."""
    with stdin.open("rb") as file:
        return "jsonl" if file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else "lines"


def _new(name: str, taken: set[str]) -> str:
    """Return a name that no other input has: ids of texts without one are made of it."""
    first = candidate = slug(name) or "text"
    number = 1
    while candidate in taken:
        number += 1
        candidate = f"{first}-{number}"
    taken.add(candidate)
    return candidate
