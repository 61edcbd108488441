"""`make deploy`: look whether all is there, build the package, deploy, publish, check. Nothing is asked in between."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from corpus.errors import CorpusError
from corpus.loading import load, use_env_file
from corpus.settings import CorpusSettings
from infra.build_lambda import local_model_of
from infra.function_versions import kept_by, prune, snap_start_dollars
from infra.package import ROOT
from infra.parameters import parameters_of
from infra.preflight import Target, missing

OSLS = ROOT / "node_modules" / ".bin" / "osls"
KEPT_VERSIONS = "5"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code of the first step that fails, 2 if something is missing."""
    given, rest = _parsed(words)
    if given.env_file:
        use_env_file(given.env_file)
    target = Target(
        stage=given.stage,
        region=given.region,
        publish=not given.no_publish,
        check=not given.no_check,
        local_model=os.environ.get("LOCAL_MODEL") or ("" if given.no_publish else _local_model()),
        parameters=parameters_of(rest),
    )
    problems = missing(target)
    for problem in problems:
        sys.stderr.write(f"Missing: {problem}\n")
    if problems:
        sys.stderr.write("Nothing was built and nothing was deployed. docs/deploy.md goes through it step by step.\n")
        return 2
    if given.preflight:
        sys.stderr.write("Everything that a deployment needs is there.\n")
        return 0
    try:
        keep = kept_by(rest)
    except ValueError as error:
        sys.stderr.write(f"Error: keepVersions is not a number of versions: {error}.\n")
        return 2
    for command, environment in _steps(target, given, rest):
        if code := _run(command, environment):
            return code
    _tidy(target, keep)
    return _publish_and_check(target, ["--env-file", str(given.env_file)] if given.env_file else [])


def _parsed(words: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog='make deploy ARGS="…"', description=__doc__, epilog="All else goes to osls, such as --param=name=value."
    )
    parser.add_argument("--stage", default="dev")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION", "eu-west-1"))
    parser.add_argument("--env-file", type=Path, help="Take settings from this file too; the environment wins.")
    parser.add_argument("--preflight", action="store_true", help="Only look whether all is there that it needs.")
    parser.add_argument("--no-publish", action="store_true", help="Leave the corpus that is served as it is.")
    parser.add_argument("--no-check", action="store_true", help="Don't ask the deployment what a GPT will ask of it.")
    parser.add_argument("--bundle", metavar="SNAPSHOT", help="Put the snapshot published there into the package.")
    return parser.parse_known_args(words)


def _local_model() -> str:
    try:
        return local_model_of(load(CorpusSettings)) or ""
    except CorpusError:
        return ""


def _steps(
    target: Target, given: argparse.Namespace, rest: Sequence[str]
) -> Iterator[tuple[list[str], dict[str, str]]]:
    local = {"LOCAL_MODEL": target.local_model} if target.local_model else {}
    yield ["make", "--no-print-directory", "node_modules/.bin/osls"], {}
    bundle = ["--bundle", given.bundle] if given.bundle else []
    yield [sys.executable, "-m", "infra.build_lambda", *bundle], local
    without_key = ["--param=openaiKeyParameter=none"] if target.local_model else []
    yield [str(OSLS), "deploy", "--stage", target.stage, "--region", target.region, *without_key, *rest], {}


def _tidy(target: Target, keep: int) -> None:
    """Delete old versions of the function, and say what the remaining ones cost. A failure here stops nothing."""
    function = f"retrieval-action-{target.stage}-api"
    try:
        old = prune(boto3.client("lambda", region_name=target.region), function, keep=keep)
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"Warning: old versions of {function} stay: {error}\n")
        return
    sys.stderr.write(f"Of the function's versions at most {keep} stay, {len(old)} were deleted.\n")
    sys.stderr.write(
        f"With SnapStart each costs about {snap_start_dollars():.2f} US dollars a month, whether anybody asks or not; "
        '--param="snapStart=false" does without.\n'
    )


def _publish_and_check(target: Target, settings: Sequence[str]) -> int:
    try:
        outputs = stack_outputs(f"retrieval-action-{target.stage}", target.region)
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"Error: the stack cannot be looked at: {error}\n")
        return 1
    python = [sys.executable, "-m"]
    publish = [*python, "ingest", *settings, "publish", outputs["SnapshotUrl"], "--keep", KEPT_VERSIONS]
    if target.publish and (code := _run(publish)):
        return code
    sys.stdout.write(f"{outputs['HttpApiUrl']}\n")
    # The key goes by the environment, not by the command line. API Gateway's own throttling is the rate limit.
    return _run([*python, "handler", "check", outputs["HttpApiUrl"]]) if target.check else 0


def stack_outputs(stack: str, region: str) -> dict[str, str]:
    """The stack's outputs, by name. Raises botocore's errors."""
    client = boto3.client("cloudformation", region_name=region)
    (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def _run(command: list[str], variables: dict[str, str] | None = None) -> int:
    sys.stderr.write(f"$ {' '.join(command)}\n")
    sys.stderr.flush()
    return subprocess.run(command, cwd=ROOT, env=os.environ | (variables or {}), check=False).returncode  # noqa: S603 - ours


if __name__ == "__main__":
    sys.exit(main())
