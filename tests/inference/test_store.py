"""Claims about trained systems: they are stored without pickle, and refused when in doubt."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from huggingface_hub import ModelCard

from tests.support import synthetic
from tests.support.benches import run_pairs
from tests.support.entries import open_benchmark
from usiran.benchmark.run import Benchmark
from usiran.benchmark.write_results import publish
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError, UsiranError
from usiran.inference import store as persistence
from usiran.inference.job.run import run_job
from usiran.inference.store import INFO, MODEL, TRUSTED, dumps, load, load_all, untrusted
from usiran.inference.stored_types import with_present_names
from usiran.inference.train import fit, model_files
from usiran.models.base import predict
from usiran.models.registry import SYSTEMS
from usiran.models.roles import LinkFinder
from usiran.models.settings import read_all


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return open_benchmark(tmp_path_factory.mktemp("bench"), sentences=8, articles=3)


def store(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def stored(bench: Benchmark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained once; never changed."""
    return store(
        tmp_path_factory.mktemp("models") / "stance", model_files(bench, "stance", "tfidf-nb")
    )


@pytest.fixture
def model(stored: Path, tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(stored, tmp_path / "model"))


LIBRARY = read_all(Corpus.find(Path(__file__)), tuple(SYSTEMS))
TRAINABLE = [
    (task, name)
    for task in ("stance", "holder", "actors", "events", "roles", "linking")
    for name in SYSTEMS
    if task in LIBRARY[name].tasks
    and SYSTEMS[name].relabel is None
    and SYSTEMS[name].reads != "marks"
    and not SYSTEMS[name].packages
]


@pytest.mark.parametrize(("task", "system"), TRAINABLE)
def test_a_stored_system_predicts_as_the_fitted_one(
    bench: Benchmark, task: str, system: str, tmp_path: Path
) -> None:
    gold = bench.golds[task]
    fitted = fit(bench, task, system)
    (tmp_path / MODEL).write_bytes(dumps(fitted))
    back = persistence.build(tmp_path / MODEL)
    one, other = (predict(each, gold.records, gold.task.labels) for each in (fitted, back))
    assert one[0].tolist() == other[0].tolist()
    if one[1] is None or other[1] is None:
        assert one[1] is other[1]
    else:
        assert np.array_equal(one[1], other[1])
    named = with_present_names((tmp_path / MODEL).read_bytes())
    assert set(skops.io.get_untrusted_types(data=named)) <= set(TRUSTED)


def test_the_trusted_types_are_ours_but_for_one_matrix_and_all_exist() -> None:
    foreign = [name for name in TRUSTED if not name.startswith("usiran.")]
    assert foreign == ["scipy.sparse._csr.csr_matrix"]
    assert list(TRUSTED) == sorted(set(TRUSTED))
    for name in TRUSTED:
        module, _, attribute = name.rpartition(".")
        assert hasattr(__import__(module, fromlist=[attribute]), attribute)


