"""`ingest publish`, `ingest versions`, `ingest rollback`; with --gate, only versions that answer no worse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from corpus.answer import to_json
from corpus.command_line import examples
from corpus.errors import GateRefused, SettingsError
from corpus.loading import load
from corpus.quality.questions import read_questions
from corpus.snapshot.publish import publish as publish_store
from corpus.snapshot.publish_gate import Gate
from corpus.snapshot.signing import signer
from corpus.snapshot.versions import list_versions
from corpus.snapshot.versions import promote as to_all
from corpus.snapshot.versions import rollback as go_back
from ingest.command import console, snapshot_report
from ingest.command.app import AsJson, Collection, app
from ingest.command.quality_plot import plot_of
from ingest.command.quality_report import judgement_to_json, show_judgement
from ingest.evaluation.comparison import Judgement
from ingest.evaluation.version_judge import judge_by
from ingest.settings import IngestSettings

MAX_DROP = 0.02

SignKey = Annotated[
    Path | None, typer.Option("--sign", metavar="KEY.pem", help="Sign it, for handlers with SNAPSHOT_PUBLIC_KEY.")
]
Dest = Annotated[str, typer.Argument(metavar="DEST", help="A folder, or s3://bucket/prefix.", show_default=False)]


@app.command(epilog=examples("ingest publish s3://bucket/prefix", "ingest publish path/to/published --keep 5"))
def publish(
    dest: Dest,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove all but the newest versions, and what only they had.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Read what is published, and put anew what is damaged there.")
    ] = False,
    sign: SignKey = None,
    questions: Annotated[
        Path | None,
        typer.Option("--gate", metavar="QUESTIONS.jsonl", help="Refuse a version that answers them worse."),
    ] = None,
    max_drop: Annotated[float, typer.Option(min=0, max=1, help="With --gate: so far may nDCG@10 fall.")] = MAX_DROP,
    canary: Annotated[
        bool, typer.Option("--canary", help="Serve it first to those whom SNAPSHOT_CANARY names; then promote it.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="With --gate: publish even so.")] = False,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Publish the corpus as a new version for handlers to serve."""
    if accept and questions is None:
        raise typer.BadParameter("--accept overrules a gate: name its questions with --gate.")
    settings = load(IngestSettings, chroma_collection=collection)
    key = signer(sign) if sign else None
    judgements: list[Judgement] = []
    gate = _gate(questions, judgements, max_drop=max_drop, accept=accept) if questions is not None else None
    console.say(f"Publishing {settings.target} to {dest}")
    try:
        with snapshot_report.upload_progress() as on_progress:
            published = publish_store(
                settings, dest, keep=keep, repair=repair, sign=key, gate=gate, canary=canary, on_progress=on_progress
            )
    except GateRefused:
        _say_judgement(judgements, as_json=as_json)
        raise
    snapshot_report.warn_of_size(published.manifest)
    if as_json:
        judged = {"gate": judgement_to_json(judgements[0])} if judgements else {}
        typer.echo(to_json(snapshot_report.published_to_json(published) | judged))
    else:
        _say_judgement(judgements, as_json=False)
        snapshot_report.show_published(published)


def _gate(path: Path, judgements: list[Judgement], *, max_drop: float, accept: bool) -> Gate:
    asked = read_questions(path)
    return Gate(
        questions=asked.content,
        judge=judge_by(asked, max_drop=max_drop, accept=accept, show=judgements.append),
    )


def _say_judgement(judgements: Sequence[Judgement], *, as_json: bool) -> None:
    for judgement in judgements:
        if as_json:
            typer.echo(to_json({"published": False, "gate": judgement_to_json(judgement)}))
            continue
        show_judgement(judgement)
        if judgement.figures.accepted:
            console.say(f"Published although: {' '.join(judgement.reasons)}", style="yellow")


@app.command(epilog=examples("ingest versions s3://bucket/prefix", "ingest versions s3://bucket/prefix --plot out.svg"))
def versions(
    dest: Dest,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw what the gate found of each version here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the versions that are published, newest first, with what the gate found of each."""
    listed = list_versions(dest)
    if plot is not None:
        if not any(manifest.quality for manifest in listed.manifests):
            raise SettingsError(f"No version in {dest} was judged. Publish with --gate, then plot.")
        plot.write_text(plot_of(listed.manifests[::-1]), "utf-8")
    if as_json:
        typer.echo(to_json(snapshot_report.versions_to_json(listed)))
    else:
        snapshot_report.show_versions(listed)


@app.command(epilog=examples("ingest promote s3://bucket/prefix"))
def promote(dest: Dest, as_json: AsJson = False) -> None:
    """Serve to all the version that was published with --canary."""
    console.say(f"Promoting the canary of {dest}")
    manifest = to_all(dest)
    if as_json:
        typer.echo(to_json(snapshot_report.manifest_to_json(manifest)))
    else:
        console.out.print(f"Serving {manifest.version}: {manifest.documents:,} documents, {manifest.chunks:,} chunks")


@app.command(epilog=examples("ingest rollback s3://bucket/prefix"))
def rollback(
    dest: Dest,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="From `ingest versions`; by default the one before.")
    ] = None,
    sign: SignKey = None,
    as_json: AsJson = False,
) -> None:
    """Serve an earlier version again; where a canary is under way, end that."""
    key = signer(sign) if sign else None
    console.say(f"Rolling back {dest}")
    manifest = go_back(dest, version, sign=key)
    if as_json:
        typer.echo(to_json(snapshot_report.manifest_to_json(manifest)))
    else:
        console.out.print(f"Serving {manifest.version}: {manifest.documents:,} documents, {manifest.chunks:,} chunks")
