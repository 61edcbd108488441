"""The life of a Lambda: what is prepared before the first request, and again after each restore by SnapStart.

https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import logging
import random
from collections.abc import Callable
from pathlib import Path

from starlette.types import Message

from corpus.embedding.choice import query_embedder_of
from corpus.errors import CorpusError
from corpus.loading import load
from handler.access.key_sources import read_keys, read_oauth, signer_of, with_openai_key
from handler.framework import FastAPI
from handler.routes.action import Action
from handler.settings import HandlerSettings

logger = logging.getLogger("handler")

# Where `make lambda` puts a bundled snapshot.
BUNDLE = Path(__file__).parents[1] / "snapshot"


def lambda_settings(bundle: Path = BUNDLE) -> HandlerSettings:
    """The settings with secrets read by their names; a bundled snapshot serves where no other corpus is named.

    Raises SettingsError.
    """
    settings = with_openai_key(load(HandlerSettings))
    named = settings.model_fields_set & {"snapshot_url", "chroma_url", "chroma_path"} or settings.several
    if not named and bundle.is_dir():
        return settings.model_copy(update={"snapshot_url": str(bundle)})
    return settings


def make_ready(app: FastAPI) -> None:
    """Open a snapshot before the first request. What is wrong with it is logged, and each request tries again.

    Of several corpora each is opened when it is asked for.
    """
    action, library = _action(app), app.state.library.only()
    action.search_request.model_rebuild()  # Otherwise put off until it is needed.
    if library is not None and action.settings.snapshot_url is None:
        return
    try:
        if library is not None:
            with library.corpus() as corpus:
                corpus.embedder.prepare()
    except CorpusError as error:
        logger.error("not_ready", extra={"fields": {"error": error.code, "detail": str(error)}})  # noqa: TRY400 - a fact
    asyncio.run(_ask_itself(app))


async def _ask_itself(app: FastAPI) -> None:
    """Send ourselves one request, so that what the framework imports and builds at its first is there."""
    headers = [(b"host", b"localhost")]
    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/healthz",
        "raw_path": b"/healthz",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        """Nobody reads the response."""

    await app(scope, receive, send)


def register_hooks(app: FastAPI, settings_now: Callable[[], HandlerSettings]) -> bool:
    """Have SnapStart call us, if this process runs under it. Returns whether it does."""
    try:
        # Exists only in the Lambda runtime.
        from snapshot_restore_py import register_after_restore, register_before_snapshot
    except ImportError:
        return False
    register_before_snapshot(before_snapshot)
    register_after_restore(after_restore, app, settings_now)
    return True


def before_snapshot() -> None:
    """Leave nothing in the snapshot that lives on only by chance, such as a connection that nobody uses any more."""
    gc.collect()


def after_restore(app: FastAPI, settings_now: Callable[[], HandlerSettings]) -> None:
    """Many environments come from one snapshot: each gets randomness of its own, and secrets as they are now."""
    random.seed()
    action = _action(app)
    if not action.settings.has_named_secrets:
        return
    try:
        settings = settings_now()
        keys = read_keys(settings)
        signer = signer_of(settings, keys)
        oauth = read_oauth(settings, keys)
        app.state.action = dataclasses.replace(action, settings=settings, keys=keys, signer=signer, oauth=oauth)
        # Of several corpora none is open yet; each is opened with the settings of that moment.
        if (library := app.state.library.only()) is not None:
            with library.corpus() as corpus:
                corpus.embedder = query_embedder_of(corpus.store.record, settings)
    except CorpusError as error:
        # What was known when the snapshot was taken may still work.
        logger.error("secrets_not_read", extra={"fields": {"error": error.code, "detail": str(error)}})  # noqa: TRY400


def _action(app: FastAPI) -> Action:
    action = app.state.action
    if not isinstance(action, Action):
        raise TypeError("create_app has not wired this app.")
    return action
