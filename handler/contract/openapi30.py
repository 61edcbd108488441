"""The OpenAPI document as 3.0.3, for clients that stop there. Pure: a document in, a document out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_3_0(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same operations in the words of OpenAPI 3.0.3.

    Ours differ in one word only: a schema of 3.1 has a list of `examples`, one of 3.0 has one `example`.
    """
    return {**_converted(document), "openapi": "3.0.3"}


def _converted(node: Any) -> Any:
    if isinstance(node, list):
        return [_converted(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _converted(value) for name, value in node.items() if not _are_examples(name, value)}
    first = [value[0] for name, value in node.items() if _are_examples(name, value)]
    return {**plain, "example": first[0]} if first else plain


def _are_examples(name: str, value: Any) -> bool:
    # Everywhere else `examples` is an object; and a field of that name is one too.
    return name == "examples" and isinstance(value, list)
