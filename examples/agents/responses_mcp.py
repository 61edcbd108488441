"""The Responses API with the handler's MCP server as a tool: OpenAI's side does the calling."""

from __future__ import annotations

import sys

from openai import OpenAI
from openai.types.responses.tool_param import Mcp

MODEL = "gpt-5"
INSTRUCTIONS = "Answer from the documents alone, and cite the url of each passage that you use."


def answer(url: str, key: str, question: str) -> str:
    """The model's answer. OPENAI_API_KEY is the model's key; `key` is the handler's."""
    documents: Mcp = {
        "type": "mcp",
        "server_label": "documents",
        "server_url": f"{url.rstrip('/')}/mcp",
        "authorization": key,
        "allowed_tools": ["search", "fetch"],
        # Everything there only reads.
        "require_approval": "never",
    }
    with OpenAI() as client:
        response = client.responses.create(model=MODEL, instructions=INSTRUCTIONS, input=question, tools=[documents])
    return response.output_text


if __name__ == "__main__":
    print(answer(*sys.argv[1:]))
