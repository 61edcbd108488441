"""The handler's only calls to AWS: keys from Secrets Manager or SSM, and a shared counter in DynamoDB.

boto3 is part of the Lambda runtime. It is imported when needed, because that takes long.
"""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar

from corpus.errors import SettingsError
from corpus.s3 import aws_proxies, aws_session
from corpus.urls import without_passwords
from handler.access.rate_limit import CounterUnavailable

# A slow table must not slow every answer down.
COUNTER_SECONDS = 0.5
SECRET_SECONDS = 5.0


def read_secret(name: str) -> str:
    """The text of a Secrets Manager secret. Raises SettingsError."""
    answer = _ask("secretsmanager", "get_secret_value", f"the secret {name}", SecretId=name)
    return str(answer.get("SecretString", ""))


def read_parameter(name: str) -> str:
    """The text of an SSM parameter, decrypted. Raises SettingsError."""
    answer = _ask("ssm", "get_parameter", f"the parameter {name}", Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


class DynamoCounter:
    """Counts in a DynamoDB table whose partition key is the text `id`; items expire by the number `expires`."""

    waits: ClassVar[bool] = True

    def __init__(self, table: str) -> None:
        self._table = table
        self._client: Any = None

    def add(self, name: str, *, expires: int) -> int:
        """Count one more, atomically over all callers of the table. Raises CounterUnavailable."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            # Not in the constructor: a connection made before a snapshot is dead after it.
            self._client = self._client or _client("dynamodb", seconds=COUNTER_SECONDS)
            answer = self._client.update_item(
                TableName=self._table,
                Key={"id": {"S": name}},
                UpdateExpression="ADD requests :one SET expires = :expires",
                ExpressionAttributeValues={":one": {"N": "1"}, ":expires": {"N": str(expires)}},
                ReturnValues="UPDATED_NEW",
            )
        except (BotoCoreError, ClientError) as error:
            raise CounterUnavailable(f"DynamoDB table {self._table}: {without_passwords(str(error))}") from error
        return int(answer["Attributes"]["requests"]["N"])


def _ask(service: str, operation: str, what: str, **arguments: object) -> Any:
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise SettingsError(
            f"Reading {what} needs boto3. `pip install 'retrieval-action[aws]'`, or give the keys themselves."
        ) from error
    try:
        # Closed, because Lambda may take a snapshot of this process.
        with contextlib.closing(_client(service, seconds=SECRET_SECONDS)) as client:
            return getattr(client, operation)(**arguments)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown error")
        raise SettingsError(
            f"The keys cannot be read from {what}: {code}. Check its name and the role's rights."
        ) from None
    except BotoCoreError as error:
        raise SettingsError(f"The keys cannot be read from {what}: {without_passwords(str(error))}") from error


def _client(service: str, *, seconds: float) -> Any:
    from botocore.config import Config

    retries = {"total_max_attempts": 2}
    config = Config(connect_timeout=seconds, read_timeout=seconds, retries=retries, proxies=aws_proxies())
    return aws_session().client(service, config=config)
