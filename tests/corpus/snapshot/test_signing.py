"""Signed versions: by cryptography's hand, verified by ours; what is not signed with the key is not served."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from corpus.errors import SettingsError, SnapshotInvalid
from corpus.snapshot.ed25519 import _ORDER, _P, is_signed
from corpus.snapshot.manifest import POINTER
from corpus.snapshot.publish import publish
from corpus.snapshot.signing import message_of, parse_public_key, signer
from corpus.snapshot.versions import rollback
from tests.corpus.snapshot.keeper import Keeper, answer, live_snapshot

# RFC 8032, 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
        "5141438e7a100b",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc0"
        "27beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_standards_own_examples_hold_and_nothing_near_them(
    secret: str, public: str, message: str, signature: str
) -> None:
    key, said, made = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(said) == made
    assert is_signed(said, signature=made, public_key=key)
    assert not is_signed(said + b"x", signature=made, public_key=key)
    for place in range(0, 64, 7):
        changed = made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :]
        assert not is_signed(said, signature=changed, public_key=key)
    assert not is_signed(said, signature=made[:63], public_key=key)
    # The same number in another form is another signature.
    beyond = (int.from_bytes(made[32:], "little") + _ORDER).to_bytes(32, "little")
    assert not is_signed(said, signature=made[:32] + beyond, public_key=key)
    assert not is_signed(said, signature=_P.to_bytes(32, "little") + made[32:], public_key=key)


def test_our_verdict_is_cryptographys_on_many_keys() -> None:
    for number in range(20):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public = key.public_key().public_bytes_raw()
        message = bytes(range(number))
        assert is_signed(message, signature=key.sign(message), public_key=public)
        assert not is_signed(message + b"!", signature=key.sign(message), public_key=public)


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A private key's file, and the public one as openssl prints it."""
    made = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tmp_path / "key.pem", made.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).decode()


def test_a_key_may_be_written_as_openssl_prints_it_or_bare(key: tuple[Path, str]) -> None:
    _, pem = key
    raw = parse_public_key(pem)
    assert parse_public_key("".join(pem.splitlines()[1:-1])) == raw
    assert parse_public_key(pem.replace("\n", " ")) == raw
    assert parse_public_key(base64.b64encode(raw).decode()) == raw
    for wrong in ("", "nonsense", base64.b64encode(raw[:31]).decode()):
        with pytest.raises(SettingsError, match="SNAPSHOT_PUBLIC_KEY"):
            parse_public_key(wrong)


def test_what_signs_must_be_a_private_key(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("nonsense")
    with pytest.raises(SettingsError, match="openssl genpkey"):
        signer(tmp_path / "key.pem")
    with pytest.raises(SettingsError, match=r"none\.pem"):
        signer(tmp_path / "none.pem")


def test_a_signature_is_of_the_version_and_of_its_manifest() -> None:
    messages = {message_of(version, digest) for version in ("one", "two") for digest in ("a" * 64, "b" * 64)}
    assert len(messages) == 4


def test_only_what_is_signed_with_the_key_is_served(
    in_folder: Keeper, key: tuple[Path, str], caplog: pytest.LogCaptureFixture
) -> None:
    path, public = key
    sign = signer(path)
    settings = in_folder.reader_settings(snapshot_public_key=public)
    first = in_folder.publishes("The warranty lasts 12 months.").manifest
    with pytest.raises(SnapshotInvalid, match="is not signed"):
        live_snapshot(settings).current()
    # What is there already is signed by publishing it again.
    assert not publish(in_folder.settings, in_folder.dest, sign=sign).is_new
    live = live_snapshot(settings)
    assert answer(live.current()) == "The warranty lasts 12 months."
    # Somebody else who may write there, with a key of his own.
    in_folder.says("The warranty lasts for ever.")
    other = Ed25519PrivateKey.generate()
    publish(in_folder.settings, in_folder.dest, sign=lambda message: base64.b64encode(other.sign(message)).decode())
    with caplog.at_level(logging.WARNING, "corpus"):
        assert answer(live.current()) == "The warranty lasts 12 months."
    assert "SNAPSHOT_PUBLIC_KEY" in str([record.__dict__ for record in caplog.records])
    publish(in_folder.settings, in_folder.dest, sign=sign)
    assert answer(live.current()) == "The warranty lasts for ever."
    rollback(in_folder.dest)
    assert answer(live.current()) == "The warranty lasts for ever."
    rollback(in_folder.dest, first.version, sign=sign)
    assert answer(live.current()) == "The warranty lasts 12 months."
    assert json.loads(Path(in_folder.dest, POINTER).read_text())["signature"]
