"""What a collection remembers of how it was made. Whoever opens it obeys this; a contradiction is an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.errors import CollectionMismatch
from corpus.settings import AUTO, CorpusSettings

FORMAT = 1
METRIC = "cosine"
# The version of how documents' records are written. Where they were written otherwise, `ingest add` reads each file
# once more and mends what is stored; nothing is embedded again.
RECORDS = 2
RECORDS_FIELD = "records"
# How ingest tells whose document it is, of which year and kind, and what its tables are. What was stored by other rules
# is read again once.
SUBJECTS = 3
SUBJECTS_FIELD = "subjects"
NONE = "(nothing)"
PROMPTS = ("query_prefix", "passage_prefix", "input_types")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What goes to the model with a text of one kind: `prefix` before it, `input_type` beside it if there is one."""

    prefix: str = ""
    input_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRecord:
    """`dimensions` is the vectors' length; `shortened` says that the endpoint was asked for fewer than its own.

    `chunk_tokens` and `chunk_overlap` are in tokens of `tokenizer`. `query_prefix` and `passage_prefix` go before what
    is embedded; `input_types` is the field `input_type` of both, with a comma between.
    """

    embedding_model: str
    dimensions: int
    shortened: bool
    tokenizer: str
    chunk_tokens: int
    chunk_overlap: int
    query_prefix: str = ""
    passage_prefix: str = ""
    input_types: str = ""

    @property
    def question(self) -> Prompt:
        """The prompt for a question."""
        return Prompt(self.query_prefix, self.input_types.partition(",")[0])

    @property
    def passage(self) -> Prompt:
        """The prompt for a chunk."""
        return Prompt(self.passage_prefix, self.input_types.partition(",")[2])

    def to_metadata(self) -> dict[str, str | int | bool]:
        """The record as Chroma keeps it."""
        return {
            "format": FORMAT,
            "metric": METRIC,
            "embedding_model": self.embedding_model,
            "dimensions": self.dimensions,
            "shortened": self.shortened,
            "tokenizer": self.tokenizer,
            "chunk_tokens": self.chunk_tokens,
            "chunk_overlap": self.chunk_overlap,
            **{name: value for name in PROMPTS if (value := getattr(self, name))},
        }


def record_from_metadata(name: str, metadata: Mapping[str, object] | None, space: object) -> CollectionRecord:
    """Read it back. Raises CollectionMismatch for a collection that this project did not make."""
    found = metadata or {}
    if "format" not in found:
        raise CollectionMismatch(
            f"Collection {name!r} was made by another program, such as LangChain or LlamaIndex: it does not say which "
            f"model its vectors are of. It is left as it is. "
            f"`ingest adopt {name} --model MODEL --collection OURS` takes it over into one of ours without embedding "
            "again; or name another with CHROMA_COLLECTION."
        )
    if found["format"] != FORMAT:
        raise CollectionMismatch(
            f"Collection {name!r} was not made by this version of ingest (format {found['format']!r}, "
            f"expected {FORMAT}). Name another with CHROMA_COLLECTION, or ingest into a new one."
        )
    if found.get("metric") != METRIC or space != METRIC:
        raise CollectionMismatch(
            f"Collection {name!r} measures by {space!r} but its record says {found.get('metric')!r}; "
            f"scores need {METRIC!r}. Ingest into a new collection."
        )
    try:
        return CollectionRecord(
            embedding_model=str(found["embedding_model"]),
            dimensions=_whole(found["dimensions"]),
            shortened=bool(found["shortened"]),
            tokenizer=str(found["tokenizer"]),
            chunk_tokens=_whole(found["chunk_tokens"]),
            chunk_overlap=_whole(found["chunk_overlap"]),
            **{name: str(found.get(name, "")) for name in PROMPTS},
        )
    except (KeyError, ValueError) as error:
        raise CollectionMismatch(
            f"Collection {name!r} has a damaged record ({error}). Ingest into a new collection."
        ) from None


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a whole number")  # noqa: TRY004 - the caller speaks of values
    return value


def check_settings(record: CollectionRecord, settings: CorpusSettings) -> None:
    """Raise CollectionMismatch if the settings explicitly ask for something that the collection is not."""
    for variable, configured, stored in (
        ("EMBEDDING_MODEL", settings.embedding_model, record.embedding_model),
        ("EMBEDDING_DIMENSIONS", settings.embedding_dimensions, record.dimensions),
        ("CHUNK_TOKENS", settings.chunk_tokens, record.chunk_tokens),
        ("CHUNK_OVERLAP", settings.chunk_overlap, record.chunk_overlap),
        ("EMBEDDING_QUERY_PREFIX", settings.embedding_query_prefix, record.query_prefix or NONE),
        ("EMBEDDING_PASSAGE_PREFIX", settings.embedding_passage_prefix, record.passage_prefix or NONE),
        ("EMBEDDING_INPUT_TYPES", settings.embedding_input_types, record.input_types or NONE),
    ):
        if configured not in {None, AUTO, stored}:
            raise CollectionMismatch(
                f"Collection {settings.chroma_collection!r} was written with {variable}={stored} but the setting is "
                f"{configured}. Set {variable} back or unset it, or ingest into a new collection."
            )


def check_dimensions(record: CollectionRecord, asked: int) -> None:
    """Raise CollectionMismatch if a question's vectors have another number of dimensions than the collection's."""
    if asked != record.dimensions:
        raise CollectionMismatch(
            f"A vector of {asked} dimensions was asked for and the collection's have {record.dimensions}. Check "
            "EMBEDDING_MODEL and EMBEDDING_DIMENSIONS."
        )
