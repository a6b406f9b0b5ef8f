"""`push --pre-annotate` and `--queue` against a real Label Studio."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support import synthetic
from tests.support.command import run, tree
from tests.support.studio import Serving, as_json, project_of, rename, tasks_of
from usiran.active_learning.preannotation import predictor_of
from usiran.annotation.server.client import Connection
from usiran.annotation.server.predictions import Use
from usiran.annotation.server.push import Pushed, push
from usiran.corpus import Corpus
from usiran.schemas.label_scheme import Project

PLAIN = [
    {"id": name, "from_name": name, "to_name": "text", "type": "choices",
     "value": {"choices": [label]}}
    for name, label in (("stance", "neutral"), ("holder", "author"))
]  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return three labelled articles under a name of their own."""
    tables = synthetic.tables(articles=3, sentences=6)
    corpus = synthetic.write_corpus(tmp_path_factory.mktemp("pre") / "corpus", tables)
    return rename(corpus, "predicted")


def pushed(
    serving: Serving,
    corpus: Corpus,
    layer: Project,
    system: str | None = None,
    *,
    queue: bool = False,
) -> Pushed:
    """Push as the command does."""
    asked = system is not None or queue
    predictor = predictor_of(corpus, layer, system, ordering=queue) if asked else None
    use = Use(shown=system is not None, ordering=queue)
    connection = Connection(serving.data_dir)
    return push(corpus, connection, layer=layer, annotator_id="ann", predictor=predictor, use=use)


def handed_out(serving: Serving, number: int, count: int) -> list[dict[str, Any]]:
    """Label as the annotator does: take what the server gives, submit, take the next."""
    given = []
    headers = {"Authorization": f"Token {serving.token_of('ann')}"}
    with httpx.Client(base_url=serving.url, headers=headers, trust_env=False) as web:
        for _ in range(count):
            task = web.get(f"/api/projects/{number}/next").raise_for_status().json()
            given.append(task)
            answer = web.post(f"/api/tasks/{task['id']}/annotations/", json={"result": PLAIN})
            answer.raise_for_status()
    return given


def predictions_of(sdk: Any, number: int) -> dict[str, list[Any]]:
    return {
        task.data.get("sentence_id", task.data["article_id"]): list(map(dict, task.predictions))
        for task in sdk.tasks.list(project=number, page_size=500)
    }


def test_the_least_certain_sentences_are_handed_out_first_and_nothing_is_shown(
    server: Serving, corpus: Corpus
) -> None:
    before = tree(corpus.root)
    who = ("--annotator", "ann", "--data", str(server.data_dir.root))
    words = ("--layer", "stance", "--queue", "uncertainty", "--json")
    first = as_json(run("annotate", "push", *who, *words, at=corpus).out)
    assert (first["new"], first["predictions"]) == (18, 18)
    again = pushed(server, corpus, "stance", queue=True)
    assert (again.project, again.new, again.predictions) == ("unchanged", 0, 0)
    assert tree(corpus.root) == before

    sdk = server.client()
    number = project_of(sdk, "predicted: stance: ann")
    project = sdk.projects.get(id=number)
    assert (project.sampling, project.show_collab_predictions) == ("Uncertainty sampling", False)
    made = predictions_of(sdk, number)
    scores = {unit: one["score"] for unit, (one,) in made.items()}
    assert all(not one["result"] for (one,) in made.values())
    wanted = sorted(scores, key=lambda unit: scores[unit])
    assert wanted != list(scores)
    given = handed_out(server, number, 5)
    assert [task["data"]["sentence_id"] for task in given] == wanted[:5]
    assert all(task["predictions"] == [] for task in given)

    # Without the option the rest comes in the order of the corpus again.
    # What was labelled keeps what its annotator saw.
    plain = pushed(server, corpus, "stance")
    assert (plain.project, plain.settings, plain.withdrawn) == ("changed", ("sampling",), 13)
    rest = [task["data"]["sentence_id"] for task in handed_out(server, number, 3)]
    assert rest == [unit for unit in scores if unit in wanted[5:]][:3]


def test_a_systems_labels_are_shown_with_its_name_where_they_are_asked_for(
    server: Serving, corpus: Corpus
) -> None:
    sdk, version = server.client(), corpus.manifest.version
    assert pushed(server, corpus, "spans", "gazetteer").predictions == 3
    number = project_of(sdk, "predicted: spans: ann")
    project = sdk.projects.get(id=number)
    assert (project.show_collab_predictions, project.model_version) == (
        True, f"gazetteer@{version}",
    )  # fmt: skip
    made = predictions_of(sdk, number)
    assert list(made) == ["article-0", "article-1", "article-2"]
    for (one,) in made.values():
        assert one["model_version"] == f"gazetteer@{version}"
        assert {item["value"]["text"] for item in one["result"]} & {"trained", "bombed"}
    headers = {"Authorization": f"Token {server.token_of('ann')}"}
    answer = httpx.get(
        f"{server.url}/api/projects/{number}/next", headers=headers, trust_env=False
    ).json()
    assert [one["model_version"] for one in answer["predictions"]] == [f"gazetteer@{version}"]

    assert pushed(server, corpus, "spans", "gazetteer").predictions == 0
    # Another system is shown in the place of the first one; without one, none is.
    other = pushed(server, corpus, "spans", "cue-lexicon")
    assert (other.predictions, other.withdrawn) == (3, 3)
    assert sdk.projects.get(id=number).model_version == f"cue-lexicon@{version}"
    plain = pushed(server, corpus, "spans")
    assert (plain.settings, plain.withdrawn) == (("show_collab_predictions",), 3)
    assert not any(predictions_of(sdk, number).values())
    answer = httpx.get(
        f"{server.url}/api/projects/{number}/next", headers=headers, trust_env=False
    ).json()
    assert answer["predictions"] == []


def test_predictions_that_have_changed_take_the_place_of_the_old(
    server: Serving, corpus: Corpus
) -> None:
    pushed(server, corpus, "spans", "cue-lexicon")
    settings = corpus.baselines / "cue-lexicon.toml"
    text = settings.read_text("utf-8")
    try:
        changed = text.replace('ASSAULT = ["', 'ASSAULT = ["near", "')
        assert changed != text
        settings.write_text(changed, encoding="utf-8")
        for sent in (3, 0):
            assert pushed(server, corpus, "spans", "cue-lexicon").predictions == sent
    finally:
        settings.write_text(text, encoding="utf-8")
    sdk = server.client()
    made = predictions_of(sdk, project_of(sdk, "predicted: spans: ann"))
    told = {item["value"].get("text") for found in made.values() for one in found
            if one["model_version"].startswith("cue") for item in one["result"]}  # fmt: skip
    assert "near" in told
    assert len(tasks_of(sdk, "predicted: spans: ann")) == 3


def test_a_system_that_is_of_no_use_is_refused_before_the_server_is_asked(corpus: Corpus) -> None:
    done = run(
        "annotate", "push", "--layer", "stance", "--pre-annotate", "tagger", "--data", "none",
        at=corpus,
    )  # fmt: skip
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("usiran: --pre-annotate: found 'tagger'; allowed: a system that ")
    assert done.err.count("\n") == 1
