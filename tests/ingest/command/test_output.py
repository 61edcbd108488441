"""What the command line says to people: every table and line of a run, a publication, a gate, an evaluation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.quality.figures import MODES, Figures
from corpus.quality.questions import Passage, Question
from corpus.snapshot.manifest import Manifest, SnapshotFile
from corpus.snapshot.pruning import Remade
from corpus.snapshot.publish import Published
from corpus.snapshot.versions import VersionList
from ingest.command import console
from ingest.command.console import LISTED_PER_CAUSE, show_report
from ingest.command.quality_report import MAX_SHOWN, show_judgement, show_missed
from ingest.command.snapshot_report import LAMBDA_BYTES, show_published, show_versions, warn_of_size
from ingest.evaluation.comparison import Change, Judgement
from ingest.evaluation.evaluate import Evaluation
from ingest.evaluation.evaluation_report import show_evaluation
from ingest.evaluation.measures import Difference
from ingest.report import Report
from tests.corpus.texts import RECORD
from tests.ingest.command_line import Ingest
from tests.openai_server import EmbeddingsServer

Shown = pytest.CaptureFixture[str]


def manifest(version: str = "20261128T120000000Z-000000000000", *, size: int = 3 * 2**20) -> Manifest:
    return Manifest(
        version=version,
        created_at="2026-11-28T12:00:00Z",
        collection="corpus",
        record=RECORD,
        documents=2,
        chunks=1_234,
        content="0" * 64,
        files=(SnapshotFile(path="chunks", sha256="0" * 64, bytes=size),),
    )


def figures(found: float, *, accepted: bool = False) -> Figures:
    shares: dict[str, float] = dict.fromkeys(MODES, found)
    return Figures(questions=300, asked="0" * 64, mode="hybrid", ndcg=shares, found=shares, accepted=accepted)


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_run_is_told_by_counts_and_its_failures_by_cause(capsys: Shown) -> None:
    alike = [(f"{number}.pdf", "The PDF has a password.") for number in range(LISTED_PER_CAUSE + 5)]
    report = Report(
        added=1_200,
        failed=[("a.docx", "It is damaged."), *alike],
        skipped=[("b.bin", "not a document"), ("c.bin", "not a document")],
        chunks=5_000,
        tokens=70_000,
        embedded=4_000,
        seconds=2.5,
        index_seconds=1.25,
        dead_share=0.4,
        without_access=3,
    )
    show_report(report)
    out, err = map(lines_of, capsys.readouterr())
    assert "a.docx: It is damaged." in err
    assert f"{len(alike)} files: The PDF has a password." in err
    assert "… and 5 more; --json or --report lists all" in err
    assert f"{LISTED_PER_CAUSE - 1}.pdf" in err
    assert f"{LISTED_PER_CAUSE}.pdf" not in err
    assert "Skipped 2 files: not a document (b.bin, c.bin)" in err
    assert any(line.startswith("3 stored documents without access: nobody sees them") for line in err)
    assert "5,000 chunks, 70,000 tokens, 4,000 embedded, 2.5 s" in out
    assert "The vector index was made anew in 1.2 s: 40% of its places were of deleted chunks" in out
    assert any("added" in line and "1,200" in line for line in out)


@pytest.mark.parametrize(
    ("price", "told"),
    [
        (0.0, "Embedding costs nothing"),
        (1.5, "Embedding would cost about $1.5000 (EMBEDDING_PRICE corrects the model's list price)"),
        (None, "The model's price is not known: set EMBEDDING_PRICE, in US dollars for a million tokens"),
    ],
)
def test_a_dry_run_says_what_it_would_cost_or_that_nobody_knows(price: float | None, told: str, capsys: Shown) -> None:
    show_report(Report(price_usd=price), dry_run=True)
    assert told in " ".join(capsys.readouterr().out.split())
    show_report(Report(price_usd=None))
    assert "price" not in capsys.readouterr().out  # Nobody asked.


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (LAMBDA_BYTES // 2, ""),
        (LAMBDA_BYTES // 2 + 1, "has no room to fetch this one beside it"),
        (LAMBDA_BYTES + 1, "more than the 512.0 MB that a Lambda with SnapStart has in /tmp"),
    ],
)
def test_a_version_that_a_lambda_cannot_hold_is_told_when_it_is_published(size: int, told: str, capsys: Shown) -> None:
    warn_of_size(manifest(size=size))
    said = " ".join(capsys.readouterr().err.split())
    assert (said == "") if not told else (told in said)


def test_a_publication_says_what_was_made_moved_left_out_and_removed(capsys: Shown) -> None:
    made = Published(
        manifest=manifest(),
        is_new=True,
        moved=2**20,
        removed_versions=("a", "b"),
        removed_objects=1_000,
        left_out=12,
        remade=Remade(seconds=2.0, dead_share=0.25),
    )
    show_published(made)
    out, err = (" ".join(each.split()) for each in capsys.readouterr())
    assert "2 documents, 1,234 chunks, 3.0 MB, of which 1.0 MB were uploaded" in out
    assert "Removed 2 old versions and 1,000 objects" in out
    assert "The vector index was made anew in 2.0 s: 25% of its places were of deleted chunks." in err
    assert "12 records that ingest did not write were left out; `ingest repair` lists them." in err
    show_published(replace(made, is_new=False, left_out=0, remade=None, removed_versions=(), removed_objects=0))
    out, err = (" ".join(each.split()) for each in capsys.readouterr())
    assert out == f"Nothing has changed since {manifest().version}, which stays published"
    assert err == ""


def test_versions_are_listed_with_their_roles_figures_and_what_is_damaged(capsys: Shown) -> None:
    served, canary, old = (manifest(version) for version in ("3", "2", "1"))
    listed = VersionList(
        latest="3",
        canary="2",
        manifests=(replace(served, quality=figures(0.5, accepted=True)), canary, old),
        damaged=("versions/0.json",),
    )
    show_versions(listed)
    out, err = capsys.readouterr()
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[:2] for row in rows] == [["3", "served"], ["2", "canary"], ["1", ""]]
    assert [row[-3:] for row in rows] == [["0.500", "0.500", "300, accepted"], ["", "", ""], ["", "", ""]]
    assert "versions/0.json is damaged; `ingest publish --keep N` removes it." in err
    show_versions(VersionList(latest=None, canary=None, manifests=(), damaged=()))
    assert capsys.readouterr() == ("", "Nothing is published there.\n")


def changes(count: int) -> Sequence[Change]:
    passage = Passage(document_id="a", source="a.pdf", text="The pump hums. " * 30, page=3)
    question = Question(line=1, text="Why does it hum?", document="a.pdf")
    gained = Change(question=question, kind="gained", old=None, new=1, before=None, instead=passage)
    lost = Change(question=replace(question, line=2), kind="lost", old=1, new=None, before=passage, instead=None)
    return [gained, *(replace(lost, question=replace(question, line=line)) for line in range(2, count + 1))]


def test_a_gates_changes_come_worst_first_and_not_endlessly(capsys: Shown) -> None:
    many = MAX_SHOWN + 3
    show_judgement(Judgement(figures=figures(0.25), served=figures(0.5), changes=changes(many), reasons=()))
    out, err = capsys.readouterr()
    lines = lines_of(out)
    assert "line 2" in lines[0]
    assert "gained" not in "".join(lines[:-1])
    assert lines[-1] == f"300 questions: {many - 1} lost, 0 moved, 1 gained"
    assert "… and 3 more; --json lists all." in err
    assert any(line.startswith("hybrid 0.500 0.250 -0.250") for line in lines)
    show_judgement(Judgement(figures=figures(0.25), served=None, changes=(), reasons=()))
    assert lines_of(capsys.readouterr().out) == [f"{mode} 0.250 0.250" for mode in MODES]


def test_a_question_without_an_answer_is_shown_with_what_comes_first(capsys: Shown) -> None:
    question = Question(line=7, text="Why?", document="a.pdf", words="because")
    show_missed(question, Passage(document_id="b", source="b.pdf", text="x " * 500, page=2))
    show_missed(question, None)
    lines = lines_of(capsys.readouterr().out)
    assert lines[0] == "missed line 7: Why?"
    assert any(line.startswith("first b.pdf, page 2: x x x") and line.endswith("…") for line in lines)
    assert lines[-1] == "first nothing"


def test_an_evaluation_is_a_table_by_mode_and_says_how_sure_a_difference_is(capsys: Shown) -> None:
    measured = Evaluation(
        documents=5_000,
        chunks=6_000,
        queries=300,
        measures={mode: {"nDCG@10": 0.5, "R@100": 0.75} for mode in MODES},
        better="lexical",
        difference=Difference(0.0123, -0.001, 0.03),
    )
    show_evaluation(measured)
    lines = lines_of(capsys.readouterr().out)
    assert any("hybrid" in line and "0.5000" in line and "0.7500" in line for line in lines)
    told = " ".join(lines)
    assert "hybrid - lexical, nDCG@10: +0.0123 (95 % interval -0.0010 to +0.0300, paired bootstrap)" in told
    assert "5,000 documents, 6,000 chunks, 300 queries" in told


def test_what_is_proposed_is_asked_and_measured_for_people(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    assert ingest("add", "docs", server=server).returncode == 0
    proposed = ingest("questions", server=server)
    assert proposed.returncode == 0, proposed.stderr
    asked = proposed.stdout.splitlines()
    assert proposed.stderr.splitlines()[-1] == f"{len(asked)} questions"
    lost = '{"question": "What does the cat say?", "document": "docs/returns.txt", "words": "Unused goods"}'
    (folder / "questions.jsonl").write_text("\n".join([*asked, lost, ""]))
    measured = ingest("eval", "questions.jsonl", server=server)
    assert measured.returncode == 0, measured.stderr
    assert "questions\n" in measured.stderr
    assert {line.split("\t")[0] for line in measured.stdout.splitlines()} >= set(MODES)


def test_what_would_be_stored_and_the_formats_are_shown_for_people(ingest: Ingest, server: EmbeddingsServer) -> None:
    shown = ingest("read", "docs/warranty.md", "docs/none.md", server=server)
    assert shown.returncode == 1
    assert "The pump is covered for five years." in shown.stdout
    assert "docs/warranty.md: Warranty, " in shown.stderr
    assert "--- chunk 1, " in shown.stderr
    formats = ingest("formats")
    assert formats.returncode == 0
    assert any(line.startswith("PDF\t") for line in formats.stdout.splitlines())
    refused = ingest("list", "--visible-to", "no-kind\x00", server=server)
    assert refused.returncode == 2
    assert "--visible-to" in refused.stderr


def test_rows_are_a_table_on_a_terminal_and_tabs_elsewhere(capsys: Shown) -> None:
    console.show_rows(("name", "size"), [("a\tb", "1")])
    assert capsys.readouterr().out.count("\t") == 1


def test_on_a_terminal_there_are_tables_and_the_cursor_comes_back(ingest: Ingest, server: EmbeddingsServer) -> None:
    added = ingest("add", "docs", server=server, FORCE_COLOR="1", COLUMNS="200")
    assert added.returncode == 0, added.stderr
    assert added.stderr.count("\x1b[?25l") == added.stderr.count("\x1b[?25h") == 1  # The cursor goes, and comes back.
    listed = ingest("list", FORCE_COLOR="1", COLUMNS="200")
    assert listed.returncode == 0
    assert "docs/warranty.md" in listed.stdout
    assert "\t" not in listed.stdout
    published = ingest("publish", "published", server=server, FORCE_COLOR="1", COLUMNS="200")
    assert published.returncode == 0, published.stderr
    assert published.stderr.count("\x1b[?25l") == published.stderr.count("\x1b[?25h") == 1
    assert "3 documents" in published.stdout


def test_a_canary_is_promoted_and_a_plot_needs_a_gate(ingest: Ingest, server: EmbeddingsServer, folder: Path) -> None:
    for text in ("It lasts two years.", "It lasts three years."):
        (folder / "docs" / "warranty.md").write_text(f"# Warranty\n\n{text}\n")
        assert ingest("add", "docs", server=server).returncode == 0
        canary = ["--canary"] if "three" in text else []
        assert ingest("publish", "published", *canary, server=server).returncode == 0
    promoted = ingest("promote", "published")
    assert promoted.returncode == 0, promoted.stderr
    assert promoted.stderr == "Promoting the canary of published\n"
    assert promoted.stdout.startswith("Serving 20")
    again = ingest("promote", "published", "--json")
    assert again.returncode == 1
    assert again.stderr.splitlines()[-1].startswith("Error: ")
    plotted = ingest("versions", "published", "--plot", "out.svg")
    assert plotted.returncode == 2
    assert "No version in published was judged. Publish with --gate, then plot." in plotted.stderr
    assert not (folder / "out.svg").exists()
    rolled = ingest("rollback", "published")
    assert rolled.returncode == 0
    assert rolled.stdout.startswith("Serving 20")


def test_a_test_collection_is_measured_for_people_and_machines(ingest: Ingest, folder: Path) -> None:
    tiny = folder / "tiny"
    (tiny / "qrels").mkdir(parents=True)
    (tiny / "corpus.jsonl").write_text('{"_id": "a", "title": "", "text": "The pump hums at night."}\n')
    (tiny / "queries.jsonl").write_text('{"_id": "q", "text": "pump at night"}\n')
    (tiny / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n")
    shown = ingest("eval", "tiny", "--mode", "lexical")
    assert shown.returncode == 0, shown.stderr
    assert "1 documents, 1 chunks, 1 queries" in shown.stdout
    measured = ingest("eval", "tiny", "--mode", "lexical", "--json")
    assert json.loads(measured.stdout)["lexical"]["ndcg@10"] == 1.0
    (tiny / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq a 1\n")
    wrong = ingest("eval", "tiny", "--mode", "lexical")
    assert wrong.returncode == 2
    assert "test.tsv, line 2: should be query-id, corpus-id, score, with tabs." in wrong.stderr


def test_what_is_no_model_is_refused_with_the_models_that_there_are(ingest: Ingest) -> None:
    refused = ingest("model", "install", "large")
    assert refused.returncode != 0
    assert "large is neither a file here nor a model; these are " in " ".join(refused.stderr.split())


def test_no_questions_come_of_a_corpus_that_suggests_none(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    (folder / "bare").mkdir()
    (folder / "bare" / "a.txt").write_text("12 34\n")
    assert ingest("add", "bare", server=server).returncode == 0
    proposed = ingest("questions", server=server)
    assert (proposed.returncode, proposed.stdout) == (2, "")
    assert "Write the questions by hand" in " ".join(proposed.stderr.split())
