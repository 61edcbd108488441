"""all-MiniLM-L6-v2 in this process. Never a network: neither for its files nor from the runtime that computes it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.embedding import bert
from corpus.embedding.int8 import grown
from corpus.embedding.model import Refused, Vectors
from corpus.embedding.model_files import ModelFiles, installed_model_files
from corpus.errors import EmbeddingError, EmbeddingInputInvalid, EmbeddingTimeout, ModelFilesInvalid

if TYPE_CHECKING:
    import onnxruntime

    from corpus.embedding.wordpiece import WordPieceTokenizer

MODEL = "all-MiniLM-L6-v2"
# The 256 of its sentence_bert_config.json less [CLS] and [SEP].
MAX_TOKENS = 254
DIMENSIONS = bert.DIMENSIONS

_CLS, _SEP = 101, 102
# Of one run, padding included: more is no faster and takes 25 KB a token.
_RUN_TOKENS = 2048


class LocalEmbedder:
    """The embedding model that needs no account. Safe in threads; a run takes all of them, so one caller is enough."""

    def __init__(self, files: ModelFiles | None = None, *, check: bool = True, threads: int | None = None) -> None:
        """Takes 0.1 s, and as long again to check the files' SHA-256, about 0.2 s.

        `check=False` is for files that were checked where they were packaged and cannot change since, as in a
        Lambda function. `threads`: by default as many as there are processors. Raises ModelFilesInvalid.
        """
        files = files or installed_model_files()
        with ThreadPoolExecutor(1) as beside:
            checked = beside.submit(files.check) if check else None
            _import_runtime()
            if checked:
                checked.result()
        self._tokenizer = _tokenizer(files)
        self._session = _session(files, threads or _processors())

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

    def embed_documents(
        self,
        batches: Iterable[Sequence[str]],
        *,
        refused: Refused | None = None,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Vectors]:
        """One batch at a time, when it is asked for. Raises EmbeddingInputInvalid where a text is too long."""
        for batch in batches:
            tokens = [self._tokenizer.ids(text) for text in batch]
            for place, ids in enumerate(tokens):
                if len(ids) > MAX_TOKENS:
                    raise EmbeddingInputInvalid(
                        f"Text {place + 1} of {len(batch)} has {len(ids)} tokens, and {MODEL} reads {MAX_TOKENS}. "
                        "Make the chunks smaller."
                    )
            yield self._embed(tokens)

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """Of a longer query the first `max_tokens` tokens are read; `tokenizer.count` tells beforehand."""
        deadline = time.monotonic() + timeout_seconds
        return self._embed([self._tokenizer.ids(text)[:MAX_TOKENS] for text in texts], deadline)

    def prepare(self) -> None:
        """See Embedder."""
        self.embed_queries(["ready"], timeout_seconds=60)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _embed(self, tokens: Sequence[Sequence[int]], deadline: float = float("inf")) -> Vectors:
        vectors = np.empty((len(tokens), DIMENSIONS), np.float32)
        for places in _runs([len(ids) for ids in tokens]):
            if time.monotonic() >= deadline:
                raise EmbeddingTimeout(f"{MODEL} did not embed the queries within the time given. Send fewer at once.")
            vectors[places] = self._run([tokens[place] for place in places])
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        width = max(map(len, tokens)) + 2
        ids = np.zeros((len(tokens), width), np.int32)
        mask = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text) + 2] = [_CLS, *text, _SEP]
            mask[row, : len(text) + 2] = 1
        inputs = {"ids": ids, "types": np.zeros_like(ids), "mask": mask, "weights": mask[:, None].astype(np.float32)}
        try:
            (found,) = self._session.run(["vectors"], inputs)
        except _runtime_errors() as error:
            raise EmbeddingError(f"onnxruntime could not compute {MODEL}: {error}") from error
        vectors: NDArray[np.float32] = found[:, 0]
        return vectors


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts to compute together: of like length, so that little is padded."""
    places: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if places and (lengths[places[0]] + 2) * (len(places) + 1) > _RUN_TOKENS:
            yield places
            places = []
        places.append(place)
    if places:
        yield places


def _import_runtime() -> None:
    """Imported late because it is heavy, and because a function that uses OpenAI's models does not ship it."""
    # Since 1.29 onnxruntime reports to its maker unless this is set before it is imported; its own switch,
    # disable_telemetry_events, comes too late (its Privacy.md).
    os.putenv("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime  # noqa: F401 - only so that it is there.
        import tokenizers  # noqa: F401
    except ImportError as error:
        raise ModelFilesInvalid(
            f"The local model {MODEL} needs the package {error.name}, which is not installed here: "
            "`pip install 'retrieval-action[local]'`, or choose another EMBEDDING_MODEL."
        ) from error


def _tokenizer(files: ModelFiles) -> WordPieceTokenizer:
    from corpus.embedding.wordpiece import WordPieceTokenizer

    return WordPieceTokenizer(files.tokenizer)


def _session(files: ModelFiles, threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime

    weights = files.weights.resolve()  # onnxruntime follows no link out of the folder that it is given.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # It would keep a plan of memory for every shape seen, and there are thousands.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if files.are_int8:
        tensors = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in grown(weights)}
        options.add_external_initializers(list(tensors), list(tensors.values()))
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights.parent))
    try:
        return onnxruntime.InferenceSession(bert.sentence_encoder(weights), options, providers=["CPUExecutionProvider"])
    except _runtime_errors() as error:
        raise ModelFilesInvalid(f"onnxruntime {onnxruntime.__version__} cannot load {MODEL}: {error}") from error


def _runtime_errors() -> tuple[type[Exception], ...]:
    """What onnxruntime raises; it has no class above them."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return (
        raised.Fail,
        raised.InvalidArgument,
        raised.InvalidGraph,
        raised.InvalidProtobuf,
        raised.NoSuchFile,
        raised.NotImplemented,
        raised.RuntimeException,
    )


def _processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
