"""What a stranger can put into a folder and into the environment to steer the libraries that we use."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

# Would each be imported in place of the library by whoever looks into the working folder first.
MODULES = ("stranger", "sitecustomize", "usercustomize", "yaml", "typer", "pathlib", "corpus", "chromadb", "numpy")


class Stranger(BaseHTTPRequestHandler):
    """Remembers who asked it for anything."""

    asked: list[str]

    def _answer(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_CONNECT = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


def fill(folder: Path, url: str) -> dict[str, str]:
    """Put everything into the folder that a library might read there. Returns the libraries' own variables."""
    host, port = url.removeprefix("http://").split(":")
    chroma = {
        "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
        "CHROMA_SERVER_HOST": host,
        "CHROMA_SERVER_HTTP_PORT": port,
        "CHROMA_SERVER_HEADERS": '{"x-from": "a stranger"}',
        "CHROMA_PRODUCT_TELEMETRY_IMPL": "stranger.Telemetry",
        "CHROMA_OTEL_COLLECTION_ENDPOINT": url,
        "CHROMA_OTEL_GRANULARITY": "all",
        "ANONYMIZED_TELEMETRY": "true",
        "CHROMA_CLIENT_AUTH_PROVIDER": "stranger.Provider",
        "CHROMA_SYSDB_IMPL": "stranger.Database",
        "MIGRATIONS": "none",
    }
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in chroma.items()))
    (folder / ".netrc").write_text(f"machine {host} login stranger password stranger\n")
    (folder / ".netrc").chmod(0o600)
    (folder / "pyproject.toml").write_text('[tool.ingest]\nchroma_path = "elsewhere"\n')
    (folder / "logging.ini").write_text("[loggers]\nkeys=root\n")
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(folder / 'imported')!r}, 'a').write('{name} ')\n")
    return {
        **chroma,
        # What its settings cannot hold.
        "CHROMA_SERVER_NOFILE": "very many",
        "MIGRATIONS": "sometimes",
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), url),
        "NETRC": str(folder / ".netrc"),
        "OPENAI_ORG_ID": "org-stranger",
        "OPENAI_PROJECT_ID": "proj-stranger",
        "OPENAI_ADMIN_KEY": "sk-stranger",
        "OPENAI_API_TYPE": "azure",
        "AZURE_OPENAI_ENDPOINT": url,
        "OPENAI_LOG": "debug",
        "WEB_CONCURRENCY": "many",
        "FORWARDED_ALLOW_IPS": "*",
        "ENVIRONMENT": "stranger",
        "OTEL_PYTHON_CONTEXT": "stranger",
        "OTEL_TRACES_EXPORTER": "stranger",
        **steering(folder, url),
    }


def steering(folder: Path, url: str) -> dict[str, str]:
    """Variables by which libraries report, trust, keep or import, as their sources have them."""
    nowhere = str(folder / "nowhere")
    return {
        "OPENAI_CUSTOM_HEADERS": "X-From: a stranger\nAuthorization: Bearer stranger\nOpenAI-Project: stranger",
        "AZURE_OPENAI_AD_TOKEN": "stranger",
        "DEFER_PYDANTIC_BUILD": "sometimes",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_PROPAGATORS": "stranger",
        "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS": "STRANGE",
        "ORT_DISABLE_TELEMETRY": "0",
        "ORT_LOAD_CONFIG_FROM_MODEL": "1",
        **dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"), nowhere),
        "SSLKEYLOGFILE": str(folder / "written"),
        **dict.fromkeys(("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR", "HF_HOME"), str(folder / "written")),
        "HF_ENDPOINT": url,
        "RAY_ADDRESS": url,
        "RUST_LOG": "trace",
        "RUST_BACKTRACE": "full",
        "TOKENIZERS_PARALLELISM": "sometimes",
        "RAYON_NUM_THREADS": "many",
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "stranger=stranger",
        "XML_CATALOG_FILES": f"{url}/catalog",
        "OPENPYXL_LXML": "sometimes",
        "_TYPER_STANDARD_TRACEBACK": "1",
        "NO_PROXY": "nobody.test",
    }
