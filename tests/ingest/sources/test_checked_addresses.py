from __future__ import annotations

import pytest

from corpus.errors import DocumentUnreadable
from ingest.sources.checked_addresses import is_callable, is_public
from tests.ingest.sources.conftest import Connect
from tests.web_server import WebServer

PRIVATE = """
    127.0.0.1 127.9.9.9 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 192.0.2.1 198.18.0.1
    224.0.0.1 255.255.255.255 240.0.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1
    ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2001:db8::1
    168.63.129.16 192.0.0.192 100.100.100.200 fd00:ec2::254 64:ff9b:1::7f00:1 ::127.0.0.1 ::8.8.8.8 5f00::1 3fff::1
    ::ffff:168.63.129.16 64:ff9b::a83f:8110 2002:a83f:8110:: 192.88.99.1 fd20:ce::254
    192.0.0.9 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 100:0:0:1::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_an_address_that_is_not_everybodys_is_refused(address: str) -> None:
    assert not is_public(address)
    assert not is_callable(address, allow_private=False)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is_called(address: str) -> None:
    assert is_callable(address, allow_private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fc00::1"])
def test_the_setting_allows_private_networks(address: str) -> None:
    assert is_callable(address, allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.100.100.200",
        "fd00:ec2::254", "fd00:ec2::23", "168.63.129.16", "192.0.0.192", "::ffff:100.100.100.200", "fd20:ce::254",
        "64:ff9b:1::6464:64c8", "::169.254.169.254",
        "::ffff:0:169.254.169.254",
    ],
)  # fmt: skip
def test_nothing_allows_the_addresses_where_clouds_keep_credentials(address: str) -> None:
    assert not is_callable(address, allow_private=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::ffff:7f00:1]"])
def test_no_spelling_of_loopback_gets_a_request_through(site: WebServer, connect: Connect, host: str) -> None:
    site.page("/a", "Secret.")
    port = site.url.rpartition(":")[2]
    with pytest.raises(DocumentUnreadable, match="ALLOW_PRIVATE_ADDRESSES"):
        connect(allow_private=False).fetch(f"http://{host}:{port}/a", "")
    assert site.asked == []


def test_a_redirect_is_checked_as_the_first_address_is(site: WebServer, connect: Connect) -> None:
    url = site.redirect("/a", "http://169.254.169.254/latest/meta-data/")
    with pytest.raises(DocumentUnreadable, match="Link-local"):
        connect().fetch(url, "")
