"""Read and write safetensors files: 8 bytes of header length, a header in JSON, then the numbers.

https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
_TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "I8": np.dtype("i1"), "I64": np.dtype("<i8")}
_NAMES = {type_: name for name, type_ in _TYPES.items()}


class Entry(NamedTuple):
    """One tensor: its type and shape, and where its numbers lie in the file, in bytes."""

    type: str
    shape: tuple[int, ...]
    offset: int
    bytes: int


def entries(file: Path) -> dict[str, Entry]:
    """What the file holds, by name."""
    with file.open("rb") as content:
        (length,) = struct.unpack("<Q", content.read(8))
        header = json.loads(content.read(length))
    header.pop("__metadata__", None)
    return {
        name: Entry(each["dtype"], tuple(each["shape"]), 8 + length + start, end - start)
        for name, each in header.items()
        for start, end in [each["data_offsets"]]
    }


def load(file: Path) -> dict[str, NDArray[Any]]:
    """The tensors, memory-mapped."""
    content = np.memmap(file, mode="r")
    return {
        name: content[each.offset : each.offset + each.bytes].view(_TYPES[each.type]).reshape(each.shape)
        for name, each in entries(file).items()
    }


def save(file: Path, arrays: Arrays) -> None:
    """Write the arrays; the same arrays give the same bytes.

    The largest numbers come first, so that each begins at a multiple of its size.
    """
    ordered = sorted(arrays.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    header: dict[str, object] = {}
    offset = 0
    for name, array in ordered:
        end = offset + array.nbytes
        header[name] = {"dtype": _NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    described = json.dumps(header, separators=(",", ":")).encode()
    described += b" " * (-len(described) % 8)
    with file.open("wb") as target:
        target.write(struct.pack("<Q", len(described)) + described)
        for _, array in ordered:
            target.write(np.ascontiguousarray(array).tobytes())
