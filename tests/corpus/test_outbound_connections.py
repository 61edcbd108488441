"""How services are reached: connections that are kept, a proxy, certificates, addresses with a name and a password."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from corpus.connection import Reply
from corpus.outbound import Exchanges, OutboundError, OutboundTimeout
from corpus.settings import OutboundSettings
from tests.free_port import free_port
from tests.loopback import listening


class Service(BaseHTTPRequestHandler):
    """Says over which connection it was asked, for what and with which headers."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[int, str, dict[str, str]]]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.client_address[1], self.path, {n.lower(): v for n, v in self.headers.items()}))
        if self.path == "/short":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            self.close_connection = True
            return
        if self.path == "/early":
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        # Without a word about it, as one that restarts.
        self.close_connection = self.path == "/once"

    def do_CONNECT(self) -> None:
        """As a proxy: what comes is carried on to where it is to go."""
        self.seen.append((self.client_address[1], self.path, {n.lower(): v for n, v in self.headers.items()}))
        self.close_connection = True
        if self.headers.get("proxy-authorization") is None:
            self.send_error(407)
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as beyond:
            self.wfile.write(b"HTTP/1.1 200 Established\r\n\r\n")
            ends = {self.connection: beyond, beyond: self.connection}
            while True:
                for end in select.select(list(ends), [], [], 10)[0]:
                    if not (block := end.recv(65_536)):
                        return
                    ends[end].sendall(block)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[tuple[str, list[tuple[int, str, dict[str, str]]]]]:
    seen: list[tuple[int, str, dict[str, str]]] = []
    with listening(type("Handler", (Service,), {"seen": seen})) as url:
        yield url, seen


def ask(exchanges: Exchanges, url: str, *, seconds: float = 10.0, max_bytes: int = 1000) -> Reply:
    return exchanges.exchange("POST", url, seconds=seconds, max_bytes=max_bytes, content=b"{}")


@pytest.fixture
def exchanges() -> Iterator[Exchanges]:
    with contextlib.closing(Exchanges()) as made:
        yield made


def test_a_connection_is_kept_and_one_that_the_other_end_closed_is_made_anew(
    exchanges: Exchanges, service: tuple[str, list[tuple[int, str, dict[str, str]]]]
) -> None:
    url, seen = service
    for path in ("/kept", "/kept", "/once", "/kept"):
        assert ask(exchanges, url + path).content == b"{}"
        if path == "/once":
            # Its end has to arrive.
            select.select([], [], [], 0.2)
    first, second, third, fourth = (port for port, *_ in seen)
    assert first == second == third != fourth


def test_threads_have_connections_of_their_own(
    exchanges: Exchanges, service: tuple[str, list[tuple[int, str, dict[str, str]]]]
) -> None:
    url, seen = service
    together = threading.Barrier(8)
    found: list[bytes] = []

    def asks() -> None:
        together.wait()
        found.extend(ask(exchanges, url).content for _ in range(5))

    threads = [threading.Thread(target=asks) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"{}"] * 40
    assert len({port for port, *_ in seen}) <= 8


def test_what_comes_before_a_reply_is_no_reply(
    exchanges: Exchanges, service: tuple[str, list[tuple[int, str, dict[str, str]]]]
) -> None:
    for _ in range(2):  # The next exchange gets its own reply, and not what was left of this one's.
        reply = ask(exchanges, f"{service[0]}/early")
        assert (reply.status, reply.content) == (200, b"{}")


def test_a_byte_more_than_was_asked_for_is_too_long(
    exchanges: Exchanges, service: tuple[str, list[tuple[int, str, dict[str, str]]]]
) -> None:
    assert ask(exchanges, f"{service[0]}/short of", max_bytes=2).content == b"{}"
    with pytest.raises(OutboundError, match="longer than any"):
        ask(exchanges, f"{service[0]}/short of", max_bytes=1)


def test_half_a_reply_is_none(exchanges: Exchanges, service: tuple[str, list[tuple[int, str, dict[str, str]]]]) -> None:
    with pytest.raises(OutboundError):
        ask(exchanges, f"{service[0]}/short")


