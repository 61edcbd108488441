"""Events as API Gateway and function URLs send them, in the shapes that AWS documents."""

from __future__ import annotations

import base64
from typing import Any

Event = dict[str, Any]


def http_api(
    method: str, path: str, body: str | None = None, *, stage: str = "$default", encode: bool = False, **headers: str
) -> Event:
    """An API Gateway HTTP API (payload 2.0) event."""
    host = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    full_path = path if stage == "$default" else f"/{stage}{path}"
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": full_path,
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-type": "application/json",
            "host": host,
            "user-agent": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0",
            "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
            "x-forwarded-for": "205.255.255.176",
            "x-forwarded-host": "evil.example",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": host,
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": method,
                "path": full_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "205.255.255.176",
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "10/Mar/2020:05:16:23 +0000",
            "timeEpoch": 1583817383220,
        },
        "isBase64Encoded": False,
    }
    return with_body(event, body, encode=encode)


def function_url(method: str, path: str, body: str | None = None, *, encode: bool = False, **headers: str) -> Event:
    """A Lambda function URL event: payload 2.0, another domain, no gateway account."""
    event = http_api(method, path, body, encode=encode, **headers)
    host = "abcdefghij.lambda-url.eu-west-1.on.aws"
    event["headers"]["host"] = host
    event["requestContext"] |= {"accountId": "anonymous", "apiId": "abcdefghij", "domainName": host}
    return event


def rest_api(
    method: str, path: str, body: str | None = None, *, stage: str = "prod", encode: bool = False, **headers: str
) -> Event:
    """An API Gateway REST API (payload 1.0) event of a proxy resource."""
    host = "w5n4x3y2z1.execute-api.eu-west-1.amazonaws.com"
    given = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Host": host,
        "X-Forwarded-For": "72.12.164.125, 70.132.48.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        **{name.replace("_", "-").title(): value for name, value in headers.items()},
    }
    event: Event = {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": given,
        "multiValueHeaders": {name: [value] for name, value in given.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "w5n4x3y2z1",
            "domainName": host,
            "domainPrefix": "w5n4x3y2z1",
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": method,
            "identity": {"sourceIp": "72.12.164.125", "userAgent": "Mozilla/5.0"},
            "path": f"/{stage}{path}",
            "protocol": "HTTP/1.1",
            "requestId": "ed3ee82c-b8a6-4a4a-a4c5-4b4e3a4a4a4a",
            "resourceId": "123abc",
            "resourcePath": "/{proxy+}",
            "stage": stage,
        },
        "isBase64Encoded": False,
    }
    return with_body(event, body, encode=encode)


def with_body(event: Event, body: str | None, *, encode: bool) -> Event:
    """The event with a body, in base64 where the gateway takes it for binary."""
    if body is not None:
        text = base64.b64encode(body.encode()).decode() if encode else body
        event |= {"body": text, "isBase64Encoded": encode}
    elif "httpMethod" in event:
        event["body"] = None
    return event
