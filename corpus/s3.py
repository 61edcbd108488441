"""The S3 client, for snapshots and for documents, and its errors as ours.

boto3 is imported when first needed, because importing it takes as long as all the rest of a search. Credentials, region
and endpoint are found as every AWS tool finds them.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
from collections.abc import Iterator
from typing import Any

from corpus.errors import CorpusError, SettingsError, StoreUnavailable
from corpus.loading import load
from corpus.outbound_settings import OutboundSettings
from corpus.urls import without_passwords

CONNECTIONS = 16
CONNECT_SECONDS = 3
READ_SECONDS = 20
ATTEMPTS = 4

_ABSENT = {"404", "NoSuchKey", "NotFound"}
# The second is what S3 answers where two conditional writes meet.
_CHANGED = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


def s3_client() -> Any:
    """boto3's client, which connects at its first call; any number of threads may use it. Close it.

    Raises SettingsError where boto3 is not installed.
    """
    return _client("s3")


def sqs_client() -> Any:
    """A client for SQS, made likewise."""
    return _client("sqs")


def _client(service: str) -> Any:
    _check_boto3()
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        proxies=aws_proxies(),
    )
    return aws_session().client(service, config=config)


def aws_session() -> Any:
    """A session of boto3's for one client: a shared one may not be used by two threads at once. boto3 is there."""
    import boto3
    import botocore.session
    from botocore.config import Config

    session = botocore.session.Session()
    # Also applies to requests made on the way to credentials, such as a role's.
    session.set_default_client_config(Config(proxies=aws_proxies()))
    _ask_directly(session)
    descriptions = _descriptions()
    session.register_component("data_loader", descriptions)
    made = boto3.session.Session(botocore_session=session)
    # boto3 has appended its folder once more.
    descriptions.search_paths[:] = dict.fromkeys(descriptions.search_paths)
    return made


def _ask_directly(session: Any) -> None:
    """Let no proxy of the environment stand between us and the machine's own credentials."""
    from botocore.httpsession import URLLib3Session

    fetcher = session.get_component("credential_provider").get_provider("iam-role")._role_fetcher
    fetcher._session = URLLib3Session(timeout=fetcher._timeout)


@functools.cache
def _descriptions() -> Any:
    """botocore's descriptions of AWS's services. Reading them is most of the time that making a client takes."""
    import botocore.session

    return botocore.session.Session().get_component("data_loader")


def has_credentials() -> bool:
    """Whether any AWS credentials are found. Raises SettingsError where boto3 is not installed."""
    _check_boto3()
    return aws_session().get_credentials() is not None


def aws_proxies() -> dict[str, str]:
    """For botocore's Config: OUTBOUND_PROXY, and none of the environment's."""
    proxy = load(OutboundSettings).outbound_proxy
    return {"http": proxy, "https": proxy} if proxy else {}


@contextlib.contextmanager
def s3_errors(
    name: str,
    *,
    bucket: str,
    unavailable: type[CorpusError],
    conflict: type[CorpusError] | None = None,
    refused: type[CorpusError] | None = None,
) -> Iterator[None]:
    """Run what talks to S3 about `name`. Raises `unavailable`; `conflict` if somebody else wrote first, and `refused`
    if S3 answers and refuses.
    """
    _check_boto3()
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if conflict and code in _CHANGED:
            raise conflict(
                f"Somebody else changed {name} at the same time. See `ingest versions`, then repeat."
            ) from error
        raise (refused or unavailable)(_reason(code, name, bucket)) from error
    except NoCredentialsError as error:
        raise unavailable(
            f"There are no AWS credentials to use {name} with. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run `aws configure`."
        ) from error
    except NoRegionError as error:
        raise unavailable(f"No region for {name}. Set AWS_REGION.") from error
    except (BotoCoreError, Boto3Error) as error:
        raise unavailable(f"{name} cannot be used: {type(error).__name__}. {without_passwords(str(error))}") from error
    except OSError as error:
        raise unavailable(f"{error.filename or name}: {error.strerror or error}.") from error


@contextlib.contextmanager
def sqs_errors(url: str) -> Iterator[None]:
    """Run what sends a message to the queue. Raises StoreUnavailable if the queue does not accept it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(f"{url} does not take the message: {error}") from error


def _check_boto3() -> None:
    if importlib.util.find_spec("boto3") is None:
        raise SettingsError("S3 needs boto3, which is not installed here. Run `pip install 'retrieval-action[aws]'`.")


def _reason(code: str, name: str, bucket: str) -> str:
    if code == "NoSuchBucket":
        return f"There is no bucket {bucket!r}. Check the name, or deploy first."
    if code == "InvalidObjectState":
        return f"{name} holds objects that are archived. Restore them first."
    if code in {"AccessDenied", "403", *_ABSENT}:
        return (
            f"S3 refused {name} ({code}). Check that these credentials may use the bucket: s3:ListBucket on "
            "it, s3:GetObject and, to publish, s3:PutObject on its objects."
        )
    return f"S3 failed for {name} ({code}). Try again later."
