"""What makes a text an access token for us: the checks on a JWT (RFC 7519, RFC 9068, RFC 8725), in order. Pure.

The cheapest checks come first, and nothing that the token says about keys (`jwk`, `jku`, `x5u`, `x5c`) is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handler.access.oauth.token_refusals import TokenRefused

if TYPE_CHECKING:
    import jwt

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
TYPES = ("at+jwt", "application/at+jwt", "jwt", "")
MAX_TOKEN_CHARS = 16_384
LEEWAY_SECONDS = 60
# OpenID Connect Core 1.0, 2.
MAX_SUBJECT_CHARS = 255
# Keycloak names the token's type in its claims.
OTHER_TOKENS = ("id", "refresh", "offline", "logout", "initialaccesstoken", "registrationaccesstoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Whom a token must be for: one of the audiences; or, if it names none, one of our clients."""

    audiences: Sequence[str]
    clients: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """What a token claims, before anything is verified."""

    algorithm: str
    key_id: str
    issuer: str


def looks_like_jwt(token: str) -> bool:
    """Whether it has the form of a signed token; anything else is a key, or opaque."""
    # What "{" becomes in base64, with the quotation mark or white space after it.
    return token.isascii() and token.count(".") == 2 and token.startswith(("ey", "ew"))


def unverified(token: str) -> Unverified:
    """The parts that decide where the key is looked up. Raises TokenRefused."""
    import jwt

    if len(token) > MAX_TOKEN_CHARS:
        raise TokenRefused("it is too long")
    if not looks_like_jwt(token) or "=" in token:
        raise TokenRefused("it is not a signed JWT")
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise TokenRefused("it is not a JWT that can be read") from None
    header, issuer = parts["header"], parts["payload"].get("iss")
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused(f"its algorithm is none of {', '.join(ALGORITHMS)}")
    if "crit" in header or header.get("b64", True) is not True:
        raise TokenRefused("its header demands what is not understood here")
    if str(header.get("typ") or "").lower() not in TYPES:
        raise TokenRefused("its type is not that of an access token")
    if not isinstance(header.get("kid"), str):
        raise TokenRefused("it does not say which key it is signed with")
    if not isinstance(issuer, str):
        raise TokenRefused("it names no issuer")
    return Unverified(algorithm=header["alg"], key_id=header["kid"], issuer=issuer)


def verified_claims(token: str, key: jwt.PyJWK, *, issuer: str, expected: Expected) -> Mapping[str, Any]:
    """The claims of a token that is signed with the key, has not expired, and is for us. Raises TokenRefused."""
    import jwt

    # Short keys are refused rather than warned of. The recipient is checked below, in more ways than one.
    decoder = jwt.PyJWT({"enforce_minimum_key_length": True, "verify_aud": False, "require": ["exp", "iss", "sub"]})
    try:
        claims: Mapping[str, Any] = decoder.decode(
            token, key, algorithms=list(ALGORITHMS), issuer=issuer, leeway=LEEWAY_SECONDS
        )
    except jwt.ExpiredSignatureError:
        raise TokenRefused("it has ended") from None
    except jwt.ImmatureSignatureError:
        raise TokenRefused("it is not valid yet") from None
    except jwt.PyJWTError:
        raise TokenRefused("its signature or one of its claims is wrong") from None
    check_claims(claims, expected)
    return claims


def check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    """Raises TokenRefused if the claims, however they were verified, are not those of an access token for us."""
    subject = claims.get("sub")
    # It is written to audit lines and principals, which hold no lone surrogates.
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= MAX_SUBJECT_CHARS:
        raise TokenRefused("it names nobody")
    if "cnf" in claims:
        raise TokenRefused("it is bound to its holder's key (DPoP, mTLS), and came as a Bearer token")
    check_recipient(claims, expected)
    kinds = {str(claims.get(name, "")).lower() for name in ("token_use", "typ")}
    if not kinds.isdisjoint(OTHER_TOKENS) or not {"nonce", "at_hash", "c_hash"}.isdisjoint(claims):
        raise TokenRefused("it is an ID token or another that is not for APIs; send the access token")
    to_client = not set(audiences_of(claims)).isdisjoint(expected.clients)
    if to_client and {"scope", "scp", "roles", "client_id", "cid", "token_use"}.isdisjoint(claims):
        raise TokenRefused("it is an ID token: it is for a client, and has no scope; send the access token")


def check_recipient(claims: Mapping[str, Any], expected: Expected) -> None:
    """Raises TokenRefused where it was made for another API.

    Cognito's name no audience: then it must be an access token of one of our clients.
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    """
    audiences = audiences_of(claims)
    if not claims.get("aud"):
        if claims.get("token_use") != "access" or client_of(claims) not in expected.clients:
            raise TokenRefused("it names no audience, and is not an access token of a client that is known here")
    elif set(audiences).isdisjoint(expected.audiences):
        raise TokenRefused("its audience is another API")


def audiences_of(claims: Mapping[str, Any]) -> list[str]:
    """Whom it is for; empty if the claim has another form."""
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    return [str(each) for each in several] if all(isinstance(each, str) for each in several) else []


def client_of(claims: Mapping[str, Any]) -> str | None:
    """The client that requested the token: by RFC 9068's claim, or an older one."""
    found = next((claims[name] for name in ("client_id", "azp", "cid", "appid") if name in claims), None)
    return found if isinstance(found, str) else None
