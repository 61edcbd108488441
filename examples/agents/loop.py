"""A plain loop over Chat Completions, without any SDK. By itself it runs offline: the sample corpus, and a stand-in
for the model that searches once and quotes the best passage. With your own endpoint it is an agent.
"""

from __future__ import annotations

import sys
from typing import Any

import httpx2

from examples.agents.calling import Handler
from examples.agents.standin import standin
from examples.demo import bring_in, serving
from handler.contract.functions import FunctionFormat, written

SECONDS = 120.0
MAX_ROUNDS = 8
QUESTION = "How much do I pay to lengthen the inverter guarantee?"


def answer(url: str, key: str, question: str, *, endpoint: str, endpoint_key: str, model: str) -> str:
    """The model's answer; `endpoint` speaks Chat Completions."""
    handler = Handler(url, key)
    tools = written(handler.document, FunctionFormat.openai)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Answer from the documents alone, and name the source of what you say."},
        {"role": "user", "content": question},
    ]
    with httpx2.Client(headers={"Authorization": f"Bearer {endpoint_key}"}, timeout=SECONDS) as client:
        for _ in range(MAX_ROUNDS):
            sent = {"model": model, "messages": messages, "tools": tools}
            reply = client.post(f"{endpoint}/chat/completions", json=sent).raise_for_status().json()
            message = reply["choices"][0]["message"]
            calls = message.get("tool_calls") or []
            if not calls:
                return str(message["content"])
            messages.append(message)
            for call in calls:
                function = call["function"]
                result = handler.call(function["name"], function["arguments"])
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
    return "The model went on asking; its question may be too wide."


def main(question: str = QUESTION) -> None:
    """Ask the sample corpus offline."""
    with serving(bring_in()) as (url, key), standin() as endpoint:
        print(f"\n{question}\n")
        print(answer(url, key, question, endpoint=endpoint, endpoint_key="none", model="stand-in"))


if __name__ == "__main__":
    main(*sys.argv[1:])
