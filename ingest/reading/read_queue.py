"""Requests for the workers: whole files, or shares of a large PDF, whose results are merged.

Nothing is parsed here; the result of a share is passed on unchanged.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

from ingest.reading.reader_child import Request, Result, Share
from ingest.reading.readers.registry import has_shares

# Reading a smaller share takes about as long as starting a process for it.
SHARE_BYTES = 640 * 1024
_SHARES_PER_WORKER = 2  # Pages differ, so a worker that finishes an easy share takes another.


class ReadQueue:
    """Requests waiting for one of the `workers`, oldest first. Shares are of `share_bytes` or more."""

    def __init__(self, *, workers: int, share_bytes: int) -> None:
        self._most_shares = _SHARES_PER_WORKER * workers if workers > 1 else 1
        self._share_bytes = share_bytes
        self._due: deque[Request] = deque()
        self._files = itertools.count()
        self._given: dict[int, dict[int, bytes]] = {}  # File number: the share results that have arrived.

    def add(self, request: Request) -> None:
        """Queue a file, in shares if that is worth it."""
        count = min(self._most_shares, request.size // self._share_bytes)
        is_text = request.charset is not None  # A web page, which is decoded first and so not read in shares.
        if count < 2 or is_text or not has_shares(request.path):
            self._due.append(request)
            return
        file = next(self._files)
        self._given[file] = {}
        self._due.extend(replace(request, share=Share(file, number, count)) for number in range(count))

    def put_back(self, requests: Iterable[Request]) -> None:
        """Queue again the requests that a worker had not begun."""
        self._due.extend(request for request in requests if not self._is_settled(request))

    def next(self) -> Request | None:
        """The next request to hand out."""
        return self._due.popleft() if self._due else None

    def answered(self, request: Request, answer: Result | bytes) -> tuple[Path, Result] | None:
        """The file's result; None if another request will bring it."""
        share = request.share
        if share is None:
            return request.path, cast("Result", answer)
        if self._is_settled(request):
            return None
        shares: tuple[bytes, ...] = ()
        if isinstance(answer, bytes):
            given = self._given[share.file]
            given[share.number] = answer
            if len(given) < share.of:
                return None
            shares = tuple(given[number] for number in range(share.of))
        # If a share is refused, the file is read as a whole, so that its result does not depend on shares.
        self._settle(share)
        self._due.append(replace(request, share=None, shares=shares))
        return None

    def failed(self, request: Request, verdict: Result) -> tuple[Path, Result] | None:
        """The file's result if reading it has ended a worker; None if it has a result already."""
        if self._is_settled(request):
            return None
        if request.share is not None:
            self._settle(request.share)
        return request.path, verdict

    def _is_settled(self, request: Request) -> bool:
        return request.share is not None and request.share.file not in self._given

    def _settle(self, share: Share) -> None:
        """Forget the file's shares, including those that are queued."""
        del self._given[share.file]
        self._due = deque(request for request in self._due if not self._is_settled(request))
