"""A stand-in for a model on loopback: it searches once for the question, then quotes the best passage.

It speaks Chat Completions, and the Responses API with function tools and with MCP servers, as far as the examples use
them. It is not a model: it shows that the programs around it work without an account.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

Json = dict[str, Any]
ACCEPT = "application/json, text/event-stream"


@contextmanager
def standin() -> Iterator[str]:
    """Serve on a free port; yields the URL that an SDK takes as its base."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Requests)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer one request."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answered = _chat(asked) if self.path.endswith("/chat/completions") else _response(asked)
        body = json.dumps(answered).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _chat(asked: Json) -> Json:
    last = asked["messages"][-1]
    if last["role"] == "tool":
        message: Json = {"role": "assistant", "content": _quoted(json.loads(last["content"]))}
    else:
        function = {"name": "searchChunks", "arguments": _arguments(asked["tools"][0]["function"], last["content"])}
        message = {"role": "assistant", "content": None, "tool_calls": [_call(function)]}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "choices": [_choice(message)],
    }


def _call(function: Json) -> Json:
    return {"id": "call_1", "type": "function", "function": function}


def _choice(message: Json) -> Json:
    return {"index": 0, "finish_reason": "tool_calls" if message.get("tool_calls") else "stop", "message": message}


def _response(asked: Json) -> Json:
    given = asked["input"]
    tool = asked["tools"][0]
    if tool["type"] == "mcp":
        output = _by_mcp(tool, given)
    elif isinstance(given[-1], dict) and given[-1].get("type") == "function_call_output":
        output = [_message(_quoted(json.loads(given[-1]["output"])))]
    else:
        arguments = _arguments(tool, given[-1]["content"])
        call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": tool["name"], "status": "completed"}
        output = [{**call, "arguments": arguments}]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": asked["model"],
        "status": "completed",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": asked["tools"],
    }


def _by_mcp(tool: Json, question: str) -> list[Json]:
    """As OpenAI's side does it: list the tools, call them, then answer."""
    headers = {"Authorization": f"Bearer {tool['authorization']}", "Accept": ACCEPT}

    def ask(method: str, params: Json) -> Json:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        reply = httpx2.post(tool["server_url"], json=message, headers=headers, timeout=60).raise_for_status()
        result: Json = reply.json()["result"]
        return result

    label = tool["server_label"]
    tools = [
        {"name": each["name"], "input_schema": each["inputSchema"], "annotations": each["annotations"]}
        for each in ask("tools/list", {})["tools"]
        if each["name"] in tool["allowed_tools"]
    ]
    output: list[Json] = [{"type": "mcp_list_tools", "id": "mcpl_1", "server_label": label, "tools": tools}]
    arguments: Json = {"query": question}
    found = {}
    for name in ("search", "fetch"):
        text = ask("tools/call", {"name": name, "arguments": arguments})["content"][0]["text"]
        call = {"type": "mcp_call", "id": f"mcp_{name}", "server_label": label, "name": name}
        output.append({**call, "arguments": json.dumps(arguments), "output": text})
        found[name] = json.loads(text)
        arguments = {"id": found["search"]["results"][0]["id"]}
    best = {**found["search"]["results"][0], "source": found["fetch"]["url"]}
    return [*output, _message(_quoted({"results": [best]}))]


def _message(text: str) -> Json:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}


def _arguments(tool: Json, question: str) -> str:
    """As strict decoding gives them: every field, null where there is nothing to say."""
    return json.dumps(dict.fromkeys(tool["parameters"]["properties"]) | {"query": question, "top_k": 1})


def _quoted(found: Json) -> str:
    if not found.get("results"):
        return f"The documents don't say. ({found.get('message', 'nothing was found')})"
    best = found["results"][0]
    return f"{best['text']}\n\nSource: {best['source']}"
