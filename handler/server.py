"""`handler serve`: the same app on a socket of this machine, by uvicorn."""

from __future__ import annotations

import contextlib
import shlex
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from pydantic import SecretStr

from corpus.errors import CorpusError, SettingsError
from corpus.loading import load
from corpus.urls import is_loopback, without_passwords
from handler.access.key_sources import read_keys, with_openai_key
from handler.access.keys import make_key
from handler.corpora.entries import names_of
from handler.library import Library
from handler.mcp.clients import configurations, environment_of
from handler.mcp.dispatch import server_info
from handler.observing.logs import PlainLines, configure
from handler.served import served_app
from handler.server_guard import OwnNamesOnly, PatientProtocol
from handler.settings import HandlerSettings

QUESTION = '{"query": "What is this about?"}'


def run(*, host: str, port: int) -> None:
    """Serve until interrupted. Raises SettingsError if it would be open to a network without keys, or has no port."""
    settings, key = local_settings(host)
    if settings.playground is None:
        settings = settings.model_copy(update={"playground": True})
    configure(PlainLines())
    app = served_app(settings)
    is_ready = open_early(app.state.library.only())
    listener = listen(host, port)
    url = url_of(host, listener.getsockname()[1])
    names = names_of(settings)
    _say(f"Corpus: {settings.read_target}" if names is None else f"Corpora: {', '.join(names)}")
    _say(f"Serving on {url}")
    # Addresses pasted elsewhere lead here by the name that others know.
    reached = settings.public_url or url
    if settings.playground:
        # Behind #, which no browser sends; the page removes it from the address.
        _say(f"Page to ask questions by hand: {page_of(url, host, settings.public_url)}/{f'#key={key}' if key else ''}")
    if key is not None:
        _say(f"API key for this run: {key}")
        curl = f"curl {url}/search -H {shlex.quote(f'Authorization: Bearer {key}')} --json {shlex.quote(QUESTION)}"
        _say(f"Try: {curl}")
    _say(f"MCP: {reached}/mcp")
    shown = (key or "YOUR_KEY") if settings.takes_keys else None
    command = str(Path(sys.executable).with_name("handler"))
    for line in configurations(
        f"{reached}/mcp",
        shown,
        signs_in=settings.takes_tokens,
        name=server_info(settings)["name"],
        command=command,
        environment=environment_of(settings),
    ):
        _say(f"  {line}")
    _say(f"{'Ready' if is_ready else 'Each question looks for the corpus again'}. Ctrl-C stops it.")
    config = uvicorn.Config(
        OwnNamesOnly(app, names=_names(settings, host)) if is_loopback(host) else app,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        # Not left to uvicorn's own variables: whose forwarding headers to trust, and how many processes to run.
        proxy_headers=False,
        forwarded_allow_ips="",
        workers=1,
    )
    # uvicorn raises it again once everything is closed: serving ends by being stopped.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    app.state.action.close()


def _names(settings: HandlerSettings, host: str) -> list[str]:
    """The names by which the server may be addressed, besides those of loopback."""
    public = urlsplit(settings.public_url or "").hostname
    return [host, *([public] if public else [])]


def local_settings(host: str = "127.0.0.1") -> tuple[HandlerSettings, str | None]:
    """The settings, and the key that was made for this run where they have none and only this machine can call.

    Raises SettingsError where it would stand open to a network.
    """
    settings = load(HandlerSettings)
    key = None
    if settings.auth == "keys" and not read_keys(settings):
        if not is_loopback(host):
            raise SettingsError(
                f"{host} can be reached from other machines and API_KEYS is empty. Make a key with `handler key NAME` "
                "and put its entry into API_KEYS, or set AUTH=none to serve everybody without a key."
            )
        key, entry = make_key("this-run")
        settings = load(HandlerSettings, api_keys=SecretStr(str(entry)))
    return with_openai_key(settings), key


def open_early(library: Library | None) -> bool:
    """So that the first question does not wait. What is missing now may be there when it is asked. None: of several
    corpora each is opened when it is asked for.
    """
    if library is None:
        return True
    try:
        with library.corpus() as corpus:
            corpus.embedder.prepare()
    except CorpusError as error:
        _say(f"Not ready to answer yet: {error}")
        return False
    return True


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises SettingsError if the address is not available."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            "Choose another with --port; 0 takes a free one."
        ) from error
    return listener


def url_of(host: str, port: int) -> str:
    """The URL that reaches it from this machine."""
    shown = "127.0.0.1" if host == "0.0.0.0" else f"[{host}]" if ":" in host else host  # noqa: S104 - compared only
    return f"http://{shown}:{port}"


def page_of(url: str, host: str, public_url: str | None) -> str:
    """Where whoever reads that line can open the page: in a container that is where the world reaches it."""
    return url if is_loopback(host) else public_url or url


def _say(line: str) -> None:
    sys.stderr.write(without_passwords(line) + "\n")
    sys.stderr.flush()
