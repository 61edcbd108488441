"""node's oidc-provider on loopback, installed by npm as tests/identity/package.json pins it; and signing in there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from tests.absent import absent
from tests.lambda_.tools import installing

FOLDER = Path(__file__).parent
INSTALLED = FOLDER.parents[1] / ".venv-identity"
MAX_HOPS = 15


def _installed() -> Path:
    """The folder with the server and what it needs."""
    wanted = (FOLDER / "package.json").read_text("utf-8")
    with installing():
        if not (INSTALLED / "node_modules").is_dir() or (INSTALLED / "package.json").read_text("utf-8") != wanted:
            npm = shutil.which("npm")
            if npm is None:
                absent("no npm to install oidc-provider with")
            INSTALLED.mkdir(exist_ok=True)
            (INSTALLED / "package.json").write_text(wanted, "utf-8")
            command = [npm, "install", "--no-audit", "--no-fund"]
            run = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False)
            if run.returncode:
                absent(f"npm cannot install oidc-provider: {run.stderr.strip()[-300:]}")
        shutil.copyfile(FOLDER / "server.mjs", INSTALLED / "server.mjs")
    return INSTALLED / "server.mjs"


@contextmanager
def oidc_provider(*, audience: str, callbacks: Sequence[str], traps: Sequence[str] = ()) -> Iterator[str]:
    """The issuer's URL. Its clients are `gpt` and `gpt-pkce`, with the secret `secret`, and `native`, with none."""
    node = shutil.which("node") or absent("no node to run oidc-provider with")
    told = json.dumps({"audience": audience, "callbacks": list(callbacks), "traps": list(traps)})
    with subprocess.Popen(
        [node, str(_installed()), told],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def rotate(issuer: str) -> None:
    """New keys in the place of the old."""
    assert httpx2.post(f"{issuer}/rotate").status_code == 200


def sign_in(url: str, *, until: str, user: str = "alice") -> dict[str, str]:
    """Go where the URL leads, log in and consent by posting the provider's forms, until it leads to the callback.

    Returns the callback's parameters.
    """
    with httpx2.Client(follow_redirects=False) as browser:
        response = browser.get(url)
        for _ in range(MAX_HOPS):
            if location := response.headers.get("location"):
                url = urljoin(url, location)
                if url.startswith(until):
                    return dict(parse_qsl(urlsplit(url).query))
                response = browser.get(url)
                continue
            form = re.search(r'<form[^>]* action="([^"]+)"', response.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', response.text)
            assert response.status_code == 200, response.text[-500:]
            assert form, response.text[-500:]
            assert prompt, response.text[-500:]
            url = urljoin(url, form[1])
            response = browser.post(url, data={"prompt": prompt[1], "login": user, "password": "any"})
    raise AssertionError(f"the provider leads on and on: {url}")
