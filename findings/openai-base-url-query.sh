#!/bin/sh
# openai 3.52.0: a query in `base_url`, such as Azure's api-version, swallows the path of the request. The address
# http://host/v1?api-version=2024-10-21 is asked for /v1/?api-version=2024-10-21embeddings, where nothing is.
# Expected: /v1/embeddings?api-version=2024-10-21. With the query as `default_query` it is right.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openai==3.52.0
cat > "$folder/ask.py" <<'PYTHON'
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import openai

asked = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked.append(self.path)
        self.rfile.read(int(self.headers["content-length"]))
        content = b'{"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}], "model": "m"}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/v1"
for options in (
    {"base_url": f"{address}?api-version=2024-10-21"},
    {"base_url": address, "default_query": {"api-version": "2024-10-21"}},
):
    client = openai.OpenAI(api_key="any", max_retries=0, **options)
    client.embeddings.create(model="m", input=["text"], encoding_format="float")
print(f"openai {openai.__version__}, Python {sys.version.split()[0]}: {asked}")
sys.exit(asked != ["/v1/?api-version=2024-10-21embeddings", "/v1/embeddings?api-version=2024-10-21"])
PYTHON
"$folder/venv/bin/python" "$folder/ask.py"
