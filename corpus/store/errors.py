"""Chroma's exceptions as ours. None of chromadb's leaves the modules that use it."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from corpus.errors import CollectionMissing, CorpusError, StoreError, StoreRefused, StoreUnavailable
from corpus.settings import CorpusSettings
from corpus.store.chroma_errors import ERRORS
from corpus.urls import without_passwords

T = TypeVar("T")
READ_ONLY = "attempt to write a readonly database"  # SQLite's words.
# A server's, when one client writes the first vectors of a collection while another reads.
UNINDEXED = ("Nothing found on disk", "Error finding id")
UNTIL_INDEXED = (0.1, 0.3, 1.0, 2.0)
_REFUSALS = {401, 403, 407}
# As Chroma Cloud words it, since chroma-core/chroma pull request 3829.
_QUOTA = re.compile(r"Quota exceeded: '([^']+)' exceeded .* exceeds limit of ([0-9]+)", re.DOTALL)
_WHOLE = ("Collection size", "Number of collections", "Number of databases", "Name size", "Embedding")
_ADVICE = {
    "Collection size": "Make a collection that is spread over several, by CHROMA_SPREAD and a new CHROMA_COLLECTION. ",
    "Number of collections": "Use another database, by CHROMA_DATABASE. ",
    "Name size": "Give CHROMA_COLLECTION a shorter name. ",
    "Embedding": "Set EMBEDDING_DIMENSIONS to no more. ",
    "Document size": "Set CHUNK_TOKENS to less in a new collection. ",
    "Size of metadata": "Give the document shorter fields. ",
    "Number of metadata": "Give the document fewer fields. ",
    "Number of where": "Ask with fewer conditions. ",
}


@contextlib.contextmanager
def translated(settings: CorpusSettings | None = None) -> Iterator[None]:
    """Run what talks to Chroma. Raises StoreError."""
    where = settings.target if settings else "the store"
    try:
        yield
    except CorpusError:
        raise
    except OSError as error:
        raise StoreUnavailable(f"Chroma cannot use {where}: {error.strerror or error}. Check CHROMA_PATH.") from error
    except (UnicodeError, TypeError) as error:
        raise _refused(error) from error
    except ValueError as error:
        # Raised by chromadb's own checks of what is written; while it connects, and if no Chroma answers, they mean
        # that instead.
        if settings is not None or isinstance(error, json.JSONDecodeError):
            raise _ours(error, where) from error
        raise _refused(error) from error
    except Exception as error:
        raise _ours(error, where) from error
    except BaseException as error:
        # A panic in the engine, which no handler of Exception would catch.
        if type(error).__name__ != "PanicException":
            raise
        raise StoreUnavailable(f"Chroma's engine failed on {where}: {error}") from error


def _ours(error: Exception, where: str) -> StoreError:
    if is_chromas(error, "NotFoundError"):
        return CollectionMissing(f"What was open in {where} is gone. Run `ingest add PATH` again.")
    if is_chromas(error, "ChromaAuthError", "AuthorizationError"):
        return StoreError(f"Chroma refused the key for {where}. Set CHROMA_API_KEY to one that may use it.")
    if is_chromas(error, "InvalidArgumentError", "QuotaError"):
        return _refused(error)
    if is_chromas(error, "InvalidDimensionException"):
        return StoreError(f"Chroma refused vectors of another length: {error}")
    if (quota := _QUOTA.search(str(error))) is not None:
        return _beyond(quota, where)
    if is_chromas(error, "RateLimitError"):
        return StoreUnavailable(f"{where} takes no more requests at once (Chroma Cloud's quotas). Ask again.")
    if any(READ_ONLY in str(each) for each in _chain(error)):
        return StoreError(
            f"{where} may not be written to, and Chroma's engine writes to each store that it opens, if only to read "
            "it. Let this user write there, or serve what `ingest publish` makes of it, by SNAPSHOT_URL."
        )
    if is_chromas(error, "ChromaError"):
        return StoreUnavailable(f"Chroma cannot use {where}: {without_passwords(str(error))}")
    # chromadb raises bare Exception, and httpx's own, from its HTTP client.
    status = _status_behind(error)
    if status in _REFUSALS:
        return StoreError(
            f"{where} refuses to be asked ({status}). Set CHROMA_API_KEY to a key that it takes, or "
            "CHROMA_AUTHORIZATION where a proxy in front of it wants an Authorization header."
        )
    if status is not None:
        return StoreUnavailable(
            f"Chroma cannot be asked at {where}: the answer is {status}. Check CHROMA_URL, CHROMA_TENANT and "
            "CHROMA_DATABASE, and what stands before it."
        )
    return StoreUnavailable(f"Chroma cannot be reached at {where}. Check that it runs and CHROMA_URL.")


def _beyond(quota: re.Match[str], where: str) -> StoreError:
    """What Chroma Cloud says of a quota, and what to do about it."""
    name, limit = quota.groups()
    advice = next((each for start, each in _ADVICE.items() if name.startswith(start)), "")
    kind = StoreError if name.startswith(_WHOLE) else StoreRefused
    return kind(f"{where} takes no more than {limit} by its quota {name!r}. {advice}Or ask Chroma to raise it.")


def _status_behind(error: BaseException) -> int | None:
    """The HTTP status that caused the error, if any."""
    for behind in _chain(error):
        status = getattr(getattr(behind, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and its causes."""
    behind: BaseException | None = error
    while behind is not None:
        yield behind
        behind = behind.__cause__ or behind.__context__


def _refused(error: Exception) -> StoreRefused:
    return StoreRefused(f"Chroma refused what it was given: {error}")


def none_where(question: Callable[[], T], *names: str) -> T | None:
    """The answer; None if Chroma raises an error of one of those classes."""
    try:
        return question()
    except Exception as error:
        if not is_chromas(error, *names):
            raise
        return None


def asked_again(question: Callable[[], T], *, pauses: Iterable[float], passes: Callable[[Exception], bool]) -> T:
    """The answer; requested again after each of the pauses, in seconds, as long as the error is one that passes."""
    for pause in pauses:
        try:
            return question()
        except Exception as error:
            if not passes(error):
                raise
        time.sleep(pause)
    return question()


def once_indexed(question: Callable[[], T]) -> T:
    """The answer; requested again while a server is about to build the index of a new collection."""
    return asked_again(
        question, pauses=UNTIL_INDEXED, passes=lambda error: any(each in str(error) for each in UNINDEXED)
    )


def is_chromas(error: BaseException, *names: str) -> bool:
    """Whether it is of one of those classes of chromadb.errors, which is not imported unless one was raised."""
    errors = sys.modules.get(ERRORS)
    return errors is not None and isinstance(error, tuple(getattr(errors, name) for name in names))