def test_a_name_and_a_password_in_an_address_are_sent_as_http_has_it(
    exchanges: Exchanges, service: tuple[str, list[tuple[int, str, dict[str, str]]]]
) -> None:
    url, seen = service
    ask(exchanges, f"{url.replace('//', '//me:p%40ss@')}/a path/ä?x=a b&y=1#z")
    _, path, headers = seen[0]
    assert path == "/a%20path/%C3%A4?x=a%20b&y=1"
    assert headers["authorization"] == f"Basic {base64.b64encode(b'me:p@ss').decode()}"
    assert headers["host"] == urlsplit(url).netloc


@pytest.mark.parametrize("url", ["ftp://localhost/x", "http:///x", "no address", "http://[::1/x", "http://a:99999999/"])
def test_an_address_that_is_none_is_an_error_and_no_traceback(exchanges: Exchanges, url: str) -> None:
    with pytest.raises(OutboundError):
        ask(exchanges, url)


def test_a_port_where_nobody_listens_is_an_error_at_once(exchanges: Exchanges) -> None:
    with pytest.raises(OutboundError) as caught:
        ask(exchanges, f"http://127.0.0.1:{free_port()}/")
    assert not isinstance(caught.value, OutboundTimeout)


def test_who_takes_the_connection_and_says_nothing_has_the_time_that_there_is(exchanges: Exchanges) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(OutboundTimeout):
        ask(exchanges, f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)


def test_a_proxy_is_asked_for_the_whole_address(service: tuple[str, list[tuple[int, str, dict[str, str]]]]) -> None:
    proxy, seen = service
    with contextlib.closing(Exchanges(proxy=proxy.replace("//", "//me:secret@"))) as exchanges:
        assert ask(exchanges, "http://nowhere.invalid:81/v1?a=b").content == b"{}"
    _, path, headers = seen[0]
    assert path == "http://nowhere.invalid:81/v1?a=b"
    assert headers["host"] == "nowhere.invalid:81"
    assert headers["proxy-authorization"] == f"Basic {base64.b64encode(b'me:secret').decode()}"


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1, which only its own file is reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    content = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("certified") / "both.pem"
    path.write_bytes(content + certificate.public_bytes(pem))
    return path


@contextlib.contextmanager
def over_tls(certified: Path) -> Iterator[tuple[int, list[str]]]:
    """Answers one request over TLS; yields its port, and what it was asked for."""
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified)

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            stream, _ = server.accept()
            with context.wrap_socket(stream, server_side=True) as safe:
                received = b""
                while not received.endswith(b"{}"):  # What is left unread would end the connection roughly.
                    received += safe.recv(65_536)
                asked.append(received.decode())
                safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()[1], asked
        thread.join(10)


def test_tls_is_spoken_to_those_whom_the_system_trusts_and_to_nobody_else(
    exchanges: Exchanges, certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with over_tls(certified) as (port, asked), pytest.raises(OutboundError, match="certificate verify failed"):
        ask(exchanges, f"https://127.0.0.1:{port}/x")
    assert asked == []
    # What others set for their programs is not ours.
    monkeypatch.setenv("SSL_CERT_FILE", str(certified))
    with (
        contextlib.closing(Exchanges()) as anew,
        over_tls(certified) as (port, asked),
        pytest.raises(OutboundError, match="certificate verify failed"),
    ):
        ask(anew, f"https://127.0.0.1:{port}/x")
    assert asked == []


def test_through_a_proxy_tls_is_between_the_ends(
    service: tuple[str, list[tuple[int, str, dict[str, str]]]], certified: Path
) -> None:
    proxy, seen = service
    with contextlib.closing(Exchanges(proxy=proxy)) as exchanges, pytest.raises(OutboundError, match="answered 407"):
        ask(exchanges, "https://127.0.0.1:9/x")
    trusting = Exchanges(proxy=proxy.replace("//", "//me:secret@"))
    trusting.prepare()
    # The one certificate that this test can have trusted.
    trusting._context().load_verify_locations(certified)
    with contextlib.closing(trusting), over_tls(certified) as (port, asked):
        assert ask(trusting, f"https://127.0.0.1:{port}/x?y").content == b"safe"
    assert seen[-1][1] == f"127.0.0.1:{port}"
    assert asked[0].startswith("POST /x?y HTTP/1.1\r\n")
    assert "proxy-authorization" not in asked[0].lower()


def test_a_proxy_that_speaks_tls_itself_is_refused_with_what_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_PROXY", "https://proxy.example:3128")
    with pytest.raises(ValidationError, match="must look like http://host:3128"):
        OutboundSettings()
