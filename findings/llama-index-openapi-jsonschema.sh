#!/bin/sh
# llama-index-tools-openapi 0.7.0 cannot read any document as it is installed: it imports jsonschema to resolve
# references and does not declare it. Expected: the operations of the document.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check llama-index-tools-openapi==0.7.0
cat > "$folder/load.py" <<'PYTHON'
import sys
from importlib.metadata import version

from llama_index.tools.openapi import OpenAPIToolSpec

operation = {"operationId": "ask", "description": "Ask.", "responses": {"200": {"description": "."}}}
document = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1", "description": "d"},
    "servers": [{"url": "https://api.example.com"}],
    "paths": {"/ask": {"get": operation}},
}
try:
    OpenAPIToolSpec(spec=document)
    said = "read"
except ImportError as error:
    said = f"ImportError: {error}"
print(f"llama-index-tools-openapi {version('llama-index-tools-openapi')}, Python {sys.version.split()[0]}: {said}")
sys.exit(not said.startswith("ImportError: The jsonschema library is required"))
PYTHON
"$folder/venv/bin/python" "$folder/load.py"
