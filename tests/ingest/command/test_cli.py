"""The command line as a user runs it: real processes, a real store, the local model or a server on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import StoreUnavailable
from corpus.settings import CorpusSettings
from corpus.store import open_store
from ingest.sync.vectors import TEXTS_PER_BATCH
from tests.ingest.command_line import TEXTS, Ingest, result_of
from tests.openai_server import EmbeddingsServer, embeddings_server, failure

pytestmark = pytest.mark.early


def process_of(folder: Path, server: EmbeddingsServer, *arguments: str) -> subprocess.Popen[str]:
    """The command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", *arguments],
        cwd=folder,
        env={**os.environ, **server.environment, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_documents_go_in_and_chunks_come_out_with_the_local_model(ingest: Ingest) -> None:
    report = result_of(ingest("add", "docs", "--json"))
    assert (report["added"], report["failed"], report["skipped"]) == (3, [], [])
    assert report["embedded"] == report["chunks"] == 3
    found = result_of(ingest("search", "how long is the guarantee?", "--json"))
    assert found["results"][0]["source"] == "docs/warranty.md"
    assert "five years" in found["results"][0]["text"]
    assert 0 < found["results"][0]["score"] <= 1


def test_min_score_leaves_out_what_scores_below(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    scores = [hit["score"] for hit in result_of(ingest("search", "goods returned", "--json", server=server))["results"]]
    assert len(scores) == 3
    least = str((scores[0] + scores[1]) / 2)
    found = result_of(ingest("search", "goods returned", "--min-score", least, "--json", server=server))
    assert [hit["score"] for hit in found["results"]] == scores[:1]
    assert ingest("search", "goods returned", "--min-score", "2", server=server).returncode == 2


def test_a_second_run_embeds_nothing_and_reads_nothing(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    sent = len(server.requests)
    report = result_of(ingest("add", "docs", "--json", server=server))
    assert (report["added"], report["unchanged"], report["embedded"]) == (0, 3, 0)
    assert len(server.requests) == sent


def test_touching_a_file_without_changing_it_embeds_nothing(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    os.utime(folder / "docs/warranty.md", (1, 1))
    report = result_of(ingest("add", "docs", "--json", server=server))
    assert (report["unchanged"], report["embedded"]) == (3, 0)


def test_a_changed_document_is_replaced_whole(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs/warranty.md").write_text("# Warranty\n\nThe pump is covered for seven years.\n")
    report = result_of(ingest("add", "docs", "--json", server=server))
    assert (report["added"], report["updated"], report["unchanged"]) == (0, 1, 2)
    texts = [hit["text"] for hit in result_of(ingest("search", "pump years", "--json", server=server))["results"]]
    assert any("seven" in text for text in texts)
    assert not any("five" in text for text in texts)


def test_the_first_line_on_stderr_names_the_target(ingest: Ingest, server: EmbeddingsServer) -> None:
    run = ingest("add", "docs", server=server)
    assert run.stderr.splitlines()[0].startswith("Ingesting into .chroma, collection 'corpus' (text-embedding-3-small")


def test_prune_removes_documents_whose_file_has_gone(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs/returns.txt").unlink()
    assert result_of(ingest("add", "docs", "--json", server=server))["removed"] == 0
    assert result_of(ingest("add", "docs", "--prune", "--json", server=server))["removed"] == 1
    listed = result_of(ingest("list", "--json", server=server))
    assert [document["source"] for document in listed["documents"]] == ["docs/deep/faq.html", "docs/warranty.md"]
    found = ingest("search", "unused goods returned", "--mode", "lexical", "--json", server=server)
    assert "docs/returns.txt" not in [hit["source"] for hit in result_of(found)["results"]]
    with open_store(CorpusSettings(chroma_path=folder / ".chroma")) as store:
        assert len(store.lexical_index.index()) == store.count()


def test_prune_does_not_empty_a_collection_unless_told(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    for path in (folder / "docs").rglob("*.*"):
        path.unlink()
    refused = ingest("add", "docs", "--prune", server=server)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert result_of(ingest("add", "docs", "--prune", "--yes", "--json", server=server))["removed"] == 3


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    report = result_of(ingest("add", "docs", "--dry-run", "--json", server=server))
    assert (report["added"], report["chunks"], report["embedded"]) == (3, 3, 3)
    assert not (folder / ".chroma").exists()
    assert server.requests == []


def test_stats_tell_how_the_collection_was_made(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    stats = result_of(ingest("stats", "--json", server=server))
    assert stats["documents"] == stats["chunks"] == 3
    assert (stats["embedding_model"], stats["dimensions"], stats["metric"]) == (
        "text-embedding-3-small",
        1536,
        "cosine",
    )


def test_remove_takes_ids_and_patterns_and_names_what_is_not_there(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    listed = result_of(ingest("list", "--json", server=server))["documents"]
    run = ingest("remove", listed[0]["document_id"], "no-such-id", "--source", "*.txt", server=server)
    assert run.returncode == 1
    assert "no-such-id" in run.stderr
    left = result_of(ingest("list", "--json", server=server))["documents"]
    assert [document["source"] for document in left] == ["docs/warranty.md"]


def test_what_cannot_be_taken_is_told_and_the_rest_is_stored(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    (folder / "docs/empty.txt").write_text("")
    (folder / "docs/broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "docs/old.wpd").write_bytes(b"x")
    run = ingest("add", "docs", "missing.md", "--json", server=server)
    assert run.returncode == 1
    report = json.loads(run.stdout)
    assert report["added"] == 3
    assert {failure["source"] for failure in report["failed"]} == {"docs/empty.txt", "docs/broken.pdf", "missing.md"}
    assert [skip["source"] for skip in report["skipped"]] == ["docs/old.wpd"]
    assert "Traceback" not in run.stderr


def test_a_file_whose_new_version_cannot_be_read_keeps_its_old_one(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs/returns.txt").write_text("")
    assert ingest("add", "docs", server=server).returncode == 1
    listed = result_of(ingest("list", "--json", server=server))["documents"]
    assert len(listed) == 3


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "words"),
    [
        (["list"], {}, 2, "ingest add"),
        (["search", "anything"], {}, 2, "ingest add"),
        (["add", "docs"], {"CHROMA_URL": "nonsense"}, 2, "CHROMA_URL"),
        (["add", "docs"], {"CHROMA_URL": "http://127.0.0.1:9"}, 1, "CHROMA_URL"),
        (["add", "docs"], {"OPENAI_API_KEY": "wrong"}, 1, "OPENAI_API_KEY"),
        (["add", "docs"], {"EMBEDDING_MODEL": "no-such-model"}, 1, "EMBEDDING_MODEL"),
        (["add", "docs"], {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "EMBEDDING_MODEL": "x"}, 2, "OPENAI_API_KEY"),
        (["add", "docs"], {"CHUNK_TOKENS": "9000"}, 2, "CHUNK_TOKENS"),
        (["add", "docs", "--include", "!"], {}, 2, "--include"),
        (["add"], {}, 2, "PATH"),
        (["search", "  "], {}, 2, "empty"),
        (["remove"], {}, 2, "Name a DOCUMENT or --source GLOB"),
        (["nonsense"], {}, 2, "nonsense"),
    ],
)
def test_bad_input_gets_one_clear_line_and_the_right_code(
    ingest: Ingest,
    server: EmbeddingsServer,
    arguments: list[str],
    settings: dict[str, str],
    code: int,
    words: str,
) -> None:
    run = ingest(*arguments, server=server, **settings)
    assert run.returncode == code, run.stderr
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert "wrong" not in run.stderr


def test_another_model_than_the_collections_is_refused_with_both_names(
    ingest: Ingest, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    run = ingest("add", "docs", server=server, EMBEDDING_MODEL="text-embedding-3-large")
    assert run.returncode == 2
    assert "text-embedding-3-small" in run.stderr
    assert "text-embedding-3-large" in run.stderr


def test_an_openai_key_does_not_change_a_local_collection(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    ingest("add", "docs")
    (folder / "docs/more.txt").write_text("More text about pumps.")
    assert result_of(ingest("add", "docs", "--json", server=server))["added"] == 1
    assert server.requests == []


def test_the_same_documents_whatever_the_store_and_the_model(
    ingest: Ingest, server: EmbeddingsServer, chroma_url: str
) -> None:
    collection = f"test-{uuid.uuid4().hex}"
    runs: list[dict[str, Any]] = [
        {},
        {"server": server, "CHROMA_PATH": "other"},
        {"server": server, "CHROMA_URL": chroma_url, "CHROMA_COLLECTION": collection},
    ]
    lists = []
    for settings in runs:
        ingest("add", "docs", **settings)
        documents = result_of(ingest("list", "--json", **settings))["documents"]
        lists.append([(document["document_id"], document["source"], document.get("title")) for document in documents])
    assert lists[0] == lists[1] == lists[2]
    assert len(lists[0]) == 3


def test_ctrl_c_finishes_what_is_in_flight_and_the_next_run_goes_on(
    folder: Path, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDDING_DIMENSIONS", "16")
    for number in range(1600):
        (folder / f"docs/{number:04}.txt").write_text(f"Document number {number}.")
    with embeddings_server(latency_seconds=0.3) as server:
        process = process_of(folder, server, "add", "docs")
        while not server.requests and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "Traceback" not in stderr
        listed = ingest("list", "--json", server=server)
        stored = len(json.loads(listed.stdout)["documents"]) if listed.returncode == 0 else 0
        assert stored < 1603
        report = result_of(ingest("add", "docs", "--json", server=server))
    assert report["added"] + stored == 1603
    assert report["unchanged"] == stored


def test_only_the_new_text_of_a_changed_document_is_embedded(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    sections = [f"# Part {number}\n\n{f'Sentence about subject {number}. ' * 40}\n" for number in range(12)]
    path = folder / "docs/long.md"
    path.write_text("---\ntitle: Long\n---\n" + "\n".join(sections))
    ingest("add", "docs", server=server)
    sections[5] = "# Part 5\n\nSomething else altogether stands here now.\n"
    path.write_text("---\ntitle: Long\n---\n" + "\n".join(sections))
    sent = len(server.inputs)
    report = result_of(ingest("add", "docs", "--json", server=server))
    assert report["updated"] == 1
    assert 1 <= report["embedded"] == len(server.inputs) - sent <= 2
    assert report["chunks"] >= 12
    assert any("Something else altogether" in text for text in server.inputs[sent:])


def test_a_moved_document_costs_no_embedding(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs/warranty.md").rename(folder / "docs/deep/guarantee.md")
    sent = len(server.requests)
    report = result_of(ingest("add", "docs", "--prune", "--json", server=server))
    assert (report["added"], report["removed"], report["embedded"]) == (1, 1, 0)
    assert len(server.requests) == sent
    (hit,) = result_of(ingest("search", "pump covered five years", "-k", "1", "--json", server=server))["results"]
    assert hit["source"] == "docs/deep/guarantee.md"


def test_two_files_with_the_same_content_are_both_listed_and_embedded_once(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    for number in range(5):
        (folder / f"docs/copy {number}.md").write_text(TEXTS["warranty.md"])
    report = result_of(ingest("add", "docs", "--json", server=server))
    assert (report["added"], report["chunks"], report["embedded"]) == (8, 8, 3)
    assert len(server.inputs) == len(set(server.inputs)) == 3


def test_a_dry_run_needs_no_key_and_tells_the_price(ingest: Ingest) -> None:
    report = result_of(
        ingest(
            "add", "docs", "--dry-run", "--json", EMBEDDING_MODEL="text-embedding-3-small", EMBEDDING_PRICE="1000000"
        )
    )
    assert "Embedding costs nothing" in ingest("add", "docs", "--dry-run", EMBEDDING_MODEL="all-MiniLM-L6-v2").stdout
    # At a dollar a token the price is the number of tokens, with the context that is embedded with each chunk.
    assert report["tokens"] <= report["price_usd"] <= report["tokens"] + 3 * 10


def test_a_dry_run_counts_only_what_the_model_would_be_sent(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs/copy.md").write_text(TEXTS["warranty.md"])
    (folder / "docs/new.md").write_text("# New\n\nNothing like it was seen before.\n")
    report = result_of(ingest("add", "docs", "--dry-run", "--json", server=server))
    assert (report["added"], report["unchanged"], report["embedded"]) == (2, 3, 1)
    assert result_of(ingest("stats", "--json", server=server))["documents"] == 3


def test_what_the_keeper_says_of_documents_is_stored_and_cited(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    (folder / "docs/returns.txt.meta.yaml").write_text("title: Returns desk\ntags: [shop, post]\nyear: 2025\n")
    report = result_of(
        ingest(
            "add",
            "docs",
            "--metadata",
            "department=sales",
            "--metadata",
            "level=3",
            "--metadata",
            "tags=a, b",
            "--url-template",
            "https://docs.example.com/{folder}/{stem}?x={name}",
            "--json",
            server=server,
        )
    )
    assert report["added"] == 3
    found = result_of(ingest("search", "unused goods returned", "-k", "1", "--json", server=server))["results"][0]
    assert found["title"] == "Returns desk"
    assert found["url"] == "https://docs.example.com/docs/returns?x=returns.txt"
    assert found["metadata"] == {"department": "sales", "level": 3, "tags": ["a", "b"], "year": 2025}


def test_a_changed_sidecar_changes_the_document(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs/returns.txt.meta.json").write_text('{"title": "Returns desk"}')
    assert result_of(ingest("add", "docs", "--json", server=server))["updated"] == 1
    titles = [document.get("title") for document in result_of(ingest("list", "--json", server=server))["documents"]]
    assert "Returns desk" in titles


def test_a_broken_sidecar_fails_its_document_alone(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    (folder / "docs/returns.txt.meta.yaml").write_text("title: [")
    run = ingest("add", "docs", "--json", server=server)
    assert run.returncode == 1
    report = json.loads(run.stdout)
    assert report["added"] == 2
    assert "returns.txt.meta.yaml" in report["failed"][0]["error"]


@pytest.mark.parametrize(
    "arguments",
    [["--metadata", "nonsense"], ["--url-template", "https://x/{unknown}"], ["--url-template", "{source}"],
     ["--report", "no/such/folder/report.json"]],
)  # fmt: skip
def test_what_cannot_be_said_of_documents_is_refused(
    ingest: Ingest, server: EmbeddingsServer, arguments: list[str]
) -> None:
    run = ingest("add", "docs", *arguments, server=server)
    assert run.returncode == 2
    assert arguments[0] in run.stderr


def test_the_report_is_written_to_a_file_too(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    report = result_of(ingest("add", "docs", "--json", "--report", "report.json", server=server))
    assert json.loads((folder / "report.json").read_text()) == report


@pytest.mark.parametrize("reason", ["unreadable folder", "dangling link", "not included", "ignored"])
def test_prune_spares_what_is_there_and_was_not_read(
    folder: Path, ingest: Ingest, server: EmbeddingsServer, reason: str
) -> None:
    ingest("add", "docs", server=server)
    arguments = []
    match reason:
        case "unreadable folder":
            (folder / "docs/deep/.ingestignore").write_bytes(b"\xff\xfe")
        case "dangling link":
            (folder / "docs/deep/faq.html").unlink()
            (folder / "docs/deep/faq.html").symlink_to(folder / "away.html")
        case "not included":
            arguments = ["--include", "*.md"]
        case "ignored":
            (folder / "docs/.ingestignore").write_text("deep/\n")
    run = ingest("add", "docs", "--prune", "--json", *arguments, server=server)
    assert json.loads(run.stdout)["removed"] == 0
    assert result_of(ingest("stats", "--json", server=server))["documents"] == 3


def test_prune_from_another_folder_does_not_empty_the_collection(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    (folder / "other").mkdir()
    (folder / "other/new.md").write_text("# New")
    refused = ingest("add", ".", "--root", "other", "--prune", "--exclude", "docs", server=server)
    assert result_of(ingest("stats", "--json", server=server))["documents"] >= 3, refused.stderr


def test_a_hostile_file_costs_only_itself(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    (folder / "docs/loop.md").symlink_to("loop.md")
    Path(os.fsdecode(os.fsencode(folder / "docs") + b"/bytes\xff\xfe.md")).write_text("text")
    (folder / "docs/half.jsonl").write_text('{"id": "1", "text": "ok", "author": "\\ud800"}\n')
    run = ingest("add", "docs", "--json", server=server)
    report = json.loads(run.stdout)
    assert (run.returncode, report["added"]) == (1, 3)
    failed = {failure["source"]: failure["error"] for failure in report["failed"]}
    assert failed.keys() == {"docs/loop.md", "docs/bytes??.md", "docs/half.jsonl#1"}
    assert "Rename" in failed["docs/bytes??.md"]


def test_two_documents_of_one_name_are_not_mixed(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    (folder / "docs/a.jsonl").write_text('{"id": "x.md", "text": "one"}\n')
    (folder / "docs/a.jsonl#x.md").write_text("two")
    run = ingest("add", "docs", "--json", server=server)
    report = json.loads(run.stdout)
    assert (run.returncode, report["added"], len(report["failed"])) == (1, 4, 1)
    assert "same name" in report["failed"][0]["error"]


def test_a_failed_first_run_does_not_hold_the_next_one_to_its_model(ingest: Ingest, server: EmbeddingsServer) -> None:
    assert ingest("add", "docs", server=server, OPENAI_API_KEY="refused").returncode == 1
    report = result_of(ingest("add", "docs", "--json", server=server, EMBEDDING_DIMENSIONS="256"))
    assert report["added"] == 3


def test_what_has_its_vectors_is_stored_where_the_model_fails_later(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    for number in range(100):
        (folder / f"docs/{number:03}.txt").write_text(f"This is number {number}.")
    server.interceptor = lambda _, body: (
        failure(429, "insufficient_quota", "No credit.") if "This is number 90." in body["input"] else None
    )
    run = ingest("add", "docs", server=server)
    assert (run.returncode, "quota" in run.stderr) == (1, True)
    # The first request was answered, the second was not.
    assert result_of(ingest("stats", "--json", server=server))["chunks"] == TEXTS_PER_BATCH


def test_a_change_of_date_alone_is_stored(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    path = folder / "docs/dated.md"
    for year in (2020, 2024):
        path.write_text(f"---\ndate: {year}-05-06\n---\nText that stays.\n")
        ingest("add", "docs", server=server)
    listed = result_of(ingest("list", "--json", server=server))["documents"]
    assert [document["updated_at"][:4] for document in listed if document["source"] == "docs/dated.md"] == ["2024"]


def test_a_pipe_that_was_named_itself_fails(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    os.mkfifo(folder / "pipe.md")
    run = ingest("add", "pipe.md", server=server)
    assert run.returncode == 1
    assert "regular file" in run.stderr


def test_a_chroma_that_never_answers_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = CorpusSettings(chroma_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(StoreUnavailable, match="CHROMA_URL"):
            open_store(settings)


def test_control_characters_in_names_do_not_reach_the_terminal(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    (folder / "docs/red\x1b[31m\nError: fake.md").write_text("")
    run = ingest("add", "docs", server=server)
    assert "\x1b" not in run.stderr
    assert not any(line.startswith("Error: fake") for line in run.stderr.splitlines())


def test_a_list_that_is_piped_has_whole_ids_to_remove_by(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    lines = ingest("list", server=server).stdout.splitlines()
    assert len(lines) == 3
    assert ingest("remove", lines[0].split("\t")[0], server=server).returncode == 0


def test_a_question_that_is_no_text_is_refused(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    run = ingest("search", "\udcff bad", server=server)
    assert run.returncode == 2
    assert "UTF-8" in run.stderr


def test_a_full_disk_is_told_in_one_line(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "ingest", "list", "--json"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "cannot be written" in run.stderr
