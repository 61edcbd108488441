"""Write an ONNX model as bytes. Only what an encoder's graph needs; weights stay in their own file.

The numbers are the field numbers of onnx/onnx.proto3 (ONNX 1.23), written as Protocol Buffers are on the wire. It
takes 5 ms, where the onnx package takes half a second to import and weighs 30 MB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FLOAT = 1
INT8 = 3
INT32 = 6

IR_VERSION = 8
OPERATORS = (("", 17), ("com.microsoft", 1))


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor, float32 unless said, that lies in `file`, from byte `offset` on."""

    name: str
    shape: Sequence[int]
    file: str
    offset: int
    bytes: int
    type: int = FLOAT


def node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], *, domain: str = "", **attributes: float
) -> bytes:
    """NodeProto. An attribute that is an int is written as one, else as a float."""
    return _message(
        *((1, name) for name in inputs),
        *((2, name) for name in outputs),
        (3, outputs[0]),
        (4, operator),
        *((5, _attribute(name, value)) for name, value in attributes.items()),
        (7, domain),
    )


def value(name: str, element_type: int, shape: Sequence[int | str]) -> bytes:
    """ValueInfoProto: an input or output; a name in `shape` is a dimension known only at run time."""
    dimensions = ((1, _message((1 if isinstance(size, int) else 2, size))) for size in shape)
    tensor = _message((1, element_type), (2, _message(*dimensions)))
    return _message((1, name), (2, _message((1, tensor))))


def model(
    *, nodes: Iterable[bytes], tensors: Iterable[StoredTensor], inputs: Iterable[bytes], outputs: Iterable[bytes]
) -> bytes:
    """ModelProto."""
    graph = _message(
        *((1, one) for one in nodes),
        (2, "encoder"),
        *((5, _tensor(one)) for one in tensors),
        *((11, one) for one in inputs),
        *((12, one) for one in outputs),
    )
    operators = ((8, _message((1, domain), (2, version))) for domain, version in OPERATORS)
    return _message((1, IR_VERSION), (7, graph), *operators)


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _message((1, name), (3, value), (20, 2))
    return _message((1, name), (2, value), (20, 1))


def _tensor(tensor: StoredTensor) -> bytes:
    places = {"location": tensor.file, "offset": str(tensor.offset), "length": str(tensor.bytes)}
    return _message(
        *((1, size) for size in tensor.shape),
        (2, tensor.type),
        (8, tensor.name),
        *((13, _message((1, key), (2, place))) for key, place in places.items()),
        (14, 1),
    )


def _message(*fields: tuple[int, int | float | str | bytes]) -> bytes:
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: float | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1  # A negative number is written as its 64 bits.
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)
