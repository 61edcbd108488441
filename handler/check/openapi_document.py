"""An OpenAPI document as somebody else may have written it: anything may be missing or of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One way to call the action."""

    method: str
    path: str
    body: Schema

    @property
    def name(self) -> str:
        """Its name in messages."""
        return str(self.body.get("operationId") or f"{self.method.upper()} {self.path}")


def operations(document: Schema) -> list[Operation]:
    """Every operation of the document, in its order."""
    return [
        Operation(method, path, item[method])
        for path, item in mapping(document.get("paths")).items()
        for method in METHODS
        if isinstance(item, dict) and isinstance(item.get(method), dict)
    ]


def resolve(document: Schema, node: Any) -> dict[str, Any]:
    """The object that the node is, or that its local references lead to; empty if they lead nowhere."""
    for _ in range(20):
        if not isinstance(node, dict):
            return {}
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        node = _at(document, reference)
    return {}


def parameters_of(document: Schema, operation: Operation) -> list[dict[str, Any]]:
    """The operation's parameters, with those of its path."""
    shared = mapping(mapping(document.get("paths")).get(operation.path)).get("parameters")
    return [resolve(document, each) for each in (*listed(shared), *listed(operation.body.get("parameters")))]


def request_schema(document: Schema, operation: Operation) -> dict[str, Any]:
    """The schema of the operation's JSON body; empty where it takes none."""
    content = mapping(resolve(document, operation.body.get("requestBody")).get("content"))
    return resolve(document, mapping(content.get("application/json")).get("schema"))


def schemas(document: Schema) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every schema of the document and of what lies in it, with its place."""
    waiting: list[tuple[tuple[str, ...], Any, bool]] = [((), document, False)]
    while waiting:
        place, node, is_schema = waiting.pop()
        if isinstance(node, dict):
            if is_schema:
                yield place, node
            for name, value in node.items():
                waiting += _below(place, str(name), value, is_schema=is_schema)
        elif isinstance(node, list):
            waiting += [((*place, str(index)), value, is_schema) for index, value in enumerate(node)]


def references(document: Schema) -> Iterator[str]:
    """The targets of the document's $refs."""
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _below(
    place: tuple[str, ...], name: str, value: Any, *, is_schema: bool
) -> Iterator[tuple[tuple[str, ...], Any, bool]]:
    here = (*place, name)
    if name in ("example", "examples", "default", "enum", "const"):
        return
    if (is_schema and name == "properties") or (place == ("components",) and name == "schemas"):
        yield from (((*here, str(each)), schema, True) for each, schema in mapping(value).items())
    elif is_schema and name in ("items", "additionalProperties", "anyOf", "oneOf", "allOf"):
        yield here, value, True
    elif not is_schema:
        yield here, value, name == "schema"


def _at(document: Schema, reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = mapping(node).get(part.replace("~1", "/").replace("~0", "~"))
    return node


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
