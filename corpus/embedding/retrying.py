"""Embed documents' texts in spite of an endpoint that is busy, takes few at once, or refuses one of them.

A text is blamed only where the endpoint answers to others: where it answers to none, the run ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
import tenacity

from corpus.embedding.dialect import Dialect
from corpus.embedding.model import Refused, Vectors
from corpus.errors import (
    EmbeddingError,
    EmbeddingInputInvalid,
    EmbeddingReplyInvalid,
    EmbeddingTimeout,
    EmbeddingUnauthorized,
    EmbeddingUnavailable,
)

ATTEMPTS = 8
UNREACHABLE_ATTEMPTS = 4
# So many failures before texts are suspected of them, and before a single text is blamed.
ATTEMPTS_BEFORE_DOUBT = 3
ATTEMPTS_OF_A_PART = 2
ATTEMPTS_BEFORE_BLAME = 4
MAX_WAIT_SECONDS = 60.0
# Replies that mean that there are too many texts, if each of them is accepted by itself.
_OF_SIZE = (EmbeddingInputInvalid, EmbeddingReplyInvalid, EmbeddingTimeout)
# Short, common and harmless: an endpoint that refuses it refuses everything.
PLAIN_TEXT = "text"


class PatientRequests:
    """How one run asks: `ask` sends one request. `refused` collects refusals; without it they are raised."""

    def __init__(
        self,
        ask: Callable[[Sequence[str]], Vectors],
        dialect: Dialect,
        *,
        dimensions: Callable[[], int],
        stopped: threading.Event,
        refused: Refused | None,
    ) -> None:
        self._ask = ask
        self._dialect = dialect
        self._dimensions = dimensions
        self._stopped = stopped
        self._refused = refused

    def embed(self, texts: Sequence[str], *, tries: int = ATTEMPTS_BEFORE_DOUBT) -> Vectors:
        """The vectors of the texts; the row of a refused one is NaN. Raises EmbeddingError."""
        if self._stopped.is_set():
            raise EmbeddingUnavailable("The run was stopped. Run it again.")
        if len(texts) > self._dialect.most_inputs:
            return self._in_parts(texts, self._dialect.most_inputs, tries)
        if len(texts) == 1 and self._refused and texts[0] in self._refused:
            return self._nothing()
        started = time.monotonic()
        try:
            return self._tried(texts, started, tries)
        except EmbeddingError as error:
            if self._stopped.is_set() or not self._is_of_the_texts(error, started):
                raise
            if len(texts) == 1:
                return self._without(texts[0], error)
            half = (len(texts) + 1) // 2
            before = len(self._refused or ())
            vectors = self._in_parts(texts, half, ATTEMPTS_OF_A_PART)
            if len(self._refused or ()) == before and isinstance(error, _OF_SIZE):
                self._dialect.note_most(half)
            return vectors

    def _in_parts(self, texts: Sequence[str], size: int, tries: int) -> Vectors:
        return np.concatenate([self.embed(texts[at : at + size], tries=tries) for at in range(0, len(texts), size)])

    def _without(self, text: str, error: EmbeddingError) -> Vectors:
        if self._refused is None:
            raise error
        if _is_unreachable(error):
            broken = (
                "The embeddings endpoint breaks the connection at this text, and takes others. Change or leave it out."
            )
            error = EmbeddingUnavailable(broken)
        self._refused[text] = error
        return self._nothing()

    def _nothing(self) -> Vectors:
        return np.full((1, self._dimensions()), np.nan, np.float32)

    def _tried(self, texts: Sequence[str], started: float, tries: int) -> Vectors:
        def is_enough(state: tenacity.RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            if self._stopped.is_set() or not isinstance(error, EmbeddingError):
                return True
            if state.attempt_number >= (UNREACHABLE_ATTEMPTS if _is_unreachable(error) else ATTEMPTS):
                return True
            enough = ATTEMPTS_BEFORE_BLAME if len(texts) == 1 else tries
            if isinstance(error, EmbeddingTimeout):
                # The endpoint has had a minute.
                enough = 1
            return state.attempt_number >= enough and self._is_of_the_texts(error, started)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, EmbeddingError) and error.retryable),
            wait=_wait,
            stop=is_enough,
            sleep=tenacity.sleep_using_event(self._stopped),
            reraise=True,
        )
        return retrying(self._ask, texts)

    def _is_of_the_texts(self, error: EmbeddingError, started: float) -> bool:
        """Whether the texts, or their number, are the cause: whether the endpoint answers other requests."""
        answered = self._dialect.answered
        if isinstance(error, EmbeddingInputInvalid | EmbeddingReplyInvalid):
            return answered is not None or self._answers()
        if isinstance(error, EmbeddingUnauthorized):
            # Firewalls in front of an endpoint take some texts for attacks.
            may_be = error.status == 403
        else:
            # Others crash the process that computes the vectors.
            may_be = isinstance(error, EmbeddingTimeout | EmbeddingUnavailable)
        return may_be and ((answered is not None and answered > started) or self._answers())

    def _answers(self) -> bool:
        try:
            self._ask([PLAIN_TEXT])
        except EmbeddingError:
            return False
        return True


def _is_unreachable(error: EmbeddingError) -> bool:
    return isinstance(error, EmbeddingUnavailable) and error.status is None


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    growing = 0.5 * 2.0 ** (state.attempt_number - 1)
    asked = error.retry_after if isinstance(error, EmbeddingError) else None
    return min(MAX_WAIT_SECONDS, growing if asked is None else asked)
