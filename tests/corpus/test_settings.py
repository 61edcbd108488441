"""Settings: read from the environment once, all wrong ones told at once and by name, never by value."""

from __future__ import annotations

import pytest

from corpus.errors import SettingsError
from corpus.loading import load
from corpus.settings import CorpusSettings


def test_without_any_variable_the_corpus_is_embedded_and_the_model_local() -> None:
    settings = load(CorpusSettings)
    assert settings.target == ".chroma, collection 'corpus'"
    assert settings.model_for_new_collection == "auto"


def test_a_key_makes_openai_the_model_of_new_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    assert load(CorpusSettings).model_for_new_collection == "text-embedding-3-small"
    monkeypatch.setenv("EMBEDDING_MODEL", "text-embedding-3-large")
    assert load(CorpusSettings).model_for_new_collection == "text-embedding-3-large"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("CHROMA_URL", "")
    settings = load(CorpusSettings)
    assert settings.openai_api_key is None
    assert settings.chroma_url is None


def test_all_wrong_variables_are_told_at_once_by_name_and_never_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_URL", "ftp://secret-host")
    monkeypatch.setenv("EMBEDDING_DIMENSIONS", "many-secret")
    monkeypatch.setenv("CHROMA_COLLECTION", "x")
    with pytest.raises(SettingsError) as caught:
        load(CorpusSettings)
    message = str(caught.value)
    assert all(name in message for name in ("CHROMA_URL", "EMBEDDING_DIMENSIONS", "CHROMA_COLLECTION"))
    assert "secret" not in message


@pytest.mark.parametrize("url", ["localhost:8000", "http://", "https://host:port", "chroma", "http://host:99999"])
def test_a_chroma_url_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CHROMA_URL", url)
    with pytest.raises(SettingsError, match="CHROMA_URL"):
        load(CorpusSettings)


def test_chroma_cloud_says_all_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_URL", "cloud")
    with pytest.raises(SettingsError, match="CHROMA_API_KEY, CHROMA_TENANT, CHROMA_DATABASE"):
        load(CorpusSettings)


def test_secrets_do_not_show_in_a_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "sk-secret" not in repr(load(CorpusSettings))


def test_an_override_wins_over_the_environment_and_none_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_COLLECTION", "from-environment")
    assert load(CorpusSettings, chroma_collection="given").chroma_collection == "given"
    assert load(CorpusSettings, chroma_collection=None).chroma_collection == "from-environment"
