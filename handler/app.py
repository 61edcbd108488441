"""The HTTP app, wired from settings and a way to open the corpus. Importing this does no work and opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from corpus.canary import canary_choice
from corpus.errors import CorpusError, SettingsError
from handler.access.aws import DynamoCounter
from handler.access.caller_addresses import parse_networks
from handler.access.cors import Cors
from handler.access.key_sources import read_keys, read_oauth, signer_of
from handler.access.rate_limit import Limiter, MemoryCounter, parse_rate
from handler.authorization import Gate
from handler.contract.deployment_url import PathPrefix
from handler.contract.errors import ActionError, error_response, refusal
from handler.corpora.entries import read_corpora, settings_of
from handler.corpora.libraries import Libraries
from handler.framework import FastAPI, TelemetryConfig
from handler.mcp import http as mcp
from handler.observing.audit_trail import Audit
from handler.observing.middleware import Observe
from handler.observing.pseudonyms import Pseudonyms
from handler.route_access import add_routes, check_doors, lets_in_itself, without_key
from handler.routes import cite, documents, oauth, playground, plugin, search, site
from handler.routes.action import Action, admit, trace_of
from handler.routes.fault import fault_of
from handler.settings import HandlerSettings

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus

# Longer than every request. Fetching a snapshot may take longer still, but S3 has limits of its own.
OPENING_SECONDS = 60.0
# FastAPI's own would report to whatever the environment names what was asked, with the text of an exception.
NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)


def create_app(settings: HandlerSettings, open_corpus: Callable[[HandlerSettings], Corpus]) -> FastAPI:
    """The app. Opens nothing; raises SettingsError when nobody could ever be let in."""
    keys = read_keys(settings)
    if settings.auth == "keys" and settings.oauth_issuers:
        raise SettingsError("OAUTH_ISSUERS is set, and AUTH lets in by keys alone: set AUTH=oauth or AUTH=keys+oauth.")
    if settings.auth == "keys" and not keys:
        raise SettingsError(
            "API_KEYS is empty, so nobody could call. Make a key with `handler key NAME` and put its entry there, or "
            "set AUTH=none to serve everybody without a key."
        )
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, telemetry=NO_TELEMETRY)
    filterable = settings.filter_fields
    library = Libraries(
        read_corpora(settings),
        # As they are at that time: SnapStart has secrets read anew.
        lambda entry: open_corpus(settings_of(entry, app.state.action.settings)),
        fields=filterable,
        opening_seconds=None if settings.snapshot_url else OPENING_SECONDS,
        most_mb=settings.memory_mb,
    )
    # For code that opens and closes them. Routes use the gate.
    app.state.library = library
    app.state.action = Action(
        settings=settings,
        keys=keys,
        gate=Gate(
            library,
            by_documents=settings.access == "documents",
            by_claims=settings.names_corpora,
            patience_seconds=settings.corpora_patience_seconds,
            canary=canary_choice(settings.snapshot_canary) if settings.snapshot_canary else None,
        ),
        filterable=filterable,
        limiter=_limiter(settings),
        signer=signer_of(settings, keys),
        oauth=read_oauth(settings, keys),
        trusted_proxies=parse_networks(settings.trusted_proxies),
    )

    for router in (search.router, documents.router, plugin.router):
        add_routes(app, router, door=admit)
    for router in (mcp.router, cite.router):
        add_routes(app, router, door=lets_in_itself)
    public = [site.router]
    public += [oauth.router] if settings.takes_tokens else []
    public += [playground.router] if settings.playground else []
    for router in public:
        add_routes(app, router, door=without_key)
    check_doors(app)

    # The last one added is the outermost.
    app.add_middleware(Cors, origins=settings.origins, key_header=settings.api_key_header)
    app.add_middleware(PathPrefix, public_url=settings.public_url)
    app.add_middleware(
        Observe,
        deadline_seconds=settings.deadline_seconds,
        metrics_namespace=settings.metrics_namespace,
        pseudonyms=_pseudonyms(settings),
        audit=audit_of(settings),
    )
    app.add_exception_handler(ActionError, _answer_action_error)
    app.add_exception_handler(CorpusError, _answer_corpus_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    return app


def audit_of(settings: HandlerSettings) -> Audit | None:
    """The audit trail, if it is wanted."""
    return Audit(_pseudonyms(settings)) if settings.audit == "on" else None


def _pseudonyms(settings: HandlerSettings) -> Pseudonyms:
    return Pseudonyms(settings.audit_hash.get_secret_value() if settings.audit_hash is not None else None)


def _limiter(settings: HandlerSettings) -> Limiter | None:
    if settings.rate_limit is None:
        return None
    counter = DynamoCounter(settings.rate_limit_table) if settings.rate_limit_table else MemoryCounter()
    return Limiter(parse_rate(settings.rate_limit), counter)


async def _answer_action_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ActionError):
        raise TypeError("This answers ActionError alone.") from error
    return refusal(request.url.path, error, request_id=trace_of(request).request_id)


async def _answer_corpus_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, CorpusError):
        raise TypeError("This answers CorpusError alone.") from error
    trace = trace_of(request)
    return error_response(fault_of(error, trace), request_id=trace.request_id)


async def _answer_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError("This answers HTTPException alone.") from error
    known = {
        404: ("not_found", "There is nothing at this path. /openapi.json lists what there is."),
        405: ("method_not_allowed", "This path does not take this method. /openapi.json lists what it takes."),
    }
    code, message = known.get(error.status_code, ("http_error", str(error.detail)))
    return await _answer_action_error(request, ActionError(error.status_code, code, message, headers=error.headers))
