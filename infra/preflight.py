"""What a deployment needs, asked before anything is built: all that is missing is told at once, with the way out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from corpus.errors import CorpusError
from corpus.loading import load
from corpus.settings import CorpusSettings
from corpus.store import open_store
from handler.access.keys import digest_of, parse_keys
from infra.build_lambda import BuildError, find_python

NODE = (20, 19)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a deployment goes, and what it does afterwards. `local_model` is LOCAL_MODEL; empty for none."""

    stage: str
    region: str
    publish: bool
    check: bool
    local_model: str

    def parameter(self, name: str) -> str:
        """The name of a secret in SSM, as serverless.yml has it by default."""
        return f"/retrieval-action/{self.stage}/{name}"


def missing(target: Target) -> list[str]:
    """A line for each thing that is missing; empty where the deployment can begin. Makes nothing, changes nothing."""
    return [*_tools(), *_corpus(target), *_aws(target)]


def _tools() -> Iterator[str]:
    try:
        find_python()
    except BuildError as error:
        yield str(error)
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        yield "Node.js with npm is not installed: osls needs 20.19 or newer. Get it from nodejs.org or your system."
        return
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - node
    version = tuple(int(part) for part in printed.strip().lstrip("v").split(".")[:2] if part.isdigit())
    if version < NODE:
        yield f"Node.js is {printed.strip() or 'of an unknown version'}, and osls needs 20.19 or newer."


def _corpus(target: Target) -> Iterator[str]:
    if not target.publish:
        return
    try:
        settings = load(CorpusSettings)
        with open_store(settings) as store:
            if not store.count():
                yield f"There is nothing to publish in {settings.target}. Run `ingest add PATH`, or say --no-publish."
    except CorpusError as error:
        yield f"There is nothing to publish: {error} Or say --no-publish."


def _aws(target: Target) -> Iterator[str]:
    try:
        boto3.client("sts", region_name=target.region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield (
            f"AWS does not know who you are ({_reason(error)}). Run `aws configure`, or set AWS_PROFILE; "
            "`aws sts get-caller-identity` must answer."
        )
        return
    entries, problem = _secret(target, "api-keys")
    if problem:
        yield problem
    key = os.environ.get("ACTION_KEY")
    if target.check and not key:
        yield (
            "ACTION_KEY is not set, with which the deployment is checked at the end. Set it to the key that "
            "`handler key NAME` showed, or say --no-check."
        )
    elif target.check and key and entries is not None:
        yield from _key(key, entries, target.parameter("api-keys"))
    if not target.local_model:
        _, problem = _secret(target, "openai-api-key")
        if problem:
            yield f"{problem} A corpus of the local model needs none: LOCAL_MODEL=1."


def _key(key: str, entries: str, name: str) -> Iterator[str]:
    try:
        digests = {entry.digest for entry in parse_keys(entries)}
    except ValueError as error:
        yield f"The parameter {name} is wrong: {error}."
        return
    if digest_of(key) not in digests:
        yield f"ACTION_KEY is not the key of an entry in the parameter {name}. Put its entry there, or set another key."


def _secret(target: Target, name: str) -> tuple[str | None, str | None]:
    """The secret's value, or what is wrong with it."""
    full = target.parameter(name)
    client = boto3.client("ssm", region_name=target.region)
    try:
        return str(client.get_parameter(Name=full, WithDecryption=True)["Parameter"]["Value"]), None
    except client.exceptions.ParameterNotFound:
        return None, (
            f"The parameter {full} is not there in {target.region}. Make it: "
            f"aws ssm put-parameter --region {target.region} --type SecureString --name {full} --value …"
        )
    except (BotoCoreError, ClientError) as error:
        return (
            None,
            f"The parameter {full} cannot be read ({_reason(error)}). infra/deployer-policy.json has the rights.",
        )
    finally:
        client.close()


def _reason(error: BotoCoreError | ClientError) -> str:
    return str(error).rstrip(".")
