"""Call an operation of the handler by its name, as the served document says how."""

from __future__ import annotations

import json
from typing import Any

import httpx2

SECONDS = 60.0


class Handler:
    """The handler at a URL, asked with a key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        document = httpx2.get(f"{self._url}/openapi.json", timeout=SECONDS).raise_for_status().json()
        self.document: dict[str, Any] = document

    def call(self, name: str, arguments: str) -> str:
        """The answer as JSON text; a refusal too, for the model reads what to do better."""
        fields = {field: value for field, value in json.loads(arguments).items() if value is not None}
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if operation["operationId"] == name:
                    inside = {field: fields.pop(field) for field in list(fields) if f"{{{field}}}" in path}
                    url = self._url + path.format(**inside)
                    if method == "get":
                        return httpx2.get(url, params=fields, headers=self._headers, timeout=SECONDS).text
                    return httpx2.post(url, json=fields, headers=self._headers, timeout=SECONDS).text
        return json.dumps({"error": "unknown_function", "message": f"There is no function {name}."})
