"""Fetch pages into the spool, and tell by their validators whether they changed. Safe in threads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import httpcore2

from corpus.errors import DocumentUnsupported
from ingest.reading.readers import is_readable, why_not
from ingest.sources.formats import is_plainly, said_suffix, suffix_by_content, type_of
from ingest.sources.found import Fetched
from ingest.sources.http_client import Client, Limits, Response
from ingest.sources.inflate import GZIP, unpack
from ingest.sources.retry_after_gate import RetryAfterGate
from ingest.sources.spool import Spool

MAX_VALIDATOR_CHARS = 256


class Web:
    """Pages as they are now. Close it."""

    def __init__(self, limits: Limits, patience: RetryAfterGate, spool: Spool) -> None:
        self._limits = limits
        self._patience = patience
        self._spool = spool
        self._tls = httpcore2.default_ssl_context()
        self._lock = threading.Lock()
        self._clients: list[Client] = []
        self._idle: list[Client] = []

    def fetch(self, url: str, known: str, *, modified_ns: int = 0) -> Fetched | None:
        """What a normalised URL holds, named by its type; None where it is as it was under the validator `known`.

        `modified_ns` is when it changed, if somebody said so. Raises DocumentError.
        """
        path = self._spool.new()
        try:
            with self._client() as client:
                got = client.get(url, path, asking=_conditions(known), accept=_refuse_unreadable)
                if got.status != 304:
                    return self._fetched(path, got, modified_ns, client.keep_on)
        except BaseException:
            self._spool.drop(path)
            raise
        self._spool.drop(path)
        return None

    def abort(self) -> None:
        """Interrupt what other threads are waiting for."""
        self._patience.stop.set()
        for client in list(self._clients):
            client.abort()

    def close(self) -> None:
        for client in self._clients:
            client.close()

    @contextmanager
    def _client(self) -> Iterator[Client]:
        with self._lock:
            if self._idle:
                client = self._idle.pop()
            else:
                client = Client(self._limits, self._patience, self._tls)
                self._clients.append(client)
        try:
            yield client
        finally:
            self._idle.append(client)

    def _fetched(self, path: Path, got: Response, modified_ns: int, keep_on: Callable[[], object]) -> Fetched:
        with path.open("rb") as file:
            is_packed = file.read(2) == GZIP
        name = _name_of(got.url)
        if is_packed:
            unpack(path, max_bytes=self._limits.max_bytes, keep_on=keep_on)
            name = name.removesuffix(".gz")
        media_type, charset = type_of(got.headers.get("content-type", ""))
        suffix = said_suffix(media_type, name)
        if suffix in {None, ".html", ".txt"}:
            suffix = is_plainly(path) or suffix or suffix_by_content(path)
        _refuse(f"page{suffix}")
        return Fetched(
            path=self._spool.named(path, f"page{suffix}"),
            validator=_validator_of(got),
            modified_ns=modified_ns or _last_modified_ns(got) or time.time_ns(),
            charset=charset if media_type.startswith("text/") else None,
            led_to=got.url,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """See Remote."""

    web: Web
    url: str
    modified_ns: int = 0

    def fetch(self, known: str) -> Fetched | None:
        return self.web.fetch(self.url, known, modified_ns=self.modified_ns)


def _refuse_unreadable(got: Response) -> None:
    """Before the content is read: a film need not be downloaded to be refused."""
    suffix = said_suffix(type_of(got.headers.get("content-type", ""))[0], _name_of(got.url))
    if suffix is not None:
        _refuse(f"page{suffix}")


def _refuse(name: str) -> None:
    if not is_readable(Path(name)):
        raise DocumentUnsupported(why_not(Path(name)))


def _name_of(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name


def _conditions(known: str) -> dict[str, str]:
    if not known:
        return {}
    etag, last_modified = json.loads(known)
    return ({"If-None-Match": etag} if etag else {}) | ({"If-Modified-Since": last_modified} if last_modified else {})


def _validator_of(got: Response) -> str:
    validators = [got.headers.get(name, "") for name in ("etag", "last-modified")]
    kept = [value if len(value) <= MAX_VALIDATOR_CHARS else "" for value in validators]
    return json.dumps(kept) if any(kept) else ""


def _last_modified_ns(got: Response) -> int:
    try:
        moment = parsedate_to_datetime(got.headers.get("last-modified", ""))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(int(aware.timestamp()) * 10**9, 0)
    except (ValueError, OverflowError):
        return 0
