"""Pages through a real proxy on loopback, which passes on what it is asked for and remembers it."""

from __future__ import annotations

import base64
import datetime
import http.client
import ipaddress
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from corpus.errors import DocumentError, SettingsError
from ingest.sources.proxies import Proxies, is_without
from ingest.sources.web import Web
from tests.free_port import free_port
from tests.ingest.command_line import Ingest
from tests.ingest.sources.conftest import Connect
from tests.loopback import listening
from tests.openai_server import EmbeddingsServer, embeddings_server
from tests.web_server import WebServer

LOGIN = "Basic " + base64.b64encode(b"me:s3cret").decode()


@dataclass
class Proxy:
    """`names` are those that it alone knows: they lead to loopback."""

    url: str = ""
    wants_login: bool = False
    names: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    told = Proxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _is_welcome(self) -> bool:
            told.asked.append(f"{self.command} {self.path}")
            if told.wants_login and self.headers["proxy-authorization"] != LOGIN:
                self.send_response(407)
                self.send_header("content-length", "0")
                self.end_headers()
                return False
            return True

        def do_GET(self) -> None:
            if not self._is_welcome():
                return
            parts = urlsplit(self.path)
            host = "127.0.0.1" if parts.hostname in told.names else parts.hostname or ""
            there = http.client.HTTPConnection(host, parts.port or 80, timeout=10)
            there.request("GET", parts.path, headers={"host": parts.netloc})
            came = there.getresponse()
            content = came.read()
            self.send_response(came.status)
            for name in ("content-type", "location"):
                if value := came.getheader(name):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            there.close()

        def do_CONNECT(self) -> None:
            if not self._is_welcome():
                return
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=10) as there:
                self.send_response(200)
                self.end_headers()
                ends = {self.connection: there, there: self.connection}
                while ready := select.select(list(ends), [], [], 10)[0]:
                    for end in ready:
                        data = end.recv(65536)
                        if not data:
                            self.close_connection = True
                            return
                        ends[end].sendall(data)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as told.url:
        yield told


def text_of(web: Web, url: str) -> str:
    got = web.fetch(url, "")
    assert got is not None
    return got.path.read_text()


def test_a_page_comes_through_the_proxy_with_its_login(site: WebServer, connect: Connect, proxy: Proxy) -> None:
    proxy.wants_login = True
    url = site.page("/a", "The pump hums.")
    address = proxy.url.replace("http://", "http://me:s3cret@")
    assert "The pump hums." in text_of(connect(proxies=Proxies(http=address)), url)
    assert proxy.asked == [f"GET {url}"]
    for refused in (proxy.url, address.replace("s3cret", "wr0ng")):
        with pytest.raises(DocumentError, match=r"407.*HTTP_PROXY") as told:
            connect(proxies=Proxies(http=refused)).fetch(url, "")
        assert "wr0ng" not in str(told.value)


def test_a_proxy_is_meant_without_a_scheme_too_and_not_for_other_hosts(
    site: WebServer, connect: Connect, proxy: Proxy
) -> None:
    url = site.page("/a", "Here.")
    assert "Here." in text_of(connect(proxies=Proxies(http=proxy.url.removeprefix("http://"))), url)
    assert len(proxy.asked) == 1
    assert "Here." in text_of(connect(proxies=Proxies(http=proxy.url, no_proxy="example.com,127.0.0.0/8")), url)
    assert "Here." in text_of(connect(proxies=Proxies(https=proxy.url)), url)
    assert len(proxy.asked) == 1


def test_every_hop_is_checked_before_the_proxy_is_asked(site: WebServer, connect: Connect, proxy: Proxy) -> None:
    proxies = Proxies(http=proxy.url)
    with pytest.raises(DocumentError, match="in no network that may be asked"):
        connect(allow_private=False, proxies=proxies).fetch(site.page("/a", "Private."), "")
    with pytest.raises(DocumentError, match="in no network that may be asked"):
        connect(proxies=proxies).fetch("http://169.254.169.254/latest/meta-data", "")
    assert proxy.asked == []
    moved = site.redirect("/old", "http://169.254.169.254/latest/meta-data")
    with pytest.raises(DocumentError, match="in no network that may be asked"):
        connect(proxies=proxies).fetch(moved, "")
    assert proxy.asked == [f"GET {moved}"]


