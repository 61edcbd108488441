"""Chooses the embedder that serves a collection. Each kind is imported only when it is chosen: both are heavy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.collection import CollectionRecord, Prompt
from corpus.embedding.endpoint import Endpoint, endpoint_of
from corpus.embedding.lazy import LazyEmbedder
from corpus.embedding.model import Embedder, QueryEmbedder
from corpus.embedding.remote import NATIVE_DIMENSIONS, RemoteEmbedder, RemoteOptions
from corpus.errors import ModelFilesInvalid, SettingsError
from corpus.garbage import no_collecting
from corpus.settings import LOCAL_MODEL, LOCAL_MODELS, CorpusSettings
from corpus.tokens import Cl100kTokenizer

if TYPE_CHECKING:
    from corpus.embedding.local import LocalModel

DEFAULT_CHUNK_TOKENS = 400
MIN_CHUNK_TOKENS = 32


def embedder_for_new_collection(settings: CorpusSettings, *, paid: bool = True) -> Embedder:
    """The embedder that the settings ask for. Raises SettingsError where they cannot be met.

    `paid` False is for who only counts tokens with it: that needs no key.
    """
    dimensions = settings.embedding_dimensions
    return _embedder(
        settings,
        settings.model_for_new_collection,
        dimensions,
        shortened=dimensions is not None,
        prompts=prompts_of(settings),
        paid=paid,
    )


def embedder_of(record: CollectionRecord, settings: CorpusSettings, *, paid: bool = True) -> Embedder:
    """The embedder that the collection was made with. Raises SettingsError where the settings lack its key."""
    return _embedder(
        settings,
        record.embedding_model,
        record.dimensions,
        shortened=record.shortened,
        prompts=(record.question, record.passage),
        paid=paid,
    )


def query_embedder_of(record: CollectionRecord, settings: CorpusSettings) -> QueryEmbedder:
    """The same model for callers that only ask: without what ingesting needs. Raises SettingsError like `embedder_of`.

    If SEARCH_MODE is lexical, the model or its key may be missing until somebody searches by vectors after all.
    """
    if settings.search_mode == "lexical":
        return LazyEmbedder(record, lambda: _query_embedder(record, settings))
    return _query_embedder(record, settings)


def _query_embedder(record: CollectionRecord, settings: CorpusSettings) -> QueryEmbedder:
    prompts = (record.question, record.passage)
    if record.embedding_model in LOCAL_MODELS:
        return _local(record.embedding_model, record.dimensions, prompts)
    return RemoteEmbedder(
        **_options(settings, record.embedding_model, record.dimensions, shortened=record.shortened, prompts=prompts)
    )


def _embedder(
    settings: CorpusSettings,
    model: str,
    dimensions: int | None,
    *,
    shortened: bool,
    prompts: tuple[Prompt, Prompt],
    paid: bool,
) -> Embedder:
    if model in LOCAL_MODELS:
        return _local(model, dimensions, prompts)
    options = _options(settings, model, dimensions, shortened=shortened, prompts=prompts, paid=paid)
    with no_collecting():
        from corpus.embedding.openai import OpenAIEmbedder

    return OpenAIEmbedder(**options)


def _local(model: str, dimensions: int | None, prompts: tuple[Prompt, Prompt]) -> LocalModel:
    try:
        kind, own = _local_kind(model)
    except ImportError as error:
        raise ModelFilesInvalid(
            f"The model {model} is not part of this Lambda package. Build it with LOCAL_MODEL=1, or ingest "
            "into a new collection with another EMBEDDING_MODEL."
        ) from error
    if dimensions not in {None, own}:
        raise SettingsError(f"EMBEDDING_DIMENSIONS is {dimensions} but {model} has {own}. Unset EMBEDDING_DIMENSIONS.")
    if prompts != (Prompt(), Prompt()):
        raise SettingsError(
            f"{model} wants nothing from you with a text. Unset EMBEDDING_QUERY_PREFIX, EMBEDDING_PASSAGE_PREFIX and "
            "EMBEDDING_INPUT_TYPES."
        )
    return kind()


def _local_kind(model: str) -> tuple[Callable[[], LocalModel], int]:
    from corpus.embedding.bert import DIMENSIONS

    if model == LOCAL_MODEL:
        from corpus.embedding.minilm import LocalEmbedder

        return LocalEmbedder, DIMENSIONS
    from corpus.embedding.e5 import MultilingualEmbedder

    return MultilingualEmbedder, DIMENSIONS


def _options(
    settings: CorpusSettings,
    model: str,
    dimensions: int | None,
    *,
    shortened: bool,
    prompts: tuple[Prompt, Prompt],
    paid: bool = True,
) -> RemoteOptions:
    """The options of a RemoteEmbedder."""
    endpoint = endpoint_of(settings) if paid else None
    if paid and endpoint is None:
        raise SettingsError(
            f"The model {model!r} needs OPENAI_API_KEY (or OPENAI_BASE_URL, for an endpoint without keys). "
            f"Set it, or ingest into a new collection with EMBEDDING_MODEL={LOCAL_MODEL}, which needs neither."
        )
    question, passage = prompts
    return {
        "model": model,
        "endpoint": endpoint or Endpoint(),
        "tokenizer": Cl100kTokenizer(),
        "dimensions": dimensions,
        "shortened": shortened,
        "question": question,
        "passage": passage,
        "most_inputs": settings.embedding_batch,
        "proxy": settings.outbound_proxy,
    }


def prompts_of(settings: CorpusSettings) -> tuple[Prompt, Prompt]:
    """The prompts for a question and for a chunk of a new collection."""
    question, _, passage = (settings.embedding_input_types or "").partition(",")
    return Prompt(settings.embedding_query_prefix or "", question), Prompt(
        settings.embedding_passage_prefix or "", passage
    )


def collection_for(embedder: Embedder, settings: CorpusSettings, *, paid: bool = True) -> CollectionRecord:
    """The record of a collection made now. Raises SettingsError where chunks would not fit the model's window.

    A model that nothing is known of is asked for its dimensions; `paid` False leaves them at 0 instead.
    """
    tokens = settings.chunk_tokens or min(DEFAULT_CHUNK_TOKENS, embedder.max_tokens)
    if tokens > embedder.max_tokens:
        raise SettingsError(
            f"CHUNK_TOKENS is {tokens} but {embedder.model} reads at most {embedder.max_tokens}. Set it lower."
        )
    room = tokens - embedder.tokenizer.count(settings.embedding_passage_prefix or "")
    if room < MIN_CHUNK_TOKENS:
        raise SettingsError(
            f"EMBEDDING_PASSAGE_PREFIX leaves {room} of {tokens} tokens to a chunk's text. Shorten it, or set "
            "CHUNK_TOKENS higher."
        )
    overlap = room // 8 if settings.chunk_overlap is None else settings.chunk_overlap
    if overlap * 2 > room:
        raise SettingsError(f"CHUNK_OVERLAP is {overlap}, more than half of a chunk's {room} tokens. Set it lower.")
    return CollectionRecord(
        embedding_model=embedder.model,
        dimensions=embedder.dimensions if paid else settings.embedding_dimensions or native_dimensions(embedder.model),
        shortened=settings.embedding_dimensions is not None and embedder.model not in LOCAL_MODELS,
        tokenizer=embedder.tokenizer.name,
        chunk_tokens=tokens,
        chunk_overlap=overlap,
        query_prefix=settings.embedding_query_prefix or "",
        passage_prefix=settings.embedding_passage_prefix or "",
        input_types=settings.embedding_input_types or "",
    )


def native_dimensions(model: str) -> int:
    """The dimensions known of the model without asking anybody; 0 if none are."""
    if model in LOCAL_MODELS:
        from corpus.embedding.bert import DIMENSIONS

        return DIMENSIONS
    return NATIVE_DIMENSIONS.get(model, 0)
