"""Without a key and without a model named, the documents' languages decide which local model a collection gets."""

from __future__ import annotations

from pathlib import Path

from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL, CorpusSettings
from corpus.store import open_store
from tests.corpus.embedding.installed import needs_e5
from tests.ingest.command_line import Ingest, result_of
from tests.ingest.sync.test_model_choice import ENGLISH, OTHERS


def folder_of(home: Path, *texts: str) -> str:
    folder = home / "texts"
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(f"{text}\n", "utf-8")
    return str(folder)


def model_of(home: Path) -> str:
    with open_store(CorpusSettings(chroma_path=home / ".chroma")) as store:
        return store.record.embedding_model


@needs_e5
def test_german_documents_get_the_model_of_many_languages_and_are_found_by_an_english_question(
    ingest: Ingest, folder: Path
) -> None:
    named = folder_of(folder, OTHERS[0], "Der Zug nach Berlin fährt um acht Uhr vom Gleis drei ab.")
    added = ingest("add", named)
    assert "multilingual-e5-small, as most of the text is in german (2 documents looked at)" in added.stderr
    assert model_of(folder) == MULTILINGUAL_MODEL
    # What is there is kept to, whatever comes later.
    assert ingest("add", "docs", EMBEDDING_MODEL="auto").returncode == 0
    found = result_of(ingest("search", "When does the train leave?", "--json"))
    assert "Zug nach Berlin" in found["results"][0]["text"]


def test_english_documents_get_the_english_model(ingest: Ingest, folder: Path) -> None:
    added = ingest("add", folder_of(folder, ENGLISH))
    assert "EMBEDDING_MODEL=auto: all-MiniLM-L6-v2, as most of the text is in english (1 document" in added.stderr
    assert model_of(folder) == LOCAL_MODEL


def test_a_model_that_is_named_is_taken_unseen(ingest: Ingest, folder: Path) -> None:
    added = ingest("add", folder_of(folder, OTHERS[0]), EMBEDDING_MODEL=LOCAL_MODEL)
    assert "auto" not in added.stderr
    assert model_of(folder) == LOCAL_MODEL
