"""Clients of Chroma: embedded, of a server, of Chroma Cloud; and of its engine alone, for those who only read.

chromadb is imported when a client of it is made, not before: that takes longer than everything else that a reader
needs.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from corpus.errors import CollectionMissing
from corpus.settings import CorpusSettings, target_kind
from corpus.store.cloud import CloudClient
from corpus.store.engine import DEFAULT_DATABASE, DEFAULT_TENANT, EngineClient
from corpus.store.errors import asked_again, is_chromas, none_where, translated
from corpus.store.isolated_import import import_chromadb, seal_http

SERVER_SECONDS = 15.0
REMAKING = ".remaking"  # Suffix of a collection that is about to replace the one of that name.
ATTEMPTS = 3  # Marks a collection that is being rebuilt.
PAUSES = (0.1, 0.2)  # Raised while another process creates the store's tables.
_MADE_BESIDE = re.compile("table [a-z_]+ already exists|database is locked")  # SQLite's words.

T = TypeVar("T")

_spellings: set[str] = set()
_spelling = threading.Lock()


@dataclass(frozen=True, slots=True)
class Connection:
    """A client and the collection that the settings name."""

    client: Any
    collection: Any

    def close(self) -> None:
        """Close the files or the connection."""
        disconnect(self.client)


def connect(settings: CorpusSettings, *, only_reads: bool = False) -> Any:
    """A client of the settings' target. Raises StoreUnavailable, StoreError."""
    if only_reads and target_kind(settings) == "embedded":
        with translated(settings):
            folder, names = settings.chroma_path.absolute(), (settings.chroma_tenant, settings.chroma_database)
            return _opened(lambda: EngineClient(folder, tenant=names[0], database=names[1]))
    return _chromas(settings)


def _opened(opening: Callable[[], T]) -> T:
    """An embedded store, opened; retried if another process was creating its tables, which confuses Chroma."""
    return asked_again(
        opening,
        pauses=PAUSES,
        passes=lambda error: is_chromas(error, "ChromaError") and _MADE_BESIDE.search(str(error)) is not None,
    )


def _chromas(settings: CorpusSettings) -> Any:
    chromadb = import_chromadb()
    chroma = chromadb.Settings(anonymized_telemetry=False)
    key = settings.chroma_api_key.get_secret_value() if settings.chroma_api_key else None
    names: dict[str, Any] = {
        name: value
        for name, value in (("tenant", settings.chroma_tenant), ("database", settings.chroma_database))
        if value is not None
    }
    with translated(settings), _whose_place_is_there(settings):
        if target_kind(settings) == "embedded":
            settings.chroma_path.mkdir(parents=True, exist_ok=True)
            path = str(settings.chroma_path.absolute())
            # Each time under another spelling of the path, for which chromadb caches no failed client.
            return _opened(lambda: chromadb.PersistentClient(_own_spelling(path), settings=chroma, **names))
        seal_http(proxy=settings.outbound_proxy)
        if target_kind(settings) == "cloud":
            cloud = urlsplit(settings.chroma_cloud_url)
            is_https = cloud.scheme == "https"
            client: Any = CloudClient(
                chromadb.CloudClient(
                    api_key=key,
                    settings=chroma,
                    cloud_host=cloud.hostname,
                    cloud_port=cloud.port or (443 if is_https else 80),
                    enable_ssl=is_https,
                    **names,
                )
            )
        else:
            import httpx

            # Checked first, because chromadb's own client waits for ever.
            headers = _headers(settings, key)
            heartbeat = f"{settings.chroma_url}/api/v2/heartbeat"
            with httpx.Client(trust_env=False, proxy=settings.outbound_proxy, timeout=SERVER_SECONDS) as asking:
                asking.get(heartbeat, headers=headers).raise_for_status()
            url = urlsplit(settings.chroma_url or "")
            client = chromadb.HttpClient(
                host=settings.chroma_url or "",
                port=url.port or (443 if url.scheme == "https" else 80),
                ssl=url.scheme == "https",
                headers=headers,
                settings=chroma,
                **names,
            )
    client._server._session.timeout = SERVER_SECONDS
    return client


def _headers(settings: CorpusSettings, key: str | None) -> dict[str, str]:
    headers = {"x-chroma-token": key} if key else {}
    if settings.chroma_authorization:
        headers["authorization"] = settings.chroma_authorization.get_secret_value()
    return headers


@contextlib.contextmanager
def _whose_place_is_there(settings: CorpusSettings) -> Iterator[None]:
    """Make a client, which looks for its tenant and database. Raises CollectionMissing that names them."""
    try:
        yield
    except Exception as error:
        if not is_chromas(error, "NotFoundError"):
            raise
        place = f"database {settings.chroma_database or DEFAULT_DATABASE!r} of tenant "
        place += repr(settings.chroma_tenant or DEFAULT_TENANT)
        if target_kind(settings) == "embedded":
            raise CollectionMissing(
                f"The store in {settings.chroma_path} has no {place}. Unset CHROMA_DATABASE and CHROMA_TENANT: an "
                "embedded store needs neither."
            ) from error
        raise CollectionMissing(
            f"{settings.target}: there is no {place}. Check CHROMA_DATABASE and CHROMA_TENANT, or have it made there."
        ) from error


def disconnect(client: Any) -> None:
    """Close the files or the connection."""
    if isinstance(client, EngineClient):
        client.close()
        return
    sessions = [getattr(part._server, "_session", None) for part in (client, client._admin_client)]
    with translated():
        path = client.get_settings().persist_directory
        client.close()
        _spellings.discard(path)
        # Chroma's own close leaves the connections of its two HTTP clients open.
        for session in filter(None, sessions):
            session.close()


def _own_spelling(path: str) -> str:
    """A spelling of the path that nobody else uses: chromadb shares what it opened among all that spell it alike."""
    with _spelling:
        spelled = next(each for count in itertools.count() if (each := path + "/." * count) not in _spellings)
        _spellings.add(spelled)
        return spelled


def collection_of(client: Any, settings: CorpusSettings) -> Any:
    """The collection that the settings name. Closes the client and raises CollectionMissing if it does not exist."""
    with translated(settings):
        found = _found(client, settings)
    if found is None:
        disconnect(client)
        raise missing(settings)
    return found


def _found(client: Any, settings: CorpusSettings) -> Any:
    """The collection; if its index is being rebuilt, or a run was killed doing so, the one that replaces it."""
    name = settings.chroma_collection
    for _ in range(ATTEMPTS if target_kind(settings) == "embedded" else 1):
        found = _named(client, name)
        if found is None and target_kind(settings) == "embedded":
            found = _named(client, remade_name(name))
        if found is not None:
            return found
    return None


def remade_name(name: str) -> str:
    """The name of a collection until it replaces another."""
    return f"{name[:500]}{REMAKING}"


def _named(client: Any, name: str) -> Any:
    if isinstance(client, EngineClient):
        return client.collection(name)
    return none_where(lambda: client.get_collection(name, embedding_function=None), "NotFoundError")


def missing(settings: CorpusSettings) -> CollectionMissing:
    """The error for a target in which nothing is stored."""
    return CollectionMissing(
        f"Nothing is stored in {settings.target}. Run `ingest add PATH` first, or check CHROMA_PATH, CHROMA_URL and "
        "CHROMA_COLLECTION."
    )
