"""Who published: the pointer carries a signature of the version and of its manifest's hash, and thereby of every file.

It does not prove when: whoever may write to the place can point back to another version that was signed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from pathlib import Path

from corpus.errors import SettingsError, SnapshotInvalid
from corpus.snapshot.ed25519 import is_signed

# The bytes before the 32 bytes of a key, as `openssl pkey -pubout -outform DER` writes it (RFC 8410, 4).
_DER = bytes.fromhex("302a300506032b6570032100")
Sign = Callable[[bytes], str]


def message_of(version: str, manifest_sha256: str) -> bytes:
    """The message that is signed."""
    return f"retrieval-action snapshot\n{version}\n{manifest_sha256}\n".encode()


def signer(path: Path) -> Sign:
    """Signs with the private Ed25519 key of a PEM file. Raises SettingsError."""
    try:
        # Imported here, because only a publisher signs, and importing takes long.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ModuleNotFoundError as error:
        raise SettingsError(
            "Signing needs cryptography, which is not installed here. Run `pip install 'retrieval-action[oauth]'`."
        ) from error

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. Name a PEM file with a private key.") from None
    except (ValueError, TypeError):  # The second exception is for a key with a password.
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(
            f"{path} holds no private Ed25519 key without a password. Make one: "
            "`openssl genpkey -algorithm ed25519 -out key.pem`."
        )
    return lambda message: base64.b64encode(key.sign(message)).decode()


def parse_public_key(text: str) -> bytes:
    """The 32 bytes of a key in Base64, bare or in PEM. Raises SettingsError."""
    body = "".join(line for line in text.split() if "-" not in line and line not in {"BEGIN", "END", "PUBLIC", "KEY"})
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error:
        raw = b""
    raw = raw.removeprefix(_DER)
    if len(raw) != 32:
        raise SettingsError(
            "SNAPSHOT_PUBLIC_KEY must be a public Ed25519 key, as `openssl pkey -in key.pem -pubout` prints it."
        )
    return raw


def check_signature(message: bytes, said: str | None, public_key: bytes, *, name: str) -> None:
    """Raises SnapshotInvalid if `said`, the pointer's signature in Base64, was not made by that key."""
    try:
        signature = base64.b64decode(said or "", validate=True)
    except binascii.Error:
        signature = b""
    if not is_signed(message, signature=signature, public_key=public_key):
        what = "is not signed" if said is None else "is not signed with the key in SNAPSHOT_PUBLIC_KEY"
        raise SnapshotInvalid(f"{name} {what}. Publish or roll back with --sign, or ask who else can write there.")
