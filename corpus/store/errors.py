"""Chroma's exceptions as ours. Nothing of chromadb's leaves the modules that use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from chromadb.errors import (
    AuthorizationError,
    ChromaAuthError,
    ChromaError,
    InvalidArgumentError,
    InvalidDimensionException,
    NotFoundError,
)

from corpus.errors import CollectionMissing, CorpusError, StoreError, StoreUnavailable
from corpus.settings import CorpusSettings


@contextlib.contextmanager
def translated(settings: CorpusSettings | None = None) -> Iterator[None]:
    """Run what talks to Chroma. Raises StoreError."""
    where = settings.target if settings else "the store"
    try:
        yield
    except CorpusError:
        raise
    except NotFoundError as error:
        raise CollectionMissing(f"The collection or database in {where} is gone. Ingest again.") from error
    except (ChromaAuthError, AuthorizationError) as error:
        raise StoreError(f"Chroma refused the key for {where}. Set CHROMA_API_KEY to one that may use it.") from error
    except (InvalidArgumentError, InvalidDimensionException) as error:
        raise StoreError(f"Chroma refused what it was given: {error}") from error
    except ChromaError as error:
        raise StoreUnavailable(f"Chroma cannot use {where}: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"Chroma cannot use {where}: {error.strerror or error}") from error
    except (UnicodeError, TypeError) as error:
        raise StoreError(f"Chroma refused what it was given: {error}") from error
    except Exception as error:
        # chromadb raises bare Exception, and httpx's own, from its HTTP client.
        raise StoreUnavailable(f"Chroma cannot be reached at {where}. Check that it runs and CHROMA_URL.") from error
