"""Read a sidecar file: JSON or YAML, in this process, by parsers in Python alone, so that no file can end the run.

A file has limits of size and depth, and YAML's `<<`, by which a few lines can become gigabytes, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import DocumentUnreadable

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20


class _Loader(yaml.SafeLoader):
    """YAML without merging. It is written in Python; the faster one in C has no depth at which it stops."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge keys stay what they are, which nothing can be made of."""


def read_sidecar(path: Path) -> dict[str, object]:
    """The fields of a sidecar file. Raises DocumentUnreadable."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise DocumentUnreadable(
                f"Its sidecar {path.name} has more than {MAX_BYTES // 1024} KB. Leave out what does not describe it."
            )
        values = value_of(content, is_json=path.suffix == ".json")
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise DocumentUnreadable(f"Its sidecar {path.name} cannot be read: {reason}. Mend or remove it.") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DocumentUnreadable(f"Its sidecar {path.name} holds no fields. Write, for example, `title: A name`.")
    return {str(key): value for key, value in values.items()}


def value_of(content: bytes | str, *, is_json: bool = False) -> Any:
    """What a short text of JSON or YAML says. Raises yaml.YAMLError, ValueError, RecursionError."""
    if is_json:
        try:
            value = json.loads(content)
        except ValueError:  # YAML is wider: comments, or a comma at the end.
            pass
        else:
            return _shallow(value)
    depth = 0
    for event in yaml.parse(content, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _too_deep()
    return yaml.load(content, _Loader)  # noqa: S506 - a SafeLoader


def _shallow(value: object) -> object:
    level, depth = [value], 0
    while level := [below for each in level if isinstance(each, dict | list) for below in _below(each)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
    return value


def _below(value: dict[str, object] | list[object]) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {MAX_DEPTH} deep")
