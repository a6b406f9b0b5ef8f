"""The registry: every system by name, and how its estimator is built from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from usiran.errors import FileError
from usiran.models.attitudes import AttitudeFeatures
from usiran.models.base import Estimator, SpanTagger
from usiran.models.controls import (
    ArticlePrior,
    NoSpans,
    RandomLabels,
    RandomSpans,
    relabel_between,
    relabel_within,
)
from usiran.models.counts_once import CountsOnce
from usiran.models.embeddings import PACKAGES, MiniLm
from usiran.models.gazetteer import CombinedTagger, GazetteerTagger
from usiran.models.lexicon import AttributionCues, FilteredCues, SideCues, SpanCues
from usiran.models.linking import AliasInContext, CommonestActor, ExactAlias
from usiran.models.mixing import POOLED
from usiran.models.peers import CrfTagger
from usiran.models.roles import NearestActor, NoLinks, PairModel, RandomLinks
from usiran.models.settings import Settings
from usiran.models.stance_from_sides import StanceFromSides
from usiran.models.tagger import LinearTagger
from usiran.models.tuning import ArticleTuned
from usiran.models.who_to_whom import WhoToWhomFeatures
from usiran.models.with_spans import WithPredictedSpans
from usiran.tasks.base import Gold, Task


@dataclass(frozen=True)
class BuildContext:
    """What a builder is given: the task, the system's own settings, a seed.

    Some systems build on others, or solve another task on the way: `library` has the settings
    of every system by name, `tasks` every task.
    """

    task: Task
    settings: Settings
    library: Mapping[str, Settings]
    seed: int
    tasks: Mapping[str, Task] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, Any]:
        """The parameters for the task."""
        return self.settings.of(self.task.settings)

    @property
    def file(self) -> str:
        """Where the settings stand, for messages."""
        return f"baselines/{self.settings.name}.toml"

    def need(self, key: str) -> Any:
        """Return a parameter; one that the settings lack is a `FileError`."""
        # There are no defaults, so that a file says all of a system.
        if key not in self.options:
            raise FileError(self.file, f"no parameter '{key}'", f"a value for '{key}'", "add it")
        value = self.options[key]
        # A list as a tuple, since scikit-learn compares parameters.
        return tuple(value) if isinstance(value, list) else value

    def named(self, key: str) -> Settings:
        """Return the settings of the system that a parameter names."""
        name = self.need(key)
        if name not in self.library:
            allowed = ", ".join(self.library)
            raise FileError(self.file, f"{key} = '{name}'", allowed, "name a system")
        return self.library[name]

    def part(self, task: str, key: str) -> BuildContext:
        """Return the context of the system that a parameter names, for another task."""
        return replace(self, task=self.tasks[task], settings=self.named(key))


def _majority(context: BuildContext) -> Estimator:
    if context.task.unit == "links":
        return NoLinks()
    if context.task.name == "linking":
        return CommonestActor()
    spans = context.task.unit == "spans"
    # Its probabilities are the labels' shares in training.
    control: Estimator = NoSpans() if spans else DummyClassifier(strategy="prior")
    return control


def _stratified(context: BuildContext) -> Estimator:
    if context.task.unit == "links":
        return _with_spans(context, RandomLinks(context.seed))
    if context.task.unit == "spans":
        return RandomSpans(context.seed)
    return RandomLabels(context.seed)


def _cue_lexicon(context: BuildContext) -> Estimator:
    words = context.settings.lexicon[context.task.settings]
    if context.task.unit == "spans":
        return SpanCues(words)
    if context.task.contest:
        names = tuple(side.name for side in context.task.contest.sides)
        side = "" if context.task.side is None else names[context.task.side]
        labels = ("1", "-1", "0") if side else context.task.contest.stances
        return SideCues(words, labels, side)
    return AttributionCues(words, context.task.labels)


def _reference(context: BuildContext) -> Estimator:
    """Build the model that is trained on rearranged labels."""
    settings = context.named("reference")
    return SYSTEMS[settings.name].build(replace(context, settings=settings))


def _tuned(
    context: BuildContext, features: object, model: object = None, parameter: str = "C"
) -> Estimator:
    """Build a classifier over features, by default a logistic regression."""
    # The rarest labels are few: balanced weights keep them from being drowned.
    model = model or LogisticRegression(class_weight="balanced", max_iter=1000)
    # Settings state it in the table for training with the companion alone: else none is mixed.
    weights = tuple(context.options.get("articles_weight", (POOLED,)))
    offsets = tuple(context.options.get("class_offset", (0.0,)))
    values = context.need(parameter)
    return ArticleTuned(features, model, parameter, values, weights=weights, offsets=offsets)


def _ngrams(ngrams: tuple[int, int], analyzer: str = "word") -> Pipeline:
    counts = CountsOnce(analyzer=analyzer, ngram_range=ngrams)
    return Pipeline([("counts", counts), ("weights", TfidfTransformer(sublinear_tf=True))])


def _text_features(context: BuildContext) -> list[tuple[str, Pipeline, str]]:
    return [
        ("words", _ngrams(context.need("word_ngrams")), "text"),
        ("characters", _ngrams(context.need("character_ngrams"), "char_wb"), "text"),
    ]


def _tfidf(context: BuildContext) -> ColumnTransformer:
    return ColumnTransformer(_text_features(context))


def _tfidf_in_context(context: BuildContext) -> ColumnTransformer:
    neighbours = context.need("context_ngrams")
    around = [(name, _ngrams(neighbours), name) for name in ("before", "after")]
    zone = ("zone", OneHotEncoder(handle_unknown="ignore"), ["zone"])
    weights = dict.fromkeys(("before", "after", "zone"), context.need("context_weight"))
    return ColumnTransformer([*_text_features(context), *around, zone], transformer_weights=weights)


def _tfidf_svm(context: BuildContext) -> Estimator:
    model = LinearSVC(class_weight="balanced", random_state=context.seed)
    return _tuned(context, _tfidf(context), model)


def _attitudes(context: BuildContext) -> Estimator:
    return _tuned(context, _attitude_features(context))


def _attitude_features(context: BuildContext) -> AttitudeFeatures:
    lexicon = context.named("lexicon_of").lexicon
    return AttitudeFeatures(*(lexicon[name] for name in context.need("lists")))


def _attitudes_minilm(context: BuildContext) -> Estimator:
    features = [("attitudes", _attitude_features(context)), ("sentence", MiniLm())]
    return _tuned(context, FeatureUnion(features))


def _stance_from_sides(context: BuildContext) -> Estimator:
    contest = context.task.contest
    assert contest is not None  # it runs on stance alone
    return StanceFromSides(_attitudes(context), contest.stances)


def _gazetteer(context: BuildContext) -> SpanTagger:
    return GazetteerTagger(context.need("fold_case"), context.need("least_precision"))


def _tagger(context: BuildContext) -> SpanTagger:
    words = context.named("lexicon_of").lexicon[context.task.settings]
    # The lists need not be named as the task's labels are: they are grouped with them.
    names = (*context.task.labels, *words) if context.need("one_group") else ()
    return LinearTagger(
        groups=dict(context.task.groups) or dict.fromkeys(names, "span"),
        words=words,
        regularisation=context.need("C"),
        outside=context.need("outside"),
        strict="strict" in context.task.headline,
        fold_case=context.need("fold_case"),
    )


def _filtered_lexicon(context: BuildContext) -> SpanTagger:
    words = context.named("lexicon_of").lexicon[context.task.settings]
    return FilteredCues(words, dict(context.task.groups), context.need("least_precision"))


def _tagger_gazetteer(context: BuildContext) -> Estimator:
    return CombinedTagger(_tagger(context.part(context.task.name, "tagger")), _gazetteer(context))


def _who_to_whom(context: BuildContext) -> Estimator:
    """Build the model of who does what to whom, all of it predicted."""
    links = _pair_model(context.part("roles", "role_pairs"))
    return _with_spans(context, _who_to_whom_model(context, links))


def _who_to_whom_model(context: BuildContext, links: PairModel | None = None) -> Estimator:
    """Build the model that reads who does what to whom as annotators marked it."""
    quads, contest = dict(context.tasks["events"].groups), context.tasks["stance"].contest
    assert contest is not None  # stances are about its sides
    return _tuned(context, WhoToWhomFeatures(quads, contest.camps, links))


def _pair_model(context: BuildContext) -> PairModel:
    return PairModel(context.need("C"), context.need("none"))


def _with_spans(context: BuildContext, inner: Estimator) -> Estimator:
    """Return the estimator with taggers, where the spans it reads are not given."""
    if context.task.unit == "links" and not context.task.hidden:
        return inner
    taggers = {layer: _tagger(context.part(layer, "tagger")) for layer in ("actors", "events")}
    return WithPredictedSpans(inner, **taggers)


def _alias_in_context(context: BuildContext) -> Estimator:
    return AliasInContext(context.need("C"), context.need("thresholds"))


def _crf(context: BuildContext) -> Estimator:
    return CrfTagger(
        groups=dict(context.task.groups),
        words=context.named("lexicon_of").lexicon[context.task.settings],
        fold_case=context.need("fold_case"),
        c1=context.need("c1"),
        c2=context.need("c2"),
        max_iterations=context.need("max_iterations"),
    )


@dataclass(frozen=True)
class System:
    """A system: how its estimator is made, and what that reads and needs."""

    build: Callable[[BuildContext], Estimator]
    relabel: Callable[[Gold, int], Gold] | None = None  # how a control rearranges labels first
    # What annotators marked in sentences: none of it, in training articles only, or in every one.
    reads: Literal["text", "training marks", "marks"] = "text"
    packages: tuple[str, ...] = ()  # of a peer, which runs only where it is asked for

    @property
    def labels_raw(self) -> bool:
        """Whether it learns the true labels and needs nothing but a text to label it."""
        return not self.packages and self.reads != "marks" and self.relabel is None


# What each of them is stands in its settings file, baselines/<name>.toml.
SYSTEMS: dict[str, System] = {
    "majority": System(_majority),
    "stratified": System(_stratified),
    "article-prior": System(lambda _: ArticlePrior()),
    "cue-lexicon": System(_cue_lexicon),
    "shuffled-within": System(_reference, relabel_within),
    "permuted-articles": System(_reference, relabel_between),
    "tfidf-logreg": System(lambda context: _tuned(context, _tfidf(context))),
    "tfidf-svm": System(_tfidf_svm),
    "tfidf-nb": System(lambda context: _tuned(context, _tfidf(context), ComplementNB(), "alpha")),
    "context-logreg": System(lambda context: _tuned(context, _tfidf_in_context(context))),
    "attitudes": System(_attitudes),
    "stance-from-sides": System(_stance_from_sides, reads="training marks"),
    "who-to-whom": System(_who_to_whom, reads="training marks"),
    "who-to-whom-gold": System(_who_to_whom_model, reads="marks"),
    "filtered-lexicon": System(_filtered_lexicon),
    "gazetteer": System(_gazetteer),
    "tagger": System(_tagger),
    "tagger-gazetteer": System(_tagger_gazetteer),
    "nearest-actor": System(lambda context: _with_spans(context, NearestActor())),
    "role-pairs": System(lambda context: _with_spans(context, _pair_model(context))),
    "exact-alias": System(lambda _: ExactAlias()),
    "alias-context": System(_alias_in_context),
    "crf": System(_crf, packages=("pycrfsuite",)),
    "minilm": System(lambda context: _tuned(context, MiniLm()), packages=PACKAGES),
    "attitudes-minilm": System(_attitudes_minilm, packages=PACKAGES),
}


def reads_marks(system: str) -> bool:
    """Return whether a system of ours reads, in every article, what annotators marked."""
    return system in SYSTEMS and SYSTEMS[system].reads == "marks"
