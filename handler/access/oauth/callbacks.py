"""Where a code may be sent: ChatGPT's callbacks, those of OAUTH_CALLBACKS, and programs on the user's machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from corpus.urls import is_loopback

# A GPT's action (its id changes when the action is edited), and an app's connection, in its old form and the new one.
CHATGPT = re.compile(
    r"https://(?:chatgpt\.com|chat\.openai\.com)/"
    r"(?:aip/[A-Za-z0-9_-]{1,128}/oauth/callback|connector_platform_oauth_redirect|connector/oauth/[A-Za-z0-9_-]{1,128})"
)


def is_callback(uri: str, listed: Sequence[str]) -> bool:
    """Whether it is ChatGPT's, or listed exactly."""
    return CHATGPT.fullmatch(uri) is not None or uri in listed


def is_own_machine(uri: str) -> bool:
    """Whether it is a program on the user's own machine (RFC 8252, 7.3): any port of loopback."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.fragment and "\\" not in uri
    return plain and parts.scheme == "http" and is_loopback(parts.hostname or "") and (port is None or port > 0)


def parse_callbacks(text: str) -> tuple[str, ...]:
    """The addresses of a list with commas. Raises ValueError."""
    listed = tuple(each.strip() for each in text.split(",") if each.strip())
    for uri in listed:
        parts = urlsplit(uri)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if not safe or not parts.hostname or parts.fragment or "*" in uri or parts.username is not None:
            raise ValueError("must be whole https:// addresses, without * or #; each is compared as it stands")
    return listed
