"""The registry: every system by name, and how its estimator is built from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from usiran.baselines.controls import ArticlePrior, NoSpans, RandomSpans
from usiran.baselines.gazetteers import GazetteerTagger
from usiran.baselines.lexicons import AttributionCues, SideCues, SpanCues
from usiran.baselines.protocol import Estimator, relabel_between, relabel_within
from usiran.baselines.settings import Settings, parameter
from usiran.baselines.taggers import LinearTagger
from usiran.baselines.tasks import Gold, Task
from usiran.baselines.tuning import ArticleTuned
from usiran.errors import FileFault


@dataclass(frozen=True)
class Order:
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
    """

    task: Task
    settings: Settings
    library: Mapping[str, Settings]
    seed: int

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
        FileFault
            There is no such system.
        """
        name = self.need(key)
        if name not in self.library:
            raise FileFault(f"baselines/{self.settings.name}.toml", f"{key} = '{name}'",
                            ", ".join(self.library), "name a system")  # fmt: skip
        return self.library[name]


def majority(order: Order) -> Estimator:
    """Build the control that always says the commonest label, or marks no span."""
    spans = order.task.unit == "spans"
    control: Estimator = NoSpans() if spans else DummyClassifier(strategy="most_frequent")
    return control


def stratified(order: Order) -> Estimator:
    """Build the control that guesses with the frequencies of the training labels."""
    if order.task.unit == "spans":
        return RandomSpans(order.seed)
    control: Estimator = DummyClassifier(strategy="stratified", random_state=order.seed)
    return control


def article_prior(_: Order) -> Estimator:
    """Build the control that says what the most similar training article mostly says."""
    return ArticlePrior()


def cue_lexicon(order: Order) -> Estimator:
    """Build the control that counts words of hand-written lists."""
    words = order.settings.lexicon[order.task.name]
    if order.task.unit == "spans":
        return SpanCues(words)
    return SideCues(words) if order.task.name == "stance" else AttributionCues(words)


def reference(order: Order) -> Estimator:
    """Build the model that is trained on rearranged labels."""
    settings = order.named("reference")
    return SYSTEMS[settings.name].build(Order(order.task, settings, order.library, order.seed))


def _tfidf(order: Order, model: object, parameter: str) -> Estimator:
    words = TfidfVectorizer(ngram_range=tuple(order.need("word_ngrams")), sublinear_tf=True)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=tuple(order.need("character_ngrams")), sublinear_tf=True
    )
    features = ColumnTransformer([("words", words, "text"), ("characters", characters, "text")])
    return ArticleTuned(features, model, parameter, tuple(order.need(parameter)))


def tfidf_logreg(order: Order) -> Estimator:
    """Build logistic regression over TF-IDF of words and characters."""
    return _tfidf(order, LogisticRegression(class_weight="balanced", max_iter=1000), "C")


def tfidf_svm(order: Order) -> Estimator:
    """Build a linear support vector machine over TF-IDF of words and characters."""
    return _tfidf(order, LinearSVC(class_weight="balanced", random_state=order.seed), "C")


def tfidf_nb(order: Order) -> Estimator:
    """Build complement naive Bayes over TF-IDF of words and characters."""
    return _tfidf(order, ComplementNB(), "alpha")


def gazetteer(order: Order) -> Estimator:
    """Build the gazetteer of training spans."""
    return GazetteerTagger(order.need("fold_case"), order.need("least_precision"))


def tagger(order: Order) -> Estimator:
    """Build the linear token tagger."""
    together = dict.fromkeys(order.task.labels, "span") if order.need("one_group") else {}
    return LinearTagger(
        groups=dict(order.task.groups) or together,
        words=order.named("lexicon_of").lexicon[order.task.name],
        regularisation=tuple(order.need("C")),
        outside=tuple(order.need("outside")),
        strict="strict" in order.task.headline,
        fold_case=order.need("fold_case"),
    )


@dataclass(frozen=True)
class System:
    """A system: how it is built, and for two controls how labels are rearranged first."""

    build: Callable[[Order], Estimator]
    relabel: Callable[[Gold, int], Gold] | None = None


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
    "gazetteer": System(gazetteer),
    "tagger": System(tagger),
}
