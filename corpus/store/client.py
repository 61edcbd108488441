"""Clients of Chroma: embedded, of a server, of Chroma Cloud."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import NotFoundError

from corpus.errors import CollectionMissing
from corpus.settings import CorpusSettings, target_kind
from corpus.store.errors import translated

SERVER_SECONDS = 15.0

_spellings: set[str] = set()
_spelling = threading.Lock()


@dataclass(frozen=True, slots=True)
class Connection:
    """A client and the collection that the settings name."""

    client: Any
    collection: Any

    def close(self) -> None:
        """Let go of the files or the connection."""
        disconnect(self.client)


def connect(settings: CorpusSettings) -> Any:
    """A client of the settings' target. Raises StoreUnavailable, StoreError."""
    chroma = ChromaSettings(anonymized_telemetry=False)
    key = settings.chroma_api_key.get_secret_value() if settings.chroma_api_key else None
    names: dict[str, Any] = {
        name: value
        for name, value in (("tenant", settings.chroma_tenant), ("database", settings.chroma_database))
        if value is not None
    }
    with translated(settings):
        if target_kind(settings) == "embedded":
            settings.chroma_path.mkdir(parents=True, exist_ok=True)
            path = _own_spelling(str(settings.chroma_path.absolute()))
            try:
                return chromadb.PersistentClient(path, settings=chroma, **names)
            except BaseException:
                _spellings.discard(path)
                raise
        if target_kind(settings) == "cloud":
            client: Any = chromadb.CloudClient(api_key=key, settings=chroma, **names)
        else:
            # First, because chromadb's own client waits for ever.
            httpx.get(f"{settings.chroma_url}/api/v2/heartbeat", timeout=SERVER_SECONDS)
            url = urlsplit(settings.chroma_url or "")
            client = chromadb.HttpClient(
                host=settings.chroma_url or "",
                port=url.port or (443 if url.scheme == "https" else 80),
                ssl=url.scheme == "https",
                headers={"x-chroma-token": key} if key else None,
                settings=chroma,
                **names,
            )
    client._server._session.timeout = SERVER_SECONDS
    return client


def disconnect(client: Any) -> None:
    """Let go of the files or the connection."""
    sessions = [getattr(part._server, "_session", None) for part in (client, client._admin_client)]
    with translated():
        path = client.get_settings().persist_directory
        client.close()
        _spellings.discard(path)
        # Chroma's own close leaves the connections of its two HTTP clients open.
        for session in filter(None, sessions):
            session.close()


def _own_spelling(path: str) -> str:
    """The path in words that nobody else uses: chromadb shares what it opened among all that name it alike."""
    with _spelling:
        spelled = next(each for count in itertools.count() if (each := path + "/." * count) not in _spellings)
        _spellings.add(spelled)
        return spelled


def collection_of(client: Any, settings: CorpusSettings) -> Any:
    """The collection that the settings name. Closes the client and raises CollectionMissing where it is not there."""
    with translated(settings):
        try:
            return client.get_collection(settings.chroma_collection, embedding_function=None)
        except NotFoundError:
            disconnect(client)
            raise missing(settings) from None


def missing(settings: CorpusSettings) -> CollectionMissing:
    """What to raise where nothing is stored."""
    return CollectionMissing(
        f"Nothing is stored in {settings.target}. Run `ingest add PATH` first, or check CHROMA_PATH, CHROMA_URL and "
        "CHROMA_COLLECTION."
    )
