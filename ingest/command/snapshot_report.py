"""The output of `publish`, `versions` and `rollback`, for people and for machines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from corpus.quality.figures import DEPTH
from corpus.snapshot.manifest import Manifest
from corpus.snapshot.publish import OnProgress, Published
from corpus.snapshot.versions import VersionList
from ingest.command import console

SECONDS_BETWEEN_LINES = 5.0
# The size of /tmp on AWS Lambda with SnapStart; a reader needs twice a version's size while it changes to the next.
LAMBDA_BYTES = 512 * 2**20


@contextmanager
def upload_progress() -> Iterator[OnProgress]:
    """Show how far the upload is: a bar on a terminal, else a line at times."""
    if not console.err.is_terminal:
        yield _lines()
        return
    columns = (
        TextColumn("Uploading"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console.err, transient=True) as bar:
        task = bar.add_task("upload", total=None)
        yield lambda moved, total: bar.update(task, completed=moved, total=total)


def _lines() -> OnProgress:
    said = time.monotonic()

    def update(moved: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            console.say(f"Uploaded {_size(moved)} of {_size(total)}")

    return update


def warn_of_size(manifest: Manifest) -> None:
    """Warn now rather than in the logs of a Lambda that cannot open it."""
    if manifest.bytes > LAMBDA_BYTES:
        console.say(
            f"This snapshot has {_size(manifest.bytes)}: more than the {_size(LAMBDA_BYTES)} that a Lambda with "
            "SnapStart has in /tmp, so it will not be opened from S3 there. Use a Chroma server instead.",
            style="yellow",
        )
    elif manifest.bytes * 2 > LAMBDA_BYTES:
        console.say(
            f"This snapshot has {_size(manifest.bytes)}: a Lambda that serves another version of that size has no "
            "room to fetch this one beside it, and goes on with the old one until AWS starts it anew.",
            style="yellow",
        )


def show_published(published: Published) -> None:
    """One line on stdout."""
    manifest = published.manifest
    if published.is_new:
        line = (
            f"Published {manifest.version}: {manifest.documents:,} documents, {manifest.chunks:,} chunks, "
            f"{_size(manifest.bytes)}, of which {_size(published.moved)} were uploaded"
        )
    else:
        line = f"Nothing has changed since {manifest.version}, which stays published"
    console.out.print(line)
    if (remade := published.remade) is not None:
        console.say(
            f"The vector index was made anew in {remade.seconds:.1f} s: {remade.dead_share:.0%} of its places were "
            "of deleted chunks."
        )
    if published.left_out:
        console.say(
            f"{published.left_out:,} records that ingest did not write were left out; `ingest repair` lists them."
        )
    if published.removed_versions or published.removed_objects:
        console.out.print(
            f"Removed {len(published.removed_versions):,} old versions and {published.removed_objects:,} objects"
        )


def published_to_json(published: Published) -> dict[str, object]:
    """What `publish --json` prints."""
    return {
        **manifest_to_json(published.manifest),
        "new": published.is_new,
        "left_out": published.left_out,
        "index_made_anew_seconds": round(published.remade.seconds, 2) if published.remade else None,
        "uploaded_bytes": published.moved,
        "removed_versions": list(published.removed_versions),
        "removed_objects": published.removed_objects,
    }


def manifest_to_json(manifest: Manifest) -> dict[str, object]:
    """A version without its files."""
    return {
        "version": manifest.version,
        "created_at": manifest.created_at,
        "collection": manifest.collection,
        "embedding_model": manifest.record.embedding_model,
        "dimensions": manifest.record.dimensions,
        "documents": manifest.documents,
        "chunks": manifest.chunks,
        "bytes": manifest.bytes,
        "quality": manifest.quality.to_json() if manifest.quality else None,
    }


def versions_to_json(listed: VersionList) -> dict[str, object]:
    """What `versions --json` prints, newest first."""
    versions = [
        {**manifest_to_json(manifest), "served": manifest.version == listed.latest} for manifest in listed.manifests
    ]
    return {"latest": listed.latest, "canary": listed.canary, "versions": versions, "damaged": list(listed.damaged)}


def show_versions(listed: VersionList) -> None:
    """A line each on stdout, newest first; the one that is served is marked."""
    for key in listed.damaged:
        console.say(f"{key} is damaged; `ingest publish --keep N` removes it.", style="yellow")
    if not listed.manifests:
        console.say("Nothing is published there.")
        return
    rows = [
        (
            manifest.version,
            _role(manifest, listed),
            f"{manifest.documents:,}",
            f"{manifest.chunks:,}",
            _size(manifest.bytes),
            manifest.record.embedding_model,
            *_quality(manifest),
        )
        for manifest in listed.manifests
    ]
    console.show_rows(
        ("version", "", "documents", "chunks", "size", "model", f"nDCG@{DEPTH}", f"found@{DEPTH}", "questions"), rows
    )


def _role(manifest: Manifest, listed: VersionList) -> str:
    roles = {"served": listed.latest, "canary": listed.canary}
    return ", ".join(role for role, version in roles.items() if manifest.version == version)


def _quality(manifest: Manifest) -> tuple[str, str, str]:
    """Of the way of searching that was served; empty if no gate was asked."""
    found = manifest.quality
    if found is None:
        return "", "", ""
    override = ", accepted" if found.accepted else ""
    return f"{found.ndcg[found.mode]:.3f}", f"{found.found[found.mode]:.3f}", f"{found.questions:,}{override}"


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MB"
