"""Import chromadb so that only what we pass to it has an effect: no `.env` file, no variable of its own.

chromadb builds its settings from both, on import and whenever it is asked for settings; they could name another server,
or a module to import. Import it through here, and late: it takes longer than all other imports.
"""

from __future__ import annotations

import importlib
import sys
from functools import partial
from types import SimpleNamespace
from typing import Any

import pydantic_settings
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from corpus.command_line import silence_telemetry
from corpus.errors import SettingsError
from corpus.garbage import no_collecting
from corpus.store.chroma_errors import step_aside
from corpus.store.fast_import import leave_out_checks

_BaseSettings = pydantic_settings.BaseSettings


class _GivenSettings(BaseSettings):
    """Replaces BaseSettings: settings are the arguments and the defaults, and nothing else."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def import_chromadb() -> Any:
    """The package chromadb. Raises SettingsError in a Lambda package that was built without it."""
    leave_out_checks()
    step_aside()
    silence_telemetry()
    # Only while its class is created; ours exist by then, or inherit from the class itself.
    pydantic_settings.BaseSettings = _GivenSettings  # type: ignore[assignment,misc] # That is the point.
    try:
        with no_collecting():
            chromadb: Any = importlib.import_module("chromadb")
    finally:
        pydantic_settings.BaseSettings = _BaseSettings  # type: ignore[misc] # As it was.
    if not hasattr(chromadb, "PersistentClient"):
        raise SettingsError(
            "This package has no client of Chroma servers. Build it with CHROMA_SERVER=1, or unset CHROMA_URL and set "
            "SNAPSHOT_URL."
        )
    # The package does not know of modules imported before it, such as its errors by a reader.
    for name in [each for each in sys.modules if each.startswith("chromadb.") and each.count(".") == 1]:
        setattr(chromadb, name.partition(".")[2], sys.modules[name])
    if not issubclass(chromadb.config.Settings, _GivenSettings):  # Somebody else imported it before us.
        chromadb.config.Settings.settings_customise_sources = _GivenSettings.settings_customise_sources
    return chromadb


def seal_http(*, proxy: str | None = None) -> None:
    """Let chromadb's HTTP client use no proxy and no password that the environment or a `.netrc` names."""
    api: Any = importlib.import_module("chromadb.api.fastapi")
    api.httpx = SimpleNamespace(Client=partial(_client, proxy))


def _client(proxy: str | None, **options: Any) -> Any:
    import httpx

    class Client(httpx.Client):
        def __del__(self) -> None:
            # chromadb leaves it open if it cannot create its own client.
            self.close()

    return Client(trust_env=False, proxy=proxy, **options)
