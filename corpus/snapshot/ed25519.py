"""Verify Ed25519 signatures by RFC 8032 (5.1.7), without a library, because readers of snapshots have none that does.

Only public values pass through it, so it need not take constant time. Signing is left to cryptography.
"""

from __future__ import annotations

import hashlib

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER = 2**252 + 27742317777372353535851937790883648493
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

# Extended coordinates (RFC 8032, 5.1.4): x = X/Z, y = Y/Z, x*y = T/Z.
_Point = tuple[int, int, int, int]


def is_signed(message: bytes, *, signature: bytes, public_key: bytes) -> bool:
    """Whether the 64-byte signature of the message was made with the private key of this 32-byte public key."""
    if len(signature) != 64 or len(public_key) != 32:
        return False
    key, commitment = _point(public_key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    return _is_same(_times(scalar, _BASE), _sum(commitment, _times(challenge, key)))


def _sum(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    product: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            product = _sum(product, point)
        point = _sum(point, point)
        scalar >>= 1
    return product


def _is_same(one: _Point, other: _Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (one[1] * other[2] - other[1] * one[2]) % _P == 0


def _point(encoded: bytes) -> _Point | None:
    """RFC 8032, 5.1.3; None if it is not a point of the curve, or is not in canonical form."""
    number = int.from_bytes(encoded, "little")
    is_odd, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and is_odd):
        return None
    if x & 1 != is_odd:
        x = _P - x
    return x, y, 1, x * y % _P


def _base() -> _Point:
    y = 4 * pow(5, -1, _P) % _P
    point = _point(y.to_bytes(32, "little"))
    if point is None:
        raise ValueError("The curve's base point is on the curve.")
    return point


_BASE = _base()
