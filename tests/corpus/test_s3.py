"""How AWS is asked: by its own variables, and by no proxy of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.s3 import aws_session
from tests.loopback import listening
from tests.traps import Stranger


def test_no_proxy_of_the_environment_stands_before_the_machines_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor before a role's, which a client asks for that we do not make."""
    machine: list[str] = []
    proxied: list[str] = []
    with (
        listening(type("Machine", (Stranger,), {"asked": machine})) as url,
        listening(type("Proxy", (Stranger,), {"asked": proxied})) as proxy,
    ):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "none"))
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        session = aws_session()
        assert session.get_credentials() is None
        client = session.client("sts", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        assert client.meta.config.proxies == {}
        client.close()
    assert machine
    assert proxied == []