OLD = Path(__file__).parents[1] / "data" / "models_1.0.0"
OLD_MODELS = json.loads((OLD / "predictions.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OLD_MODELS)
def test_a_model_stored_by_version_1_predicts_what_it_predicted_then(
    bench: Benchmark, name: str
) -> None:
    model = load(OLD / name)
    gold = bench.golds[model.info.task]
    labels, _ = predict(model.estimator, gold.records, gold.task.labels)
    values = [v if isinstance(v, str) else [list(span) for span in v] for v in labels]
    assert values == OLD_MODELS[name]


def test_a_stored_file_names_no_module_of_ours(stored: Path) -> None:
    with zipfile.ZipFile(stored / MODEL) as archive:
        schema = archive.read("schema.json").decode()
    assert '"__module__": "usiran"' in schema
    assert "usiran." not in schema


def test_a_type_that_the_table_lacks_keeps_its_path_and_is_refused_by_it() -> None:
    assert untrusted(dumps(LinkFinder())) == ["usiran.models.roles.LinkFinder"]


def test_storing_leaves_the_fitted_tagger_as_it_was(bench: Benchmark) -> None:
    fitted = fit(bench, "actors", "tagger")
    first = dumps(fitted)
    assert len(dumps(fitted)) == pytest.approx(len(first), rel=0.02)
    gold = bench.golds["actors"]
    assert predict(fitted, gold.records, gold.task.labels)[0].tolist() == gold.values.tolist()


def test_the_folder_says_what_was_trained_on_what(bench: Benchmark, stored: Path) -> None:
    info = load(stored).info
    assert sorted(path.name for path in stored.iterdir()) == ["README.md", INFO, MODEL]
    assert (info.task, info.system, info.unit) == ("stance", "tfidf-nb", "sentence")
    assert info.labels == ("pro-US", "pro-Iran", "neutral")
    assert (info.data_version, info.gold_sha256) == (
        bench.corpus.manifest.version, bench.golds["stance"].sha256,
    )  # fmt: skip
    assert (info.articles, info.sentences) == (3, 24)
    assert info.settings == bench.library["tfidf-nb"].of("stance")
    assert set(info.versions) == {"usiran", "scikit-learn", "skops", "numpy"}


def card_of(bench: Benchmark) -> ModelCard:
    return ModelCard(model_files(bench, "events", "gazetteer")["README.md"].decode())


def data_of(card: ModelCard) -> Any:
    return card.data  # typed as the base class of all cards' data


def test_the_card_is_in_the_hubs_format_with_score_and_interval(bench: Benchmark) -> None:
    without = card_of(bench)
    assert data_of(without).eval_results is None
    assert "No score on this version of the data" in without.text
    publish(bench, run_pairs(bench, ("events", "gazetteer"), draws=100))
    result = json.loads((bench.corpus.baselines / "results/gazetteer/events.json").read_bytes())
    card = card_of(bench)
    data = data_of(card)
    assert data.library_name == "skops"
    assert data.datasets == [bench.corpus.manifest.hub_id]
    assert (data.license, data.pipeline_tag) == ("other", "token-classification")
    (scored,) = data.eval_results or []
    assert scored.metric_value == result["score"]
    assert scored.metric_args == {"interval": result["interval"], "protocol": "v2"}
    assert scored.dataset_revision == bench.corpus.manifest.version
    assert "95 % interval" in card.text
    assert "not evidence of which model is better" in card.text


@pytest.mark.parametrize(
    ("task", "system", "message"),
    [
        ("stence", "tfidf-nb", "did you mean 'stance'"),
        ("stance", "tfidf-bn", "did you mean 'tfidf-nb'"),
        ("stance", "tagger", "none that tagger runs on"),
        ("article_stance", "majority", "a task that can be evaluated|none that majority runs on"),
        (
            "roles_end_to_end",
            "nearest-actor",
            "allowed: stance, .*linking; to mend: train the part that is given actors and events",
        ),
        ("stance", "who-to-whom-gold", "it reads annotators' marks"),
        ("actors", "crf", "it is a peer, only compared with"),
        ("stance", "shuffled-within", "learns labels rearranged on purpose"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_one_line(
    bench: Benchmark, task: str, system: str, message: str
) -> None:
    with pytest.raises(UsiranError, match=message) as caught:
        fit(bench, task, system)
    assert "\n" not in str(caught.value)


def replace_model(folder: Path, content: bytes) -> None:
    """Put another model file in, with its hash: what somebody with bad intent would do."""
    (folder / MODEL).write_bytes(content)
    edit(folder, model_sha256=hashlib.sha256(content).hexdigest())


def edit(folder: Path, **changes: object) -> None:
    document = json.loads((folder / INFO).read_bytes())
    (folder / INFO).write_text(json.dumps(document | changes))


class Stranger:
    """A type that no model file may hold."""

    def __setstate__(self, state: object) -> None:
        raise AssertionError("built")

    def __getstate__(self) -> dict[str, int]:
        return {"a": 1}


def _zip(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, content)
    return buffer.getvalue()


def _bomb() -> bytes:
    """Return an archive that says it unpacks to 2 GiB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("schema.json", b"{}")
        file.filelist[0].file_size = 1 << 31
    return buffer.getvalue()


def _without_word(folder: Path) -> None:
    """Take a word out of the vocabulary: the matrix no longer has as many columns as weights."""
    with zipfile.ZipFile(folder / MODEL) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(entries["schema.json"])
    vocabulary = next(_vocabularies(schema))
    del vocabulary["content"][next(iter(vocabulary["content"]))]
    del vocabulary["key_types"]["content"][0]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (entries | {"schema.json": json.dumps(schema).encode()}).items():
            archive.writestr(name, content)
    replace_model(folder, buffer.getvalue())


def _vocabularies(node: Any) -> Iterator[Any]:
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inner:
        if key == "vocabulary_":
            yield value
        elif isinstance(value, dict | list):
            yield from _vocabularies(value)


def test_a_model_whose_parts_do_not_fit_writes_nothing(model: Path, tmp_path: Path) -> None:
    _without_word(model)
    (tmp_path / "t.txt").write_text("The envoys of both sides met.")
    with pytest.raises(FileError, match=r"model\.skops: found 'ValueError: X has") as caught:
        run_job(load_all([model]), [str(tmp_path / "t.txt")], tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "untrusted": (lambda f: replace_model(f, skops.io.dumps(Stranger())), "Untrusted|untrusted"),
    "function": (lambda f: replace_model(f, skops.io.dumps(partial(print, "x"))), "ntrusted"),
    "not a model": (lambda f: replace_model(f, skops.io.dumps({"a": 1})), "found 'a dict'"),
    "bomb": (lambda f: replace_model(f, _bomb()), "more than 1,073,741,824 bytes, unpacked"),
    "nested info": (lambda f: (f / INFO).write_text("[" * 100_000), "Expected|recursion"),
    "not zip": (lambda f: replace_model(f, b"PK but not"), "BadZipFile"),
    "empty zip": (lambda f: replace_model(f, _zip("x", b"")), "KeyError"),
    "empty schema": (lambda f: replace_model(f, _zip("schema.json", b"{}")), "a model in the"),
    "broken schema": (lambda f: replace_model(f, _zip("schema.json", b"{")), "JSONDecodeError"),
    "changed": (lambda f: (f / MODEL).write_bytes(b"x"), "another content than was trained"),
    "no model": (lambda f: (f / MODEL).unlink(), "no such file"),
    "no info": (lambda f: (f / INFO).unlink(), "no such file"),
    "broken info": (lambda f: (f / INFO).write_text("{"), "truncated"),
    "binary info": (lambda f: (f / INFO).write_bytes(b"\xff\0"), "malformed|invalid"),
    "lacking info": (lambda f: (f / INFO).write_text("{}"), "missing required field"),
    "format": (lambda f: edit(f, format=2), "found 'format 2'; allowed: format 1"),
    "usiran": (lambda f: edit(f, versions={"usiran": "9.1.0"}), "found 'usiran 9.1.0'"),
    "sklearn": (
        lambda f: edit(f, versions=persistence.present_versions() | {"scikit-learn": "0.9"}),
        "found 'scikit-learn 0.9'",
    ),
    "labels": (lambda f: edit(f, labels=["a", "b"]), "labels neutral, pro-Iran, pro-US"),
    "path": (lambda f: edit(f, task="../../x", unit="spans"), "found 'the task ../../x, of the"),
    "column": (lambda f: edit(f, task="text"), "the task text, of the unit sentence'"),
    "unit": (lambda f: edit(f, task="actors"), "the task actors, of the unit sentence'"),
    "article": (lambda f: edit(f, task="mood", unit="article"), "the task mood, of the unit"),
    "pickle": (lambda f: replace_model(f, __import__("pickle").dumps({})), "BadZipFile"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_folder_in_doubt_is_refused_in_one_line(model: Path, broken: str) -> None:
    break_it, message = BREAKS[broken]
    break_it(model)
    with pytest.raises(FileError, match=message) as caught:
        load(model)
    assert "\n" not in str(caught.value)
    assert "train it again" in str(caught.value)


def test_models_of_one_task_or_of_different_data_do_not_go_together(
    model: Path, stored: Path
) -> None:
    with pytest.raises(FileError, match="a second model of stance"):
        load_all([model, stored])
    assert len(load_all([stored, stored])) == 1
    version = load(stored).info.data_version
    assert len(load_all([stored], version)) == 1
    with pytest.raises(FileError, match=f"found 'data version {version}'; allowed: 9.0.0"):
        load_all([stored], "9.0.0")
    edit(model, data_version="9.0.0", task="holder")
    with pytest.raises(FileError, match="data version"):
        load_all([stored, model])
    edit(model, data_version=version, language="nn")
    with pytest.raises(FileError, match="found 'a model of the language nn'"):
        load_all([stored, model])


def test_a_folder_of_models_is_all_of_them_and_an_empty_one_is_told(
    stored: Path, tmp_path: Path
) -> None:
    assert [model.info.task for model in load_all([stored.parent])] == ["stance"]
    with pytest.raises(FileError, match=f"found 'no {INFO}'"):
        load_all([tmp_path])
    with pytest.raises(FileError, match="found 'no such folder'"):
        load_all([tmp_path / "none"])


def test_a_gold_with_one_label_trains_a_system_that_says_it(tmp_path: Path) -> None:
    bench = open_benchmark(tmp_path, sentences=4)
    tables = dict(synthetic.tables(sentences=4))
    stance = tables["stance"].assign(holder="author")
    one = Benchmark.of(bench.corpus, tables | {"stance": stance})
    with pytest.raises(InputError, match="choose another task"):
        fit(one, "holder", "tfidf-nb")
