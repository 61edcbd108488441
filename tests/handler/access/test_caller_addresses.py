"""Who is counted as whom, and which names are ours."""

from __future__ import annotations

import pytest

from handler.access.caller_addresses import counted_address, is_own_name, parse_networks
from handler.access.rate_limit import EVERYBODY_ELSE, MAX_COUNTED, MemoryCounter
from tests.handler.conftest import Connect

OURS = parse_networks("127.0.0.1, 10.0.0.0/8, ::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        # Nobody's header is believed but that of a proxy of ours.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        # What the caller sent along stands to the left of what the proxy saw.
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["x" * 90_000], "unknown"),
        ("::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, ["198.51.100.1"], "unknown"),
        ("/run/socket", [], "unknown"),
    ],
)
def test_callers_are_told_apart_by_what_they_cannot_choose(
    peer: str | None, forwarded: list[str], counted: str
) -> None:
    assert counted_address(peer, forwarded, OURS) == counted


def test_without_the_setting_no_header_is_believed() -> None:
    assert counted_address("127.0.0.1", ["198.51.100.1"], ()) == "127.0.0.1"


def test_the_number_of_counters_is_bounded() -> None:
    counter = MemoryCounter()
    for number in range(MAX_COUNTED + 1000):
        counter.add(f"address:{number}", expires=60)
    assert len(counter._counts) == MAX_COUNTED + 1
    assert counter.add("address:new", expires=60) == counter._counts[EVERYBODY_ELSE] == 1001
    assert counter.add("address:7", expires=60) == 2


def test_a_caller_cannot_have_himself_counted_as_others(connect: Connect) -> None:
    client = connect(auth="none", rate_limit="3/day")
    statuses = [
        client.get("/documents", headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(5)
    ]
    assert statuses == [200, 200, 200, 429, 429]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "127.9.9.9", "docs.test"])
def test_names_of_this_machine_are_ours(host: str) -> None:
    assert is_own_name(host, ["docs.test"])


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "", "["],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_own_name(host, ["docs.test"])
