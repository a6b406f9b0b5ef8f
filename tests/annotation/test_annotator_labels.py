"""Who an annotator is: labels of several files, servers and people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tiny import (
    GAS,
    PORT,
    SCHEME,
    TEXTS,
    Json,
    annotation,
    choice,
    quoted,
    sentence_task,
    span,
    tiny_corpus,
    write_json,
)
from usiran.annotation.agreement.measure import measure_corpus
from usiran.annotation.annotator_labels import AnnotatorLabels, Export, read_exports
from usiran.corpus import Corpus
from usiran.errors import InputError

__all__ = ["tiny_corpus"]

DATA = Path(__file__).parents[1] / "data" / "foreign"
SERVER_A, SERVER_B = DATA / "serverA.json", DATA / "serverB.json"


def read(corpus: Corpus, *words: object) -> AnnotatorLabels:
    exports = [Export.of(str(word)) for word in words]
    return read_exports(exports, corpus, scheme=SCHEME, texts=TEXTS)


def stance(unit: str, label: str, by: object = 1) -> Json:
    return sentence_task(unit, annotation(choice("stance", label), by=by))


@pytest.mark.parametrize("files", [(SERVER_A, SERVER_B), (SERVER_B, SERVER_A)])
def test_one_id_for_two_people_is_refused_whatever_the_order(
    tiny_corpus: Corpus, files: tuple[Path, Path]
) -> None:
    with pytest.raises(InputError) as caught:
        read(tiny_corpus, *files)
    (finding,) = caught.value.findings
    assert finding.file == str(files[1])
    assert finding.value == f"4 units by 1 that {files[0]} labels otherwise"
    assert f"a name for each, NAME={files[1]}" in finding.fix


def test_a_name_for_a_file_tells_two_people_with_one_id_apart(tiny_corpus: Corpus) -> None:
    assert read(tiny_corpus, SERVER_A, f"b={SERVER_B}").annotators == ("1", "2", "b")
    # A file of several people keeps them apart under its name.
    named = read(tiny_corpus, f"a={SERVER_A}", f"b={SERVER_B}")
    assert named.annotators == ("a/1", "a/2", "b")
    agreement = measure_corpus(tiny_corpus, exports=[f"a={SERVER_A}", f"b={SERVER_B}"], draws=100)
    assert agreement["stance"].alpha.value == pytest.approx(0.06, abs=0.005)


def test_one_name_for_files_that_contradict_each_other_is_refused(tiny_corpus: Corpus) -> None:
    first = write_json(tiny_corpus.root / "x.json", [stance(f"{PORT}#001", "pro-US")])
    second = write_json(tiny_corpus.root / "y.json", [stance(f"{PORT}#001", "neutral")])
    with pytest.raises(InputError, match=r"1 unit by ann that .*x\.json labels otherwise"):
        read(tiny_corpus, f"ann={first}", f"ann={second}")


def test_the_same_labels_in_two_files_are_one_annotator_s(tiny_corpus: Corpus) -> None:
    assert read(tiny_corpus, SERVER_A, SERVER_A).annotators == ("1", "2")


def test_who_is_named_by_no_id_is_known_by_the_file(tiny_corpus: Corpus) -> None:
    nobody = write_json(tiny_corpus.root / "old.json", [stance(f"{PORT}#001", "neutral", by=None)])
    assert read(tiny_corpus, SERVER_A, nobody).annotators == ("1", "2", "old")


def test_one_task_id_for_two_texts_is_refused(tiny_corpus: Corpus) -> None:
    for name, text in (("x", "The Danes left."), ("y", "The Swedes stayed.")):
        task: Json = {"id": 1, "data": {"text": text}}
        task["annotations"] = [annotation(choice("stance", "neutral"))]
        write_json(tiny_corpus.root / f"{name}.json", [task])
    with pytest.raises(InputError, match=r"y\.json: task 1 \(task-1\): text: found 'another text"):
        read(tiny_corpus, tiny_corpus.root / "x.json", tiny_corpus.root / "y.json")


def test_doubles_do_not_refuse_a_file_and_are_told_once(tiny_corpus: Corpus) -> None:
    labels = read(tiny_corpus, DATA / "twice.json")
    assert labels.annotators == ("1", "2")
    (repair,) = labels.repairs
    assert (repair.column, repair.value) == ("actor", "GOVERNMENT at 34 to 44 twice")


def test_a_finding_is_told_once_however_many_labelled_the_task(tiny_corpus: Corpus) -> None:
    results = quoted("actor1", "GOVERNMENT", "Tehran"), quoted("actor2", "MILITARY", "Tehran")
    task: Json = {"id": 12, "data": {"article_id": GAS}}
    moved = span("actor1", "GOVERNMENT", 35, 45, "Washington")
    task["annotations"] = [
        annotation(*results), annotation(moved, by=2), annotation(moved, by=3)
    ]  # fmt: skip
    path = write_json(tiny_corpus.root / "x.json", [task])
    with pytest.raises(InputError) as caught:
        read(tiny_corpus, path)
    (finding,) = caught.value.findings
    assert finding.value == "MILITARY at 53 to 59, which is GOVERNMENT too"


def test_one_annotation_twice_is_taken_once(tiny_corpus: Corpus) -> None:
    task = stance(f"{PORT}#001", "neutral")
    task["annotations"] = [annotation(choice("stance", "neutral"), number=n) for n in (1, 2)]
    labels = read(tiny_corpus, write_json(tiny_corpus.root / "x.json", [task]))
    (repair,) = labels.repairs
    assert repair.value == "2 annotations by x with the same labels"
    assert labels.tasks["x"]["stance", f"{PORT}#001"].annotation.annotation_id == 2


def test_one_person_by_id_and_by_email_is_one(tiny_corpus: Corpus) -> None:
    account = {"id": 1, "email": "one@example.org"}
    tasks = [
        stance(f"{PORT}#001", "neutral", by=account), stance(f"{PORT}#002", "neutral", by=1),
        stance(f"{GAS}#001", "neutral", by=2),
    ]  # fmt: skip
    path = write_json(tiny_corpus.root / "x.json", tasks)
    assert read(tiny_corpus, path).annotators == ("2", "one@example.org")
