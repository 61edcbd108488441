"""What `handler mcp` is composed of: the app's parts, stdin and stdout, and a way to open what an answer cites."""

from __future__ import annotations

import sys
import threading

import uvicorn

from handler.app import audit_of
from handler.framework import FastAPI
from handler.mcp.stdio import Stdio, claimed_stdout
from handler.observing.logs import PlainLines, configure
from handler.served import served_app
from handler.server import listen, local_settings, open_early, url_of

LOOPBACK = "127.0.0.1"


def run() -> None:
    """Serve until stdin ends. Raises SettingsError."""
    outgoing = claimed_stdout()
    settings, key_of_this_run = local_settings()
    configure(PlainLines())
    app = served_app(settings)
    library = app.state.library.only()
    # In parallel with the first messages, which need no corpus: a client that has to wait for them gives up.
    threading.Thread(target=open_early, args=(library,), name="open-early", daemon=True).start()
    pages = Pages(app)
    # A handler that serves elsewhere does not know a key made here, and would open none of our links.
    shared = key_of_this_run is None or settings.link_secret is not None
    elsewhere = settings.public_url if shared else None
    audit = audit_of(settings)
    Stdio(app.state.action, lambda: elsewhere or pages.url(), audit=audit).serve(sys.stdin.buffer, outgoing)
    app.state.action.close()


class Pages:
    """The app on a free port of loopback, from the first link on: only a signed link opens anything there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._url: str | None = None

    def url(self) -> str:
        """The URL that links begin with. Raises SettingsError if no port is available."""
        with self._lock:
            if self._url is None:
                listener = listen(LOOPBACK, 0)
                config = uvicorn.Config(
                    self._app, log_config=None, access_log=False, server_header=False, lifespan="off"
                )
                server = uvicorn.Server(config)
                threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="pages", daemon=True).start()
                self._url = url_of(LOOPBACK, listener.getsockname()[1])
            return self._url
