"""What an endpoint has been found to understand; kept for the life of the process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from corpus.embedding.model import Vectors
from corpus.errors import EmbeddingError, EmbeddingInputInvalid

# OpenAI's limit: docs of POST /v1/embeddings.
MAX_INPUTS = 2048

# None leaves `encoding_format` out. Base64 is a quarter of the bytes, and some gateways refuse it.
Encoding = Literal["base64", "float"] | None
ENCODINGS: tuple[Encoding, ...] = ("base64", "float", None)


class Dialect:
    """`most_inputs` is how many texts a request may hold; `answered` is when a request succeeded last, None if none did
    (time.monotonic). For any number of threads: each value is replaced whole.
    """

    def __init__(self, *, most_inputs: int | None = None) -> None:
        self.most_inputs = most_inputs or MAX_INPUTS
        self.answered: float | None = None
        self._encodings = ENCODINGS

    def spoken(self, ask: Callable[[Encoding], Vectors]) -> Vectors:
        """Call `ask` with the encoding that the endpoint understands. Until one is known, a refusal leads to the next
        one. Raises the EmbeddingError of the first.
        """
        refused: EmbeddingError | None = None
        for encoding in self._encodings:
            try:
                vectors = ask(encoding)
            except EmbeddingError as error:
                # Some fail when they are asked for something that they do not know.
                if not isinstance(error, EmbeddingInputInvalid) and error.status != 500:
                    raise refused or error from None
                refused = refused or error
                continue
            self._encodings = (encoding,)
            self.answered = time.monotonic()
            return vectors
        raise refused or AssertionError("no encoding")

    def note_most(self, count: int) -> None:
        """More texts than these were refused together, and these were accepted."""
        self.most_inputs = min(self.most_inputs, count)
