"""`python -m tests.identity [--tokens N]`: a login in a real browser, and tokens changed at random: none lets in.

The official MCP client finds the provider, headless Chromium logs in and consents, and the client asks, refreshes and
asks again.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from corpus.corpus_opening import open_corpus
from handler.access.oauth.token_refusals import TokenRefused
from handler.access.oauth.wiring import oauth_of
from handler.app import create_app
from handler.settings import HandlerSettings
from tests.browser import chromium
from tests.handler.corpora import MANUALS, corpus_settings, write_corpus
from tests.identity.official import Person, ask_and_go_on
from tests.identity.oidc import oidc_provider
from tests.identity.stand_in import AUDIENCE, StandIn, jwk_of, private_key, stand_in, unsigned
from tests.loopback import listening
from tests.openai_server import embeddings_server

CALLBACK = "https://chatgpt.com/aip/g-123/oauth/callback"
ODD: list[Any] = [None, True, False, 0, -1, 1e400, 2**70, "", "x", "é", "\0", [], {}, [None], {"a": 1}, [AUDIENCE, 7]]
# Odd, and right all the same.
FINE = [("sub", "x"), ("sub", "é"), ("exp", 2**70)]


def in_a_browser(folder: Path) -> str:
    """The whole way of a program on a user's machine."""
    told: dict[str, str] = {}

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.update(parse_qsl(urlsplit(self.path).query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"You are signed in.")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    with (
        embeddings_server() as server,
        oidc_provider(audience=AUDIENCE, callbacks=[CALLBACK]) as issuer,
        listening(Callback) as callback,
        chromium(folder / "profile") as browser,
    ):
        corpus = corpus_settings(folder / "manuals", server)
        write_corpus(corpus, MANUALS)
        given = {"auth": "oauth", "oauth_issuers": issuer, "oauth_audience": AUDIENCE, "oauth_scopes": "rag.read"}
        given |= {"public_url": AUDIENCE, "link_secret": "made up for this run"}
        app = create_app(HandlerSettings.model_validate(corpus.model_dump() | given), open_corpus)
        pages: list[str] = []

        def sign_in(url: str) -> dict[str, str]:
            browser.get(url)
            while not told:
                pages.append(browser.title)
                submit(browser)
            return told

        names = ask_and_go_on(Person(app, f"{callback}/callback", sign_in), issuer)
        app.state.action.close()
    return f"{len(pages)} pages ({', '.join(pages)}), tools {', '.join(names)}, new keys, a refreshed token"


def submit(browser: Chrome) -> None:
    """Fill in and send the form that is shown."""
    for name, text in (("login", "alice"), ("password", "any")):
        for field in browser.find_elements(By.NAME, name):
            field.send_keys(text)
    browser.find_element(By.CSS_SELECTOR, "form button[type=submit]").click()


def changed(provider: StandIn, drawn: random.Random) -> Iterator[str]:
    """Tokens that differ from a good one by a claim, a header, a character or a part."""
    good = provider.token()
    header = {"typ": "at+jwt", "alg": "RS256", "kid": "first"}
    while True:
        kind = drawn.randrange(4)
        if kind == 0:
            # Signed as it should be: nothing but the claim is wrong.
            name, value = drawn.choice(["iss", "aud", "sub", "exp", "cnf"]), drawn.choice(ODD)
            if (name, value) in FINE:
                continue
            yield signed({**provider.claims(), name: value})
        elif kind == 1:
            name = drawn.choice(["alg", "kid", "typ", "crit", "jwk", "jku", "x5u", "b64", "zip", "enc"])
            yield unsigned({**header, name: drawn.choice(ODD)}, provider.claims(), drawn.randbytes(256))
        elif kind == 2:
            place = drawn.randrange(len(good))
            letter = chr(drawn.choice([drawn.randrange(33, 127), drawn.randrange(128, 1000)]))
            token = good[:place] + letter + good[place + 1 :]
            if token != good:
                yield token
        else:
            parts = [part_of(drawn.randbytes(drawn.randrange(40))) for _ in range(3)]
            parts[drawn.randrange(3)] = drawn.choice(good.split("."))
            if parts != good.split("."):
                yield ".".join(parts[: drawn.randrange(1, 4)])


def part_of(data: bytes) -> str:
    """As tokens write it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed(claims: dict[str, Any]) -> str:
    """With the provider's own key, whatever the claims are."""
    header = {"typ": "at+jwt", "alg": "RS256", "kid": "first"}
    text = ".".join(part_of(json.dumps(part).encode()) for part in (header, claims))
    signature = private_key("RSA").sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{part_of(signature)}"


def at_random(count: int, seed: int) -> tuple[int, int]:
    """How many were accepted, and how many ended otherwise than by a refusal."""
    accepted, broken = 0, 0
    with stand_in() as provider:
        provider.publish(jwk_of("RSA", "first"))
        settings = HandlerSettings.model_validate({"oauth_issuers": provider.url, "oauth_audience": AUDIENCE})
        oauth = oauth_of(settings, is_own_secret=lambda _: False, pkce_secret=b"")
        assert oauth.verifier.identify(provider.token()).caller.subject == "alice"
        for _, token in zip(range(count), changed(provider, random.Random(seed)), strict=False):
            try:
                oauth.verifier.identify(token)
                accepted += 1
                print(f"  accepted: {token[:300]}")
            except TokenRefused:
                continue
            except Exception as error:  # noqa: BLE001 - what is looked for
                broken += 1
                print(f"  {type(error).__name__}: {token[:300]}")
        print(f"fetches: {len(provider.asked)}")
        oauth.client.close()
    return accepted, broken


def main() -> int:
    """Both; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        print(f"in a browser: {in_a_browser(Path(folder))}, {time.monotonic() - started:.0f} s", flush=True)
    accepted, broken = at_random(given.tokens, given.seed)
    print(f"at random: {given.tokens:,} tokens, {accepted} accepted, {broken} neither accepted nor refused")
    return int(bool(accepted or broken))


if __name__ == "__main__":
    sys.exit(main())
