"""An endpoint's own words about a failure, fit to be shown: no key, and nothing of the texts that it got. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from corpus.urls import without_passwords

MAX_CHARS = 200
READ_CHARS = 1000
MAX_DEPTH = 6
# A stretch of a message with so many characters in common with a text was taken from it. A question is short and is
# logged nowhere, so not one word of it may be left, even if that costs part of the message.
COMMON_CHARS = 12
COMMON_WITH_A_QUERY = 4
MIN_TEXT_CHARS = 2

# Where OpenAI, vLLM, Ollama, Gemini (in a list), FastAPI, Cohere and TEI put it.
_PLACES = ("error", "message", "msg", "detail", "errors")
_HTML = re.compile(r"\s*<[!?/a-zA-Z]")  # And not "<400> InternalError", as DashScope has it.
_KEYS = re.compile(r"(?i)\b(?:sk|pk|rk)-[\w*.-]+|\bbearer\s+\S+|\S*\*{3,}\S*")
_QUOTED = re.compile(r"""(?<=["'`“‘«])[^"'`“”‘’«»]{2,}(?=["'`”’»])""")


def message_in(body: object, *, depth: int = 0) -> str:
    """The message in an error's body, parsed or not; empty if there is none."""
    if isinstance(body, str):
        return "" if _HTML.match(body) else body
    if isinstance(body, dict):
        body = [body[place] for place in _PLACES if place in body]
    if not isinstance(body, list) or depth == MAX_DEPTH:
        return ""
    return next(filter(None, (message_in(each, depth=depth + 1) for each in body)), "")


def parsed(content: str) -> object:
    """The content as JSON if it is JSON, else as it is."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content


def showable(message: str, *, secrets: Iterable[str], texts: Sequence[str], common_chars: int = COMMON_CHARS) -> str:
    """The message in one short line, with keys and whatever it quotes from the texts left out."""
    message = " ".join(message[:READ_CHARS].split())
    for secret in filter(None, secrets):
        message = message.replace(secret, "…")
    message = _without_texts(_KEYS.sub("…", without_passwords(message)), texts, common_chars)
    return message if len(message) <= MAX_CHARS else f"{message[: MAX_CHARS - 1]}…"


def _without_texts(message: str, texts: Sequence[str], common_chars: int) -> str:
    found = _lowered(message)
    sent = [_lowered(" ".join(text.split())) for text in texts]
    source = "\n".join(sent)
    taken = [False] * len(message)
    places = [(start, start + common_chars) for start in range(len(message) - common_chars + 1)]
    places += [match.span() for match in _QUOTED.finditer(message)]
    for start, end in places:
        if found[start:end] in source:
            taken[start:end] = [True] * (end - start)
    for text in {text for text in sent if MIN_TEXT_CHARS <= len(text) < common_chars}:
        for match in re.finditer(re.escape(text), found):
            taken[slice(*match.span())] = [True] * len(text)
    kept = "".join("\0" if hidden else character for character, hidden in zip(message, taken, strict=True))
    return re.sub("\0+", "…", kept)


def _lowered(text: str) -> str:
    """In lower case, with as many characters as before."""
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)
