"""Passes a client's requests to the provider from our own domain, as GPT Actions demand. Nothing is stored.

What was checked is what is sent: requests are parsed strictly, and written anew from the result.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from corpus.connection import Reply
from handler.access.oauth.callbacks import is_callback, is_own_machine
from handler.access.oauth.introspection import basic
from handler.access.oauth.provider import Provider
from handler.access.oauth.provider_client import ProviderClient

MAX_REQUEST_BYTES = 16_384
MAX_FIELDS = 40
GRANTS = ("authorization_code", "refresh_token")
# A provider prefers what these contain to the parameters beside them, and it would be unchecked (RFC 9101, RFC 9126).
UNCHECKED = ("request", "request_uri")


class PassRefused(Exception):
    """`error` is one of OAuth's codes; the message says what to send instead."""

    def __init__(self, error: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class PassThrough:
    """`is_own_secret` tells whether a secret that a client sent is a key of ours, which entitles it to use `secret`."""

    provider: Provider
    client: ProviderClient
    client_ids: Sequence[str]
    secret: str | None
    is_own_secret: Callable[[str], bool]
    callbacks: Sequence[str]
    extra: Sequence[tuple[str, str]]
    scope: str
    pkce_secret: bytes | None
    is_facade: bool

    def authorize_url(self, query: bytes) -> str:
        """The URL for the browser. Raises PassRefused, IdentityUnavailable."""
        asked = fields_of(query)
        if asked.get("response_type") != "code":
            raise PassRefused("unsupported_response_type", "response_type must be code.")
        if not asked.keys().isdisjoint(UNCHECKED):
            raise PassRefused("request_not_supported", "Send the parameters themselves, and no request object.")
        client_id = self._known(asked.get("client_id", ""))
        self._check_callback(asked)
        if not asked.get("scope") and self.scope:
            asked["scope"] = self.scope
        if self.is_facade:
            asked.pop("resource", None)
        if self.pkce_secret is not None and "code_challenge" not in asked:
            digest = hashlib.sha256(self._verifier(client_id, asked["redirect_uri"]).encode()).digest()
            asked |= {"code_challenge": _base64url(digest), "code_challenge_method": "S256"}
        parts = urlsplit(self.provider.endpoint("authorization_endpoint"))
        own = parse_qsl(parts.query, keep_blank_values=True)
        added = [(name, value) for name, value in (*own, *self.extra) if name not in asked]
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*asked.items(), *added]), ""))

    def token(self, body: bytes, authorization: str | None) -> Reply:
        """The provider's answer to a code or a refresh token. Raises PassRefused, IdentityUnavailable."""
        asked = fields_of(body)
        if asked.get("grant_type") not in GRANTS:
            raise PassRefused("unsupported_grant_type", f"grant_type must be one of {', '.join(GRANTS)}.")
        header_id, header_secret = _client_in(authorization)
        client_id = self._known(header_id if header_id is not None else asked.get("client_id", ""))
        if header_id is not None and asked.get("client_id", client_id) != client_id:
            raise PassRefused("invalid_request", "The header and the form name two clients.")
        is_code = asked["grant_type"] == "authorization_code"
        if is_code:
            self._check_callback(asked, needs_challenge=False)
        if self.is_facade:
            asked.pop("resource", None)
        if is_code and self.pkce_secret is not None and "code_verifier" not in asked:
            asked["code_verifier"] = self._verifier(client_id, asked["redirect_uri"])
        secret = self._secret_for(client_id, header_secret or asked.pop("client_secret", None), asked)
        headers = {}
        if header_id is not None and secret is not None:
            headers["Authorization"] = basic(client_id, secret)
            asked.pop("client_secret", None)
        else:
            asked |= {"client_id": client_id, **({} if secret is None else {"client_secret": secret})}
        return self.client.post(self.provider.endpoint("token_endpoint"), asked, headers=headers)

    def registered(self, redirect_uris: object) -> Mapping[str, object]:
        """The answer of /register: everybody is the same client. Raises PassRefused."""
        listed = redirect_uris if isinstance(redirect_uris, list) else []
        if not listed or len(listed) > MAX_FIELDS or not all(isinstance(uri, str) and self._may(uri) for uri in listed):
            raise PassRefused(
                "invalid_redirect_uri",
                "redirect_uris must be callbacks of ChatGPT, on the user's own machine, or listed in OAUTH_CALLBACKS.",
            )
        return {
            "client_id": self.client_ids[0],
            "redirect_uris": listed,
            "token_endpoint_auth_method": "none",
            "grant_types": list(GRANTS),
            "response_types": ["code"],
        }

    def _known(self, client_id: str) -> str:
        if client_id not in self.client_ids:
            raise PassRefused("invalid_client", "client_id is not known here.", status=401)
        return client_id

    def _may(self, uri: str) -> bool:
        return is_callback(uri, self.callbacks) or (self.is_facade and is_own_machine(uri))

    def _check_callback(self, asked: Mapping[str, str], *, needs_challenge: bool = True) -> None:
        uri = asked.get("redirect_uri", "")
        if not self._may(uri):
            raise PassRefused(
                "invalid_request", "redirect_uri is none of ChatGPT's callbacks, and not listed in OAUTH_CALLBACKS."
            )
        if needs_challenge and not is_callback(uri, self.callbacks) and asked.get("code_challenge_method") != "S256":
            raise PassRefused("invalid_request", "A client on the user's own machine must use PKCE with S256.")

    def _secret_for(self, client_id: str, sent: str | None, asked: Mapping[str, str]) -> str | None:
        """The secret to send to the provider: the client's own; or, if it is kept here, that one, for clients that may
        use it.
        """
        if self.secret is None or client_id != self.client_ids[0]:
            return sent
        if sent is not None:
            if hmac.compare_digest(sent.encode(), self.secret.encode()) or self.is_own_secret(sent):
                return self.secret
        elif self.is_facade and (asked.get("code_verifier") or asked["grant_type"] == "refresh_token"):
            return self.secret
        raise PassRefused("invalid_client", "client_secret must be a key of this server.", status=401)

    def _verifier(self, client_id: str, redirect_uri: str) -> str:
        """The same at both ends of a login, and known to nobody else: nothing has to be kept in between."""
        message = f"pkce\n{client_id}\n{redirect_uri}".encode()
        return _base64url(hmac.new(self.pkce_secret or b"", message, hashlib.sha256).digest())


def fields_of(encoded: bytes) -> dict[str, str]:
    """The fields of a query or a form. Raises PassRefused if two parsers could understand it differently."""
    if len(encoded) > MAX_REQUEST_BYTES:
        raise PassRefused("invalid_request", "The request is too long.", status=413)
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(encoded),
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise PassRefused("invalid_request", "The request is not form-encoded text in UTF-8.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise PassRefused("invalid_request", "A field stands twice.")
    return fields


def _client_in(authorization: str | None) -> tuple[str | None, str | None]:
    """The client and its secret from HTTP Basic; None without the header."""
    if authorization is None:
        return None, None
    scheme, _, encoded = authorization.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        pair = ""
    client_id, colon, secret = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise PassRefused("invalid_client", "Authorization must be Basic, with client_id and secret.", status=401)
    return unquote(client_id), unquote(secret)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
