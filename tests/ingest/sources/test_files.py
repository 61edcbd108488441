"""Finding files and naming their sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corpus.errors import DocumentMissing, DocumentUnsupported, SettingsError
from ingest.sources.files import find
from ingest.sources.found import Found
from ingest.sources.patterns import Selection


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def sources(found: Found) -> list[str]:
    return [file.source for file in found.items]


def test_sources_below_the_root_are_relative_to_it(tmp_path: Path) -> None:
    make(tmp_path, "docs/a.md", "docs/deep/b.txt")
    assert sources(find([tmp_path / "docs"], root=tmp_path)) == ["docs/a.md", "docs/deep/b.txt"]
    assert sources(find([tmp_path / "docs" / "a.md"], root=tmp_path)) == ["docs/a.md"]


def test_a_folder_outside_the_root_keeps_its_own_name_and_no_more(tmp_path: Path) -> None:
    make(tmp_path, "elsewhere/manuals/a.md")
    root = tmp_path / "here"
    root.mkdir()
    assert sources(find([tmp_path / "elsewhere/manuals"], root=root)) == ["manuals/a.md"]


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    make(tmp_path, "docs/a.md")
    assert sources(find([tmp_path / "docs", tmp_path / "docs/a.md"], root=tmp_path)) == ["docs/a.md"]


def test_two_files_that_would_share_a_source_are_told(tmp_path: Path) -> None:
    make(tmp_path, "one/docs/a.md", "two/docs/a.md")
    root = tmp_path / "here"
    root.mkdir()
    found = find([tmp_path / "one/docs", tmp_path / "two/docs"], root=root)
    assert sources(found) == ["docs/a.md"]
    ((source, error),) = found.failed
    assert source == "docs/a.md"
    assert "--root" in str(error)


def test_a_path_that_is_not_there_fails_and_the_others_are_found(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    found = find([tmp_path / "missing.md", tmp_path / "a.md"], root=tmp_path)
    assert sources(found) == ["a.md"]
    assert isinstance(found.failed[0][1], DocumentMissing)


def test_a_type_that_is_not_read_fails_when_named_and_is_skipped_in_a_folder(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "old.wpd")
    in_folder = find([tmp_path], root=tmp_path)
    assert in_folder.failed == []
    assert [source for source, _ in in_folder.skipped] == ["old.wpd"]
    assert "DOCX" in in_folder.skipped[0][1]
    named = find([tmp_path / "old.wpd"], root=tmp_path)
    assert isinstance(named.failed[0][1], DocumentUnsupported)


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "a.md", ".hidden.md", ".git/b.md")
    assert sources(find([tmp_path], root=tmp_path)) == ["a.md"]


def test_include_and_exclude_match_as_gitignore_does(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "b.txt", "drafts/c.md", "deep/drafts/d.md", "deep/e.md")
    assert sources(find([tmp_path], root=tmp_path, selection=Selection(include=["*.md"]))) == [
        "a.md", "deep/drafts/d.md", "deep/e.md", "drafts/c.md",
    ]  # fmt: skip
    assert sources(find([tmp_path], root=tmp_path, selection=Selection(exclude=["drafts/"]))) == [
        "a.md",
        "b.txt",
        "deep/e.md",
    ]
    assert sources(find([tmp_path], root=tmp_path, selection=Selection(exclude=["/drafts/"], include=["*.md"]))) == [
        "a.md", "deep/drafts/d.md", "deep/e.md",
    ]  # fmt: skip


def test_an_ingestignore_file_counts_below_its_own_folder(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "deep/b.md", "deep/c.md", "deep/more/c.md", "c.md")
    (tmp_path / "deep/.ingestignore").write_text("# not these\nc.md\n")
    assert sources(find([tmp_path], root=tmp_path)) == ["a.md", "c.md", "deep/b.md"]


def test_a_symbolic_link_that_leads_back_up_ends(tmp_path: Path) -> None:
    make(tmp_path, "docs/a.md")
    (tmp_path / "docs/loop").symlink_to(tmp_path / "docs", target_is_directory=True)
    (tmp_path / "docs/dangling.md").symlink_to(tmp_path / "nowhere.md")
    found = find([tmp_path / "docs"], root=tmp_path)
    assert sources(found) == ["docs/a.md"]
    assert [source for source, _ in found.failed] == ["docs/dangling.md"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert sources(find([tmp_path], root=tmp_path)) == []


def test_a_pattern_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--include"):
        find([tmp_path], root=tmp_path, selection=Selection(include=["!"]))


@pytest.mark.parametrize("follow_links", [False, True])
def test_a_link_out_of_the_folder_is_followed_only_when_asked_for(tmp_path: Path, *, follow_links: bool) -> None:
    make(tmp_path, "docs/a.md", "docs/deep/b.md", "etc/secret.md", "etc/more/c.md")
    docs = tmp_path / "docs"
    (docs / "file.md").symlink_to(tmp_path / "etc/secret.md")
    (docs / "folder").symlink_to(tmp_path / "etc")
    (docs / "deep/relative.md").symlink_to("../../etc/more/c.md")
    (docs / "within.md").symlink_to(docs / "a.md")
    found = find([docs], root=tmp_path, selection=Selection(follow_links=follow_links))
    inside = ["docs/a.md", "docs/deep/b.md", "docs/within.md"]
    outside = ["docs/deep/relative.md", "docs/file.md", "docs/folder/more/c.md", "docs/folder/secret.md"]
    if follow_links:
        assert sources(found) == sorted(inside + outside)
        assert found.skipped == []
    else:
        assert sources(found) == inside
        assert [source for source, _ in found.skipped] == ["docs/deep/relative.md", "docs/file.md", "docs/folder"]
        assert all("--follow-links" in reason for _, reason in found.skipped)
        # What was stored of them stays when others are pruned.
        assert {"docs/file.md", "docs/folder"} <= set(found.kept_from_prune)


def test_a_folder_that_is_a_link_itself_may_be_named(tmp_path: Path) -> None:
    make(tmp_path, "docs/a.md", "docs/deep/b.md")
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    assert sources(find([tmp_path / "link"], root=tmp_path)) == ["link/a.md", "link/deep/b.md"]


def test_a_sidecar_that_leads_elsewhere_fails_its_document(tmp_path: Path) -> None:
    make(tmp_path, "docs/a.md", "docs/b.md", "etc/secret.yaml")
    (tmp_path / "docs/a.md.meta.yaml").symlink_to(tmp_path / "etc/secret.yaml")
    found = find([tmp_path / "docs"], root=tmp_path)
    assert sources(found) == ["docs/b.md"]
    assert "a.md.meta.yaml" in str(found.failed[0][1])


def test_an_ingestignore_file_that_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    make(tmp_path, "docs/a.md", "docs/deep/b.md")
    (tmp_path / "secret").write_text("a*b*c*d*e of somebody else")
    (tmp_path / "docs/deep/.ingestignore").symlink_to(tmp_path / "secret")
    found = find([tmp_path / "docs"], root=tmp_path)
    assert sources(found) == ["docs/a.md"]
    assert "--follow-links" in str(found.failed[0][1])
    assert "somebody else" not in str(found.failed[0][1])


@pytest.mark.parametrize("pattern", ["!", "*a*b*c*d", "**/a/**/b/**/c/**/d", "# long\n" * 10_000])
def test_an_ingestignore_file_that_cannot_be_used_costs_its_folder_alone(tmp_path: Path, pattern: str) -> None:
    make(tmp_path, "a.md", "deep/b.md", "deep/more/c.md")
    (tmp_path / "deep/.ingestignore").write_text(pattern)
    found = find([tmp_path], root=tmp_path)
    assert sources(found) == ["a.md"]
    assert [source for source, _ in found.failed] == ["deep"]
    assert ".ingestignore" in str(found.failed[0][1])
