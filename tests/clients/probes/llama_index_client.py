"""llama-index-tools-openapi: the document as a model is shown it, and its requests tool asking what it says."""

import json
import sys
from importlib.metadata import version
from urllib.parse import urlsplit

from llama_index.tools.openapi import OpenAPIToolSpec
from llama_index.tools.requests import RequestsToolSpec


def main(url: str, key: str) -> None:
    (document,) = OpenAPIToolSpec(url=f"{url}/openapi.json").load_openapi_spec()
    told = json.loads(document.text)
    names = [f"{each['verb']} {each['path_template']}" for each in told["endpoints"]]
    (search,) = [each for each in told["endpoints"] if each["path_template"] == "/search"]
    host = urlsplit(url).hostname
    asking = RequestsToolSpec(domain_headers={host: {"Authorization": f"Bearer {key}"}})
    answer = asking.post_request(told["servers"][0]["url"] + search["path_template"], body={"query": "5 GHz wifi"})
    chunks = len(answer["results"]) if isinstance(answer, dict) else len(json.loads(answer)["results"])
    version_of = version("llama-index-tools-openapi")
    note = "schemas and examples handed on whole"
    print(json.dumps({"version": version_of, "operations": names, "chunks": chunks, "note": note}))


main(*sys.argv[1:])
