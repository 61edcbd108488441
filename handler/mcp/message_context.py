"""The context of one message: the app's parts, the request's record, its era, and where links lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handler.observing.trace import Trace
from handler.routes.action import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`base_url` gives the URL under which pages of ours are reached, without a slash at its end; `wrapping_chars` is
    what stands around a result on its way out.
    """

    action: Action
    trace: Trace
    is_modern: bool
    base_url: Callable[[], str]
    wrapping_chars: int
