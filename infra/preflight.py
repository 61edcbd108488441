"""What a deployment needs, checked before anything is built: everything missing is named at once, with the way out."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from corpus.errors import CorpusError
from corpus.loading import load
from corpus.settings import CorpusSettings
from corpus.store import open_store
from handler.access.keys import digest_of, parse_keys
from infra.build_lambda import BuildError, find_python
from infra.sign_in import sign_in_problem

NODE = (20, 19)
OWN = "retrieval-action/"  # Names that infra/deployer-policy.json lets the deployer read begin with this.
NOT_THERE = ("ParameterNotFound", "ResourceNotFoundException")
DENIED = ("AccessDenied", "AccessDeniedException")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a deployment goes, and what it does afterwards. `local_model` is LOCAL_MODEL; empty for none. `parameters`
    are those given for serverless.yml.
    """

    stage: str
    region: str
    publish: bool
    check: bool
    local_model: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def parameter(self, given: str, name: str) -> str:
        """The name of a secret in SSM: what the parameter `given` says, else what serverless.yml has by default."""
        return self.parameters.get(given, f"/retrieval-action/{self.stage}/{name}")


def missing(target: Target) -> list[str]:
    """A line for each thing that is missing; empty if the deployment can begin. Makes nothing, changes nothing."""
    signing_in = sign_in_problem(target.parameters)
    return [*_tools(), *_corpus(target), *([signing_in] if signing_in else []), *_action_key(target), *_aws(target)]


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


def _action_key(target: Target) -> Iterator[str]:
    if target.check and not os.environ.get("ACTION_KEY"):
        yield (
            "ACTION_KEY is not set, with which the deployment is checked at the end. Set it to the key that "
            "`handler key NAME` showed, or say --no-check."
        )


def _aws(target: Target) -> Iterator[str]:
    try:
        boto3.client("sts", region_name=target.region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield (
            f"AWS does not know who you are ({_reason(error)}). Run `aws configure`, or set AWS_PROFILE; "
            "`aws sts get-caller-identity` must answer."
        )
        return
    api_keys = target.parameter("apiKeysParameter", "api-keys")
    entries, problem = _parameter(target, api_keys)
    if problem:
        yield problem
    yield from client_secret_problems(target)
    key = os.environ.get("ACTION_KEY")
    # If only tokens let callers in, the check is given one.
    if target.check and key and entries is not None and target.parameters.get("auth") != "oauth":
        yield from _key(key, entries, api_keys)
    openai_key = target.parameter("openaiKeyParameter", "openai-api-key")
    if not target.local_model and openai_key != "none":
        _, problem = _parameter(target, openai_key)
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


def client_secret_problems(target: Target) -> Iterator[str]:
    """The secret of the identity provider's client, where one is named that is kept in AWS."""
    parameter, secret = (target.parameters.get(f"oauthClientSecret{place}") for place in ("Parameter", "Secret"))
    if parameter and secret:
        yield "oauthClientSecretParameter and oauthClientSecretSecret are both given. Name the place that holds it."
        return
    if parameter:
        value, problem = _parameter(target, parameter)
    elif secret:
        value, problem = _secret(target, secret)
    else:
        return
    if problem:
        yield problem
    elif value is not None and not value.strip():
        yield f"The secret of the provider's client in {parameter or secret} is empty."


def _parameter(target: Target, name: str) -> tuple[str | None, str | None]:
    """The value of an SSM parameter, or what is wrong with it."""
    client = boto3.client("ssm", region_name=target.region)
    make = f"aws ssm put-parameter --region {target.region} --type SecureString --name {name} --value …"
    with contextlib.closing(client):
        return _read(
            f"The parameter {name}",
            lambda: client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"],
            target,
            make,
        )


def _secret(target: Target, name: str) -> tuple[str | None, str | None]:
    """The value of a secret in Secrets Manager, or what is wrong with it."""
    client = boto3.client("secretsmanager", region_name=target.region)
    make = f"aws secretsmanager create-secret --region {target.region} --name {name} --secret-string …"
    with contextlib.closing(client):
        return _read(
            f"The secret {name}", lambda: client.get_secret_value(SecretId=name).get("SecretString", ""), target, make
        )


def _read(what: str, ask: Callable[[], object], target: Target, make: str) -> tuple[str | None, str | None]:
    try:
        return str(ask()), None
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in NOT_THERE:
            return None, f"{what} is not there in {target.region}. Make it: {make}"
        # Others may be responsible for what lies outside this project's own names: its function reads it, not the
        # deployer.
        if code in DENIED and OWN not in what:
            return None, None
        return None, _unreadable(what, error)
    except BotoCoreError as error:
        return None, _unreadable(what, error)


def _unreadable(what: str, error: BotoCoreError | ClientError) -> str:
    return f"{what} cannot be read ({_reason(error)}). infra/deployer-policy.json has the rights."


def _reason(error: BotoCoreError | ClientError) -> str:
    return str(error).rstrip(".")
