"""The base of every settings class: where settings are read from, and how the services that they name are reached."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from corpus.setting_values import http_url


class OutboundSettings(BaseSettings):
    """How the services that settings name are reached. AWS clients, made in many places, read it by themselves."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        extra="ignore",
        case_sensitive=False,
        # A process needs one of these classes only.
        defer_build=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What `load` gives, then the environment, then the file of --env-file, where there is one to read."""
        del settings_cls, file_secret_settings
        read = isinstance(dotenv_settings, DotEnvSettingsSource) and dotenv_settings.env_file is not None
        return (init_settings, env_settings, *([dotenv_settings] if read else []))

    outbound_proxy: str | None = Field(
        default=None,
        description="An HTTP proxy to reach the embeddings endpoint, the reranker, Chroma servers and AWS by, and what "
        "`handler check` asks. No other variable names one for them.",
    )

    @field_validator("outbound_proxy")
    @classmethod
    def _is_proxy(cls, value: str | None) -> str | None:
        return None if value is None else http_url(value, "must look like http://host:3128", schemes=("http",))
