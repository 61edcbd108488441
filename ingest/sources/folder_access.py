"""Whom files are seen by, as the `.access.yaml` of their folders says: patterns as in .gitignore, and principals.

    "**": [group:all]
    "payroll/": [group:hr, user:1234]

Of the patterns in one file that match, the last one counts; of several files, the nearest in which one does. Where a
file cannot be used nobody sees what lies below it, but for what a nearer file speaks of.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from corpus.errors import DocumentError, SettingsError
from corpus.principals import access_of
from ingest.reading.readers.sidecar import MAX_BYTES, value_of
from ingest.sources.patterns import Patterns, strangers_patterns

ACCESS_FILE = ".access.yaml"
NOBODY: tuple[str, ...] = ()
Rules = list[tuple[Patterns, tuple[str, ...]]]  # None in place of the rules: the file cannot be used.
# What stands in an ACCESS_FILE, MAX_BYTES and one at most; None where it is not there. Raises OSError, ValueError,
# DocumentError.
ContentOf = Callable[[str], bytes | None]


class FolderAccess:
    """For one run. `faults` are the files that cannot be used, with the reason. Paths have slashes between names."""

    def __init__(self, content_of: ContentOf) -> None:
        self.faults: dict[str, str] = {}
        self._content_of = content_of
        self._rules: dict[str, Rules | None] = {}

    def of(self, path: str, *, top: str) -> tuple[str, ...] | None:
        """Whom the file is seen by; None where no folder from `top`, which lies above it, down says."""
        for folder in _folders(path, top):
            rules = self._rules_of(folder)
            if rules is None:
                return NOBODY
            name = path[len(folder) + 1 :]
            for patterns, principals in reversed(rules):
                if patterns.match(name):
                    return principals
        return None

    def _rules_of(self, folder: str) -> Rules | None:
        if folder not in self._rules:
            file = f"{folder}/{ACCESS_FILE}"
            try:
                self._rules[folder] = _rules_in(self._content_of(file))
            except (OSError, ValueError, yaml.YAMLError, RecursionError, SettingsError, DocumentError) as error:
                reason = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
                self.faults[file] = (reason or "unknown").rstrip(".")
                self._rules[folder] = None
        return self._rules[folder]


def of_files(*, follow_links: bool = False) -> FolderAccess:
    """That of files on this machine, by their absolute paths."""

    def content_of(name: str) -> bytes | None:
        file = Path(name)
        if not os.path.lexists(file):
            return None
        if file.is_symlink() and not follow_links:
            raise ValueError("it is a link. Put the rules there themselves, or add --follow-links")
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)

    return FolderAccess(content_of)


def fault_of(reason: str) -> str:
    """The message for a file that cannot be used."""
    return f"It cannot be used: {reason}. Nobody is to see what lies below it until it is mended."


def _rules_in(content: bytes | None) -> Rules:
    if content is None:
        return []
    if len(content) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES // 1024} KB")
    rules = value_of(content)
    if rules is None:
        return []
    if not isinstance(rules, dict):
        raise ValueError('it holds no rules. Write, for example, "**": [group:sales]')  # noqa: TRY004 - as the others
    if (twice := _repeated(content)) is not None:
        raise ValueError(f"the pattern {twice!r} stands twice")
    return [(_pattern(name), _principals(name, value)) for name, value in rules.items()]


def validator_of(access: tuple[str, ...] | None) -> str:
    """Stands for what folders say of a file; empty if they say nothing."""
    return "" if access is None else f"-{hashlib.sha256(json.dumps(access).encode()).hexdigest()[:12]}"


def _folders(path: str, top: str) -> Iterator[str]:
    """The folders around what lies there, up to the topmost."""
    while path != top and "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _pattern(name: object) -> Patterns:
    if not isinstance(name, str) or not name.strip() or name.startswith(("!", "#")):
        raise ValueError(f"{name!r} is not a pattern. Write one as in .gitignore, in quotes")
    return strangers_patterns(ACCESS_FILE, [name])


def _principals(name: object, value: object) -> tuple[str, ...]:
    try:
        return access_of(value)
    except ValueError as error:
        raise ValueError(f"the pattern {name!r}: {error}") from None


def _repeated(content: bytes) -> str | None:
    """A key that occurs twice; YAML would take the later one."""
    node = yaml.compose(content, yaml.SafeLoader)
    names = Counter(str(key.value) for key, _ in node.value) if isinstance(node, yaml.MappingNode) else Counter()
    return next((name for name, times in names.items() if times > 1), None)
