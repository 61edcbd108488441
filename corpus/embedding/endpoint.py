"""Where embeddings are requested, and how: address, key, and what goes with every request. Plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import SecretStr

from corpus.errors import SettingsError
from corpus.settings import CorpusSettings

OPENAI_URL = "https://api.openai.com/v1"
# People often copy an address whole from a page that shows one request.
_REQUEST_PATH = re.compile(r"/embeddings/?$")
_DEPLOYMENT = "/openai/deployments/"
_AZURE_PATH = re.compile(r"(/openai(/.*)?)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`base_url` has no query; `query` and the key go with every request.

    `api_version` is that of Azure's classic API, which wants the deployment's name in the path and the key in a header
    of its own (its base ends in /openai, or in /openai/deployments/NAME); None anywhere else.
    """

    base_url: str = OPENAI_URL
    api_key: str | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    api_version: str | None = None

    @property
    def key_setting(self) -> str:
        """The setting to change in order to use another key."""
        return "AZURE_OPENAI_API_KEY" if self.api_version else "OPENAI_API_KEY"

    @property
    def url_setting(self) -> str:
        """The setting to change in order to use another address."""
        return "AZURE_OPENAI_ENDPOINT" if self.api_version else "OPENAI_BASE_URL"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may contain."""
        return (self.api_key,) if self.api_key else ()


def endpoint_of(settings: CorpusSettings) -> Endpoint | None:
    """The endpoint that the settings name; None if they name neither a key nor an address."""
    key = _value(settings.openai_api_key)
    given = settings.openai_base_url or settings.azure_openai_endpoint
    if given is None:
        return Endpoint(api_key=key) if key else None
    address, query = _parted(given)
    has_deployment = _DEPLOYMENT in address
    if settings.openai_base_url and not has_deployment:
        return Endpoint(base_url=address, api_key=key, query=query)
    key = _value(settings.azure_openai_api_key) or key
    if key is None:
        raise SettingsError("Azure OpenAI needs a key. Set AZURE_OPENAI_API_KEY.")
    if not has_deployment:
        address = _AZURE_PATH.sub("/openai", address, count=1)
    version = query.pop("api-version", settings.openai_api_version)
    return Endpoint(base_url=address, api_key=key, query=query, api_version=version)


def _parted(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    path = _REQUEST_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), dict(parse_qsl(parts.query))


def _value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
