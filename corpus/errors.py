"""Every error that this project raises on purpose. Messages name the thing and the way out; none holds a secret.

CorpusError
├── SettingsError               a setting is wrong or missing
│   └── NothingFound            no file matched what was named
├── DocumentError               one document could not be taken; the others can
│   ├── DocumentMissing         no such file
│   ├── DocumentUnreadable      damaged, encrypted, or not what its name says
│   ├── DocumentEmpty           nothing in it that could be found
│   └── DocumentUnsupported     a type that is not read
├── EmbeddingError
│   ├── EmbeddingUnauthorized   the key is wrong, or may not use the model
│   ├── EmbeddingModelUnknown   the endpoint does not know the model
│   ├── EmbeddingQuotaExceeded  the account has no money left
│   ├── EmbeddingRateLimited    too many requests; later it works
│   ├── EmbeddingUnavailable    the endpoint is away or broken; later it may work
│   ├── EmbeddingTimeout        no answer before the deadline
│   ├── EmbeddingReplyInvalid   the endpoint answered, but not with the vectors asked for
│   ├── EmbeddingInputInvalid   the endpoint refused the input
│   └── ModelFilesInvalid       the local model's files are missing or not the ones expected
├── ClusterUnavailable          Ray cannot be reached, or lost what it was at; later it may work
├── GateRefused                 a new version answers worse than the one that is served
├── RerankUnavailable           the reranker cannot be asked; search answers without it
└── StoreError
    ├── StoreRefused            Chroma takes this for wrong, however often it is given
    ├── StoreUnavailable        Chroma cannot be reached or opened; later it may work
    ├── CollectionBusy          another ingest is writing to it; later it works
    ├── CollectionMissing       nothing was ingested under that name
    ├── CollectionMismatch      the collection was made otherwise than the settings ask for
    ├── LexicalIndexUnusable    the index of terms is missing, damaged, or of another version; it can be rebuilt
    └── SnapshotError
        ├── SnapshotMissing     nothing was published there, or not that version
        ├── SnapshotInvalid     damaged, half there, or not a snapshot of this project
        ├── SnapshotTooLarge    more than the space for it
        ├── SnapshotUnavailable its place cannot be reached or used; later it may work
        └── SnapshotConflict    somebody else published at the same time and was first
"""

from __future__ import annotations


class CorpusError(Exception):
    """The root. `code` is stable and for machines; `retryable` says whether the same call may work later."""

    code = "corpus_error"
    retryable = False


class SettingsError(CorpusError):
    code = "settings_invalid"


class NothingFound(SettingsError):
    pass


class DocumentError(CorpusError):
    code = "document_error"


class DocumentMissing(DocumentError):
    code = "document_missing"


class DocumentUnreadable(DocumentError):
    code = "document_unreadable"


class DocumentEmpty(DocumentError):
    code = "document_empty"


class DocumentUnsupported(DocumentError):
    code = "document_unsupported"


class EmbeddingError(CorpusError):
    """`retry_after` is in seconds, None where the endpoint did not say; `status` is HTTP's, None without an answer.

    `retryable`, where given, is the endpoint's own word on it.
    """

    code = "embedding_error"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        retryable: bool | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        if retryable is not None:
            self.retryable = retryable


class EmbeddingUnauthorized(EmbeddingError):
    code = "embedding_unauthorized"


class EmbeddingModelUnknown(EmbeddingError):
    code = "embedding_model_unknown"


class EmbeddingQuotaExceeded(EmbeddingError):
    code = "embedding_quota_exceeded"


class EmbeddingRateLimited(EmbeddingError):
    code = "embedding_rate_limited"
    retryable = True


class EmbeddingUnavailable(EmbeddingError):
    code = "embedding_unavailable"
    retryable = True


class EmbeddingTimeout(EmbeddingError):
    code = "embedding_timeout"
    retryable = True


class EmbeddingReplyInvalid(EmbeddingError):
    code = "embedding_reply_invalid"


class EmbeddingInputInvalid(EmbeddingError):
    code = "embedding_input_invalid"


class ModelFilesInvalid(EmbeddingError):
    code = "model_files_invalid"


class ClusterUnavailable(CorpusError):
    code = "cluster_unavailable"
    retryable = True


class GateRefused(CorpusError):
    code = "gate_refused"


class RerankUnavailable(CorpusError):
    code = "rerank_unavailable"
    retryable = True


class StoreError(CorpusError):
    code = "store_error"


class StoreRefused(StoreError):
    code = "store_refused"


class StoreUnavailable(StoreError):
    code = "store_unavailable"
    retryable = True


class CollectionBusy(StoreError):
    code = "collection_busy"
    retryable = True


class CollectionMissing(StoreError):
    code = "collection_missing"


class CollectionMismatch(StoreError):
    code = "collection_mismatch"


class SnapshotError(StoreError):
    code = "snapshot_error"


class SnapshotMissing(SnapshotError):
    code = "snapshot_missing"


class SnapshotInvalid(SnapshotError):
    code = "snapshot_invalid"


class SnapshotTooLarge(SnapshotError):
    code = "snapshot_too_large"


class SnapshotUnavailable(SnapshotError):
    code = "snapshot_unavailable"
    retryable = True


class SnapshotConflict(SnapshotError):
    code = "snapshot_conflict"


class LexicalIndexUnusable(StoreError):
    code = "lexical_index_unusable"
