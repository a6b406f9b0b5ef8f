"""Agreement: hand-worked figures of three passes, any exports, the report and the picture."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.three_passes import CHANGES, submit, three
from tests.support.tiny import (
    GAS,
    PORT,
    TEXTS,
    Json,
    annotation,
    article_task,
    choice,
    quoted,
    relation,
    sentence_task,
    write_json,
)
from usiran.annotation.agreement.figure import draw, heat_map
from usiran.annotation.agreement.measure import Agreement, measure_corpus
from usiran.annotation.agreement.report import SHARED_MODEL, WIDTH, report, to_json
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError

__all__ = ["three"]


@pytest.fixture(scope="module")
def measured(three_template: Path) -> Agreement:
    return measure_corpus(Corpus(three_template), draws=500)


def mean(agreement: Agreement, layer: str, scheme: str, level: str) -> float:
    one = next(
        one
        for one in agreement.spans
        if (one.layer, one.scheme, one.level) == (layer, scheme, level)
    )
    assert one.mean is not None
    return one.mean


def pairs(agreement: Agreement, layer: str, scheme: str, level: str) -> list[float | None]:
    one = next(
        one
        for one in agreement.spans
        if (one.layer, one.scheme, one.level) == (layer, scheme, level)
    )
    assert [(pair.one, pair.other) for pair in one.pairs] == [
        ("ann", "bob"), ("ann", "cy"), ("bob", "cy"),
    ]  # fmt: skip
    return [pair.value for pair in one.pairs]


def test_what_was_compared(measured: Agreement) -> None:
    assert measured.source == "round r1"
    assert measured.annotators == ("ann", "bob", "cy")
    assert measured.units == {"sentences": 6, "articles": 2}
    assert (measured.draws, measured.seed, measured.repaired) == (500, 0, 0)


def test_the_alpha_of_stance_worked_by_hand(measured: Agreement) -> None:
    # Four units NNN, one UUU, one with all three labels: Do = 3/18, n_c = (4, 1, 13).
    stance = measured["stance"]
    assert stance.alpha.value == pytest.approx(1 - (3 / 18) / ((18**2 - 16 - 1 - 169) / (18 * 17)))
    assert (stance.alpha.units, stance.alpha.labels) == (6, 18)
    low, high = stance.alpha.interval or (0.0, 0.0)
    assert low < 0.63 < high <= 1.0


def test_the_alpha_of_one_label_worked_by_hand(measured: Agreement) -> None:
    # pro-Iran once, on a unit of three: Do = 2/18, De = 2 * 1 * 17 / (18 * 17).
    assert measured["stance"].per_label["pro-Iran"].value == pytest.approx(0.0)
    assert list(measured["stance"].per_label) == ["pro-US", "pro-Iran", "neutral"]
    assert measured["grounds us-"].per_label == {}


def test_the_alpha_of_one_article_worked_by_hand(measured: Agreement) -> None:
    # Holder in the gas article: a a a / s s s / a a s / s s s; o_as = 1, n = (5, 7).
    holder = measured["holder"].per_article
    assert list(holder) == [GAS, PORT]
    assert holder[GAS].value == pytest.approx(1 - (2 / 12) / ((144 - 25 - 49) / (12 * 11)))
    assert holder[PORT].value == pytest.approx(1.0)
    assert holder[GAS].interval is None


def test_grounds_are_a_yes_or_no_each(measured: Agreement) -> None:
    assert measured["grounds us+"].alpha.value == pytest.approx(1.0)
    # us- by ann and cy on one of six sentences: o_yn = 1 each way, n = (2, 16).
    assert measured["grounds us-"].alpha.value == pytest.approx(
        1 - (2 / 18) / ((324 - 4 - 256) / (18 * 17)), abs=1e-6
    )
    assert measured["grounds iran+"].alpha.value is None
    assert measured["grounds iran+"].alpha.undefined_draws == 500


def test_pairs_the_rest_and_the_others_alone(measured: Agreement) -> None:
    holder = measured["holder"]
    assert holder.pairs[0].value == 1.0
    ann, cy = holder.rest["ann"], holder.rest["cy"]
    assert ann is not None
    assert cy is not None
    assert ann > cy
    assert holder.without == {
        "ann": holder.pairs[2].value, "bob": holder.pairs[1].value, "cy": 1.0,
    }  # fmt: skip


def test_the_confusion_counts_pairs_of_annotators(measured: Agreement) -> None:
    stance = measured["stance"].confusion
    assert stance.labels == ("pro-US", "pro-Iran", "neutral")
    assert stance.cells == ((3, 1, 1), (1, 0, 1), (1, 1, 12))
    holder = measured["holder"].confusion
    assert holder.cells == ((7, 2), (2, 9))


def test_types_and_modes_are_compared_on_matched_spans(measured: Agreement) -> None:
    # Five triggers are matched: bob's "will meet" with "meet"; cy left one out.
    assert (measured["event quad"].alpha.units, measured["event quad"].alpha.labels) == (5, 14)
    assert measured["event quad"].alpha.value == pytest.approx(1.0)
    # ACCUSE and REJECT on one trigger of two annotators: o = 1 each way; n = (4, 1, 9 others).
    kinds = 14**2 - 4**2 - 1 - 3 * 3**2
    assert measured["event type"].alpha.value == pytest.approx(
        1 - (2 / 14) / (kinds / (14 * 13)), abs=1e-6
    )
    future = measured["event mode"].confusion
    assert future.cells[0][:2] == (10, 2)
    actor = measured["actor type"].confusion
    place = actor.labels.index("MILITARY"), actor.labels.index("COALITION")
    assert actor.cells[place[0]][place[1]] == 2


def test_pairwise_f1_of_actors_worked_by_hand(measured: Agreement) -> None:
    # ann 10 spans, bob 10, cy 9; they differ in one boundary, one type and one span.
    assert pairs(measured, "actor", "strict", "type") == pytest.approx([9 / 10, 14 / 19, 16 / 19])
    assert pairs(measured, "actor", "strict", "none") == pytest.approx([9 / 10, 16 / 19, 18 / 19])
    assert pairs(measured, "actor", "overlap", "type") == pytest.approx([1.0, 16 / 19, 16 / 19])
    assert pairs(measured, "actor", "overlap", "none") == pytest.approx([1.0, 18 / 19, 18 / 19])
    assert mean(measured, "actor", "strict", "type") == pytest.approx(
        (9 / 10 + 14 / 19 + 16 / 19) / 3, abs=1e-6
    )


def test_pairwise_f1_of_events_worked_by_hand(measured: Agreement) -> None:
    # ann and bob 5 triggers each, cy 4: one longer trigger, one type of the same quad class.
    assert pairs(measured, "event", "strict", "type") == pytest.approx([3 / 5, 8 / 9, 6 / 9])
    assert pairs(measured, "event", "strict", "quad") == pytest.approx([4 / 5, 8 / 9, 6 / 9])
    assert pairs(measured, "event", "strict", "none") == pytest.approx([4 / 5, 8 / 9, 6 / 9])
    assert pairs(measured, "event", "overlap", "type") == pytest.approx([4 / 5, 8 / 9, 8 / 9])
    assert pairs(measured, "event", "overlap", "quad") == pytest.approx([1.0, 8 / 9, 8 / 9])


def test_roles_are_compared_on_matched_spans(measured: Agreement) -> None:
    # ann 9 links, bob 8 (one recipient less); with cy the event that cy left out falls away.
    assert pairs(measured, "role", "matched", "type") == pytest.approx([16 / 17, 1.0, 12 / 13])


def test_the_aims_stand_beside_the_figures(measured: Agreement) -> None:
    assert measured["stance"].aim == 0.80
    aims = {(one.layer, one.scheme, one.level): one.aim for one in measured.spans if one.aim}
    assert aims == {("actor", "strict", "type"): 0.90, ("event", "overlap", "type"): 0.85}
    text = report(measured)
    stance = next(line for line in text.splitlines() if line.startswith("  stance  "))
    assert stance.endswith("  .80 missed")
    assert "below .40" in next(line for line in text.splitlines() if "article_stance" in line)
    assert "published as soft labels only" in text


def test_equal_seeds_give_equal_figures_and_other_seeds_other_intervals(three: Corpus) -> None:
    one, same, other = (measure_corpus(three, draws=200, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one["stance"].alpha.interval != other["stance"].alpha.interval
    assert one["stance"].alpha.value == other["stance"].alpha.value


def test_the_report_is_at_most_80_columns_wide(measured: Agreement) -> None:
    lines = report(measured).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0] == "Agreement of 3 annotators: ann, bob, cy"
    assert not any(line.endswith(" ") for line in lines)


def test_many_annotators_with_long_names_fit_too(three: Corpus) -> None:
    files = sorted(three.submissions.glob("r1/*/*.json"))
    named = [f"a-rather-long-name-of-an-annotator-{file.parent.name}={file}" for file in files]
    named += [f"another-name-no-shorter-than-that-{f.parent.name}={f}" for f in files]
    found = measure_corpus(three, exports=named, draws=100)
    assert len(found.annotators) == 6
    assert len(found["stance"].pairs) == 15
    assert max(map(len, report(found).splitlines())) <= WIDTH


def test_the_json_document_has_null_where_a_figure_is_undefined(measured: Agreement) -> None:
    document: Any = json.loads(json.dumps(to_json(measured), allow_nan=False))
    labels = {one["name"]: one for one in document["labels"]}
    assert labels["grounds iran+"]["alpha"]["value"] is None
    assert labels["stance"]["alpha"]["value"] == measured["stance"].alpha.value
    assert document["shared_model"] is False


def test_annotators_that_are_language_models_are_told_to_agree_more(three: Corpus) -> None:
    path = three.annotation / "annotators.csv"
    text = path.read_text("utf-8")
    assert SHARED_MODEL not in report(measure_corpus(three, draws=100))
    path.write_text(text.replace(",human,", ",language-model,", 1), "utf-8")
    assert not measure_corpus(three, draws=100).shared_model
    path.write_text(text.replace(",human,", ",language-model,", 2), "utf-8")
    some = report(measure_corpus(three, draws=100))
    assert "2 of the annotators are language models: ann, bob." in some
    path.write_text(text.replace(",human,", ",language-model,"), "utf-8")
    found = measure_corpus(three, draws=100)
    assert found.shared_model
    assert report(found).endswith(f"All annotators are language models.\n{SHARED_MODEL}\n")


def test_of_several_rounds_the_last_pass_over_a_task_counts(three: Corpus) -> None:
    submit(three, "cy", CHANGES["ann"], round="r2")
    both = measure_corpus(three, rounds=["r1", "r2"], draws=100)
    assert both["stance"].alpha.value == pytest.approx(
        both["stance"].without["bob"] and 1.0, abs=0.4
    )
    assert both["stance"].without["bob"] == 1.0
    assert both["stance"].alpha.labels == 18
    assert measure_corpus(three, rounds=["r2", "r1"], draws=100)["stance"].without["bob"] != 1.0


def test_an_annotator_with_a_part_of_the_texts_is_compared_on_that_part(three: Corpus) -> None:
    shutil.rmtree(three.submissions / "r1" / "cy")
    (three.submissions / "r1" / "bob" / "spans.json").unlink()
    found = measure_corpus(three, draws=100)
    assert found.units == {"sentences": 6, "articles": 0}
    assert found["article_stance"].alpha.value is None
    assert mean_or_none(found) is None
    assert "event quad: no unit with two labels" in report(found)


def mean_or_none(agreement: Agreement) -> float | None:
    return next(one.mean for one in agreement.spans if one.layer == "actor")


def test_one_annotator_is_refused_in_one_line(three: Corpus) -> None:
    for who in ("bob", "cy"):
        shutil.rmtree(three.submissions / "r1" / who)
    with pytest.raises(InputError, match="found 'labels of ann alone'; allowed: labels of two"):
        measure_corpus(three)


def test_annotators_without_a_common_unit_are_refused(three: Corpus) -> None:
    for who in ("bob", "cy"):
        shutil.rmtree(three.submissions / "r1" / who)
    write_json(three.submissions / "r1" / "ann" / "spans.json", [])
    (three.submissions / "r1" / "bob").mkdir()
    task = article_task(annotation(choice("article_stance", "neutral")))
    write_json(three.submissions / "r1" / "bob" / "spans.json", [task])
    with pytest.raises(InputError, match="found 'no unit that two of ann, bob labelled'"):
        measure_corpus(three)


def test_a_round_that_is_not_there_is_refused(three: Corpus) -> None:
    with pytest.raises(InputError, match="found 'r9'; allowed: a round with submissions: r1"):
        measure_corpus(three, rounds=["r1", "r9"])


FOREIGN = "The Danes left. The Swedes stayed."


def foreign(number: int, stance: str, *, by: object = 1, skipped: bool = False) -> Json:
    """Return a sentence task of a text that no corpus here has."""
    grounds = {"pro-US": ["us+"], "pro-Iran": ["iran+"], "neutral": []}[stance]
    results = [choice("stance", stance), choice("holder", "author")]
    if grounds:
        results.append(choice("grounds", *grounds))
    made = sentence_task(
        f"other#{number:03d}", annotation(*results, by=by, was_cancelled=skipped), number=number
    )
    data: Any = made["data"]
    data |= {"text": FOREIGN, "start": 0, "end": len(FOREIGN)}
    return made


def test_exports_of_any_texts_are_compared_by_who_completed_them(
    three: Corpus, tmp_path: Path
) -> None:
    tasks = []
    for number, (one, other) in enumerate(
        [("neutral", "neutral"), ("pro-US", "pro-US"), ("pro-US", "neutral")], start=1
    ):
        task: Any = foreign(number, one, by={"id": 1, "email": "one@example.org"})
        second: Any = foreign(number, other, by={"id": 2, "email": "two@example.org"})
        task["annotations"] += second["annotations"]
        tasks.append(task)
    path = write_json(tmp_path / "project.json", tasks)
    found = measure_corpus(three, exports=[str(path)], draws=100)
    assert found.annotators == ("one@example.org", "two@example.org")
    assert found.kinds == {}
    # o = [[2, 1], [1, 2]]: Do = 2/6, De = 18/30.
    assert found["stance"].alpha.value == pytest.approx(1 - (2 / 6) / (18 / 30), abs=1e-6)


def test_one_export_an_annotator_goes_by_its_file_or_folder_or_name(
    three: Corpus, tmp_path: Path
) -> None:
    one = write_json(tmp_path / "kim.json", [foreign(1, "neutral"), foreign(2, "pro-US")])
    other = write_json(tmp_path / "lee.json", [foreign(1, "neutral"), foreign(2, "pro-US")])
    found = measure_corpus(three, exports=[str(one), str(other)], draws=100)
    assert found.annotators == ("kim", "lee")
    assert found["stance"].alpha.value == 1.0
    named = measure_corpus(three, exports=[f"first={one}", f"second={other}"], draws=100)
    assert named.annotators == ("first", "second")
    stored = [str(path) for path in sorted(three.submissions.glob("r1/*/*.json"))]
    again = measure_corpus(three, exports=stored, draws=100)
    assert again.annotators == ("ann", "bob", "cy")
    assert again.labels == measure_corpus(three, draws=100).labels


def test_spans_and_roles_of_exports_with_unequal_region_ids_are_matched(
    three: Corpus, tmp_path: Path
) -> None:
    def pass_of(first: str, second: str, label: str) -> Path:
        marked = annotation(
            choice("article_stance", "neutral"),
            quoted(f"actor{first}", "GOVERNMENT", "Washington"),
            quoted(f"event{second}", label, "accused"),
            relation(f"event{second}", f"actor{first}", "agent"),
        )
        return write_json(tmp_path / f"{label}.json", [article_task(marked)])

    files = [pass_of("1", "2", "ACCUSE"), pass_of("7", "9", "REJECT")]
    found = measure_corpus(three, exports=[str(path) for path in files], draws=100)
    values = {(one.layer, one.scheme, one.level): one.mean for one in found.spans}
    assert values["actor", "strict", "type"] == 1.0
    assert values["event", "strict", "type"] == 0.0
    assert values["event", "strict", "quad"] == 1.0
    assert values["role", "matched", "type"] == 1.0


def test_exports_beside_rounds_are_refused(three: Corpus) -> None:
    with pytest.raises(InputError, match="allowed: either stored rounds or exports"):
        measure_corpus(three, rounds=["r1"], exports=["a.json"])


def test_faults_of_an_export_are_all_told(three: Corpus, tmp_path: Path) -> None:
    bad = [foreign(1, "neutral"), foreign(2, "neutral")]
    for task in bad:
        item: Any = task["annotations"]
        item[0]["result"][0]["value"]["choices"] = ["maybe"]
    path = write_json(tmp_path / "bad.json", bad)
    with pytest.raises(InputError) as raised:
        measure_corpus(three, exports=[str(path)])
    assert [finding.value for finding in raised.value.findings] == ["maybe", "maybe"]
    with pytest.raises(FileError, match="no such file"):
        measure_corpus(three, exports=["gone.json"])


def test_two_labellings_of_one_task_by_one_annotator_are_refused(
    three: Corpus, tmp_path: Path
) -> None:
    twice = write_json(tmp_path / "twice.json", [foreign(1, "neutral"), foreign(1, "pro-US")])
    with pytest.raises(InputError, match="found '2 tasks of other#001 by twice'"):
        measure_corpus(three, exports=[str(twice), str(twice)])


def test_skipped_annotations_are_no_labels(three: Corpus, tmp_path: Path) -> None:
    one = write_json(tmp_path / "one.json", [foreign(1, "neutral"), foreign(2, "pro-US")])
    other = write_json(
        tmp_path / "other.json",
        [foreign(1, "neutral"), foreign(2, "pro-US", skipped=True)],
    )
    found = measure_corpus(three, exports=[str(one), str(other)], draws=100)
    assert found.units["sentences"] == 1
    assert found["stance"].alpha.value is None


def test_the_picture_is_the_same_twice_and_holds_every_label(
    measured: Agreement, tmp_path: Path
) -> None:
    picture = heat_map(measured)
    assert picture == heat_map(measured)
    text = picture.decode("utf-8")
    assert text.startswith("<?xml")
    for label in (*measured["event type"].confusion.labels, "pro-Iran", "verbal conflict"):
        assert f">{label}<" in text
    draw(measured, tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_another_kind_is_refused(measured: Agreement, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"allowed: a name that ends in \.png or \.svg"):
        draw(measured, tmp_path / "confusion.jpeg")


def test_a_perfect_pass_has_no_figure_below_1(three: Corpus) -> None:
    for who in ("bob", "cy"):
        shutil.rmtree(three.submissions / "r1" / who)
        submit(three, who, CHANGES["ann"])
    found = measure_corpus(three, draws=100)
    values = [one.alpha.value for one in found.labels] + [one.mean for one in found.spans]
    assert {value for value in values if value is not None} == {1.0}
    assert all(
        np.trace(np.array(one.confusion.cells)) == np.sum(one.confusion.cells)
        for one in found.labels
    )
    assert TEXTS.texts.keys() == found["stance"].per_article.keys()
