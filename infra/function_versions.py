"""Old versions of the deployed function. With SnapStart each costs money for as long as it exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.costs import MEMORY_GB, MONTH_SECONDS, SNAP_START_CACHE_GB_SECOND
from infra.parameters import parameters_of

KEPT = 3


def snap_start_dollars() -> float:
    """What one version's cache costs a month, whether anybody asks or not."""
    return MEMORY_GB * MONTH_SECONDS * SNAP_START_CACHE_GB_SECOND


def prune(client: Any, function: str, *, keep: int) -> list[str]:
    """Delete all versions but the newest `keep` and those that an alias names. Returns which. Raises botocore's errors.

    `client` is boto3's for Lambda.
    """
    named = {alias["FunctionVersion"] for alias in _all(client, "list_aliases", "Aliases", function)}
    versions = [each["Version"] for each in _all(client, "list_versions_by_function", "Versions", function)]
    numbered = sorted((each for each in versions if each.isdecimal()), key=int)
    old = [each for each in numbered[: max(0, len(numbered) - keep)] if each not in named]
    for version in old:
        client.delete_function(FunctionName=function, Qualifier=version)
    return old


def kept_by(words: Sequence[str]) -> int:
    """The number in `--param=keepVersions=N` among osls's arguments. Raises ValueError unless it is 1 or more."""
    kept = int(parameters_of(words).get("keepVersions", KEPT))
    if kept < 1:
        raise ValueError("one version at least must stay")
    return kept


def _all(client: Any, operation: str, name: str, function: str) -> list[dict[str, str]]:
    pages = client.get_paginator(operation).paginate(FunctionName=function)
    return [each for page in pages for each in page[name]]
