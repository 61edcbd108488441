"""`ingest adopt` takes over what LangChain and LlamaIndex wrote: texts, fields and vectors, without embedding again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus.settings import CorpusSettings
from corpus.store import open_store
from tests.ingest.adopting.others import PUMP, SEALS, langchain, llama_index
from tests.ingest.command_line import Ingest, Run, result_of
from tests.openai_server import EmbeddingsServer, listing

MODEL = ("--model", "text-embedding-3-small")


def adopted(ingest: Ingest, name: str, *more: str, server: EmbeddingsServer | None = None) -> Run:
    return ingest("adopt", name, *MODEL, "--from-path", "theirs", *more, server=server, CHROMA_PATH="ours")


def content_of(path: Path) -> dict[str, tuple[str, dict[str, object]]]:
    with open_store(CorpusSettings(chroma_path=path)) as store:
        return {
            chunk_id: (text, {name: value for name, value in metadata.items() if name != "ingested_at"})
            for chunk_id, metadata, text in store.rows.read(None, texts=True)
        }


def test_what_langchain_wrote_is_cited_read_and_found_as_if_we_had_ingested_it(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    langchain(folder / "theirs")
    told = result_of(adopted(ingest, "langchain", "--json"))
    assert (told["documents"], told["unchanged"], told["failed"]) == (3, 0, [])
    assert told["fields"] == ["producer"]
    assert told["left_out"] == {"creator": 3}
    remarks = " ".join(told["remarks"])
    for said in ("'l2'", "counted from 0", "1 of 11 records name no source", "taken once", "--check"):
        assert said in remarks
    pump = result_of(ingest("show", "docs/pump.md", "--json", CHROMA_PATH="ours"))
    assert pump["text"] == PUMP
    seals = ingest("search", "seals of engine 2", "-k", "1", "--json", server=server, CHROMA_PATH="ours")
    (best,) = result_of(seals)["results"]
    assert (best["source"], best["page"], best["title"]) == ("docs/seals.pdf", 3, "Seals")
    assert best["text"] == SEALS[2]
    assert result_of(ingest("list", "--json", CHROMA_PATH="ours"))["documents"][2]["source"] == "langchain#id-10"
    assert server.inputs == ["seals of engine 2"], "nothing but the question was embedded"


def test_what_llama_index_wrote_is_one_document_with_its_pages(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    llama_index(folder / "theirs")
    told = result_of(adopted(ingest, "quickstart", "--check", "--json", server=server))
    assert (told["documents"], told["fields"], told["left_out"]) == (1, ["file_name"], {})
    assert told["remarks"] == [
        "quickstart measures by 'l2', here 'cosine' does: vectors of length 1 come in the same order."
    ]
    document = result_of(ingest("show", "docs/seals.pdf", "--json", CHROMA_PATH="ours"))
    assert document["text"] == "\n\n".join(SEALS)
    assert document["updated_at"] == "2024-03-01T00:00:00+00:00"
    found = ingest("search", "seals of engine 2", "-k", "1", "--json", server=server, CHROMA_PATH="ours")
    assert result_of(found)["results"][0]["page"] == 3


def test_what_is_cut_off_is_taken_up_and_a_second_run_changes_nothing(ingest: Ingest, folder: Path) -> None:
    langchain(folder / "theirs")
    assert adopted(ingest, "langchain").returncode == 0
    whole = content_of(folder / "ours")
    with open_store(CorpusSettings(chroma_path=folder / "ours")) as store:
        pump, seals = (record for record in store.documents() if record.source.startswith("docs/"))
        store.rows.delete([pump.chunk_ids()[0], seals.chunk_ids()[2]])
    again = result_of(adopted(ingest, "langchain", "--json"))
    assert (again["documents"], again["unchanged"]) == (2, 1)
    assert content_of(folder / "ours") == whole
    assert result_of(adopted(ingest, "langchain", "--json"))["documents"] == 0
    assert content_of(folder / "ours") == whole


def test_a_file_that_is_brought_in_later_takes_the_place_of_what_was_adopted(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    langchain(folder / "theirs")
    adopted(ingest, "langchain")
    (folder / "docs/pump.md").write_text(PUMP)
    assert result_of(ingest("add", "docs/pump.md", "--json", server=server, CHROMA_PATH="ours"))["updated"] == 1
    told = adopted(ingest, "langchain")
    assert told.returncode == 0
    assert "docs/pump.md: `ingest add` has brought it in" in told.stderr


def test_who_may_see_what_is_adopted_is_said_with_it(ingest: Ingest, folder: Path) -> None:
    langchain(folder / "theirs")
    adopted(ingest, "langchain")
    assert result_of(adopted(ingest, "langchain", "--access", "group:sales", "--json"))["documents"] == 3
    with open_store(CorpusSettings(chroma_path=folder / "ours")) as store:
        assert {record.access for record in store.documents()} == {("group:sales",)}


def test_vectors_that_are_not_of_length_1_are_told_and_fit(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    langchain(folder / "theirs", length=3.0)
    assert "11 vectors are not of length 1" in adopted(ingest, "langchain", "--check", server=server).stderr
    found = ingest("search", "seals of engine 2", "-k", "1", "--json", server=server, CHROMA_PATH="ours")
    assert result_of(found)["results"][0]["page"] == 3


def test_a_model_that_did_not_make_the_vectors_is_told(ingest: Ingest, server: EmbeddingsServer, folder: Path) -> None:
    langchain(folder / "theirs", space="cosine")
    server.interceptor = lambda _, body: (200, {}, listing([np.eye(1536)[7]] * len(body["input"])))
    words = ("adopt", "langchain", "--model", "another", "--from-path", "theirs", "--check")
    assert "another has not made these vectors" in ingest(*words, server=server, CHROMA_PATH="ours").stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("adopt", "nothing", *MODEL, "--from-path", "theirs"), "It holds 'langchain'."),
        (("adopt", "langchain", *MODEL, "--from-path", "docs"), "no Chroma store in docs"),
        (("adopt", "langchain", *MODEL), "no Chroma store in ours"),
        (("adopt", "langchain", "--model", "all-MiniLM-L6-v2", "--from-path", "theirs"), "makes 384"),
    ],
)
def test_what_cannot_be_taken_over_is_said_in_one_line(
    ingest: Ingest, folder: Path, words: tuple[str, ...], says: str
) -> None:
    langchain(folder / "theirs")
    run = ingest(*words, CHROMA_PATH="ours")
    assert (run.returncode, run.stdout) == (2, "")
    assert says in run.stderr
    assert not (folder / "ours").exists()


def test_a_foreign_collection_is_left_as_it_is_and_the_way_over_is_named(ingest: Ingest, folder: Path) -> None:
    langchain(folder / "theirs", name="corpus")
    run = ingest("list", CHROMA_PATH="theirs")
    assert run.returncode == 2
    assert "`ingest adopt corpus --model MODEL --collection OURS`" in run.stderr
    itself = ingest("adopt", "corpus", *MODEL, CHROMA_PATH="theirs")
    assert (itself.returncode, "into itself" in itself.stderr) == (2, True)
    assert ingest("adopt", "corpus", *MODEL, "--collection", "ours", CHROMA_PATH="theirs").returncode == 0
    again = ingest("adopt", "ours", *MODEL, CHROMA_PATH="theirs")
    assert (again.returncode, "made by ingest" in again.stderr) == (2, True)
