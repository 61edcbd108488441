"""The app as every entry point serves it: over one corpus, or over several that share what they can."""

from __future__ import annotations

from corpus.corpus_opening import Opener, open_corpus
from handler.app import create_app
from handler.framework import FastAPI
from handler.settings import HandlerSettings


def served_app(settings: HandlerSettings) -> FastAPI:
    """The app. Opens nothing; raises SettingsError."""
    if not settings.several:
        return create_app(settings, open_corpus)
    opener = Opener()
    app = create_app(settings, opener)
    opener.make_room = app.state.library.make_room
    return app
