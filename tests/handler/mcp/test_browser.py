"""A page in a real browser may call /mcp where CORS_ORIGINS names its origin, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from tests.browser import chromium
from tests.handler.conftest import API_KEY, Configure
from tests.handler.mcp.asking import headers_of, message
from tests.handler.running import running

ASK = """
const [url, headers, body, done] = arguments;
fetch(url, {method: "POST", headers, body}).then(
  async (response) => done([response.status, await response.json(), response.headers.get("www-authenticate")]),
  (error) => done([0, String(error), null]),
);
"""


async def page(_: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>inspector</title>")


def asked(browser: Chrome, url: str, key: str) -> list[Any]:
    body = message("tools/call", {"name": "search", "arguments": {"query": "warranty"}}, modern=True)
    headers = headers_of(body, modern=True) | {"Authorization": f"Bearer {key}"}
    answer: list[Any] = browser.execute_async_script(ASK, f"{url}/mcp", headers, json.dumps(body))
    return answer


def test_a_page_of_a_named_origin_passes_the_preflight_with_every_header_of_the_protocol(
    configure: Configure, tmp_path: Path
) -> None:
    with running(Starlette(routes=[Route("/", page)])) as origin, chromium(tmp_path) as browser:
        for named, passes in ((origin, True), ("https://elsewhere.example", False)):
            app = create_app(configure(cors_origins=named), open_corpus)
            with running(app) as url:
                browser.get(origin)
                status, answer, _ = asked(browser, url, API_KEY)
                if passes:
                    assert status == 200, answer
                    assert answer["result"]["structuredContent"]["results"]
                    status, _, challenge = asked(browser, url, "wrong")
                    # The page can read why, so that a client can look for a way to sign in.
                    assert status == 401
                    assert 'error="invalid_token"' in challenge
                else:
                    assert status == 0
            app.state.library.close()
