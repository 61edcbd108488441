"""Keep vectors between runs, by model and text: an evaluation is often repeated with one thing changed."""

from __future__ import annotations

import hashlib
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from corpus.collection import Prompt
from corpus.embedding.model import Embedder, Refused, Vectors
from corpus.tokens import Tokenizer

NEW_PER_SAVE = 2000
NO_PROMPT = Prompt()


class CachingEmbedder:
    """An embedder that asks `inner` only for texts that `file` does not have. Saves as it goes, and when closed.

    `question` and `passage` say what `inner` sends with a text of either kind: with another it has another vector.
    """

    def __init__(
        self, inner: Embedder, file: Path, *, question: Prompt = NO_PROMPT, passage: Prompt = NO_PROMPT
    ) -> None:
        self._inner = inner
        self._question = question
        self._passage = passage
        self._file = file
        self._known: dict[bytes, Vectors] = _load(file)
        self._new = 0

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    @property
    def tokenizer(self) -> Tokenizer:
        return self._inner.tokenizer

    @property
    def max_tokens(self) -> int:
        return self._inner.max_tokens

    def embed_documents(
        self,
        batches: Iterable[Sequence[str]],
        *,
        refused: Refused | None = None,  # noqa: ARG002 - an evaluation without some of its texts would mislead
    ) -> Iterator[Vectors]:
        """As the inner one, which is called only when a text is new; a refused text is an error."""
        batches = iter(batches)
        for batch in batches:
            keys = [self._key(text, self._passage) for text in batch]
            if not all(key in self._known for key in keys):
                yield from self._embed_some(chain([batch], batches))
                return
            yield self._take(keys)

    def _embed_some(self, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        waiting: deque[list[bytes]] = deque()
        asked: deque[list[bytes]] = deque()

        def missing() -> Iterator[list[str]]:
            for batch in batches:
                keys = [self._key(text, self._passage) for text in batch]
                waiting.append(keys)
                new = {key: text for key, text in zip(keys, batch, strict=True) if key not in self._known}
                if new:
                    asked.append(list(new))
                    yield list(new.values())

        for vectors in self._inner.embed_documents(missing()):
            self._keep(asked.popleft(), vectors)
            while waiting and all(key in self._known for key in waiting[0]):
                yield self._take(waiting.popleft())
        while waiting:
            yield self._take(waiting.popleft())

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """As the inner one."""
        keys = [self._key(text, self._question) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._keep(list(new), self._inner.embed_queries(list(new.values()), timeout_seconds=timeout_seconds))
        return self._take(keys)

    def prepare(self) -> None:
        """See Embedder."""
        self._inner.prepare()

    def close(self) -> None:
        """Save, and close connections."""
        self._save()
        self._inner.close()

    def _key(self, text: str, prompt: Prompt) -> bytes:
        # A NUL at the end would be lost in numpy's fixed width; hex has none.
        sent = f" {prompt.input_type} {len(prompt.prefix)} {prompt.prefix}" if prompt != NO_PROMPT else ""
        named = f"{self.model} {self.dimensions}{sent} {text}"
        return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest().encode("ascii")

    def _take(self, keys: Sequence[bytes]) -> Vectors:
        # A batch may be empty, and numpy cannot stack nothing.
        return np.array([self._known[key] for key in keys], np.float32).reshape(len(keys), self.dimensions)

    def _keep(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        self._known |= zip(keys, vectors, strict=True)
        self._new += len(keys)
        if self._new >= NEW_PER_SAVE:
            self._save()

    def _save(self) -> None:
        if not self._new:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        pending = self._file.with_suffix(".new.npz")
        np.savez(pending, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        pending.replace(self._file)
        self._new = 0


def _load(file: Path) -> dict[bytes, Vectors]:
    try:
        with np.load(file, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        # It is only a cache: a damaged one is made again.
        return {}
