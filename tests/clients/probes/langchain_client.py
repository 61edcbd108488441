"""langchain-community: the document read by its two ways, and searchChunks asked by its requests wrapper."""

import json
import sys
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")

import requests  # noqa: E402
from langchain_community.agent_toolkits.openapi.spec import reduce_openapi_spec  # noqa: E402
from langchain_community.utilities.openapi import OpenAPISpec  # noqa: E402
from langchain_community.utilities.requests import TextRequestsWrapper  # noqa: E402


def main(url: str, key: str) -> None:
    document = requests.get(f"{url}/openapi.json", timeout=60).json()
    spec = OpenAPISpec.from_text(json.dumps(document))
    found = [f"{method} {path}" for path in spec.paths or {} for method in spec.get_methods_for_path(path)]
    reduced = reduce_openapi_spec(document)
    wrapper = TextRequestsWrapper(headers={"Authorization": f"Bearer {key}"})
    answer = json.loads(str(wrapper.post(f"{reduced.servers[0]['url']}/search", {"query": "5 GHz wifi", "top_k": 2})))
    note = f"reduced to {len(reduced.endpoints)} endpoints"
    told = {
        "version": version("langchain-community"),
        "operations": found,
        "chunks": len(answer["results"]),
        "note": note,
    }
    print(json.dumps(told))


main(*sys.argv[1:])
