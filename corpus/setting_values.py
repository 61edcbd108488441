"""What the value of a setting may look like. Pure; a ValueError says what is wrong and never repeats the value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, StringConstraints

from corpus.canary import checked_canary

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
S3_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+:/|[Ss]3:)")

# Chroma's own rule for the name of a collection.
CollectionName = Annotated[
    str, StringConstraints(min_length=3, max_length=512, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$")
]

Canary = Annotated[str, AfterValidator(checked_canary)]


def is_bucket_or_folder(place: str) -> bool:
    """Whether a snapshot can be kept there: s3://bucket/prefix, or what looks like no URL."""
    return bool(S3_URL.fullmatch(place)) or not _URL.match(place)


def sendable(key: str, *, may_hold_spaces: bool = False) -> SecretStr:
    """The key without surrounding white space. Raises ValueError if no HTTP header can carry it."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or (" " in key and not may_hold_spaces):
        raise ValueError(
            "holds a character that no key has, such as a line break, a space or a long dash: copy it again, without "
            "what stands around it"
        )
    return SecretStr(key)


def http_url(value: str, rule: str, *, schemes: Sequence[str] = ("http", "https")) -> str:
    """The URL without a trailing slash. Raises ValueError, which states `rule`, if it is not an HTTP URL."""
    try:
        parts = urlsplit(value)
        valid = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(rule)
    return value.rstrip("/")
