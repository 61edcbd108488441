"""Read a sidecar file in JSON or YAML. The parsers are pure Python, so that no file can crash the process.

Size and depth are limited, and YAML's merge key `<<`, which can turn a few lines into gigabytes, is refused.
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
    """YAML without merge keys. Pure Python, because libyaml has no limit of depth."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave merge keys as they are; the constructor then rejects them."""


def read_sidecar(path: Path) -> dict[str, object]:
    """The fields of a sidecar file. Raises DocumentUnreadable if it is too large, invalid or empty."""
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
        raise DocumentUnreadable(f"Its sidecar {path.name} cannot be read: {reason}. Correct or remove it.") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DocumentUnreadable(f"Its sidecar {path.name} holds no fields. Write, for example, `title: A name`.")
    return {str(key): value for key, value in values.items()}


def value_of(content: bytes | str, *, is_json: bool = False) -> Any:
    """The value of a short JSON or YAML text. Raises yaml.YAMLError, ValueError or RecursionError."""
    if is_json:
        try:
            value = json.loads(content)
        except ValueError:  # YAML also allows comments or a trailing comma.
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
