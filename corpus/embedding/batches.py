"""Cut a batch of texts into requests that an endpoint takes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.embedding.model import Refused
from corpus.errors import EmbeddingInputInvalid
from corpus.tokens import Tokenizer

# OpenAI's limit: docs of POST /v1/embeddings.
MAX_REQUEST_TOKENS = 300_000


def portions(
    texts: Sequence[str], *, tokenizer: Tokenizer, max_tokens: int, most_inputs: int, refused: Refused | None
) -> Iterator[list[str]]:
    """The texts in their order, at most `most_inputs` in each list.

    One of more than `max_tokens` stands alone and is noted in `refused`; without, EmbeddingInputInvalid is raised.
    """
    portion: list[str] = []
    total = 0
    for text in texts:
        tokens = _count(text, tokenizer, max_tokens)
        if tokens > max_tokens:
            error = EmbeddingInputInvalid(
                f"A text of {tokens:,} tokens is above the model's {max_tokens:,}. Set CHUNK_TOKENS lower."
            )
            if refused is None:
                raise error
            refused[text] = error
        if portion and (len(portion) >= most_inputs or tokens > max_tokens or total + tokens > MAX_REQUEST_TOKENS):
            yield portion
            portion, total = [], 0
        portion.append(text)
        # The prompts are not sent with texts that are left out.
        total += tokens if tokens <= max_tokens else MAX_REQUEST_TOKENS
    if portion:
        yield portion


def _count(text: str, tokenizer: Tokenizer, max_tokens: int) -> int:
    # No text has more tokens than bytes, and few are so long that they must be counted.
    most = len(text.encode(errors="replace"))
    return most if most <= max_tokens else tokenizer.count(text)
