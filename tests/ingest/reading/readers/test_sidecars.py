"""Sidecars are a stranger's words: whatever stands in one costs its document at most, and never the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.sidecar import MAX_BYTES, MAX_DEPTH, read_sidecar
from tests.ingest.command_line import Ingest
from tests.openai_server import EmbeddingsServer

# Harmless to every parser; the limit is what is tested.
DEEP = 200
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 4))
REFUSED = {
    "nested lists": ("meta.yaml", "[" * DEEP + "]" * DEEP, "nested more than 20 deep"),
    "nested fields": ("meta.yaml", "".join(f"{' ' * n}a:\n" for n in range(40)), "nested more than 20 deep"),
    "nested json": ("meta.json", '{"a":' * DEEP + "1" + "}" * DEEP, "nested more than 20 deep"),
    "too long": ("meta.yaml", f"title: {'x' * MAX_BYTES}", "more than 64 KB"),
    "merged again and again": ("meta.yaml", MERGES, ""),
    "tagged as code": ("meta.yaml", "a: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
    "a number without end": ("meta.yaml", f"a: {'9' * 5000}", "Exceeds the limit"),
    "an unknown alias": ("meta.yaml", "a: *b", "found undefined alias"),
    "not text": ("meta.yaml", "\0", ""),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_would_crash_or_swell_a_parser_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    suffix, text, said = REFUSED[kind]
    path = tmp_path / f"a.md.{suffix}"
    path.write_text(text)
    with pytest.raises(DocumentUnreadable, match=r"Correct or remove it|Leave out") as refused:
        read_sidecar(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_people_write_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.md.meta.yaml"
    path.write_text("title: A name\ntags: &t [one, two]\nalso: *t\nyear: 2024\nday: 2024-05-01\nflag: true\n")
    values = read_sidecar(path)
    assert {name: values[name] for name in ("title", "tags", "also", "year", "flag")} == {
        "title": "A name",
        "tags": ["one", "two"],
        "also": ["one", "two"],
        "year": 2024,
        "flag": True,
    }
    nested: object = "end"
    for _ in range(MAX_DEPTH - 1):
        nested = [nested]
    path.write_text(json.dumps({"title": "A", "deep": nested}))
    assert read_sidecar(path)["title"] == "A"
    path.rename(tmp_path / "b.md.meta.json")
    (tmp_path / "b.md.meta.json").write_text('{"title": "A", }  # as YAML allows')
    assert read_sidecar(tmp_path / "b.md.meta.json") == {"title": "A"}


def test_a_sidecar_nested_without_end_costs_its_document_alone(
    folder: Path, ingest: Ingest, server: EmbeddingsServer
) -> None:
    (folder / "docs/warranty.md.meta.yaml").write_text("{a: " * DEEP)
    run = ingest("add", "docs", "--json", server=server)
    report = json.loads(run.stdout)
    assert run.returncode == 1
    assert report["added"] == 2
    (failed,) = report["failed"]
    assert failed["source"] == "docs/warranty.md"
    assert "nested more than 20 deep" in failed["error"]