def test_the_proxy_itself_is_no_way_round_the_checks(connect: Connect, proxy: Proxy) -> None:
    for proxies in (Proxies(http=proxy.url), Proxies(http=proxy.url, no_proxy="*")):
        with pytest.raises(DocumentError, match="in no network that may be asked"):
            connect(allow_private=False, proxies=proxies).fetch(f"{proxy.url}/status", "")
    assert proxy.asked == []


def test_a_name_that_only_the_proxy_knows_is_left_to_it_only_where_that_is_allowed(
    site: WebServer, connect: Connect, proxy: Proxy
) -> None:
    site.page("/a", "Inside.")
    proxy.names = frozenset({"docs.invalid"})
    url = f"http://docs.invalid:{urlsplit(site.url).port}/a"
    with pytest.raises(DocumentError, match="ALLOW_PRIVATE_ADDRESSES"):
        connect(allow_private=False, proxies=Proxies(http=proxy.url)).fetch(url, "")
    assert proxy.asked == []
    assert "Inside." in text_of(connect(proxies=Proxies(http=proxy.url)), url)


def test_a_proxy_that_is_away_or_none_is_told(site: WebServer, connect: Connect) -> None:
    url = site.page("/a", "Here.")
    with pytest.raises(DocumentError, match="does not answer"):
        connect(proxies=Proxies(http=f"http://127.0.0.1:{free_port()}")).fetch(url, "")
    with pytest.raises(SettingsError, match="HTTP_PROXY") as told:
        connect(proxies=Proxies(http="socks5://me:s3cret@host:1080")).fetch(url, "")
    assert "s3cret" not in str(told.value)


@contextmanager
def secure_site(folder: Path) -> Iterator[tuple[str, Path]]:
    """A page behind TLS on loopback: its URL, and the certificate that proves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/in-the-clear" else 200)
            self.send_header("location", "http://127.0.0.1/a")
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<p>Behind TLS.</p>")

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/a", file
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_behind_tls_comes_through_a_tunnel_and_its_certificate_counts(
    connect: Connect, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secure_site(tmp_path) as (url, certificate):
        with pytest.raises(DocumentError, match="certificate is not trusted"):
            connect(proxies=Proxies(https=proxy.url)).fetch(url, "")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert "Behind TLS." in text_of(connect(proxies=Proxies(https=proxy.url)), url)
        with pytest.raises(DocumentError, match="redirects from https to http"):
            connect(proxies=Proxies(https=proxy.url)).fetch(url.replace("/a", "/in-the-clear"), "")
        proxy.wants_login = True
        with pytest.raises(DocumentError, match=r"The proxy does not let it pass \(407"):
            connect(proxies=Proxies(https=proxy.url)).fetch(url, "")
    assert set(proxy.asked) == {f"CONNECT {urlsplit(url).netloc}"}


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "expected"),
    [
        ("", "example.com", 443, False),
        ("*", "example.com", 443, True),
        ("example.com", "example.com", 443, True),
        ("example.com", "docs.example.com", 443, True),
        (".example.com", "docs.example.com", 443, True),
        ("*.example.com", "docs.example.com", 443, True),
        ("example.com", "badexample.com", 443, False),
        ("EXAMPLE.com , other", "Example.COM", 443, True),
        ("example.com:8080", "example.com", 443, False),
        ("example.com:443", "example.com", 443, True),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("::1", "[::1]", 80, True),
        (",, ,", "example.com", 80, False),
    ],
)
def test_no_proxy_names_hosts_domains_and_networks(no_proxy: str, host: str, port: int, *, expected: bool) -> None:
    assert is_without(no_proxy, host, port) is expected


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


def test_only_pages_go_through_the_proxy(
    ingest: Ingest, site: WebServer, proxy: Proxy, server: EmbeddingsServer
) -> None:
    url = site.page("/a", "The pump hums.")
    run = ingest(
        "add", url, server=server, HTTP_PROXY=proxy.url, HTTPS_PROXY="socks5://x", ALLOW_PRIVATE_ADDRESSES="true"
    )
    assert run.returncode == 0, run.stderr
    assert proxy.asked == [f"GET {url}"]
