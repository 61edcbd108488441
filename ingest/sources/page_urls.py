"""URLs as they are requested and cited. Pure."""

from __future__ import annotations

import httpx

from corpus.errors import DocumentUnreadable

SCHEMES = ("http", "https")
MAX_URL_CHARS = 2_000


def normalised(url: str) -> str:
    """The URL without its fragment; scheme and host in small letters, the host in ASCII, the default port left out.

    Raises DocumentUnreadable for one that cannot be fetched, or that holds a password.
    """
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.host
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise DocumentUnreadable(
            "This is not a URL that can be read. Write it as in a browser's address bar."
        ) from None
    if parsed.userinfo:
        raise DocumentUnreadable(
            "The URL holds a user name or password, which would be stored and cited. Take it out of the URL."
        )
    if parsed.scheme not in SCHEMES:
        raise DocumentUnreadable("Only http:// and https:// are fetched, and s3://. Save it as a file.")
    port = parsed.port
    if not host or (port is not None and not 0 < port < 65536):
        raise DocumentUnreadable("The URL names no host that can be asked. Write https://host/path.")
    text = str(parsed.copy_with(raw_path=parsed.raw_path, fragment=None))
    if len(text) > MAX_URL_CHARS:
        raise DocumentUnreadable(f"The URL is longer than {MAX_URL_CHARS:,} characters. Save the page as a file.")
    return text


def joined(base: str, reference: str) -> str:
    """The URL that `reference` on the page `base` leads to, normalised. Raises DocumentUnreadable."""
    try:
        return normalised(str(httpx.URL(base).join(reference)))
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise DocumentUnreadable("The page redirects to what is not a URL. Save it as a file.") from None


def host_of(url: str) -> str:
    """Host and, unless it is the default, port of a normalised URL."""
    return httpx.URL(url).netloc.decode("ascii")


def path_of(url: str) -> str:
    """What patterns match: the path on the host, unquoted."""
    return httpx.URL(url).path.strip("/") or "/"
