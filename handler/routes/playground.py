"""A page at / to ask questions by hand, if PLAYGROUND is on. The page needs no key; its requests do."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response

router = APIRouter()
FILES = Path(__file__).parent / "static"
# Its own script and style and nothing else; and no script may write markup.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@router.get("/")
def page() -> Response:
    """The page."""
    return _file("playground.html", "text/html")


@router.get("/playground.css")
def style() -> Response:
    """Its style."""
    return _file("playground.css", "text/css")


@router.get("/playground.js")
def script() -> Response:
    """Its script."""
    return _file("playground.js", "text/javascript")


@router.get("/playground-text.js")
def text() -> Response:
    """The script that shows texts."""
    return _file("playground-text.js", "text/javascript")


@router.get("/playground-documents.js")
def documents() -> Response:
    """The script that shows documents."""
    return _file("playground-documents.js", "text/javascript")


def _file(name: str, media_type: str) -> Response:
    return Response((FILES / name).read_bytes(), media_type=media_type, headers=HEADERS)
