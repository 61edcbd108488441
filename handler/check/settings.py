"""What `handler check` reads from the environment: the key, so that it need not show in a process list."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class CheckSettings(BaseSettings):
    """The caller's side: nothing of the handler's own settings."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, hide_input_in_errors=True, extra="ignore", case_sensitive=False
    )

    action_key: SecretStr | None = Field(None, description="The key to check a deployment with, in place of --key.")
