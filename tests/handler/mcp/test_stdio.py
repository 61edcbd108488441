"""`handler mcp` answers line by line, whatever the lines are, and ends when its input does."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.handler.conftest import Configure
from tests.handler.mcp.asking import message

BAD = (
    b"nonsense\n",
    b"[]\n",
    b"\xff\n",
    b"\n",
    b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n',
    b'{"jsonrpc":"2.0","id":1,"result":{}}\n',
    b'{"a":"' + b"x" * 200_000 + b'"}\n',
)


def lines_of(configure: Configure, sent: bytes) -> list[Any]:
    settings = configure()
    assert settings.openai_api_key is not None
    ended = subprocess.run(
        [sys.executable, "-m", "handler", "mcp"],
        input=sent,
        env={
            "CHROMA_PATH": str(settings.chroma_path),
            "OPENAI_API_KEY": settings.openai_api_key.get_secret_value(),
            "OPENAI_BASE_URL": str(settings.openai_base_url),
            "PUBLIC_URL": "https://api.example.com",
            "LINK_SECRET": "the same as over there",
        },
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_bad_lines_cost_themselves_alone_and_both_eras_are_told_apart_by_the_envelope(configure: Configure) -> None:
    good = [
        message("ping", modern=False, identifier="a"),
        message("server/discover", modern=True, identifier="b"),
        message("ping", modern=True, identifier="c"),
        message("tools/call", {"name": "search", "arguments": {"query": "returns"}}, modern=False, identifier="d"),
    ]
    # The last line has no end: the client went away.
    sent = b"".join(BAD) + b"\n".join(json.dumps(each).encode() for each in good)
    answers = lines_of(configure, sent)
    assert [(each["id"], each["error"]["code"]) for each in answers[:4]] == [
        (None, -32700),
        (None, -32600),
        (None, -32700),
        (None, -32600),
    ]
    ping, discover, refused, found = answers[4:]
    assert (ping["id"], ping["result"]) == ("a", {})
    assert discover["result"]["resultType"] == "complete"
    assert (refused["id"], refused["error"]["code"]) == ("c", -32601)
    urls = [each["url"] for each in found["result"]["structuredContent"]["results"]]
    assert any(url.startswith("https://api.example.com/cite/") for url in urls)
