"""Small programs that let a model use the handler: by MCP, by function tools, and by a plain loop that runs offline.

python -m examples.agents.responses_mcp https://api.example.com "$KEY" "a question"  # needs OPENAI_API_KEY
python -m examples.agents.responses_tools https://api.example.com "$KEY" "a question"  # needs OPENAI_API_KEY
python -m examples.agents.loop  # offline
"""
