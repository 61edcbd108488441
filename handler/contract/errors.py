"""What a caller is told when it did not work: flat JSON with a stable code. Never a stack trace, host name or key."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from corpus import errors
from corpus.answer import to_json
from handler.contract.jsonrpc import INTERNAL_ERROR, INVALID_REQUEST, RequestId, RpcError, error_body

POST_ALONE = "/mcp takes POST alone, one JSON-RPC message each: there is no stream to open and no session to end."


class ActionError(Exception):
    """An answer that is an error. `code` is stable; `message` says what is wrong and what to send instead."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def error_response(error: ActionError, *, request_id: str) -> Response:
    """The error as it is sent."""
    body = {"error": error.code, "message": error.message, "request_id": request_id}
    return json_response(body, status=error.status, headers=error.headers)


def refusal(path: str, error: ActionError, *, request_id: str) -> Response:
    """The error in the form of the endpoint: JSON-RPC at /mcp, flat JSON elsewhere."""
    # A stage's name may come before it.
    if path.rstrip("/").endswith("/mcp"):
        if error.status == 405:
            error = ActionError(405, error.code, POST_ALONE, headers=error.headers)
        return rpc_response(None, rpc_error(error, request_id=request_id), status=error.status, headers=error.headers)
    return error_response(error, request_id=request_id)


def rpc_error(error: ActionError, *, request_id: str) -> RpcError:
    """The error in JSON-RPC's form: whose fault it was, and our own code as data."""
    code = INVALID_REQUEST if error.status < 500 and error.status != 429 else INTERNAL_ERROR
    return RpcError(code, error.message, data={"error": error.code, "request_id": request_id})


def rpc_response(
    identifier: RequestId | None, error: RpcError, *, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON-RPC error as it is sent."""
    return json_response(error_body(identifier, error), status=status, headers=headers)


def json_response(payload: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The payload exactly as `to_json` writes it, so that lengths counted with it hold on the wire."""
    return Response(to_json(payload).encode(), status, dict(headers or {}), media_type="application/json")


LATER = "This is a temporary fault on the server's side: the same request may work in a few seconds."
OPERATOR = "The request is fine; whoever runs this server has to repair it. Trying again will not help now."

# What the caller may know of each fault. The error's own message may name hosts and settings: it goes to the log.
UPSTREAM: Mapping[type[errors.CorpusError], tuple[int, str]] = {
    errors.EmbeddingRateLimited: (503, f"The embedding service is receiving too many requests. {LATER}"),
    errors.EmbeddingTimeout: (504, f"The embedding service did not answer in time. {LATER}"),
    errors.EmbeddingUnavailable: (503, f"The embedding service is not available. {LATER}"),
    errors.EmbeddingUnauthorized: (502, f"The embedding service refused the server's own key. {OPERATOR}"),
    errors.EmbeddingModelUnknown: (502, f"The embedding service does not know the model. {OPERATOR}"),
    errors.EmbeddingQuotaExceeded: (502, f"The server's account with the embedding service is used up. {OPERATOR}"),
    errors.EmbeddingReplyInvalid: (502, f"The embedding service gave an unusable reply. {LATER}"),
    errors.EmbeddingInputInvalid: (502, "The embedding service refused this query's text. Word it differently."),
    errors.StoreUnavailable: (503, f"The document store is not available. {LATER}"),
    errors.CollectionMissing: (503, f"No documents have been stored yet. {OPERATOR}"),
    errors.SnapshotMissing: (503, f"No documents have been published yet. {OPERATOR}"),
    errors.SnapshotUnavailable: (503, f"The place of the published documents is not available. {LATER}"),
    errors.SnapshotError: (503, f"The published documents cannot be used. {OPERATOR}"),
    errors.CollectionBusy: (503, f"The documents are being replaced. {LATER}"),
    errors.LexicalIndexUnusable: (503, "Search by words alone is not available here. Leave mode out."),
    errors.StoreError: (502, f"The document store refused the server. {OPERATOR}"),
    errors.ModelFilesInvalid: (503, f"The server's embedding model is not there. {OPERATOR}"),
    errors.SettingsError: (503, f"The server's settings do not fit the stored documents. {OPERATOR}"),
    errors.CollectionMismatch: (503, f"The stored documents do not fit the server's settings. {OPERATOR}"),
}
RETRY_AFTER_SECONDS = 5
MAX_RETRY_AFTER_SECONDS = 60


def upstream_error(error: errors.CorpusError, *, corpora: str = "") -> ActionError:
    """The answer for a fault behind the handler, with the names of the corpora that were asked where they have any."""
    known = next((kind for kind in type(error).__mro__ if kind in UPSTREAM), None)
    status, message = UPSTREAM[known] if known is not None else (500, f"Something failed in the server. {OPERATOR}")
    if corpora and not isinstance(error, errors.EmbeddingError):
        message = f"{corpora}: {message}"
    headers = {}
    if error.retryable:
        asked = error.retry_after if isinstance(error, errors.EmbeddingError) else None
        seconds = RETRY_AFTER_SECONDS if asked is None else min(max(asked, 1), MAX_RETRY_AFTER_SECONDS)
        headers["Retry-After"] = str(round(seconds))
    return ActionError(status, error.code, message, headers=headers)
