"""all-MiniLM-L6-v2 in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from corpus.embedding import bert
from corpus.embedding.int8 import grown
from corpus.embedding.local import LocalModel, Tokens
from corpus.embedding.model import Vectors
from corpus.embedding.model_files import ModelFiles, installed_model_files
from corpus.embedding.runtime import computed, import_runtime, session_of
from corpus.settings import LOCAL_MODEL

if TYPE_CHECKING:
    from corpus.embedding.wordpiece import WordPieceTokenizer

MODEL = LOCAL_MODEL
# The 256 of its sentence_bert_config.json, without [CLS] and [SEP].
MAX_TOKENS = 254
DIMENSIONS = bert.DIMENSIONS

_CLS, _SEP = 101, 102
# Tokens in one run, padding included: more is no faster and takes 25 KB a token.
_RUN_TOKENS = 2048


class LocalEmbedder(LocalModel):
    """The model of English texts."""

    def __init__(self, files: ModelFiles | None = None, *, check: bool = True, threads: int | None = None) -> None:
        """Takes 0.1 s, and as long again to check the files' SHA-256, about 0.2 s.

        `check=False` is for files that were checked where they were packaged and cannot change since, as in a
        Lambda function. `threads`: by default as many as there are processors. Raises ModelFilesInvalid.
        """
        files = files or installed_model_files()
        with ThreadPoolExecutor(1) as beside:
            checked = beside.submit(files.check) if check else None
            import_runtime(MODEL, "tokenizers")
            if checked:
                checked.result()
        self._tokenizer = _tokenizer(files)
        weights = files.weights.resolve()  # onnxruntime follows no link that leads out of the folder that it is given.
        tensors = dict(grown(weights)) if files.are_int8 else {}
        graph = bert.sentence_encoder(weights)
        self._session = session_of(MODEL, graph, folder=weights.parent, tensors=tensors, threads=threads)

    @property
    def model(self) -> str:
        return MODEL

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def tokenizer(self) -> WordPieceTokenizer:
        return self._tokenizer

    @property
    def max_tokens(self) -> int:
        return MAX_TOKENS

    def _runs(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Batches of texts of similar length, so that little is padded."""
        places: list[int] = []
        for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
            if places and (lengths[places[0]] + 2) * (len(places) + 1) > _RUN_TOKENS:
                yield places
                places = []
            places.append(place)
        if places:
            yield places

    def _run(self, tokens: Sequence[Tokens], *, are_queries: bool) -> Vectors:  # noqa: ARG002 - it is told nothing
        width = max(map(len, tokens)) + 2
        ids = np.zeros((len(tokens), width), np.int32)
        mask = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text) + 2] = [_CLS, *text, _SEP]
            mask[row, : len(text) + 2] = 1
        inputs = {"ids": ids, "types": np.zeros_like(ids), "mask": mask, "weights": mask[:, None].astype(np.float32)}
        vectors: Vectors = computed(MODEL, self._session, inputs)[:, 0]
        return vectors


def _tokenizer(files: ModelFiles) -> WordPieceTokenizer:
    from corpus.embedding.wordpiece import WordPieceTokenizer

    return WordPieceTokenizer(files.tokenizer)
