"""Where the API keys are kept: a setting, a file, or a secret in AWS. Read once, when the app is made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from corpus.errors import SettingsError
from corpus.setting_values import sendable
from handler.access.keys import KeyEntry, entry_of, parse_keys
from handler.access.links import Signer
from handler.access.oauth.wiring import OAuth, oauth_of
from handler.settings import HandlerSettings


def read_keys(settings: HandlerSettings) -> tuple[KeyEntry, ...]:
    """The entries of all sources together. Raises SettingsError that names the source, never what it holds."""
    entries: list[KeyEntry] = []
    for source, text in _texts(settings):
        try:
            entries += parse_keys(text)
        except ValueError as error:
            raise SettingsError(f"{source}: {error}.") from None
    return tuple(entries)


def with_openai_key(settings: HandlerSettings) -> HandlerSettings:
    """The settings with the key of the embeddings endpoint, where they name it in AWS. Raises SettingsError."""
    key = _openai_key(settings)
    if key is None:
        return settings
    try:
        return settings.model_copy(update={"openai_api_key": sendable(key)})
    except ValueError as error:
        name = settings.openai_api_key_secret or settings.openai_api_key_parameter
        raise SettingsError(f"The key of the embeddings endpoint, in {name}, {error}.") from None


def signer_of(settings: HandlerSettings, keys: Sequence[KeyEntry]) -> Signer:
    """The signer of links: the same in all processes of this deployment. Without keys no signature is needed.

    Raises SettingsError if there is nothing to derive a secret from.
    """
    if settings.auth == "none":
        return Signer(None, settings.link_days)
    return Signer(_derived("citation", settings, keys), settings.link_days)


def read_oauth(settings: HandlerSettings, keys: Sequence[KeyEntry]) -> OAuth | None:
    """The parts that accept access tokens; None if AUTH accepts none. Raises SettingsError."""
    if not settings.takes_tokens:
        return None
    return oauth_of(
        settings,
        is_own_secret=lambda secret: entry_of([secret], keys) is not None,
        pkce_secret=_derived("pkce", settings, keys),
    )


def _derived(purpose: str, settings: HandlerSettings, keys: Sequence[KeyEntry]) -> bytes:
    """A secret for the purpose, the same in all processes of the deployment.

    Raises SettingsError if there is no secret to derive it from.
    """
    own = settings.link_secret.get_secret_value() if settings.link_secret is not None else None
    if own is None and not keys:
        raise SettingsError(
            "LINK_SECRET is not set, and there are no API keys to make it from: anybody could sign links to passages. "
            "Set it to 16 random characters or more."
        )
    text = own if own is not None else "\n".join(sorted(entry.digest for entry in keys))
    if not text:
        raise SettingsError(
            "LINK_SECRET is needed where there are no API keys: it signs the links to cited passages. Set it to "
            "16 random characters or more, the same for every process."
        )
    return hashlib.sha256(f"{purpose}\n{text}".encode()).digest()


def _openai_key(settings: HandlerSettings) -> str | None:
    if settings.openai_api_key_secret is not None:
        from handler.access.aws import read_secret

        return read_secret(settings.openai_api_key_secret)
    if settings.openai_api_key_parameter is not None:
        from handler.access.aws import read_parameter

        return read_parameter(settings.openai_api_key_parameter)
    return None


def _texts(settings: HandlerSettings) -> Iterator[tuple[str, str]]:
    yield "API_KEYS", settings.api_keys.get_secret_value()
    if settings.api_keys_file is not None:
        try:
            yield "API_KEYS_FILE", settings.api_keys_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise SettingsError(f"API_KEYS_FILE: {settings.api_keys_file} cannot be read: {reason}.") from None
    if settings.api_keys_secret is not None:
        from handler.access.aws import read_secret

        yield "API_KEYS_SECRET", read_secret(settings.api_keys_secret)
    if settings.api_keys_parameter is not None:
        from handler.access.aws import read_parameter

        yield "API_KEYS_PARAMETER", read_parameter(settings.api_keys_parameter)
