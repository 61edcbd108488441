"""Inline markup of reStructuredText: roles, links, emphasis, substitutions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.superscripts import spelled

_RAISED = re.compile(r"(?:\\ )?:sup(?:erscript)?:`([^`]+)`")
_INLINE = (
    (re.compile(r"\\\s"), ""),
    (re.compile(r" ?(\[[^\[\]\s]+\])_(?!\w)"), r" \1"),
    (re.compile(r"``(.+?)``"), r"\1"),
    (re.compile(r":[\w:+.-]{1,60}:`([^`<]+?)\s*<[^`>]*>`"), r"\1"),
    (re.compile(r":[\w:+.-]{1,60}:`[~!]?([^`]+)`"), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<\1>`__?"), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<(\w[^`>]*)>`__?"), r"\1 (\2)"),
    (re.compile(r"`([^`]+)`(?:__?)?"), r"\1"),
    (re.compile(r"(?<![\w*])\*\*(\S.*?)\*\*(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(\S[^*]*?)\*(?![\w*])"), r"\1"),
    (re.compile(r"(\w)__?(?=[\s.,;:!?)]|$)"), r"\1"),
    (re.compile(r"\\(?=\S)"), ""),
)


def plain(text: str, replaced: Mapping[str, str]) -> str:
    """The text without markup. `replaced` maps the names of substitutions to their text."""
    for name, value in replaced.items():
        text = text.replace(f"|{name}|", value)
    text = spelled(_RAISED, text)
    for pattern, instead in _INLINE:
        text = pattern.sub(instead, text)
    return one_line(text)
