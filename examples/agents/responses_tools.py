"""The Responses API with function tools: this program does the calling, so that the handler need not be public."""

from __future__ import annotations

import sys
from typing import Any

from openai import OpenAI

from examples.agents.calling import Handler
from examples.agents.responses_mcp import INSTRUCTIONS, MODEL
from handler.contract.functions import FunctionFormat, written

MAX_ROUNDS = 8


def answer(url: str, key: str, question: str) -> str:
    """The model's answer. OPENAI_API_KEY is the model's key; `key` is the handler's."""
    handler = Handler(url, key)
    # What `handler tools --format responses` prints.
    tools: Any = written(handler.document, FunctionFormat.responses)
    said: Any = [{"role": "user", "content": question}]
    with OpenAI() as client:
        for _ in range(MAX_ROUNDS):
            response = client.responses.create(model=MODEL, instructions=INSTRUCTIONS, input=said, tools=tools)
            calls = [item for item in response.output if item.type == "function_call"]
            if not calls:
                return response.output_text
            said += response.output
            for call in calls:
                found = handler.call(call.name, call.arguments)
                said.append({"type": "function_call_output", "call_id": call.call_id, "output": found})
    return "The model went on asking; its question may be too wide."


if __name__ == "__main__":
    print(answer(*sys.argv[1:]))
