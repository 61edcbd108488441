"""`make deploy`, after lint, tests of types and the package: deploy, publish, check. Nothing is asked in between."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.package import ROOT

OSLS = ROOT / "node_modules" / ".bin" / "osls"
KEPT_VERSIONS = "5"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code of the first step that fails."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stage", default="dev")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION", "eu-west-1"))
    parser.add_argument("--no-publish", action="store_true", help="Leave the corpus that is served as it is.")
    parser.add_argument("--no-check", action="store_true", help="Don't ask the deployment what a GPT will ask of it.")
    given, rest = parser.parse_known_args(words)
    if not given.no_check and not os.environ.get("ACTION_KEY"):
        sys.stderr.write(
            "Error: ACTION_KEY is not set, with which the deployment is checked at the end. Set it to a key whose "
            "entry is among the deployment's own, or say --no-check.\n"
        )
        return 2
    place = ["--stage", given.stage, "--region", given.region]
    if code := _run([str(OSLS), "deploy", *place, *rest]):
        return code
    try:
        outputs = stack_outputs(f"retrieval-action-{given.stage}", given.region)
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"Error: the stack cannot be looked at: {error}\n")
        return 1
    python = [sys.executable, "-m"]
    if not given.no_publish and (
        code := _run([*python, "ingest", "publish", outputs["SnapshotUrl"], "--keep", KEPT_VERSIONS])
    ):
        return code
    sys.stdout.write(f"{outputs['HttpApiUrl']}\n")
    # The key goes by the environment, not by the command line. API Gateway's own throttling is the rate limit.
    return 0 if given.no_check else _run([*python, "handler", "check", outputs["HttpApiUrl"]])


def stack_outputs(stack: str, region: str) -> dict[str, str]:
    """What the stack tells, by name. Raises botocore's errors."""
    client = boto3.client("cloudformation", region_name=region)
    (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def _run(command: list[str]) -> int:
    sys.stderr.write(f"$ {' '.join(command)}\n")
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own commands


if __name__ == "__main__":
    sys.exit(main())
